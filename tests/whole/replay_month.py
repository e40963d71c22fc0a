#!/usr/bin/env python3
"""A month of real announcements through the whole program: everybody gets a digest on every day with an announcement, no paper comes
twice, and playing the month again changes nothing. Usage: replay_month.py PROGRAM"""
import collections
import json
import re
import subprocess
import sys
import time

import house

MONTH = "2026-06"
# What the people of house.py follow: a day that brought none of it owes them nothing.
FOLLOWED = {"ada": r"cs\.(CV|GR|CL|AI)", "rafael": r"hep-th|gr-qc|hep-lat", "lin": r"cs\.RO|astro-ph\..+"}


def announcements(recordings):
    """Day -> the categories it brought."""
    days = collections.defaultdict(set)
    lines = subprocess.Popen(["zstd", "-dc", recordings / "papers-2026.jsonl.zst"], stdout=subprocess.PIPE)
    for line in lines.stdout:
        if b'"announced": "' + MONTH.encode() in line:
            paper = json.loads(line)
            days[paper["announced"]].update(paper["categories"])
    lines.wait()
    return dict(sorted(days.items()))


def shown_papers(mail):
    """Ids under a heading of their own or in the overflow list; the contents and the summary repeat them, so a set."""
    text = mail.get_body(("html",)).get_content()
    return set(re.findall(r'https://arxiv\.org/abs/([a-z.-]+/\d{7}|\d{4}\.\d{4,5})', text))


def main():
    recordings = house.shared_data() / "corpus"
    days = announcements(recordings)
    house.check(len(days) >= 20, f"the recordings hold {len(days)} days of {MONTH}")
    with house.House(sys.argv[1]) as home:
        replay = ("replay", "--from", recordings, "--start", f"{MONTH}-01", "--days", 30, "--database", home.folder / "month.db",
                  "--output", home.digests)
        begin = time.monotonic()
        home.run(*replay)
        took = time.monotonic() - begin
        before = {}
        for person in house.PEOPLE:
            mails = home.mails(person)
            seen = collections.Counter(paper for mail in mails for paper in shown_papers(mail))
            twice = [paper for paper, times in seen.items() if times > 1]
            house.check(not twice, f"{person} was shown these papers twice: {twice[:5]}")
            files = list((home.digests / person).glob("*.md"))
            told = {re.search(r"\d{4}-\d{2}-\d{2}", file.name)[0] for file in files}
            owed = [day for day, brought in days.items() if any(re.fullmatch(FOLLOWED[person], c) for c in brought)]
            missing = [day for day in owed if day not in told]
            house.check(not missing, f"{person} got no digest on {missing}")
            house.check(len(mails) == len(files), f"{person}: {len(mails)} mails, {len(files)} files")
            print(f"{person}: {len(mails)} digests, {len(seen)} papers")
            before[person] = sorted(str(mail["Message-ID"]) for mail in mails)
        home.run(*replay)
        for person in house.PEOPLE:
            after = sorted(str(mail["Message-ID"]) for mail in home.mails(person))
            house.check(after == before[person], f"playing the month again changed the Maildir of {person}")
        print(f"{len(days)} announcements of {MONTH} played in {took:.1f} s")


main()
