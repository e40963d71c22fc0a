"""Peers from PyPI: each folder below clients/ with a requirements.txt."""
import hashlib
import pathlib
import shutil
import subprocess
import sys

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"


def installed(client, folder):
    """The Python of a virtual environment in `folder` that has what the client's requirements.txt names; None if it cannot be had."""
    requirements = CLIENTS / client / "requirements.txt"
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
