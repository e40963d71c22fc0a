#!/usr/bin/env python3
"""The fake language model is checked by the `openai` package, a client that is not ours.
Usage: llm_by_openai.py FAKE_PROVIDER FOLDER_TO_INSTALL_INTO"""
import hashlib
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "whole"))
import house  # noqa: E402

CHECK = HERE / "clients" / "llm" / "check.py"


def installed(folder):
    """The Python of a virtual environment in `folder` that has what requirements.txt names; None if it cannot be had."""
    requirements = HERE / "clients" / "llm" / "requirements.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    mark, python = folder / "installed", folder / "bin" / "python"
    if mark.is_file() and mark.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    for command in ([sys.executable, "-m", "venv", folder],
                    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:",
                     "-r", requirements]):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, file=sys.stderr)
            return None
    mark.write_text(wanted)
    return python


program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
python = installed(folder)
if python is None:
    house.give_up("the openai package could not be installed")
with house.Fake(program, "llm") as fake:
    done = subprocess.run([python, CHECK, fake.url], text=True, timeout=60, capture_output=True)
    house.check(done.returncode == 0, f"{done.stdout}\n{done.stderr}")
    print(done.stdout, end="")
