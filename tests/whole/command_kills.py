#!/usr/bin/env python3
"""The daemon, killed again and again while people speak to its bot: at every labelled point between hearing and having answered, and
at random. Every command takes effect exactly once; every answer arrives, once on Slack and Matrix, and on Telegram at most once
more for each kill while it was on its way. The providers deliver again what was not acknowledged, as the real ones do.
Usage: command_kills.py PROGRAM FAKE_PROVIDER [--kills N] [--seed S]"""
import collections
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import house

CRASH_POINTS = ["bot-heard", "bot-read", "bot-handled", "bot-finished", "deliver-intended", "deliver-answered", "deliver-settled",
                "commit-begins", "commit-done"]
NAME = re.compile(r"Topic(\d{4})")


class Fake(house.Fake):
    def get(self, path):
        return json.load(urllib.request.urlopen(self.url + path))

    def post(self, path, body):
        return json.load(urllib.request.urlopen(self.url + path, data=json.dumps(body).encode()))

    def answers(self):
        """How often an answer about each topic is there to be read."""
        return collections.Counter(int(n) for entry in self.get("/_fake/applied") for n in set(NAME.findall(entry["text"])))


class Telegram(Fake):
    name = "telegram"

    def say(self, number):
        """Stays in the queue until it is confirmed."""
        self.post("/_fake/update", {"message": {
            "message_id": 1000 + number, "date": int(time.time()), "chat": {"id": 55, "type": "private", "first_name": "Ada"},
            "from": {"id": 55, "is_bot": False, "first_name": "Ada"}, "text": f"follow robot{number} as Topic{number:04d}"}})

    def deliver(self):
        pass


class Slack(Fake):
    name = "slack"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        # The conversation of two is there once somebody has opened it.
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/api/conversations.open", data=b"users=U0ADA00001",
                                                      headers={"Authorization": "Bearer xoxb-100-200-fake"}))
        self.waiting = {}  # number -> the envelope it was last sent in, None: in none yet

    def say(self, number):
        self.waiting[number] = None

    def deliver(self):
        """Sends what is not acknowledged to a link that is open, again where the link has gone since."""
        socket = self.get("/_fake/socket")
        self.waiting = {n: envelope for n, envelope in self.waiting.items() if envelope not in socket["acked"]}
        if socket["open"] == 0:
            self.waiting = dict.fromkeys(self.waiting)
            return
        for number, envelope in self.waiting.items():
            if envelope is not None:
                continue
            event = {"type": "message", "channel_type": "im", "channel": "D0ADA00001", "user": "U0ADA00001", "event_ts": f"{number}.0001",
                     "ts": f"{number}.0001", "text": f"follow robot{number} as Topic{number:04d}"}
            payload = {"type": "event_callback", "team_id": "T0EXAMPLE1", "api_app_id": "A0PAPERBOY", "event_id": f"Ev{number}",
                       "event_time": int(time.time()), "event": event}
            try:
                self.waiting[number] = self.post("/_fake/envelope", {"type": "events_api", "payload": payload})["envelope_id"]
            except urllib.error.HTTPError:
                return


class Matrix(Fake):
    name = "matrix"

    def say(self, number):
        """Stays in the room, for whoever knows from where on to read."""
        self.post("/_fake/say", {"room": "!open:fake.test", "sender": "@ada:fake.test",
                                 "body": f"!paper follow robot{number} as Topic{number:04d}"})

    def deliver(self):
        pass


class Field:
    def __init__(self, program, fake_program):
        self.fakes = [Telegram(fake_program, "telegram"), Slack(fake_program, "slack"), Matrix(fake_program, "matrix")]
        telegram, slack, matrix = self.fakes
        self.slack = slack
        self.house = house.House(program, people={})
        self.house.add("ada", "id: ada\nname: Ada\ntime_zone: UTC\ndigest: instant\nchannels: [{telegram: '55'}, {slack: U0ADA00001}, {matrix: '@ada:fake.test'}]\n"
                       "topics: [{name: Robots, query: 'robot*'}]\n")
        self.house.settings.write_text(
            f"store: {{path: {self.house.folder}/paperboy.db}}\nserver: {{listen: 'off'}}\npeople: {{directory: people.d}}\n"
            f"channels:\n  telegram: {{token: '1234567890:AAFakeTokenOfPaperboysTestsOnly_0-9xyz', api_url: '{telegram.url}', listen: true}}\n"
            f"  slack: {{token: xoxb-100-200-fake, app_token: xapp-1-A0PAPERBOY-100-fake, api_url: '{slack.url}/api', listen: true}}\n"
            f"  matrix: {{user: '@paperboy:fake.test', homeserver: '{matrix.url}', token: syt_paperboy_token, every: 0s, listen: true}}\n")
        os.chmod(self.house.settings, 0o600)
        self.log = open(self.house.folder / "log", "ab")
        self.said = 0

    def start(self, crash_at=None):
        surroundings = dict(os.environ, **({"PAPERBOY_CRASH_AT": crash_at} if crash_at else {}))
        return subprocess.Popen(self.house.command("run"), stderr=self.log, env=surroundings)

    def begin(self):
        """What was said in a room before Paperboy first listened is not for it: from here on it is."""
        daemon = self.start()
        house.until("Paperboy to listen", lambda: self.rows("SELECT 1 FROM sqlite_master WHERE name = 'cursor'") and
                    self.rows("SELECT 1 FROM cursor WHERE name = 'listen:matrix'"))
        daemon.kill()
        daemon.wait()

    def say(self):
        self.said += 1
        self.fake_of(self.said).say(self.said)

    def fake_of(self, number):
        return self.fakes[number % len(self.fakes)]

    def rows(self, sql):
        with sqlite3.connect(self.house.folder / "paperboy.db", timeout=30) as store:
            return store.execute(sql).fetchall()

    def done(self):
        """Is everything heard, done and sent?"""
        if self.slack.waiting:
            return False
        try:
            effects = self.rows("SELECT COUNT(*) FROM choice")[0][0]
            waiting = self.rows("SELECT COUNT(*) FROM delivery WHERE finalized_at IS NULL")[0][0]
        except sqlite3.OperationalError:
            return False  # killed before its first start had made the tables
        return effects >= self.said and waiting == 0

    def end_of_log(self):
        return (self.house.folder / "log").read_text()[-4000:]

    def close(self):
        for fake in self.fakes:
            fake.close()
        self.log.close()
        self.house.__exit__()


def kill_while_they_speak(field, count, chance):
    by_kind = collections.Counter()
    plan = [f"{label}:{n}" for label in CRASH_POINTS for n in (1, 2)]
    chance.shuffle(plan)
    for number in range(count):
        point = plan[number // 2 % len(plan)] if number % 2 == 0 else None
        for _ in field.fakes:
            field.say()
        daemon = field.start(point)
        deadline = time.monotonic() + (4.0 if point else chance.uniform(0.3, 2.5))
        while daemon.poll() is None and time.monotonic() < deadline:
            for fake in field.fakes:
                fake.deliver()
            time.sleep(0.05)
        by_kind["point" if point and daemon.poll() is not None else "random"] += 1
        if daemon.poll() is None:
            os.kill(daemon.pid, signal.SIGKILL)
        daemon.wait()
        house.check(daemon.returncode == -signal.SIGKILL, f"kill {number}: exit {daemon.returncode}\n{field.end_of_log()}")
        field.slack.deliver()
    return by_kind


def main():
    given = house.kill_arguments(60)
    chance = random.Random(given.seed)
    field = Field(given.program, given.fake_provider)
    try:
        field.begin()
        by_kind = kill_while_they_speak(field, given.kills, chance)
        daemon = field.start()
        deadline = time.monotonic() + 120 + 4 * field.said  # as fast as one person may speak
        while not field.done():
            house.check(daemon.poll() is None, f"the daemon ended by itself: exit {daemon.returncode}\n{field.end_of_log()}")
            house.check(time.monotonic() < deadline, f"{field.rows('SELECT state, COUNT(*) FROM inbox GROUP BY state')}, "
                        f"{field.rows('SELECT COUNT(*) FROM choice')} of {field.said} commands\n{field.end_of_log()}")
            for fake in field.fakes:
                fake.deliver()
            time.sleep(0.2)
        daemon.send_signal(signal.SIGTERM)
        house.check(daemon.wait(timeout=30) == 0, f"exit {daemon.returncode} after SIGTERM\n{field.end_of_log()}")
        print(f"killed: {dict(by_kind)}", flush=True)
        house.check(by_kind["point"] > 0, "no crash point was reached (is it the preset dev?)")

        effects = collections.Counter(subject for subject, in field.rows("SELECT subject FROM choice"))
        wanted = {f"Topic{number:04d}" for number in range(1, field.said + 1)}
        house.check(set(effects) == wanted, f"commands without effect: {sorted(wanted - set(effects))[:5]}")
        house.check(max(effects.values()) == 1, f"commands that took effect twice: {[name for name, n in effects.items() if n > 1][:5]}")
        held = field.rows("SELECT COUNT(*) FROM delivery WHERE channel = 'telegram' AND state = 'dead' AND doubts > 0")[0][0]
        print(f"{'channel':<10}{'said':>7}{'effects':>9}{'answers':>9}{'lost':>6}{'doubled':>9}{'held':>6}")
        for fake in field.fakes:
            mine = {number for number in range(1, field.said + 1) if field.fake_of(number) is fake}
            answers = fake.answers()
            lost, doubled = len(mine - set(answers)), sum(n - 1 for n in answers.values())
            kept = held if fake.name == "telegram" else 0
            print(f"{fake.name:<10}{len(mine):>7}{len(mine):>9}{len(answers):>9}{max(0, lost - kept):>6}{doubled:>9}{kept:>6}")
            house.check(lost <= kept, f"{fake.name}: no answer about {sorted(mine - set(answers))[:5]}")
            house.check(doubled <= (sum(by_kind.values()) if fake.name == "telegram" else 0), f"{fake.name}: {doubled} answers twice")
    finally:
        field.close()


main()
