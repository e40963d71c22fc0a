#!/usr/bin/env python3
"""`paperboy run` as a service manager sees it: readiness, a digest from a feed that is served here, one instance on a store, reload
(refused, taken, and taken while a message is on its way), an orderly stop, and no secret in its log. Usage: daemon.py PROGRAM"""
import email.utils
import http.server
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import house

TOKEN = "1234567890:AAcanary-4e7d-this-must-never-be-printed"
SECRET = "canary-8c1f-this-must-never-be-printed"
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Journal of Tests</title><link>http://127.0.0.1/</link><description>Papers</description>
<item><title>A robot that folds paper aeroplanes, {path}</title><link>http://127.0.0.1{path}</link><guid>{path}</guid>
<dc:identifier>doi:10.5555{path}</dc:identifier><description>We present a robot. It folds and throws.</description><pubDate>{date}</pubDate></item>
</channel></rss>
"""


class Bot(http.server.BaseHTTPRequestHandler):
    """Telegram, as far as a message goes; answers only while the gate is open."""

    gate = threading.Event()
    asked = []

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"ok": False, "error_code": 501, "description": "Not Implemented"}
        if self.path.endswith("/sendMessage"):
            Bot.asked.append(given["text"])
            Bot.gate.wait(120)
            message = {"message_id": len(Bot.asked), "date": 1, "chat": {"id": 55, "type": "private"}, "text": "."}
            answer = {"ok": True, "result": message}
        body = json.dumps(answer).encode()
        try:
            self.send_response(answer.get("error_code", 200))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the daemon has left

    def log_message(self, *_):
        pass


def status(port, path):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def chat_messages(home):
    """(state, doubts) of each message for the chat, the oldest first."""
    with sqlite3.connect(home.folder / "paperboy.db", timeout=30) as store:
        return store.execute("SELECT state, doubts FROM delivery WHERE channel = 'telegram' ORDER BY created_at, id").fetchall()


def person(name, channel="file", destination=None):
    return (f"id: {name}\nname: {name}\ntime_zone: UTC\ndigest: instant\nchannels: [{{{channel}: {destination or name}}}]\n"
            "topics: [{name: Robots, query: 'robot*'}]\n")


def main():
    feeds = house.FeedServer(lambda path: FEED.format(date=email.utils.formatdate(), path=path))
    telegram = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bot)
    threading.Thread(target=telegram.serve_forever, daemon=True).start()
    port = house.free_port()
    with house.House(sys.argv[1], people={"eve": person("eve"), "tess": person("tess", "telegram", "'55'")}) as home:
        for name, secret in (("password", SECRET), ("token", TOKEN)):
            (home.folder / name).write_text(secret + "\n")
            os.chmod(home.folder / name, 0o600)

        def settings(*names):
            listed = "".join(f"    - {{name: {name}, url: '{feeds.url}/{name}', private_addresses: true}}\n" for name in names)
            home.settings.write_text(
                f"contact: tests@example.org\nstore: {{path: {home.folder}/paperboy.db}}\nserver: {{listen: '127.0.0.1:{port}'}}\n"
                f"people: {{directory: people.d}}\nlog: {{level: debug}}\nsources:\n  feed:\n{listed}"
                f"channels:\n  file: {{directory: {home.digests}, formats: [maildir]}}\n"
                "  email: {host: 127.0.0.1, port: 1, security: tls, user: digest, password_file: password, from: digest@example.org}\n"
                f"  telegram: {{token_file: token, api_url: 'http://127.0.0.1:{telegram.server_port}'}}\n"
                f"citations:\n  semantic_scholar: {{key_file: password, api_url: 'http://127.0.0.1:{telegram.server_port}/graph/v1'}}\n")

        settings("one")
        with house.Daemon(home) as daemon:
            process = daemon.process
            house.until("readiness", lambda: process.poll() is not None or status(port, "/-/ready") == 200)
            house.check(process.poll() is None, f"it ended with exit {process.returncode}")
            house.check(status(port, "/-/healthy") == 200 and status(port, "/healthz") == 200, "not healthy")
            house.check(status(port, "/nowhere") == 404, "an unknown path is not 404")
            core = pathlib.Path(f"/proc/{process.pid}/limits").read_text().split("Max core file size")[1].split()
            house.check(core[:2] == ["0", "0"], f"a core file may hold secrets: {core[:2]}")
            house.until("the digest", lambda: len(home.mails("eve")) == 1)
            house.check("folds paper aeroplanes" in home.mails("eve")[0].get_body(("plain",)).get_content(), "the paper is not in it")
            house.check(any("tests@example.org" in agent for agent in feeds.agents), f"User-Agent: {feeds.agents[:1]}")

            # A second one on the same store would take the first one's messages for its own.
            second = subprocess.run(home.command("run"), capture_output=True, text=True, timeout=60)
            house.check(second.returncode == 1 and f"another Paperboy (process {process.pid})" in second.stderr,
                        f"a second daemon: exit {second.returncode}\n{second.stderr}")
            house.check(status(port, "/-/ready") == 200, "the second daemon disturbed the first")

            home.settings.write_text(home.settings.read_text() + "colour: blue\n")
            process.send_signal(signal.SIGHUP)
            house.until("the refusal", lambda: "reload refused" in daemon.log.read_text())
            house.check(status(port, "/-/ready") == 200, "a refused reload took readiness away")

            # A message for the chat is on its way: the new settings work beside it, and it is not cut off.
            house.until("the message to the chat", lambda: len(Bot.asked) == 1)
            settings("one", "two")
            home.add("mallory", person("mallory"))
            process.send_signal(signal.SIGHUP)
            house.until("the reload", lambda: "settings reloaded" in daemon.log.read_text())
            listed = home.run("people").stdout
            house.check("mallory" in listed, f"the new person is not known:\n{listed}")
            house.until("a digest under the new settings", lambda: len(home.mails("eve")) == 2)
            house.until("the next message for the chat", lambda: len(chat_messages(home)) == 2)
            house.check(chat_messages(home) == [("sending", 0), ("queued", 0)], f"after the reload: {chat_messages(home)}")
            Bot.gate.set()
            house.until("both messages", lambda: chat_messages(home) == [("sent", 0), ("sent", 0)])
        house.check(len(Bot.asked) == 2 == len(set(Bot.asked)), f"the chat was sent {Bot.asked}")
        house.check(len(home.mails("eve")) == 2, "a digest was doubled")

        # Stopped while a message is on its way that two reloads have left behind: in time, and as a doubt, not as a loss.
        Bot.gate.clear()
        settings("one", "two", "three")
        with house.Daemon(home) as daemon:
            house.until("the third message", lambda: len(Bot.asked) == 3)
            for times in (2, 3):
                daemon.process.send_signal(signal.SIGHUP)
                house.until("a reload", lambda: daemon.log.read_text().count("settings reloaded") == times)
            house.until("a question about citations", lambda: "citations were not counted" in daemon.log.read_text())
        house.check(chat_messages(home)[2] == ("sending", 0), f"after a stop that cut a message off: {chat_messages(home)}")
        Bot.gate.set()
        with house.Daemon(home) as daemon:
            house.until("the message once more", lambda: chat_messages(home)[2] == ("sent", 1))
        house.check(len(Bot.asked) == 4 and Bot.asked[2] == Bot.asked[3], "another message than the one in doubt")
        log = daemon.log.read_text()
        for canary in (SECRET, TOKEN, TOKEN.split(":")[1]):
            house.check(canary not in log, "a secret is in the log")
        house.check(all(line.startswith("ts=") for line in log.splitlines()), "a line of the log is not logfmt")
    feeds.close()
    telegram.shutdown()
    print("ready, delivered, alone on its store, reload refused and taken, also while sending, stopped in order")


main()
