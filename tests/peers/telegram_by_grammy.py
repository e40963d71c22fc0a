#!/usr/bin/env python3
"""The fake Bot API is checked by grammY, a client that is not ours.
Usage: telegram_by_grammy.py FAKE_PROVIDER FOLDER_TO_INSTALL_INTO"""
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
SOURCE = pathlib.Path(__file__).resolve().parent / "clients" / "telegram"


def give_up(why):
    print(why, file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)


def install(folder):
    """grammY as package-lock.json names it, into FOLDER; nothing is fetched when it is there already."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    done = folder / "node_modules" / ".installed"
    folder.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.iterdir():
        shutil.copy(file, folder)
    if done.is_file() and done.read_bytes() == lock:
        return
    if shutil.which("npm") is None or shutil.which("node") is None:
        give_up("needs node and npm")
    try:
        npm = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, text=True, timeout=90,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        give_up("grammY could not be installed within 90 s")
    if npm.returncode != 0:
        give_up(f"grammY could not be installed:\n{npm.stdout}")
    done.write_bytes(lock)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    install(folder)
    fake = subprocess.Popen([program, "telegram"], stdout=subprocess.PIPE, text=True)
    try:
        url = fake.stdout.readline().rpartition(" ")[2].strip()
        checked = subprocess.run(["node", "check.mjs", url], cwd=folder, timeout=60)
        sys.exit(checked.returncode)
    finally:
        fake.terminate()
        fake.wait(timeout=10)


main()
