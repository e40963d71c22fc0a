#!/usr/bin/env python3
"""Our fake homeserver answers matrix-js-sdk as a real Synapse does, line by line.
Usage: matrix_by_js_sdk.py FAKE_PROVIDER FOLDER_TO_INSTALL_INTO"""
import difflib
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import homeserver  # noqa: E402
import house  # noqa: E402
import npm  # noqa: E402
import pypi  # noqa: E402

API = "/_matrix/client/v3"
FAKE = {"server": "fake.test", "user": "@paperboy:fake.test", "password": "correct horse", "token": "syt_paperboy_token",
        "device": "FAKEDEVICE", "room": "!open:fake.test", "closed": "!closed:fake.test", "quiet": "!quiet:fake.test",
        "encrypted": "!encrypted:fake.test", "unknown": "!unknown:fake.test", "alias": "#papers:fake.test",
        "reader": "@ada:fake.test"}


def answers(folder, given):
    return npm.run(folder, json.dumps(given)).splitlines()


def rooms_of_synapse(synapse):
    """The fake's rooms, in a real server."""
    bot, ada = synapse.register("paperboy", FAKE["password"]), synapse.register("ada", "ada's password")

    def made(join=True, **body):
        room = ada.want("POST", API + "/createRoom", {"preset": "private_chat", "invite": [bot.user] if join else [], **body})["room_id"]
        if join:
            bot.want("POST", f"{API}/join/{room}", {})
        return room

    encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    return {"server": homeserver.NAME, "user": bot.user, "password": FAKE["password"], "token": bot.token,
            "device": bot.want("GET", API + "/account/whoami")["device_id"], "room": made(room_alias_name="papers"),
            "closed": made(join=False), "quiet": made(power_level_content_override={"events_default": 50}),
            "encrypted": made(initial_state=[encryption]), "unknown": "!unknown:" + homeserver.NAME,
            "alias": "#papers:" + homeserver.NAME, "reader": ada.user, "base": synapse.base}


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    python = pypi.installed("matrix", folder / "synapse")
    if python is None:
        house.give_up("Synapse could not be installed")
    npm.install("matrix", folder / "js")
    with tempfile.TemporaryDirectory(prefix="paperboy-synapse-") as home, homeserver.Synapse(python, home) as synapse:
        real = answers(folder / "js", rooms_of_synapse(synapse))
    with house.Fake(program, "matrix") as fake:
        ours = answers(folder / "js", {**FAKE, "base": fake.url})
    house.check(len(real) > 50, f"{len(real)} answers")
    difference = list(difflib.unified_diff(real, ours, "Synapse", "the fake", lineterm="", n=0))
    house.check(not difference, "\n".join(difference))
    print(f"{len(real)} answers, the same as Synapse's")


main()
