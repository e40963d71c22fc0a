#!/usr/bin/env python3
"""Digests through a real Synapse with its own rate limits, read back by a client that is not ours: each arrives once, in a
direct room that Paperboy makes and in a room it was invited to, and stays one when the outbox forgets that it was sent. Then people
ask, in a group and between two, while Paperboy is there and while it is away.
Usage: matrix_by_synapse.py PROGRAM FOLDER_TO_INSTALL_INTO"""
import email.utils
import pathlib
import re
import sqlite3
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import homeserver  # noqa: E402
import house  # noqa: E402
import pypi  # noqa: E402

API = "/_matrix/client/v3"
BOT = f"@paperboy:{homeserver.NAME}"
IN_ROOM = 12  # messages of which Synapse takes ten at once
TITLE = 'When is p < q? On "robots" & @room $O(n^2)$ \U0001F680'
FEED = f"""<rss version="2.0"><channel><title>T</title><item><title><![CDATA[{TITLE.replace('<', '&lt;')}]]></title>
<guid>https://papers.example/1</guid><link>https://papers.example/1</link><description>Of robots.</description>
<pubDate>{email.utils.formatdate()}</pubDate></item></channel></rss>"""


def quoted(text):
    return urllib.parse.quote(text, safe="")


def outbox(home, statement, *values):
    with sqlite3.connect(home.folder / "paperboy.db", timeout=10) as database:
        return database.execute(statement, values).fetchall()


def states(home):
    return dict(outbox(home, "SELECT state, count(*) FROM delivery GROUP BY state"))


def check_message(event):
    content = event["content"]
    page = content["formatted_body"]
    house.check(event["sender"] == BOT, f"sender: {event['sender']}")
    house.check("p &lt; q? On &quot;robots&quot; &amp; @room" in page and "\U0001F680" in page, f"text is lost: {page}")
    house.check("p < q" in content["body"] and content["m.mentions"] == {}, f"somebody is mentioned: {content}")
    return content["org.paperboy.delivery"]


def invitation(client):
    """The first room the client is invited to since it last looked, and what the invitation says."""
    since = {"since": client.since} if getattr(client, "since", None) else {}
    answer = client.want("GET", API + "/sync", timeout=0, **since)
    client.since = answer["next_batch"]  # the same question twice has the same answer: Synapse keeps it
    return next(iter(answer.get("rooms", {}).get("invite", {}).items()), None)


def say(client, room, body, **more):
    path = f"{API}/rooms/{quoted(room)}/send/m.room.message/{time.monotonic_ns()}"
    return client.want("PUT", path, {"msgtype": "m.text", "body": body, **more})["event_id"]


def answers(client, room, question):
    """What stands below the question."""
    found = []
    for event in client.messages(room):
        relation = event["content"].get("m.relates_to", {})
        if event["sender"] == BOT and relation.get("m.in_reply_to", {}).get("event_id") == question:
            found.append((event["content"], relation))
    return found


def answer(client, room, question):
    return house.until(f"an answer to {question}", lambda: answers(client, room, question), 100)[0]


def check_talk(home, synapse, ada, direct):
    """Ada invites Paperboy into a group and asks; Bob, whom nobody allowed, invites it in vain."""
    bob = synapse.register("bob", "bob's password")
    with house.Daemon(home) as daemon:
        house.until("listening", lambda: outbox(home, "SELECT 1 FROM cursor WHERE name = 'listen:matrix'"), 100)
        group = ada.want("POST", API + "/createRoom", {"preset": "private_chat", "invite": [BOT, bob.user]})["room_id"]
        bob.want("POST", f"{API}/join/{quoted(group)}", {})
        first = say(ada, group, "!paper help")  # perhaps before it is in
        content, relation = answer(ada, group, first)
        house.check(relation["rel_type"] == "m.thread" and relation["event_id"] == first, f"no thread: {content}")
        house.check(content["msgtype"] == "m.notice" and "!paper" in content["body"], f"no help: {content}")
        noise = say(bob, group, "what a day")
        mention = say(ada, group, "paperboy topics", **{"m.mentions": {"user_ids": [BOT]}})
        answer(ada, group, mention)
        between_two = say(ada, direct, "topics")
        content, relation = answer(ada, direct, between_two)
        house.check("rel_type" not in relation and "Robots" in content["body"], f"between two: {content}")
        bobs = bob.want("POST", API + "/createRoom", {"preset": "private_chat", "invite": [BOT]})["room_id"]
        path = f"{API}/rooms/{quoted(bobs)}/state/m.room.member/{quoted(BOT)}"
        house.until("Bob's invitation to be declined", lambda: bob.want("GET", path)["membership"] == "leave", 100)
    house.check("joined a room" in daemon.log.read_text(), "the log says nothing of the room")
    away = [say(ada, group, f"!paper help {verb}") for verb in ("why", "follow", "more")]
    with house.Daemon(home):
        for question in away:
            answer(ada, group, question)
        last = say(ada, group, "!paper help")
        answer(ada, group, last)
    for question in [first, mention, last, *away]:
        found = len(answers(ada, group, question))
        house.check(found == 1, f"{found} answers to one question")
    house.check(not answers(ada, group, noise), "Paperboy answers what was not said to it")
    return 4 + len(away)


def main():
    python = pypi.installed("matrix", pathlib.Path(sys.argv[2]) / "synapse")
    if python is None:
        house.give_up("Synapse could not be installed")
    feed = house.FeedServer(lambda path: FEED)
    with tempfile.TemporaryDirectory(prefix="paperboy-synapse-") as folder, \
            homeserver.Synapse(python, folder, limits=True) as synapse, house.House(sys.argv[1], people={}) as home:
        synapse.register("paperboy", "a password")
        ada = synapse.register("ada", "ada's password")
        room = ada.want("POST", API + "/createRoom", {"preset": "private_chat", "room_alias_name": "papers", "invite": [BOT]})["room_id"]
        secret = ada.want("POST", API + "/createRoom", {"preset": "private_chat", "invite": [BOT], "initial_state": [
            {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]})["room_id"]

        addresses = {"ada": ada.user, "carol": secret, **{f"reader{n}": f"#papers:{homeserver.NAME}" for n in range(IN_ROOM)}}
        for name, address in addresses.items():
            home.add(name, f"id: {name}\nname: {name}\ntime_zone: UTC\ndigest: instant\nchannels: [{{matrix: '{address}'}}]\n"
                     "topics: [{name: Robots, query: 'robot*'}]\n")
        password = home.folder / "matrix-password"
        password.write_text("a password\n")
        password.chmod(0o600)
        home.settings.write_text(
            f"contact: tests@example.org\nstore: {{path: {home.folder}/paperboy.db}}\nserver: {{listen: '127.0.0.1:{house.free_port()}'}}\n"
            "people: {directory: people.d}\n"
            f"sources:\n  feed:\n    - {{name: Tests, url: '{feed.url}/feed', private_addresses: true}}\n"
            f"channels:\n  matrix: {{user: '{BOT}', homeserver: '{synapse.base}', password_file: matrix-password, every: 0s}}\n")

        with house.Daemon(home) as daemon:
            direct, invited = house.until("an invitation", lambda: invitation(ada))
            member = next(event for event in invited["invite_state"]["events"] if event.get("state_key") == ada.user)
            house.check(member["sender"] == BOT and member["content"].get("is_direct") is True, f"the invitation: {member}")
            ada.want("POST", f"{API}/join/{quoted(direct)}", {})
            house.until("all deliveries", lambda: states(home) == {"sent": 1 + IN_ROOM, "dead": 1}, 100)
            log = daemon.log.read_text()
        house.check("M_LIMIT_EXCEEDED" in log, "Synapse's limit was never met")
        house.check("encrypted" in log and "make a room without" in log, "nothing is said about the encrypted room")
        house.check("a password" not in log and "syt_" not in log, "a secret is in the log")
        house.check(not ada.messages(secret), "something was written to the encrypted room")
        keys = [check_message(event) for event in ada.messages(direct) + ada.messages(room)]
        house.check(len(set(keys)) == len(keys) == 1 + IN_ROOM, f"{len(keys)} messages, {len(set(keys))} of them different")

        # The answers were lost: what was sent is queued again, under the transactions of before.
        references = dict(outbox(home, "SELECT id, provider_ref FROM delivery WHERE state = 'sent'"))
        again = "UPDATE delivery SET state = 'queued', provider_ref = '', finalized_at = NULL, next_at = 0, doubts = 1 WHERE state = 'sent'"
        outbox(home, again)
        with house.Daemon(home):
            house.until("all deliveries again", lambda: states(home).get("sent") == 1 + IN_ROOM, 100)
        house.check(dict(outbox(home, "SELECT id, provider_ref FROM delivery WHERE state = 'sent'")) == references,
                    "a transaction sent again became another event")

        # And so old that Synapse may have forgotten the transactions: they are found in the rooms.
        outbox(home, again)
        outbox(home, "UPDATE delivery SET created_at = created_at - 30 * 3600 * 1000 WHERE state = 'queued'")
        before = daemon.log.read_text().count("code=found")
        with house.Daemon(home):
            house.until("all deliveries once more", lambda: states(home).get("sent") == 1 + IN_ROOM, 100)
            log = daemon.log.read_text()
        house.check(dict(outbox(home, "SELECT id, provider_ref FROM delivery WHERE state = 'sent'")) == references, "others were found")
        looked = log.count("code=found") - before
        house.check(looked == 1 + IN_ROOM, f"{looked} were looked for and found")
        found = [check_message(event) for event in ada.messages(room)]
        house.check(len(found) == len(set(found)) == IN_ROOM, f"{len(found)} messages in the room")
        logins = len(re.findall("msg=\"signed in\"", log))
        house.check(logins == 1, f"{logins} logins")
        home.settings.write_text(home.settings.read_text().replace("every: 0s}", "every: 0s, listen: true}"))
        talk = check_talk(home, synapse, ada, direct)
    feed.close()
    print(f"{1 + IN_ROOM} digests, each once, past Synapse's own limits; one refused for encryption; one login; "
          f"{talk} questions, each answered once")


main()
