#!/usr/bin/env python3
"""The fake language model is checked by the `openai` package, a client that is not ours.
Usage: llm_by_openai.py FAKE_PROVIDER FOLDER_TO_INSTALL_INTO"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "whole"))
import house  # noqa: E402
import pypi  # noqa: E402

CHECK = pypi.CLIENTS / "llm" / "check.py"

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
python = pypi.installed("llm", folder)
if python is None:
    house.give_up("the openai package could not be installed")
with house.Fake(program, "llm") as fake:
    done = subprocess.run([python, CHECK, fake.url], text=True, timeout=60, capture_output=True)
    house.check(done.returncode == 0, f"{done.stdout}\n{done.stderr}")
    print(done.stdout, end="")
