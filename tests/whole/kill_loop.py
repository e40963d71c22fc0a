#!/usr/bin/env python3
"""The daemon, killed again and again while it delivers to four channels: at every labelled crash point, by the providers at the
moments around a message, and at random. Then what the providers applied is compared with what should have come, and every file is
searched for the secrets of the settings.

Lost: never (on Telegram a message hit twice is held and told to its reader elsewhere). Doubled: never on Matrix, Slack and (by
Message-ID) mail; on Telegram at most once for each kill while a message was on its way. After planned restarts (SIGTERM): never.
Usage: kill_loop.py PROGRAM FAKE_PROVIDER [--kills N] [--seed S]"""
import collections
import email.utils
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import time
import urllib.request

import house

CRASH_POINTS = ["ingest-fetched", "ingest-stored", "digest-built", "digest-stored", "deliver-intended", "deliver-answered",
                "deliver-settled", "commit-begins", "commit-done"]
PATHS = {"slack": "chat.postMessage", "telegram": "sendMessage", "matrix": "/send/"}
SECRETS = {"slack": "xoxb-100-200-fake", "telegram": "AAFakeTokenOfPaperboysTestsOnly_0-9xyz", "matrix": "syt_paperboy_token",
           "email": "canary-2b90-password"}
PROVIDER_KILLS = ["kill_before", "kill_after", "kill_replied"]
PEOPLE = {
    "ada": ["slack: C0PAPERS01", "telegram: '55'", "matrix: '!open:fake.test'", "email: ada@example.org"],
    "ben": ["slack: U0ADA00001", "telegram: '56'", "matrix: '@ada:fake.test'", "email: ben@example.org"],
}
TITLE = re.compile(r"Robot (\d{5}) folds")


def feed(path):
    """/feed/N has the one paper N."""
    number = int(path.rsplit("/", 1)[1])
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Robots</title><link>http://127.0.0.1/</link>'
        f"<description>P</description><item><title>Robot {number:05d} folds &lt;b&gt;&amp;*_~</title>"
        f"<link>http://127.0.0.1/{number}</link><guid>r{number}</guid><description>We present a robot. It folds.</description>"
        f"<pubDate>{email.utils.formatdate()}</pubDate></item></channel></rss>"
    )


class Fake(house.Fake):
    def __init__(self, program, name):
        super().__init__(program, name)
        self.path = PATHS[name]

    def applied(self):
        return json.load(urllib.request.urlopen(f"{self.url}/_fake/applied"))

    def kill_at(self, moment, pid):
        wish = json.dumps({"path": self.path, "kind": moment, "pid": pid}).encode()
        urllib.request.urlopen(f"{self.url}/_fake/fault", data=wish)


class Field:
    """The daemon, its providers and its input."""

    def __init__(self, program, fake_program):
        self.feed = house.FeedServer(feed)
        self.sink = house.MailSink(SECRETS["email"])
        self.fakes = {name: Fake(fake_program, name) for name in PATHS}
        self.house = house.House(program, people={})
        for name, addresses in PEOPLE.items():
            places = "".join(f"  - {{{address}}}\n" for address in addresses)
            self.house.add(name, f"id: {name}\nname: {name}\ntime_zone: UTC\ndigest: instant\nchannels:\n{places}"
                           "topics: [{name: Robots, query: 'robot*'}]\n")
        self.log = open(self.house.folder / "log", "ab")
        self.papers = 0

    def settings(self, feeds):
        listed = "".join(
            f"    - {{name: F{n}, url: '{self.feed.url}/feed/{n}', private_addresses: true}}\n" for n in feeds)
        self.house.settings.write_text(
            f"contact: tests@example.org\nstore: {{path: {self.house.folder}/paperboy.db}}\nserver: {{listen: 'off'}}\n"
            f"people: {{directory: people.d}}\nlog: {{level: info}}\nsources:\n  feed:\n{listed}channels:\n"
            f"  slack: {{token: {SECRETS['slack']}, api_url: '{self.fakes['slack'].url}/api'}}\n"
            f"  telegram: {{token: '1234567890:{SECRETS['telegram']}', api_url: '{self.fakes['telegram'].url}'}}\n"
            f"  matrix: {{user: '@paperboy:fake.test', homeserver: '{self.fakes['matrix'].url}', token: {SECRETS['matrix']}, every: 0s}}\n"
            f"  email: {{host: 127.0.0.1, port: {self.sink.port}, security: none, allow_plain_auth: true, user: digest, "
            f"password: {SECRETS['email']}, from: digest@example.org, max_per_minute: 6000}}\n")
        os.chmod(self.house.settings, 0o600)

    def start(self, crash_at=None):
        surroundings = dict(os.environ, **({"PAPERBOY_CRASH_AT": crash_at} if crash_at else {}))
        return subprocess.Popen(self.house.command("run"), stderr=self.log, env=surroundings)

    def outbox(self):
        with sqlite3.connect(self.house.folder / "paperboy.db", timeout=30) as store:
            return store.execute("SELECT channel, destination, provider_key, state, doubts, last_error FROM delivery").fetchall()

    def drain(self, daemon, patience):
        """Until every paper was taken in and shown to everybody, and nothing waits any more."""
        deadline = time.monotonic() + patience
        while True:
            house.check(daemon.poll() is None, f"the daemon ended by itself: exit {daemon.returncode}\n{self.end_of_log()}")
            with sqlite3.connect(self.house.folder / "paperboy.db", timeout=30) as store:
                tables = {name for name, in store.execute("SELECT name FROM sqlite_master")}
                if not {"papers", "shown", "delivery"} <= tables:  # killed before its first start had made them
                    house.check(time.monotonic() < deadline, f"there is no store yet\n{self.end_of_log()}")
                    time.sleep(0.2)
                    continue
                taken = store.execute("SELECT COUNT(*) FROM papers").fetchone()[0]
                shown = store.execute("SELECT COUNT(*) FROM (SELECT DISTINCT person, paper FROM shown)").fetchone()[0]
            waiting = [row for row in self.outbox() if row[3] in ("queued", "sending", "ambiguous")]
            if taken == self.papers and shown == self.papers * len(PEOPLE) and not waiting:
                return
            house.check(time.monotonic() < deadline,
                        f"{taken} of {self.papers} papers are in, {shown} shown, {len(waiting)} messages wait: {waiting[:3]}\n{self.end_of_log()}")
            time.sleep(0.2)

    def end_of_log(self):
        return (self.house.folder / "log").read_text()[-3000:]

    def end(self, daemon):
        # A program that has only just begun does not catch the signal yet.
        status = pathlib.Path(f"/proc/{daemon.pid}/status")
        house.until("the daemon hears SIGTERM",
                    lambda: int(re.search(r"SigCgt:\s*(\w+)", status.read_text()).group(1), 16) >> (signal.SIGTERM - 1) & 1)
        daemon.send_signal(signal.SIGTERM)
        house.check(daemon.wait(timeout=30) == 0, f"exit {daemon.returncode} after SIGTERM\n{self.end_of_log()}")

    def keeps_secrets(self):
        """No secret of the settings is anywhere but in them: not in the log, the store, a message or a core."""
        places = {path: path.read_bytes() for path in self.house.folder.rglob("*") if path.is_file() and path != self.house.settings}
        places["what the providers got"] = repr(self.received()).encode() + b"".join(self.sink.mails)
        # The store's newest pages may stand in its log.
        store = b"".join(text for path, text in places.items() if "paperboy.db" in str(path))
        for what, text in (("the store", store), ("what the providers got", places["what the providers got"])):
            house.check(b"Robot " in text, f"{what} was not looked at")
        for path, text in places.items():
            found = [name for name, secret in SECRETS.items() if secret.encode() in text]
            house.check(not found, f"{path} holds the secret of {found}")

    def received(self):
        """channel -> list of (destination, text or Message-ID) as the readers have them."""
        got = {name: [(entry["destination"], entry["text"]) for entry in fake.applied()] for name, fake in self.fakes.items()}
        got["email"] = []
        for data in self.sink.mails:
            mail = house.parse(data)
            got["email"].append((mail["To"].addresses[0].addr_spec, str(mail["Message-ID"]) + mail.get_body(("plain",)).get_content()))
        return got

    def close(self):
        for fake in self.fakes.values():
            fake.close()
        self.feed.close()
        self.log.close()
        self.house.__exit__()


def kills(field, count, chance):
    """Kills the daemon `count` times, each time with new papers; counts by kind."""
    by_kind = collections.Counter()
    plan = [("point", f"{label}:{n}") for label in CRASH_POINTS for n in (1, 2, 3)]
    plan += [("provider", (name, moment)) for name in [*PATHS, "email"] for moment in PROVIDER_KILLS for _ in range(2)]
    chance.shuffle(plan)
    for number in range(count):
        kind, what = plan[number % len(plan)] if number % 2 == 0 else ("random", None)
        if number % 4 == 0:
            field.papers += 1
        # The newest feeds are read; what a kill kept out comes in with the drain at the end.
        field.settings(range(max(1, field.papers - 1), field.papers + 1))
        daemon = field.start(what if kind == "point" else None)
        if kind == "provider":
            name, moment = what
            if name == "email":
                field.sink.wish = (moment, daemon.pid)
            else:
                field.fakes[name].kill_at(moment, daemon.pid)
        try:
            daemon.wait(timeout=chance.uniform(0.1, 1.5) if kind == "random" else 2.5)
            by_kind[kind] += 1
        except subprocess.TimeoutExpired:
            os.kill(daemon.pid, signal.SIGKILL)
            daemon.wait()
            by_kind["random"] += 1
        house.check(daemon.returncode == -signal.SIGKILL, f"kill {number}: exit {daemon.returncode}\n{field.end_of_log()}")
        field.sink.wish = None
        if kind == "provider" and name != "email":
            field.fakes[name].no_faults()
    return by_kind


def judge(field, telegram_bound):
    """Nothing is lost, nothing doubled beyond the bound; prints the table."""
    got = field.received()
    rows = field.outbox()
    # Killed twice while the same message was on its way to Telegram: no third copy is risked, and its reader is told elsewhere.
    held = [row for row in rows if row[0] == "telegram" and row[3] == "dead" and row[4] > 0]
    wrong = [row for row in rows if row[3] != "sent" and row not in held]
    house.check(not wrong, f"not sent: {wrong[:3]}")
    with sqlite3.connect(field.house.folder / "paperboy.db") as store:
        told = store.execute("SELECT COUNT(*) FROM digest WHERE kind = 'undelivered'").fetchone()[0]
        # Two papers of one day that are held in one chat are told of in the same words: two messages, not one twice.
        alike = collections.Counter()
        for channel, messages in store.execute(
            "SELECT d.channel, COUNT(*) FROM delivery d JOIN digest g ON g.id = d.digest WHERE g.kind = 'undelivered' "
            "GROUP BY d.channel, d.destination, g.packed_markdown"
        ):
            alike[channel] += messages - 1
    house.check(told >= len(held), f"{len(held)} held in doubt, {told} told")
    print(f"{'channel':<10}{'messages':>10}{'applied':>10}{'lost':>7}{'doubled':>9}{'held':>6}{'sent again in doubt':>21}")
    trouble = []
    for channel, messages in got.items():
        mine = [row for row in rows if row[0] == channel]
        counts = collections.Counter(messages)
        doubled = max(0, sum(n - 1 for n in counts.values()) - alike[channel])
        kept = len(held) if channel == "telegram" else 0
        lost = max(0, len(mine) - kept - alike[channel] - len(counts))
        doubts = sum(row[4] for row in mine)
        # By Message-ID: a mail store drops the second.
        visible = 0 if channel == "email" else doubled
        print(f"{channel:<10}{len(mine):>10}{len(messages):>10}{lost:>7}{visible:>9}{kept:>6}{doubts:>21}")
        if lost != 0:
            trouble.append(f"{channel}: {lost} lost")
        if visible > (telegram_bound if channel == "telegram" else 0):
            trouble.append(f"{channel}: {visible} doubled, {[text for text, n in counts.items() if n > 1][:2]}")
        if channel == "telegram" and any(n > 2 for n in counts.values()):
            trouble.append("telegram: a third copy")
        for destination in {destination for destination, _ in messages}:
            papers = {int(n) for place, text in messages if place == destination for n in TITLE.findall(text)}
            missing = set(range(1, field.papers + 1)) - papers
            if len(missing) > kept:
                trouble.append(f"{channel} {destination}: papers {sorted(missing)[:5]} never came")
    house.check(len({place for place, _ in got["email"]}) == len(PEOPLE), "somebody got no mail at all")
    house.check(not trouble, "\n".join(trouble))


def main():
    given = house.kill_arguments(300)
    chance = random.Random(given.seed)

    field = Field(given.program, given.fake_provider)
    try:
        by_kind = kills(field, given.kills, chance)
        field.settings(range(1, field.papers + 1))
        daemon = field.start()
        field.drain(daemon, 120 + 3 * field.papers)
        field.end(daemon)
        print(f"killed: {dict(by_kind)}", flush=True)
        house.check(by_kind["point"] > 0 and by_kind["provider"] > 0, "no crash point was reached (is it the preset dev?)")
        judge(field, telegram_bound=sum(by_kind.values()))
        field.keeps_secrets()
    finally:
        field.close()

    field = Field(given.program, given.fake_provider)
    try:
        for _ in range(12):
            field.papers += 1
            field.settings(range(1, field.papers + 1))
            daemon = field.start()
            time.sleep(chance.uniform(0.5, 2.0))
            field.end(daemon)
        daemon = field.start()
        field.drain(daemon, 120)
        field.end(daemon)
        print("12 planned restarts")
        judge(field, telegram_bound=0)
        field.keeps_secrets()
    finally:
        field.close()


main()
