#!/usr/bin/env python3
"""A digest's whole way by mail: the daemon sends it to Postfix by STARTTLS, OpenDKIM signs it there, Dovecot takes it by LMTP and
gives it back by IMAP. Then dkimpy verifies the signature (and that it covers both headers of one-click unsubscribing), SpamAssassin
judges the message without asking the network, and the daemon's own page takes the click. Usage: mail_to_an_inbox.py PROGRAM"""
import email.utils
import html
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import dovecot  # noqa: E402
import house  # noqa: E402
import opendkim  # noqa: E402
import postfix  # noqa: E402

sys.path.append("/usr/lib/python3/dist-packages")  # the distribution's, should this be another Python
try:
    import dkim
except ImportError:
    dkim = None

PUBLIC = "https://papers.example.test"
ABSTRACTS = [
    "We present a robot that folds paper. It improves on hand folding by 3.1% and needs no training data. " * 4,
    "We study when $p < q$ holds for robots in \u201cnarrow\u201d corridors, and show a bound of order n\u00b2. " * 4,
    "A survey of robotic grasping. We find that most grippers are evaluated on fewer than ten objects. " * 4,
]
ITEM = """<item><title>{title}</title><link>http://127.0.0.1/{n}</link><guid>paper-{n}</guid><description>{abstract}</description>
<author>Zs\u00f3fia Hal\u00e1sz, \u6797\u6653</author><pubDate>{date}</pubDate></item>"""
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Journal of Tests</title><link>http://127.0.0.1/</link><description>Papers</description>{items}</channel>
</rss>"""
PERSON = """id: ada
name: Ada
time_zone: UTC
digest: instant
channels: [{email: ada@example.test}]
topics: [{name: Robots, query: 'robot*'}]
"""


def feed_of_today(path):
    items = [ITEM.format(title=f"A robot, number {n}", n=n, abstract=html.escape(text), date=email.utils.formatdate())
             for n, text in enumerate(ABSTRACTS)]
    return FEED.format(items="".join(items))


def receive(program, folder):
    """One digest as IMAP gives it, what signed it, and the status of a click on its unsubscribe link."""
    for name in ("dovecot", "postfix", "opendkim"):
        (folder / name).mkdir()
    feed = house.FeedServer(feed_of_today)
    signer = opendkim.OpenDkim(folder / "opendkim", "example.test")
    inbox = dovecot.Dovecot(folder / "dovecot")
    relay = postfix.Postfix(folder / "postfix", ["ada"], lmtp=inbox.lmtp, milter=signer.port)
    web = house.free_port()
    channels = (
        f"  email: {{host: localhost, port: {relay.plain}, security: starttls, ca_file: {relay.certificate},\n"
        "    from: digest@example.test, from_name: Papers, unsubscribe_mailto: stop@example.test}\n")
    with signer, inbox, relay, house.House(program, channels=channels, people={"ada": PERSON}) as home:
        with open(home.settings, "a") as settings:
            settings.write(
                "contact: tests@example.test\n"
                f"sources:\n  feed:\n    - {{name: Tests, url: '{feed.url}/feed', private_addresses: true}}\n"
                f"web: {{public_url: '{PUBLIC}', listen: '127.0.0.1:{web}'}}\n")
        with house.Daemon(home) as daemon:
            received = inbox.mails("ada@example.test", 1, worth_waiting=lambda: daemon.process.poll() is None)
            house.check(len(received) == 1, f"{len(received)} mails\n{inbox.words()}\n{(relay.folder / 'maillog').read_text()[-3000:]}")
            link = re.search(rb"List-Unsubscribe: <" + PUBLIC.encode() + rb"(/[^>]+)>", received[0])
            house.check(link is not None, "no https address to unsubscribe at")
            click = urllib.request.Request(f"http://127.0.0.1:{web}{link[1].decode()}", data=b"List-Unsubscribe=One-Click")
            clicked = urllib.request.urlopen(click, timeout=10)
            house.check(clicked.status == 200 and clicked.url.endswith(link[1].decode()), f"the click: {clicked.status} {clicked.url}")
    feed.close()
    return received[0], signer


def check_mail(data):
    lines = data.split(b"\r\n")
    house.check(all(b"\n" not in line and len(line) <= 998 for line in lines), "bare LF, or a line that is too long")
    mail = house.parse(data)
    for part in mail.walk():
        house.check(not part.defects, f"defects in {part.get_content_type()}: {part.defects}")
    house.check([part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"], "parts")
    addresses = re.fullmatch(r"<(https://[^>]+)>, <mailto:stop@example\.test\?subject=[^>]+>", mail["List-Unsubscribe"])
    house.check(addresses is not None, f"List-Unsubscribe: {mail['List-Unsubscribe']}")
    house.check(mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", f"List-Unsubscribe-Post: {mail['List-Unsubscribe-Post']}")
    plain, page = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    house.check(addresses[1] in plain and html.escape(addresses[1]) in page, "the text does not link to the page for unsubscribing")
    house.check(f"{PUBLIC}/" in plain.replace(addresses[1], ""), "the text does not link to itself on the web")
    house.check("action:" not in plain and "action:" not in page, "a link leads nowhere")
    house.check("n\u00b2" in plain and "\u6797\u6653" in plain and "number 2" in plain, "text is lost")


def check_signature(data, signer):
    def record(name, timeout=5):
        return signer.record if name == signer.record_name.encode() else None

    house.check(dkim.verify(data, dnsfunc=record), "the signature does not verify")
    changes = {
        "List-Unsubscribe": (b"List-Unsubscribe: <https://papers.", b"List-Unsubscribe: <https://evil."),
        "List-Unsubscribe-Post": (b"List-Unsubscribe=One-Click\r\n", b"List-Unsubscribe=Two-Clicks\r\n"),
        "Subject": (b"\r\nSubject: ", b"\r\nSubject: Win "),
        "the text": (b"robot", b"rabot"),
    }
    for what, (old, new) in changes.items():
        changed = data.replace(old, new, 1)
        house.check(changed != data, f"{what} is not there to be changed")
        house.check(not dkim.verify(changed, dnsfunc=record), f"the signature does not cover {what}")


def check_score(data, folder):
    environment = dict(os.environ, HOME=str(folder))
    judged = subprocess.run(["spamassassin", "--local", "--test-mode", "--nocreate-prefs"], input=data, capture_output=True,
                            env=environment, timeout=120)
    status = re.search(r"X-Spam-Status: \w+, score=(-?[\d.]+) required=[\d.]+\s+tests=([^=]*?)\s+\w+=",
                       judged.stdout.decode("utf-8", "replace"))
    house.check(status is not None, f"SpamAssassin says nothing: {judged.stderr.decode()[-2000:]}")
    # It trusts what never left this machine, which is no merit of the message.
    score = float(status[1]) + (1.0 if "ALL_TRUSTED" in status[2] else 0.0)
    house.check(score < 1.0, f"SpamAssassin: {status[1]}: {status[2]}")
    return f"{status[1]} ({''.join(status[2].split())})"


def main():
    needed = {"root, postfix and openssl": postfix.available(), "dovecot-imapd and dovecot-lmtpd": dovecot.available(),
              "opendkim": opendkim.available(), "python3-dkim": dkim is not None,
              "spamassassin": shutil.which("spamassassin") is not None}
    absent = [name for name, there in needed.items() if not there]
    if absent:
        house.give_up(f"needs {', '.join(absent)}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paperboy-inbox-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        data, signer = receive(sys.argv[1], folder)
        check_mail(data)
        check_signature(data, signer)
        score = check_score(data, folder)
    print(f"signed, delivered, read by IMAP, unsubscribed by one click; SpamAssassin: {score}; {time.monotonic() - began:.1f} s")


main()
