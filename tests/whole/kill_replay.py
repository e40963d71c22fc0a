#!/usr/bin/env python3
"""kill -9 at random moments of a replay: after every restart it goes on, and at the end each digest is in the Maildir once, none is
missing, and its text is that of an undisturbed replay. Usage: kill_replay.py PROGRAM [--kills N] [--seed S]"""
import os
import random
import signal
import subprocess
import time

import house

START, DAYS = "2026-06-01", 14


def digests(home):
    """Message-ID -> text, over all people; a second copy is the failure this test is about."""
    found = {}
    for person in house.PEOPLE:
        for mail in home.mails(person):
            key = (person, str(mail["Message-ID"]))
            house.check(key not in found, f"{key} is in the Maildir twice")
            found[key] = mail.get_body(("plain",)).get_content()
    return found


def main():
    given = house.kill_arguments(200)
    chance = random.Random(given.seed)
    recordings = house.shared_data() / "corpus"
    with house.House(given.program) as calm:
        # One file of one month, so that a restart does not read the whole corpus again.
        month = calm.folder / "recordings"
        month.mkdir()
        lines = subprocess.Popen(["zstd", "-dc", recordings / "papers-2026.jsonl.zst"], stdout=subprocess.PIPE)
        with open(month / "june.jsonl", "wb") as out:
            for line in lines.stdout:
                if b'"announced": "2026-06-' in line:
                    out.write(line)
        lines.wait()

        def replay(home):
            return ("replay", "--from", month, "--start", START, "--days", DAYS, "--database", home.folder / "replay.db",
                    "--output", home.digests)

        begin = time.monotonic()
        calm.run(*replay(calm))
        undisturbed = time.monotonic() - begin
        wanted = digests(calm)
        house.check(len(wanted) > 25, f"an undisturbed replay made {len(wanted)} digests")

        done = rounds = 0
        while done < given.kills:
            rounds += 1
            with house.House(given.program) as home:
                while True:
                    process = subprocess.Popen(home.command(*replay(home)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                    try:
                        if done < given.kills:
                            # Anywhere from the first instant to a good part of the whole: every stage is hit.
                            process.wait(timeout=chance.uniform(0.0, undisturbed * 0.25))
                        else:
                            process.wait()
                    except subprocess.TimeoutExpired:
                        os.kill(process.pid, signal.SIGKILL)
                        process.wait()
                        done += 1
                        continue
                    error = process.stderr.read().decode(errors="replace")
                    house.check(process.returncode == 0, f"after {done} kills: exit {process.returncode}\n{error}")
                    break
                found = digests(home)
                lost = sorted(set(wanted) - set(found))
                more = sorted(set(found) - set(wanted))
                house.check(not lost, f"round {rounds}: {len(lost)} digests are missing, {lost[:3]}")
                house.check(not more, f"round {rounds}: {len(more)} digests nobody asked for, {more[:3]}")
                changed = [key for key in wanted if wanted[key] != found[key]]
                house.check(not changed, f"round {rounds}: {len(changed)} digests read differently, {changed[:3]}")
        print(f"{done} kills in {rounds} replays: {len(wanted)} digests each, lost 0, doubled 0")


main()
