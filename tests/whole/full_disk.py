#!/usr/bin/env python3
"""A disk that fills up below the running daemon. Nearly full: what is stored is delivered, no paper is taken in, and readiness says so.
Full: the daemon ends and says why. With space again everything goes on: each message once, nothing lost, the store sound.
Usage: full_disk.py PROGRAM FAKE_PROVIDER"""
import email.utils
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import house

DISK = 160 << 20
TITLE = re.compile(r"Robot (\d) folds")


def with_own_mounts():
    """Goes on in a mount namespace: the small disk is nobody else's, and gone with this process."""
    if os.environ.get("PAPERBOY_OWN_MOUNTS") == "yes":
        return
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0:
        print("needs a system that lets it mount a tmpfs in a namespace of its own (unshare --mount)", file=sys.stderr)
        sys.exit(house.SKIPPED)
    os.execvpe(unshare[0], [*unshare, sys.executable, *sys.argv], dict(os.environ, PAPERBOY_OWN_MOUNTS="yes"))


def feed(path):
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Robots</title><link>http://127.0.0.1/</link>'
            f"<description>P</description><item><title>Robot {path[1:]} folds</title><link>http://127.0.0.1{path}</link>"
            f"<guid>r{path}</guid><description>It folds.</description><pubDate>{email.utils.formatdate()}</pubDate></item></channel></rss>")


class Disk:
    def __init__(self, folder):
        self.folder, self.filler = pathlib.Path(folder), pathlib.Path(folder) / "filler"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", folder], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    def leave(self, free):
        """Fills it until `free` bytes are left."""
        now = os.statvfs(self.folder)
        more = now.f_bavail * now.f_frsize - free
        with open(self.filler, "ab") as filler:
            os.posix_fallocate(filler.fileno(), filler.tell(), more)

    def clear(self):
        self.filler.unlink()


class Field:
    def __init__(self, program, folder, telegram, log):
        self.telegram, self.log, self.port, self.feeds = telegram, log, house.free_port(), house.FeedServer(feed)
        self.daemon = None
        tempfile.tempdir = folder
        self.house = house.House(program, people={})
        self.house.add("ada", "id: ada\nname: Ada\ntime_zone: UTC\ndigest: instant\nchannels: [{telegram: '55'}]\n"
                       "topics: [{name: Robots, query: 'robot*'}]\n")

    def settings(self, papers):
        listed = "".join(f"    - {{name: F{n}, url: '{self.feeds.url}/{n}', private_addresses: true}}\n" for n in range(1, papers + 1))
        self.house.settings.write_text(
            f"contact: tests@example.org\nstore: {{path: {self.house.folder}/paperboy.db}}\n"
            f"server: {{listen: '127.0.0.1:{self.port}'}}\npeople: {{directory: people.d}}\nsources:\n  feed:\n{listed}"
            f"channels:\n  telegram: {{token: '1234567890:AAFakeTokenOfPaperboysTestsOnly_0-9xyz', api_url: '{self.telegram.url}'}}\n")
        os.chmod(self.house.settings, 0o600)

    def start(self):
        self.daemon = subprocess.Popen(self.house.command("run"), stdout=subprocess.DEVNULL, stderr=open(self.log, "ab"))

    def close(self):
        self.feeds.close()
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()

    def throttle(self, seconds):
        """The next message is to come again in `seconds`."""
        body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {seconds}",
                "parameters": {"retry_after": seconds}}
        wish = {"path": "sendMessage", "kind": "instead", "status": 429, "body": json.dumps(body)}
        urllib.request.urlopen(f"{self.telegram.url}/_fake/fault", data=json.dumps(wish).encode())

    def readiness(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5).read().decode()
        except urllib.error.HTTPError as answer:
            return answer.read().decode()
        except OSError:
            return ""

    def rows(self, sql):
        with sqlite3.connect(f"file:{self.house.folder}/paperboy.db?mode=ro", uri=True, timeout=30) as store:
            return store.execute(sql).fetchall()

    def arrived(self):
        applied = json.load(urllib.request.urlopen(f"{self.telegram.url}/_fake/applied"))
        return sorted(number for message in applied for number in set(TITLE.findall(message["text"])))

    def throttled(self):
        try:
            return self.rows("SELECT 1 FROM delivery WHERE state = 'queued' AND next_at > created_at")
        except sqlite3.OperationalError:  # there is no store yet
            return []


def fill(disk, field):
    field.settings(1)
    field.throttle(4)
    field.start()
    house.until("the first message is throttled", field.throttled)
    disk.leave(32 << 20)
    house.check("has only 3" in field.readiness(), f"ready on a disk that is nearly full: {field.readiness()}")
    house.until("what was stored is delivered", lambda: field.arrived() == ["1"])
    field.settings(2)
    field.daemon.send_signal(signal.SIGHUP)
    house.until("intake says why it waits", lambda: "no papers are taken in" in field.log.read_text())
    disk.clear()
    field.daemon.send_signal(signal.SIGHUP)
    house.until("the second paper comes when there is space", lambda: field.arrived() == ["1", "2"])
    house.check("is ready" in field.readiness(), f"not ready: {field.readiness()}")

    field.throttle(4)
    field.settings(3)
    field.daemon.send_signal(signal.SIGHUP)
    house.until("the third message is throttled", field.throttled)
    disk.leave(0)
    for attempt in ("full", "full and started anew"):
        house.check(field.daemon.wait(timeout=60) == 1, f"{attempt}: exit {field.daemon.returncode}")
        house.check("no space is left on the disk" in field.log.read_text(), f"{attempt}: the log does not say why")
        field.log.write_text("")
        field.start()
    house.check(field.daemon.wait(timeout=60) == 1, f"a third time: exit {field.daemon.returncode}")
    house.check(field.arrived() == ["1", "2"], f"{field.arrived()} arrived, though nothing could be noted down")
    disk.clear()
    field.start()
    house.until("the third message arrives", lambda: field.arrived() == ["1", "2", "3"])
    house.until("it is noted down", lambda: field.rows("SELECT COUNT(*) FROM delivery WHERE state <> 'sent'") == [(0,)])
    field.daemon.send_signal(signal.SIGTERM)
    house.check(field.daemon.wait(timeout=30) == 0, f"exit {field.daemon.returncode} after SIGTERM")
    house.check(field.rows("PRAGMA integrity_check") == [("ok",)], "the store is damaged")


def main():
    with_own_mounts()
    with tempfile.TemporaryDirectory(prefix="paperboy-disk-") as outside, house.Fake(sys.argv[2], "telegram") as telegram:
        place = pathlib.Path(outside) / "disk"
        place.mkdir()
        with Disk(place) as disk:
            field = Field(sys.argv[1], place, telegram, pathlib.Path(outside) / "log")
            try:
                fill(disk, field)
            finally:
                field.close()
    print("a full disk: 3 messages, each once")


main()
