#!/usr/bin/env python3
"""The whole corpus into a store: every paper, in constant memory, and nothing new the second time. Usage: import_corpus.py PROGRAM"""
import json
import resource
import sqlite3
import sys
import time

import house

PAPERS = 164_463
MEMORY = 200 * 1024  # kB


def main():
    corpus = house.shared_data() / "corpus"
    files = sorted(corpus.glob("papers-*.zst"))
    with house.House(sys.argv[1]) as home:
        store = home.folder / "corpus.db"
        for turn in ("first", "second"):
            begin = time.monotonic()
            done = home.run("import", "--database", store, *files)
            took = time.monotonic() - begin
            rows = sqlite3.connect(store).execute("SELECT count(*) FROM papers").fetchone()[0]
            house.check(rows == PAPERS, f"{turn} import: {rows} rows of {PAPERS}\n{done.stderr}")
            print(f"{turn} import: {took:.1f} s, {PAPERS / took:,.0f} papers/s")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"peak memory {peak / 1024:.0f} MB")
        house.check(peak < MEMORY, f"peak memory {peak} kB")
        odd = json.loads((corpus / "odd-ids.json").read_text())
        connection = sqlite3.connect(store)
        for ident in odd:
            row = connection.execute("SELECT title, abstract FROM papers WHERE id = ?", (ident,)).fetchone()
            house.check(row is not None, f"{ident} is missing")
            for text in row:
                bad = [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or c == "\ufffd"]
                house.check(not bad, f"{ident}: control characters or broken text {bad[:3]!r} in {text[:80]!r}")


main()
