"""Reads the mails of mail_test.cpp with Python's email package and compares them with what was put in."""

import email
import email.header
import email.policy
import json
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
faults = []


def check(case, what, is_so):
    if not is_so:
        faults.append(f"{case['name']} ({case['file']}): {what}")


def defects(part):
    found = list(part.defects)
    for _, value in part.items():
        found += getattr(value, "defects", ())
    for child in part.iter_parts() if part.is_multipart() else ():
        found += defects(child)
    return found


for case in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
    raw = (folder / case["file"]).read_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0]

    # On the wire: CRLF only, ASCII only, lines of 76 (the List-Unsubscribe header may be longer), encoded words of 75.
    check(case, "a bare CR or LF", not re.search(rb"(?<!\r)\n|\r(?!\n)", raw))
    check(case, "bytes outside ASCII", all(byte < 128 for byte in raw))
    for line in raw.split(b"\r\n"):
        check(case, f"a line of {len(line)}: {line[:50]}", len(line) <= 76 or line.startswith(b"List-Unsubscribe:"))
        check(case, "a line that begins with a dot or From", not line.startswith(b".") and not line.startswith(b"From "))
    for word in re.findall(rb"=\?UTF-8\?B\?[^?]*\?=", head):
        check(case, "an encoded word over 75 characters", len(word) <= 75)
        check(case, "an encoded word that cuts a character", email.header.decode_header(word.decode())[0][0].decode("utf-8") is not None)
    check(case, "encoded words that touch", b"?==?" not in head)

    message = email.message_from_bytes(raw, policy=email.policy.default)
    found = defects(message)
    check(case, f"defects {found}", not found)
    for name in ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe", "Content-Type"):
        check(case, f"{name} is not there once", len(message.get_all(name, [])) == 1)
    check(case, f"subject {message['Subject']!r} is not {case['subject']!r}", str(message["Subject"]) == case["subject"])
    sender = message["From"].addresses[0]
    name = sender.display_name
    if head.count(b"=?", head.index(b"From:"), head.index(b"To:")) > 1:
        # Python up to 3.12 keeps the white space between encoded words of a display name; its older reader drops it (RFC 2047, 6.2).
        header = email.message_from_bytes(raw, policy=email.policy.compat32)["From"].rsplit("<", 1)[0].strip()
        name = str(email.header.make_header(email.header.decode_header(header)))
    check(case, f"name {name!r} is not {case['from_name']!r}", name == case["from_name"])
    check(case, "address", sender.addr_spec == "papers@lab.example" and len(message["From"].addresses) == 1)
    check(case, "date", message["Date"].datetime.isoformat() == "2026-11-03T06:00:00+00:00")
    check(case, "unsubscribe", message["List-Unsubscribe"] == "<https://lab.example/u/abc,def>, <mailto:stop@lab.example>")
    check(case, "list", str(message["List-Id"]).endswith("<ada.papers.lab.example>"))

    parts = list(message.iter_parts())
    check(case, "parts", [part.get_content_type() for part in parts] == ["text/plain", "text/html"])
    for part, expected in zip(parts, (case["text"], case["html"])):
        check(case, "charset", part.get_content_charset() == "utf-8")
        content = part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")
        check(case, f"{part.get_content_type()} differs: {content[:80]!r} {expected[:80]!r}", content == expected)

for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
