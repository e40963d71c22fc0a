#!/usr/bin/env python3
"""`paperboy run` as a service manager sees it: readiness, a digest from a feed that is served here, reload (refused and taken), an
orderly stop, and no secret in its log. Usage: daemon.py PROGRAM"""
import email.utils
import http.server
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import house

SECRET = "canary-8c1f-this-must-never-be-printed"
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Journal of Tests</title><link>http://127.0.0.1/</link><description>Papers</description>
<item><title>A robot that folds paper aeroplanes</title><link>http://127.0.0.1/1</link><guid>one</guid>
<description>We present a robot. It folds and throws.</description><pubDate>{date}</pubDate></item>
</channel></rss>
"""


class Feed(http.server.BaseHTTPRequestHandler):
    agents = []

    def do_GET(self):
        Feed.agents.append(self.headers.get("User-Agent", ""))
        body = FEED.format(date=email.utils.formatdate()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def until(what, truth, patience=60):
    deadline = time.monotonic() + patience
    while not truth():
        house.check(time.monotonic() < deadline, f"{what} did not happen within {patience} s")
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(port, path):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def person(name):
    return (f"id: {name}\nname: {name}\ntime_zone: UTC\ndigest: instant\nchannels: [{{file: {name}}}]\n"
            "topics: [{name: Robots, query: 'robot*'}]\n")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    with house.House(sys.argv[1]) as home:
        for old in (home.folder / "people.d").glob("*"):
            old.unlink()
        (home.folder / "people.d" / "eve.yaml").write_text(person("eve"))
        secret = home.folder / "password"
        secret.write_text(SECRET + "\n")
        os.chmod(secret, 0o600)
        settings = (
            f"contact: tests@example.org\nstore: {{path: {home.folder}/paperboy.db}}\nserver: {{listen: '127.0.0.1:{port}'}}\n"
            "people: {directory: people.d}\nlog: {level: debug}\n"
            f"sources:\n  feed:\n    - {{name: Tests, url: 'http://127.0.0.1:{server.server_port}/feed', private_addresses: true}}\n"
            f"channels:\n  file: {{directory: {home.digests}, formats: [maildir]}}\n"
            "  email: {host: 127.0.0.1, port: 1, security: tls, user: digest, password_file: password, from: digest@example.org}\n"
        )
        home.settings.write_text(settings)
        log_file = home.folder / "log"
        with open(log_file, "wb") as log:
            daemon = subprocess.Popen(home.command("run"), stderr=log)
        try:
            until("readiness", lambda: daemon.poll() is not None or status(port, "/-/ready") == 200)
            house.check(daemon.poll() is None, f"it ended with exit {daemon.returncode}")
            house.check(status(port, "/-/healthy") == 200 and status(port, "/healthz") == 200, "not healthy")
            house.check(status(port, "/nowhere") == 404, "an unknown path is not 404")
            until("the digest", lambda: len(home.mails("eve")) == 1)
            house.check("folds paper aeroplanes" in home.mails("eve")[0].get_body(("plain",)).get_content(), "the paper is not in it")
            house.check(any("tests@example.org" in agent for agent in Feed.agents), f"User-Agent: {Feed.agents[:1]}")

            home.settings.write_text(settings + "colour: blue\n")
            daemon.send_signal(signal.SIGHUP)
            until("the refusal", lambda: "reload refused" in log_file.read_text())
            house.check(status(port, "/-/ready") == 200, "a refused reload took readiness away")

            home.settings.write_text(settings)
            (home.folder / "people.d" / "mallory.yaml").write_text(person("mallory"))
            daemon.send_signal(signal.SIGHUP)
            until("the reload", lambda: "settings reloaded" in log_file.read_text())
            listed = home.run("people").stdout
            house.check("mallory" in listed, f"the new person is not known:\n{listed}")

            daemon.send_signal(signal.SIGTERM)
            house.check(daemon.wait(timeout=20) == 0, f"exit {daemon.returncode} after SIGTERM")
            house.check(len(home.mails("eve")) == 1, "the digest was doubled")
        except BaseException:
            print(log_file.read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()
        house.check(SECRET not in log_file.read_text(), "the password is in the log")
        house.check(all(line.startswith("ts=") for line in log_file.read_text().splitlines()), "a line of the log is not logfmt")
    server.shutdown()
    print("ready, delivered, reload refused and taken, stopped in order")


main()
