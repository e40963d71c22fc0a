#!/usr/bin/env python3
"""`paperboy demo` without a network, as a newcomer runs it: three people's digests as files that independent readers understand.
Usage: demo.py PROGRAM"""
import html.parser
import pathlib
import subprocess
import sys
import tempfile

import house


class Headings(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.inside = None
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag in ("h1", "h2", "h3"):
            self.inside = ""

    def handle_data(self, data):
        if self.inside is not None:
            self.inside += data

    def handle_endtag(self, tag):
        if tag in ("h1", "h2", "h3") and self.inside is not None:
            self.found.append(self.inside)
            self.inside = None


def main():
    with tempfile.TemporaryDirectory(prefix="paperboy-demo-") as folder:
        done = subprocess.run([sys.argv[1], "demo", "--offline", "--output", folder], capture_output=True, text=True)
        house.check(done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}")
        house.check("sample announcement" in done.stderr, "it does not say that it plays the sample")
        house.check("Gaussian" in done.stdout, "no digest is shown in the terminal")
        output = pathlib.Path(folder)
        for person, wanted in (("ada", "Splat-on-a-Diet"), ("rafael", "Krylov Complexity"), ("lin", "KV Cache")):
            mails = [house.parse(path.read_bytes()) for path in (output / person / "Maildir" / "new").glob("*")]
            house.check(len(mails) == 1, f"{person} has {len(mails)} mails")
            mail = mails[0]
            house.check(not mail.defects, f"{person}: {mail.defects}")
            plain, page = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
            markdown = next((output / person).glob("*.md")).read_text()
            archive = next((output / person).glob("*.html")).read_text()
            for name, text in (("plain", plain), ("html", page), ("md", markdown), ("page", archive)):
                house.check(wanted in text, f"{person}'s {name} lacks '{wanted}'")
            headings = Headings()
            headings.feed(archive)
            house.check(any(wanted in heading for heading in headings.found), f"{person}: no heading for '{wanted}'")
        # The second demonstration replaces the first.
        again = subprocess.run([sys.argv[1], "demo", "--offline", "--output", folder], capture_output=True, text=True)
        house.check(again.returncode == 0, again.stderr)
        house.check(len(list((output / "ada" / "Maildir" / "new").glob("*"))) == 1, "the second run doubled the digest")


main()
