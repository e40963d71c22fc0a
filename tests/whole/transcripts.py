#!/usr/bin/env python3
"""A conversation with the bot on each channel, through the providers' fakes and the daemon: every request that people can make, and what
must be in its answer. The same words everywhere; only how the bot is called differs.
Usage: transcripts.py PROGRAM FAKE_PROVIDER [FOLDER]; the conversations are left in FOLDER, to be read."""
import contextlib
import datetime
import http.server
import json
import pathlib
import re
import sqlite3
import sys
import threading
import time
import urllib.parse
import urllib.request

import house

NOW = datetime.datetime.now(datetime.timezone.utc)


def paper(identity, title, categories, authors, abstract, **more):
    day = NOW - datetime.timedelta(days=2)
    created = day.strftime("%a, %d %b %Y 08:00:00 GMT")
    return {"id": identity, "title": title, "categories": categories, "authors": authors, "abstract": abstract,
            "versions": [{"version": "v1", "created": created}], "update_date": day.strftime("%Y-%m-%d"),
            "announced": day.strftime("%Y-%m-%d"), **more}


PAPERS = [
    paper("2512.07197", "SplatNet: a tree of Gaussian splats & <boxes>", "cs.CV cs.GR", "Ada Byron, Kaiming He",
          "Gaussian splatting renders scenes fast. We show that a tree of splats halves the memory at equal quality.",
          comments="12 pages, code at https://github.com/example/splatnet",
          versions=[{"version": f"v{n}", "created": (NOW - datetime.timedelta(days=9 - 3 * n)).strftime("%a, %d %b %Y 08:00:00 GMT")}
                    for n in (1, 2)]),
    paper("2512.07198", "Splatting moving scenes with Gaussian trees", "cs.CV", "Lin Wei",
          "Gaussian splatting of moving scenes needs memory. A tree of splats follows the motion."),
    paper("2512.07199", "Language models that forget", "cs.CL", "Mina Okafor",
          "Large language models forget facts. We measure what is lost when a model is trained further."),
    paper("2512.07200", "A withdrawn claim about gaussian splatting", "cs.CV", "Max Doubt", "This paper has been withdrawn.",
          comments="This paper has been withdrawn by the author due to an error in equation 3"),
    paper("hep-th/9901001", "Black holes remember", "hep-th", "Rafael Sousa", "Black holes keep what fell into them, on their horizon.",
          doi="10.1000/bh.1999"),
]
# 2512.07197 as it was first; it is imported before the others.
FIRST = paper("2512.07197", PAPERS[0]["title"], "cs.CV cs.GR", "Ada Byron", "Gaussian splatting renders scenes.",
              versions=PAPERS[0]["versions"][:1])
KNOWN_TO_ARXIV = "2512.09999"

# (what is said, what must be in the answer: patterns). {call} is how the bot is called there.
CHAPTERS = {
    "papers": [
        ("why", ["Of which paper", "why 2512\\.07197"]),
        ("2512.07197", ["SplatNet: a tree of Gaussian splats & <boxes>", "Ada Byron", "Kaiming He", "cs\\.CV", "2512\\.07197", "v2",
                        "halves the memory", "Splatting moving scenes", "github\\.com/example/splatnet",
                        "v2, .*\\d{4}: abstract, authors \\(\\+ Kaiming He\\) and comments .*changed"]),
        ("arXiv:2512.07197v2", ["SplatNet"]),
        ("hep-th/9901001", ["Black holes remember", "Rafael Sousa"]),
        ("https://arxiv.org/abs/2512.07197", ["SplatNet"]),
        ("https://arxiv.org/pdf/2512.07197v1.pdf", ["SplatNet", "v1"]),
        ("https://arxiv.org/html/2512.07197v2", ["SplatNet"]),
        ("10.48550/arXiv.2512.07197", ["SplatNet"]),
        ("10.1000/bh.1999", ["Black holes remember"]),
        ('"Black holes remember"', ["Rafael Sousa"]),
        (KNOWN_TO_ARXIV, ["Found by asking", "Grace Query"]),
        ("2512.09998", ["no paper 2512\\.09998", "search"]),
        ("2512.7", ["no paper's id", "2512\\.07197"]),
        ("2512.07200", ["A withdrawn claim", "[Ww]ithdrawn"]),
    ],
    "parts of a paper": [
        ("abstract 2512.07197", ["renders scenes fast"]),
        ("cite 2512.07197", ["@\\w+\\{", "eprint", "2512\\.07197"]),
        ("similar 2512.07197", ["Splatting moving scenes"]),
        ("search splat* since 30d", ["SplatNet", "Splatting moving scenes"]),
        ('search "no such thing at all"', ["[Nn]o"]),
        ("help", ["follow", "search", "undo", "digest"]),
        ("help follow", ["follow author"]),
        ("hello", ["Hello"]),
    ],
    "words that stand alone": [
        ("2512.07197", ["SplatNet"]),
        ("abstract", ["renders scenes fast"]),
        ("save it", ["Saved", "SplatNet"]),
        ("undo", ["Taken back"]),
        ("2512.07197 2512.07198", ["SplatNet", "Splatting moving scenes"]),
        ("cite", ["Which one", "2512\\.07197", "2512\\.07198"]),
    ],
    "trying topics": [
        ('test "gaussian splatting" in cs.CV since 30d', ["3 papers of", "On a usual day", "SplatNet"]),
        ('test "splatting gaussian"', ["No paper", "any order"]),
        ("follow kitchen robots as Kitchen", ["1 paper of the last 30 days", "digest now"]),
        ("digest now", ["Robots that fold napkins", "Kitchen"]),
        ("unfollow Kitchen", ["no longer follow"]),
    ],
    "topics": [
        ('follow "gaussian splatting" in cs.CV', ["You follow", "gaussian splatting", "3 papers of the last 30 days", "in cs\\.CV since 30d"]),
        ("follow author Kaiming He", ["Kaiming He"]),
        ("topics", ["gaussian splatting", "Kaiming He", "cs\\.CV"]),
        ("why 2512.07197", ["gaussian splatting", "Kaiming He"]),
        ("why 2512.07199", ["Language models that forget", "none|not|no topic"]),
        ("more 2512.07197", ["more like", "SplatNet"]),
        ("less 2512.07199", ["less like", "Language models"]),
        ("like 2512.07198 hep-th/9901001", ["2 papers"]),
        ("import @article{a, eprint = {2512.07199}, title = {Language models that forget}}", ["more like", "Language models"]),
        ("learned", ["SplatNet", "Language models"]),
        ("mute 1", ["muted"]),
        ("unmute 1", ["speaks again|again"]),
        ("unfollow author Kaiming He", ["no longer follow", "Kaiming He"]),
    ],
    "digests": [
        ("undo", ["Kaiming He"]),
        ("digest at 08:30 weekdays Europe/Berlin", ["08:30", "Europe/Berlin"]),
        ("digest now", ["digest"]),
        ("pause until Monday", ["No digests until Mon"]),
        ("resume", ["[Dd]igest"]),
        ("save 2512.07198", ["Saved"]),
        ("saved", ["Splatting moving scenes"]),
        ("language zh", ["\u4e2d\u6587|\u8bed\u8a00"]),
        ("topics", ["\u5173\u6ce8|\u4e3b\u9898"]),
        ("language en", ["English"]),
        ("Folow robots", ["follow"]),
        ("follow (gaussian AND", ["column|place|here|\\^|\\d", "gaussian"]),
        ("preferences", ["no pages"]),
    ],
    "leaving": [
        ("status", ["administrators|admins"]),
        ("link", ["Your code", "10 minutes"]),
        ("export", ["gaussian splatting", "08:30|weekdays|mon"]),
        ("reset", ["[Rr]eset|forgotten|nothing|took back|taken back"]),
        ("forget me", ["sure|forget me yes|yes"]),
        ("forget me, yes", ["deleted|forgotten|gone"]),
        ("topics", ["follow nothing"]),
    ],
}
OF_ADMINISTRATORS = [
    ("status", ["papers|version|running"]),
    ("people", ["ada"]),
    ("dead letters", ["[Nn]o|nothing|none"]),
    ("ingest now", ["Reading what is new"]),
]


MAILING = NOW - datetime.timedelta(days=max(0, NOW.weekday() - 4))  # a day on which arXiv announces
FEED = f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel><title>cs.CV updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.CV</link>
  <description>cs.CV updates on the arXiv.org e-print archive.</description><language>en-us</language>
  <lastBuildDate>{MAILING:%a, %d %b %Y} 04:00:00 +0000</lastBuildDate><pubDate>{MAILING:%a, %d %b %Y} 00:00:00 -0500</pubDate>
  <skipDays><day>Sunday</day><day>Saturday</day></skipDays>
  <item><title>Robots that fold napkins</title><link>https://arxiv.org/abs/2512.07300</link>
  <description>arXiv:2512.07300v1 Announce Type: new \nAbstract: Kitchen robots fold what they see.</description>
  <guid isPermaLink="false">oai:arXiv.org:2512.07300v1</guid><category>cs.CV</category>
  <pubDate>{MAILING:%a, %d %b %Y} 00:00:00 -0500</pubDate><arxiv:announce_type>new</arxiv:announce_type>
  <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights><dc:creator>Kit Chen</dc:creator></item></channel>
</rss>"""


class Arxiv:
    """arXiv on a day with one announced paper. Its API knows one that the store does not."""

    def __init__(self):
        entry = (f"<entry><id>http://arxiv.org/abs/{KNOWN_TO_ARXIV}v1</id><title>Found by asking</title>"
                 "<summary>We ask, and find.</summary><published>2025-12-20T08:00:00Z</published><updated>2025-12-20T08:00:00Z</updated>"
                 "<author><name>Grace Query</name></author>"
                 '<arxiv:primary_category term="cs.DL" scheme="http://arxiv.org/schemas/atom"/>'
                 '<category term="cs.DL" scheme="http://arxiv.org/schemas/atom"/></entry>')

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.startswith("/rss"):
                    return self.answer(FEED, "application/rss+xml")
                asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("id_list", [""])[0]
                found = 1 if KNOWN_TO_ARXIV in asked else 0
                body = ('<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
                        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
                        "<title>arXiv Query</title><id>http://arxiv.org/api/x</id><updated>2025-12-20T00:00:00Z</updated>"
                        f"<opensearch:totalResults>{found}</opensearch:totalResults><opensearch:startIndex>0</opensearch:startIndex>"
                        f"<opensearch:itemsPerPage>{found}</opensearch:itemsPerPage>{entry * found}</feed>")
                self.answer(body, "application/atom+xml; charset=UTF-8")

            def answer(self, text, kind):
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = house.HttpServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


class Chat(house.Fake):
    def get(self, path):
        return json.load(urllib.request.urlopen(self.url + path))

    def post(self, path, body):
        return json.load(urllib.request.urlopen(self.url + path, data=json.dumps(body).encode()))

    def answers(self):
        return [entry["text"] for entry in self.get("/_fake/applied")]


class Telegram(Chat):
    name, call, account = "telegram", "/", "'55'"
    number = 1000

    def say(self, words):
        self.number += 1
        self.post("/_fake/update", {"message": {
            "message_id": self.number, "date": int(time.time()), "chat": {"id": 55, "type": "private", "first_name": "Ada"},
            "from": {"id": 55, "is_bot": False, "first_name": "Ada"}, "text": words}})

    def settings(self):
        return f"{{token: '1234567890:AAFakeTokenOfPaperboysTestsOnly_0-9xyz', api_url: '{self.url}', listen: true}}"

    def listens(self):
        return self.get("/_fake/polled")


class Slack(Chat):
    name, call, account = "slack", "/paperboy ", "U0ADA00001"
    number = 0

    def __init__(self, *arguments):
        super().__init__(*arguments)
        # The conversation of two is there once somebody has opened it.
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/api/conversations.open", data=b"users=U0ADA00001",
                                                      headers={"Authorization": "Bearer xoxb-100-200-fake"}))

    def say(self, words):
        self.number += 1
        quoted = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        event = {"type": "message", "channel_type": "im", "channel": "D0ADA00001", "user": "U0ADA00001", "event_ts": f"{self.number}.0001",
                 "ts": f"{self.number}.0001", "text": re.sub(r"(https://\S+)", r"<\1>", quoted)}
        payload = {"type": "event_callback", "team_id": "T0EXAMPLE1", "api_app_id": "A0PAPERBOY", "event_id": f"Ev{self.number}",
                   "event_time": int(time.time()), "event": event}
        self.post("/_fake/envelope", {"type": "events_api", "payload": payload})

    def settings(self):
        return f"{{token: xoxb-100-200-fake, app_token: xapp-1-A0PAPERBOY-100-fake, api_url: '{self.url}/api', listen: true}}"

    def listens(self):
        return self.get("/_fake/socket")["open"] > 0


class Matrix(Chat):
    name, call, account = "matrix", "!paper ", "'@ada:fake.test'"

    def say(self, words):
        self.post("/_fake/say", {"room": "!open:fake.test", "sender": "@ada:fake.test", "body": f"!paper {words}"})

    def settings(self):
        return f"{{user: '@paperboy:fake.test', homeserver: '{self.url}', token: syt_paperboy_token, every: 0s, listen: true}}"

    def listens(self):
        return True


def arrived(home):
    with contextlib.closing(sqlite3.connect(home.folder / "paperboy.db", timeout=10)) as store:
        return store.execute("SELECT COUNT(*) FROM arrival").fetchone()[0]


def ask(chat, words, wanted, said):
    """Says it and waits for an answer in which is what is wanted; puts both into `said`. What is missing, if anything is."""
    before = len(chat.answers())
    chat.say(words)
    deadline = time.monotonic() + 30
    while True:
        new = "\n".join(chat.answers()[before:])
        missing = [pattern for pattern in wanted if not re.search(pattern, new)]
        if new and not missing:
            break
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    said.append(f"> {words}\n\n{new}\n")
    return [f"{chat.name}: '{words}' is answered without {missing}:\n{new}\n"] if missing or not new else []


def converse(program, fake_program, kind, arxiv, folder):
    said, faults = [], []
    with kind(fake_program, kind.name) as chat, house.House(program, people={}) as home:
        home.settings.write_text(
            f"contact: tests@example.org\nstore: {{path: {home.folder}/paperboy.db}}\nserver: {{listen: 'off'}}\n"
            "people: {directory: people.d}\n"
            f"sources: {{arxiv: {{categories: [cs.CV], oai: false, rss_url: '{arxiv.url}/rss', api_url: '{arxiv.url}/api/query'}}}}\n"
            f"bot: {{allow: ['{chat.name}:{chat.account.strip(chr(39))}']}}\n"
            f"channels:\n  {chat.name}: {chat.settings()}\n  file: {{directory: {home.digests}}}\n")
        home.settings.chmod(0o600)
        listing = home.folder / "papers.jsonl"
        listing.write_text("".join(json.dumps(each) + "\n" for each in PAPERS))
        before = home.folder / "first.jsonl"
        before.write_text(json.dumps(FIRST) + "\n")
        home.run("import", before, listing)
        for title, steps in CHAPTERS.items():
            said.append(f"## {title}\n")
            (home.folder / "log").unlink(missing_ok=True)
            with house.Daemon(home) as daemon:
                house.until(f"{chat.name} to be heard", chat.listens)
                house.until("similar papers", lambda: "similar papers can be" in daemon.log.read_text())
                house.until("the day's paper", lambda: arrived(home) == 1)
                for words, wanted in steps:
                    faults += ask(chat, words, wanted, said)
        said.append("## as an administrator\n")
        home.add("ada", f"id: ada\nname: Ada\ntime_zone: UTC\ndigest: daily 07:30\nchannels: [{{{chat.name}: {chat.account}}}]\ntopics: [{{name: Robots, query: robot}}]\n")
        home.settings.write_text(home.settings.read_text() + "admins: [ada]\n")
        with house.Daemon(home):
            house.until(f"{chat.name} to be heard", chat.listens)
            for words, wanted in OF_ADMINISTRATORS:
                faults += ask(chat, words, wanted, said)
    if folder:
        (folder / f"{chat.name}.md").write_text("\n".join(said))
    house.check(not faults, "\n".join(faults))
    print(f"{chat.name}: {sum(len(steps) for steps in CHAPTERS.values()) + len(OF_ADMINISTRATORS)} requests, each answered")


def main():
    folder = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    arxiv = Arxiv()
    for kind in (Telegram, Slack, Matrix):
        converse(sys.argv[1], sys.argv[2], kind, arxiv, folder)
    arxiv.close()


main()
