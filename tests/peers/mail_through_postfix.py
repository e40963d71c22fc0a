#!/usr/bin/env python3
"""A digest through a real Postfix into a real Maildir, by STARTTLS and by implicit TLS, read back by a parser that is not ours: the
same text, valid headers. Usage: mail_through_postfix.py PROGRAM"""
import email.utils
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import house  # noqa: E402
import postfix  # noqa: E402

DAY = "2026-06-02"
PAPERS = [
    {"id": "2606.00001", "version": 1, "title": "When is $p < q$? On \"Gaussian Splatting\" <em>twice</em> & more",
     "authors": ["Zs\u00f3fia Hal\u00e1sz", "\u6797\u6653", "O'Neill, Jr."], "categories": ["cs.CV"], "announced": DAY,
     "abstract": "We show that gaussian splatting works.\n.A line that begins with a dot. " + "A long abstract goes on and on. " * 60},
    {"id": "2606.00002", "version": 1, "title": "\u6df1\u5ea6\u5b66\u4e60 gaussian splatting \U0001f680 =?UTF-8?B?bm90IGVuY29kZWQ=?=",
     "authors": [f"Author {n}" for n in range(300)], "categories": ["cs.CV", "cs.GR"], "announced": DAY,
     "abstract": "We introduce a method. It improves on all others by 3.1%."},
]


def person(name):
    return (f"id: {name}\nname: {name}\ntime_zone: Europe/Berlin\ndigest: daily 07:30\nchannels: [{{email: {name}@example.test}}]\n"
            "topics: [{name: Splatting, query: '\"gaussian splatting\"', categories: [cs.CV]}]\n")


def play(home):
    """Replays the day of these papers."""
    recordings = home.folder / "recordings"
    recordings.mkdir(exist_ok=True)
    (recordings / "day.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    home.run("replay", "--from", recordings, "--start", DAY, "--days", 1, "--send", "--database", home.folder / "paperboy.db")


def words(text):
    return re.sub(r"\s+", " ", text).strip()


def check_mail(data, address):
    house.check(b"\r\n" not in data, "the Maildir holds CRLF")  # Postfix stores LF: what we compare is after its conversion
    longest = max(len(line) for line in data.split(b"\n"))
    house.check(longest <= 998, f"a line of {longest} bytes")
    mail = house.parse(data)
    house.check(not mail.defects, f"defects: {mail.defects}")
    for part in mail.walk():
        house.check(not part.defects, f"defects in {part.get_content_type()}: {part.defects}")
    for name in ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "List-Id"):
        house.check(len(mail.get_all(name, [])) == 1, f"{name} stands {len(mail.get_all(name, []))} times")
        house.check(not mail[name].defects if hasattr(mail[name], "defects") else True, f"{name}: {mail[name]!r}")
    house.check(mail["Auto-Submitted"] == "auto-generated", "Auto-Submitted")
    house.check(mail["To"].addresses[0].addr_spec == address, f"To: {mail['To']}")
    house.check(email.utils.parsedate_to_datetime(mail["Date"]).isoformat().startswith(DAY), f"Date: {mail['Date']}")
    house.check(mail["List-Unsubscribe"].startswith("<mailto:"), f"List-Unsubscribe: {mail['List-Unsubscribe']}")
    house.check(mail["List-Unsubscribe-Post"] is None, "one-click is promised without a page that acts")
    house.check(mail.get_content_type() == "multipart/alternative", mail.get_content_type())
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    house.check(kinds == ["text/plain", "text/html"], f"parts: {kinds}")
    return mail


def main():
    if not postfix.available():
        house.give_up("needs root, postfix and openssl")
    with tempfile.TemporaryDirectory(prefix="paperboy-postfix-") as folder:
        with postfix.Postfix(folder, ["ada", "bob"]) as server:
            channels = (
                f"  email: {{host: localhost, port: {server.plain}, security: starttls, ca_file: {server.certificate},\n"
                "    from: digest@example.test, from_name: 'P\u00e4perboy, the \u201cdaily\u201d', unsubscribe_mailto: stop@example.test}\n"
            )
            people = {name: person(name) for name in ("ada", "bob")}
            with house.House(sys.argv[1], channels=channels, people=people) as home:
                play(home)
                for name in people:
                    received = server.mails(name, 1)
                    house.check(len(received) == 1, f"{name} got {len(received)} mails\n{(server.folder / 'maillog').read_text()[-3000:]}")
                    mail = check_mail(received[0], f"{name}@example.test")
                    plain = mail.get_body(("plain",)).get_content()
                    page = mail.get_body(("html",)).get_content()
                    shown = home.run("digest", "--person", name, "--date", DAY, "--format", "email").stdout
                    preview = house.parse(shown.encode())
                    house.check(words(preview.get_body(("plain",)).get_content()) == words(plain), "the text changed on its way")
                    house.check(words(preview.get_body(("html",)).get_content()) == words(page), "the page changed on its way")
                    house.check(str(preview["Subject"]) == str(mail["Subject"]), "the subject changed on its way")
                    house.check("p < q" in plain and "\u6797\u6653" in plain and "Zs\u00f3fia Hal\u00e1sz" in plain, "text is lost")
                    house.check("<em>twice</em>" not in page, "markup of a title is alive in the page")
                log = (server.folder / "maillog").read_text()
                house.check("TLS connection established" in log or "Anonymous TLS" in log or "from localhost" in log, log[-2000:])
                play(home)
                house.check(len(server.mails("ada", 2, patience=3)) == 1, "playing the day again sent the mail again")

            implicit = channels.replace(f"port: {server.plain}, security: starttls", f"port: {server.tls}, security: tls")
            with house.House(sys.argv[1], channels=implicit, people={"ada": person("ada")}) as home:
                play(home)
                received = server.mails("ada", 2)
                house.check(len(received) == 2, "no mail by implicit TLS")
                ids = {str(house.parse(data)["Message-ID"]) for data in received}
                house.check(len(ids) == 1, "the same digest has two Message-IDs")
    print("two people by STARTTLS, one by implicit TLS: headers valid, text equal")


main()
