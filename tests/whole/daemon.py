#!/usr/bin/env python3
"""`paperboy run` as a service manager sees it: readiness, a digest from a feed that is served here, reload (refused and taken), an
orderly stop, and no secret in its log. Usage: daemon.py PROGRAM"""
import email.utils
import os
import signal
import sys
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
    feed = house.FeedServer(lambda path: FEED.format(date=email.utils.formatdate()))
    port = house.free_port()
    with house.House(sys.argv[1], people={"eve": person("eve")}) as home:
        secret = home.folder / "password"
        secret.write_text(SECRET + "\n")
        os.chmod(secret, 0o600)
        settings = (
            f"contact: tests@example.org\nstore: {{path: {home.folder}/paperboy.db}}\nserver: {{listen: '127.0.0.1:{port}'}}\n"
            "people: {directory: people.d}\nlog: {level: debug}\n"
            f"sources:\n  feed:\n    - {{name: Tests, url: '{feed.url}/feed', private_addresses: true}}\n"
            f"channels:\n  file: {{directory: {home.digests}, formats: [maildir]}}\n"
            "  email: {host: 127.0.0.1, port: 1, security: tls, user: digest, password_file: password, from: digest@example.org}\n"
        )
        home.settings.write_text(settings)
        with house.Daemon(home) as daemon:
            process = daemon.process
            house.until("readiness", lambda: process.poll() is not None or status(port, "/-/ready") == 200)
            house.check(process.poll() is None, f"it ended with exit {process.returncode}")
            house.check(status(port, "/-/healthy") == 200 and status(port, "/healthz") == 200, "not healthy")
            house.check(status(port, "/nowhere") == 404, "an unknown path is not 404")
            house.until("the digest", lambda: len(home.mails("eve")) == 1)
            house.check("folds paper aeroplanes" in home.mails("eve")[0].get_body(("plain",)).get_content(), "the paper is not in it")
            house.check(any("tests@example.org" in agent for agent in feed.agents), f"User-Agent: {feed.agents[:1]}")

            home.settings.write_text(settings + "colour: blue\n")
            process.send_signal(signal.SIGHUP)
            house.until("the refusal", lambda: "reload refused" in daemon.log.read_text())
            house.check(status(port, "/-/ready") == 200, "a refused reload took readiness away")

            home.settings.write_text(settings)
            home.add("mallory", person("mallory"))
            process.send_signal(signal.SIGHUP)
            house.until("the reload", lambda: "settings reloaded" in daemon.log.read_text())
            listed = home.run("people").stdout
            house.check("mallory" in listed, f"the new person is not known:\n{listed}")
        house.check(len(home.mails("eve")) == 1, "the digest was doubled")
        log = daemon.log.read_text()
        house.check(SECRET not in log, "the password is in the log")
        house.check(all(line.startswith("ts=") for line in log.splitlines()), "a line of the log is not logfmt")
    feed.close()
    print("ready, delivered, reload refused and taken, stopped in order")


main()
