"""Clients that are not ours, from npm: each folder below clients/ has a package-lock.json, and most a check.mjs that drives a server
by it."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import house  # noqa: E402

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"


def install(client, folder):
    """What the client's package-lock.json names, into `folder`; nothing is fetched when it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (CLIENTS / client).iterdir():
        shutil.copy(file, folder)
    lock = (folder / "package-lock.json").read_bytes()
    done = folder / "node_modules" / ".installed"
    if done.is_file() and done.read_bytes() == lock:
        return
    if shutil.which("npm") is None or shutil.which("node") is None:
        house.give_up("needs node and npm")
    try:
        npm = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, text=True, timeout=100,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        house.give_up(f"the client of clients/{client} could not be installed within 100 s")
    if npm.returncode != 0:
        house.give_up(f"the client of clients/{client} could not be installed:\n{npm.stdout}")
    done.write_bytes(lock)


def run(folder, argument):
    """What the check prints; its failure is this test's."""
    done = subprocess.run(["node", "check.mjs", argument], cwd=folder, text=True, timeout=60, capture_output=True)
    house.check(done.returncode == 0, f"{done.stdout}\n{done.stderr}")
    return done.stdout


def check_fake(client):
    """The client checks the fake of the same name. The command line: FAKE_PROVIDER FOLDER_TO_INSTALL_INTO."""
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    install(client, folder)
    with house.Fake(program, client) as fake:
        print(run(folder, fake.url), end="")
