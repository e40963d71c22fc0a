#!/usr/bin/env python3
"""Instructions that matching one paper takes, counted by callgrind, against those recorded in instructions.json: a twentieth
more is a failure. They do not move with the machine's load. Usage: instructions.py BENCH_PERCOLATE [--record]
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RECORDED = Path(__file__).with_name("instructions.json")
PAPERS = 200
SKIPPED = 77


def skip(why):
    print("skipped:", why)
    sys.exit(1 if os.environ.get("CI") else SKIPPED)


def count(program, profiles):
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no", "--callgrind-out-file=/dev/null",
         program, "--count", "--profiles", str(profiles), "--papers", str(PAPERS), "--corpus", "8000"],
        capture_output=True, text=True)
    if run.returncode == SKIPPED:
        skip(run.stdout.strip())
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"FAILED: {run.stdout}{run.stderr}")
    return int(found[1]) // PAPERS


def main():
    if not shutil.which("valgrind"):
        skip("valgrind is not installed")
    with tempfile.TemporaryDirectory() as folder:
        # Debug information of a newer kind than valgrind knows would end it.
        program = f"{folder}/bench_percolate"
        subprocess.run(["strip", "--strip-debug", "-o", program, sys.argv[1]], check=True)
        counted = {str(profiles): count(program, profiles) for profiles in (10_000, 100_000)}
    if "--record" in sys.argv:
        RECORDED.write_text(json.dumps(counted, indent=2) + "\n")
    recorded = json.loads(RECORDED.read_text())
    failed = False
    for profiles, instructions in counted.items():
        change = 100 * (instructions / recorded[profiles] - 1)
        print(f"{profiles} profiles: {instructions} instructions a paper, {change:+.1f} % of the {recorded[profiles]} recorded")
        failed = failed or change > 5
        if change < -5:
            print("  that is less: record it with --record")
    sys.exit(1 if failed else 0)


main()
