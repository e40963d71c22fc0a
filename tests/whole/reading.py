#!/usr/bin/env python3
"""`paperboy run` with a model that reads: mails of ten papers, in English and in Chinese, whatever the model does (it is honest, it
lies, hangs, fails, has no credit, is not there). Then the daemon is killed again and again while it reads: no question whose reply was
stored is asked again, none twice but the one that was under way, and each mail arrives once.
Usage: reading.py PROGRAM FAKE_PROVIDER [--seed S]"""
import collections
import concurrent.futures
import email.utils
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request

import house

PAPERS = 10
PASSWORD, TOKEN = "canary-7d11-password", "sk-fake"
LANGUAGES = {"ada": "en", "lin": "zh"}
QUESTIONS = len(LANGUAGES) * (PAPERS + 1)  # analyses, and one overview
LIES = ["480 times", "a prize", "evil.example", "It is never the case", "それは"]
KILLS = ["reading-asked:1", "provider kill_after", "reading-stored:1", "commit-begins:9", "reading-asked:3",
         "provider kill_before", "reading-stored:2", "random", "provider kill_replied",
         "digest-built:1", "digest-stored:1", "deliver-settled:1"]


def feed(_):
    items = "".join(
        f"<item><title>Robot {n:02d} folds paper</title><link>http://127.0.0.1/{n}</link><guid>r{n}</guid><description>We present robot "
        f"number {n}, which folds paper aeroplanes. It folds {10 + n} aeroplanes in an hour. The robot does not fly them itself."
        f"</description><pubDate>{email.utils.formatdate()}</pubDate></item>" for n in range(1, PAPERS + 1))
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Robots</title><link>http://127.0.0.1/</link>'
            f"<description>P</description>{items}</channel></rss>")


class Model(house.Fake):
    def __init__(self, program):
        super().__init__(program, "llm")

    def post(self, to, **wish):
        urllib.request.urlopen(f"{self.url}{to}", data=json.dumps(wish).encode())

    def fail(self, kind, times=1000, **more):
        self.post("/_fake/fault", path="/v1/chat", kind=kind, times=times, **more)

    def asked(self):
        """What each request was about, in order: task, language, papers."""
        def about(request):
            said = "\n".join(message["content"] for message in request["messages"])
            return (request["response_format"]["json_schema"]["name"], re.search(r"^language: (.*)$", said, re.M).group(1),
                    *re.findall(r"^paper: (.*)$", said, re.M))

        return [about(request) for request in json.load(urllib.request.urlopen(f"{self.url}/_fake/applied"))]


class Study:
    """The daemon with a model, a feed and a place for mails."""

    def __init__(self, program, fake_program, wait, model=None, timeout="3m"):
        self.model = Model(fake_program)
        self.feed, self.sink, self.port = house.FeedServer(feed), house.MailSink(PASSWORD), house.free_port()
        self.house = house.House(program, people={})
        for name, language in LANGUAGES.items():
            self.house.add(name, f"id: {name}\nname: {name}\nlanguage: {language}\ntime_zone: UTC\ndigest: instant\n"
                           f"channels: [{{email: {name}@example.org}}]\ntopics: [{{name: Robots, query: 'robot*'}}]\n")
        self.house.settings.write_text(
            f"contact: tests@example.org\nstore: {{path: {self.house.folder}/paperboy.db}}\nserver: {{listen: '127.0.0.1:{self.port}'}}\n"
            f"people: {{directory: people.d}}\nsources:\n  feed: [{{name: F, url: '{self.feed.url}/feed', private_addresses: true}}]\n"
            f"channels:\n  email: {{host: 127.0.0.1, port: {self.sink.port}, security: none, allow_plain_auth: true, user: digest, "
            f"password: {PASSWORD}, from: digest@example.org, max_per_minute: 6000}}\n"
            f"reading:\n  wait: {wait}\n  llm: {{base_url: '{model or self.model.url}/v1', token: {TOKEN}, models: {{read: reader-1}}, "
            f"concurrency: 1, per_minute: 6000, timeout: {timeout}}}\n")
        os.chmod(self.house.settings, 0o600)
        self.log = self.house.folder / "log"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and self.log.exists():
            print(self.log.read_text()[-4000:], file=sys.stderr)
        self.model.close()
        self.feed.close()
        self.house.__exit__()

    def start(self, crash_at=None):
        surroundings = dict(os.environ, **({"PAPERBOY_CRASH_AT": crash_at} if crash_at else {}))
        with open(self.log, "ab") as log:
            return subprocess.Popen(self.house.command("run"), stderr=log, env=surroundings)

    def mails(self):
        """language -> text and HTML of the mails, each Message-ID once."""
        texts = collections.defaultdict(dict)
        for mail in map(house.parse, list(self.sink.mails)):
            parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
            texts[LANGUAGES[mail["To"].split("@")[0].strip("<")]][mail["Message-ID"]] = "\n".join(parts)
        return {language: list(by_id.values()) for language, by_id in texts.items()}

    def whole(self):
        """The mail in each language, once both are here; ten papers are in it."""
        mails = self.mails()
        if len(mails) < len(LANGUAGES):
            return None
        for language, texts in mails.items():
            house.check(len(texts) == 1, f"{len(texts)} mails in {language}")
            missing = [n for n in range(1, PAPERS + 1) if f"Robot {n:02d} folds paper" not in texts[0]]
            house.check(not missing, f"papers {missing} are not in the mail in {language}")
        return {language: texts[0] for language, texts in mails.items()}

    def ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def metric(self, name):
        """The sum of a metric, whatever its labels; those with `name` in them."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics").read().decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if not line.startswith("#") and name in line)

    def rows(self, sql):
        with sqlite3.connect(self.house.folder / "paperboy.db", timeout=30) as store:
            return store.execute(sql).fetchall()


def honest(study):
    mails = study.whole()
    for language, marks in {"en": ["Executive summary", "Motivation", "Generated by reader-1", "aeroplanes in an hour"],
                            "zh": ["主题与趋势", "研究动机", "核对过", "论文的原文对此是这样写道的"]}.items():
        for mark in marks:
            house.check(mark in mails[language], f"'{mark}' is not in the mail in {language}")
        house.check("<blockquote" in mails[language], f"there is no quote in the mail in {language}")
        house.check(mails[language].count(marks[1]) >= 2 * PAPERS, f"not all papers are read in {language}")
    house.check(len(study.model.asked()) == QUESTIONS, f"{len(study.model.asked())} questions")


def unread(study):
    for language, text in study.whole().items():
        house.check("reader-1" not in text, f"the mail in {language} says it has something of the model")


def lying(study):
    unread(study)
    for language, text in study.whole().items():
        shown = [lie for lie in LIES if lie in text]
        house.check(not shown, f"in the mail in {language} stand {shown}")
    house.check(study.metric('verdict="dropped"') > PAPERS, "the dropped sentences are not counted")
    house.check(study.metric('verdict="kept"') == 0, "a lie was kept")


def paused(result, why):
    def see(study):
        unread(study)
        house.check(study.metric("paperboy_reading_paused") == 1, "the metric does not say that nothing is read")
        house.check(study.metric(f'result="{result}"') >= 1, f"no question ended '{result}'")
        house.check(re.search(f"no model is asked for a while.*{why}", study.log.read_text()), f"the log does not say '{why}'")

    return see


def hanging(study):
    unread(study)
    house.check(study.metric("paperboy_reading_questions_total") == 0, "the model has answered: it did not hang")


NO_CREDIT = json.dumps({"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "param": None,
                                  "code": "insufficient_quota"}})
# name: (how long a digest waits, what the model does, what is to be seen)
SCENES = {
    "honest": ("10m", lambda model: None, honest),
    "lying": ("10m", lambda model: model.post("/_fake/model", lies=True), lying),
    "hanging": ("2s", lambda model: model.fail("silence"), hanging),
    "failing": ("20s", lambda model: model.fail("instead", status=500, body="oops"), paused("later", "500")),
    "without credit": ("10m", lambda model: model.fail("instead", status=429, body=NO_CREDIT, type="application/json"),
                       paused("exhausted", "no credit")),
    "absent": ("20s", None, paused("later", "")),
}


def play(name, program, fake_program):
    wait, prepare, see = SCENES[name]
    absent = f"http://127.0.0.1:{house.free_port()}" if prepare is None else None
    with Study(program, fake_program, wait, absent) as study:
        if prepare:
            prepare(study.model)
        daemon = study.start()
        try:
            house.until(f"the mails ({name})", lambda: daemon.poll() is not None or study.whole(), 120)
            house.check(daemon.poll() is None, f"{name}: it ended with exit {daemon.returncode}")
            see(study)
        except BaseException:
            print(f"the model: {name}", file=sys.stderr)
            raise
        finally:
            daemon.send_signal(signal.SIGTERM)
            status = daemon.wait(30)
        house.check(status == 0, f"{name}: exit {status} after SIGTERM")
        house.check(TOKEN not in study.log.read_text(), "the key of the model is in the log")


def kill_while_it_reads(program, fake_program, chance):
    """Ten papers, two languages, one question at a time."""
    with Study(program, fake_program, "1h") as study:
        study.model.post("/_fake/model", pause_ms=40)
        seen_before, points = 0, 0
        for kill in KILLS:
            provider, point = kill.startswith("provider"), ":" in kill
            stored = {tuple(row) for row in study.rows("SELECT subject, task, language FROM reading")} if study.model.asked() else set()
            daemon = study.start(kill if point else None)
            if provider:
                study.model.fail(kill.split()[1], times=1, pid=daemon.pid)
            deadline = time.monotonic() + 10
            enough = seen_before + chance.randint(1, 3)  # questions: a fast machine would have asked them all in a second
            while daemon.poll() is None and time.monotonic() < deadline:
                if kill == "random" and len(study.model.asked()) >= enough:
                    break
                time.sleep(0.02)
            points += point and daemon.poll() is not None
            if daemon.poll() is None:
                daemon.kill()
            house.check(daemon.wait() == -signal.SIGKILL, f"{kill}: exit {daemon.returncode}")
            study.model.no_faults()
            asked = study.model.asked()  # the last may still come in: the model writes down what it has thought about
            for task, language, *papers in asked[seen_before:]:
                known = [key for key in stored if key[0] in papers and key[1] in task and key[2] in language]
                house.check(not known, f"asked again although it was stored: {known}")
            seen_before = len(asked)
        daemon = study.start()
        house.until("the mails", lambda: daemon.poll() is not None or (study.ready() and study.whole()), 120)
        house.check(daemon.poll() is None, f"it ended with exit {daemon.returncode}")
        house.until("the end of all deliveries",
                    lambda: not study.rows("SELECT 1 FROM delivery WHERE finalized_at IS NULL"))
        honest_text = study.whole()
        daemon.send_signal(signal.SIGTERM)
        house.check(daemon.wait(30) == 0, f"exit {daemon.returncode} after SIGTERM")
        house.check(points >= 6, f"only {points} crash points were reached (is it the preset dev?)")
        for language, text in honest_text.items():
            house.check("reader-1" in text and "<blockquote" in text, f"the mail in {language} is without analyses")
        counts = collections.Counter(study.model.asked())
        house.check(len(counts) == QUESTIONS, f"{len(counts)} different questions, not {QUESTIONS}")
        may_hit = [kill for kill in KILLS if not kill.startswith("reading-")]  # a question under way, the only one at a time
        house.check(counts.total() <= QUESTIONS + len(may_hit), f"asked more than once a kill: {counts.most_common(5)}")
        paid, stored = study.rows("SELECT SUM(calls) FROM reading_cost")[0][0], study.rows("SELECT COUNT(*) FROM reading")[0][0]
        house.check(paid == stored == QUESTIONS, f"{paid} replies are paid for, {stored} stored")
        states = study.rows("SELECT state, COUNT(*) FROM delivery GROUP BY state")
        house.check(states == [("sent", len(LANGUAGES))], f"deliveries: {states}")
        print(f"{len(KILLS)} kills, {points} at crash points: {len(counts)} questions, {counts.total()} asked, "
              f"{len(study.sink.mails)} mails for {len(LANGUAGES)} people")


def main():
    given = house.kill_arguments(len(KILLS))
    program, fake_program = given.program, given.fake_provider
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        plays = [pool.submit(kill_while_it_reads, program, fake_program, random.Random(given.seed))]
        plays += [pool.submit(play, name, program, fake_program) for name in SCENES]
        for each in plays:
            each.result()


main()
