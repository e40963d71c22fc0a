#!/usr/bin/env python3
"""A reader's pages, from the links of a mail: every form by plain HTTP, without a script; then every page in Chromium before axe-core
(github.com/dequelabs/axe-core) and by keyboard, on a phone and on a desk, by day and by night. The pictures are left to be looked at.
Usage: pages_by_axe.py PROGRAM FOLDER"""
import email.utils
import http.client
import json
import pathlib
import re
import shutil
import socketserver
import sys
import tempfile
import threading
import urllib.parse

import browser
import npm
from browser import house

PUBLIC = "https://papers.example"
PATIENCE = 150  # seconds for all that is done in the browser, twice at most
SIZES = {"narrow": 320, "phone": 375, "desk": 900}  # 320: WCAG 2.2, 1.4.10
TITLES = ["A robot that folds paper aeroplanes", "Robots & <people>: a survey", "Soft robots, hard problems"]
# A control without a name, and text that is hardly there: axe must see both before it is believed.
KNOWN = """<!DOCTYPE html><html lang="en"><head><title>Known</title></head><body><main><h1>Known</h1>
<p style="color:#ddd;background:#fff">faint</p><input type="text"></main></body></html>"""


class Mailbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self):
        self.messages = messages = []  # (recipient, bytes)

        class Session(socketserver.StreamRequestHandler):
            timeout = 60

            def handle(self):
                say = lambda text: self.wfile.write(text.encode() + b"\r\n")
                say("220 mailbox ESMTP")
                to = ""
                while line := self.rfile.readline().strip().decode():
                    verb = line.split()[0].upper()
                    if verb == "RCPT":
                        to = line.split("<")[1].split(">")[0]
                    if verb == "DATA":
                        say("354 go on")
                        lines = []
                        while (text := self.rfile.readline()) not in (b".\r\n", b""):
                            lines.append(text[1:] if text.startswith(b"..") else text)
                        messages.append((to, b"".join(lines)))
                    say("221 bye" if verb == "QUIT" else "250 ok")
                    if verb == "QUIT":
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, person):
        """The newest message to a person, if there is one."""
        found = [data for to, data in self.messages if to == f"{person}@example.org"]
        return house.parse(found[-1]) if found else None


class Site:
    """The pages as a browser without scripts asks for them."""

    def __init__(self, port):
        self.port = port

    def ask(self, method, url, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
        connection.request(method, url.removeprefix(PUBLIC), urllib.parse.urlencode(fields, doseq=True) if fields else None,
                           headers if fields else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def get(self, url, status=200):
        answer, text = self.ask("GET", url)
        house.check(answer.status == status, f"{url}: {answer.status}\n{text[-2000:]}")
        return text

    def post(self, url, **fields):
        """The page after it, as a browser shows it."""
        answer, text = self.ask("POST", url, fields)
        if answer.status != 303:
            return text
        return self.get(urllib.parse.urljoin(url, answer.headers["Location"].partition("#")[0]))


def feed(_):
    items = "".join(f"<item><title>{title.replace('&', '&amp;').replace('<', '&lt;')}</title><link>http://127.0.0.1/{number}</link>"
                    f"<guid>{number}</guid><description>We present robots, number {number}. They fold and throw.</description>"
                    f"<pubDate>{email.utils.formatdate()}</pubDate></item>" for number, title in enumerate(TITLES))
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Journal of Tests</title>'
            f"<link>http://127.0.0.1/</link><description>Papers</description>{items}</channel></rss>")


def person(name, language):
    return (f"id: {name}\nname: {name.title()}\nlanguage: {language}\ntime_zone: Europe/Berlin\ndigest: instant\n"
            f"channels: [{{email: {name}@example.org}}]\n"
            "topics:\n  - {name: Robots, query: 'robot* OR \"soft matter\"'}\n"
            "  - {name: A topic with a rather long name that has to be broken somewhere, categories: [cs.RO, 'astro-ph.*']}\n")


def links(message):
    """What the HTML part links to, by the first folder of the address, in order."""
    found = {}
    for url in re.findall(r'href="(https://papers\.example/[^"]+)"', message.get_body(("html",)).get_content()):
        found.setdefault(url.split("/")[3], []).append(url)
    return found


def use(site, mailbox, name):
    """Uses the pages as their reader does; name -> HTML of what was seen."""
    seen = {}
    there = links(mailbox.of(name))
    zh = name == "lin"
    house.check({"act", "home", "digest", "unsubscribe"} <= set(there), f"links of the mail: {there}")
    house.check(len(there["act"]) == 3 * len(TITLES), f"{len(there['act'])} links that act")
    plain = mailbox.of(name).get_body(("plain",)).get_content()
    house.check(all(url in plain for urls in there.values() for url in urls), "the text part lacks a link")

    more, home = there["act"][0], there["home"][0]
    seen["act-asks"] = site.get(more)
    seen["act-done"] = site.post(more, action="do")
    house.check('value="undo"' in seen["act-done"], "nothing was done")
    house.check(site.post(more, action="do") == seen["act-done"], "twice is not once")
    site.post(there["act"][2], action="do")  # saves it
    site.post(there["act"][4], action="do")  # less like the second
    seen["learned"] = site.get(home + "?show=learned")
    house.check("?show=learned" in site.get(home) and ("避开：" if zh else "Against:") in seen["learned"], "nothing was learned")
    seen["passed-on"] = site.get(there["digest"][0])
    house.check("/act/" not in seen["passed-on"] and "/home/" not in seen["passed-on"], "a page to pass on acts")
    seen["unsubscribe"] = site.get(there["unsubscribe"][0])

    site.post(home, action="follow", query='"paper planes" OR origami*', categories="cs.RO", name="Folding <b>")
    site.post(home, action="mute", topic="Robots", **{"for": "7"})
    site.post(home, action="drop", place=f"email:{name}@example.org")
    seen["home"] = site.post(home, action="schedule", when="days", day=["mon", "thu"], at="6:45", zone="asia/tokyo")
    for truth in ("Folding &lt;b&gt;", "Asia/Tokyo", 'value="06:45"', f'value="email:{name}@example.org"', 'role="status"',
                  'value="unsave"'):
        house.check(truth in seen["home"], f"not on the page: {truth}")
    house.check('value="unmute"' in seen["home"], "the topic is not muted")
    seen["home-wrong"] = site.post(home, action="follow", query="(nerf OR ", categories="cs.CX")
    house.check('aria-invalid="true"' in seen["home-wrong"], "a query that is none was taken")
    site.post(home, action="add", place=f"email:{name}@example.org")
    site.post(home, action="pause", **{"for": ""})
    seen["home-paused"] = site.post(home, action="undo", number="999")
    seen["reset"], seen["forget"] = site.get(home + "?confirm=reset"), site.get(home + "?confirm=forget")
    yaml = site.get(home.replace("/home/", "/export/"))
    house.check(f'id: "{name}"' in yaml and "Folding <b>" in yaml, f"the export: {yaml}")

    archive = home.replace("/home/", "/archive/")
    seen["archive"] = site.get(archive)
    seen["archive-none"] = site.get(archive + "?q=zebra")
    found = site.get(archive + "?q=AEROPLANES+robot")
    own = re.search(r'href="(https://papers\.example/digest/[^"]+)"', found)
    house.check(own, "the digest was not found")
    seen["own-digest"] = site.get(own.group(1))
    house.check("/act/" in seen["own-digest"], "the reader's own page does not act")
    house.check(('lang="zh"' if zh else 'lang="en"') in seen["home"], "another language")
    site.post(home, action="reset")
    house.check("Folding" not in site.get(home), "it was not reset")
    return seen


def known_page(page, axe, path):
    path.write_text(KNOWN)
    page.show(path, 900, 1600, "light")
    found = {each["id"] for each in judged(page, axe)}
    house.check({"label", "color-contrast"} <= found, f"of a page that is wrong axe says {found}")


def judged(page, axe):
    page.value(axe + "; true")
    return json.loads(page.value("""axe.run(document, {resultTypes: ["violations"]}).then(result => JSON.stringify(
        result.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => n.html)}))))"""))


def by_keyboard(page, name):
    """Tab reaches everything that can be used, in the order in which it stands; the first is the way past the rest."""
    wanted = page.value("""(() => { window.reached = []; window.all = [...document.querySelectorAll(
        "a[href], button, select, input:not([type=hidden])")].filter(e => e.type !== "radio" || e.checked);
        return all.length })()""")
    for _ in range(wanted):
        for kind in ("keyDown", "keyUp"):
            page.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        page.value("""(() => { const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
            reached.push([all.indexOf(e), box.width > 0 && box.right > 0, style.outlineStyle !== "none"]) })()""")
    reached = page.value("reached")
    house.check([at for at, _, _ in reached] == list(range(wanted)), f"{name}: Tab goes {reached}")
    house.check(all(visible and outlined for _, visible, outlined in reached), f"{name}: the focus is not seen: {reached}")
    if page.value("!!document.querySelector('nav')"):
        house.check(page.value("all[0].className") == "skip", f"{name}: the first stop is not the way past the rest")
    return wanted


def look(folder, pages, axe):
    """Everything that is wrong, and how many things Tab reached."""
    wrong, stops = [], 0
    with browser.Browser(PATIENCE) as chromium, tempfile.TemporaryDirectory(prefix="paperboy-axe-") as place:
        page, path = chromium.page(), pathlib.Path(place) / "page.html"
        known_page(page, axe, path)
        for name, text in pages.items():
            path.write_text(text)
            for size, width in SIZES.items():
                for scheme in ("light", "dark"):
                    if size == "narrow" and scheme == "dark":
                        continue
                    page.show(path, width, 1600, scheme)
                    where = f"{name}, {size}, {scheme}"
                    wide = page.value("document.documentElement.scrollWidth")
                    if wide > width:
                        wrong.append(f"{where}: {wide} pixels wide")
                    if size != "desk" or scheme == "dark":
                        (folder / f"{name}-{size}-{scheme}.png").write_bytes(page.picture())
                    if size == "phone":
                        wrong += [f"{where}: {each}" for each in judged(page, axe)]
            stops += by_keyboard(page, name)
    return wrong, stops


def main():
    browser.program()
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    npm.install("axe", folder / "axe")
    axe = (folder / "axe" / "node_modules" / "axe-core" / "axe.min.js").read_text()
    pictures = folder / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir()

    source, mailbox, port = house.FeedServer(feed), Mailbox(), house.free_port()
    pages = {}
    with house.House(program, people={name: person(name, tag) for name, tag in (("ada", "en"), ("lin", "zh"))}) as home:
        home.settings.write_text(
            f"contact: tests@example.org\nstore: {{path: {home.folder}/paperboy.db}}\nserver: {{listen: 'off'}}\n"
            f"web: {{public_url: '{PUBLIC}', listen: '127.0.0.1:{port}'}}\npeople: {{directory: people.d}}\n"
            f"sources:\n  feed:\n    - {{name: Tests, url: '{source.url}/feed', private_addresses: true}}\n"
            f"channels:\n  email: {{host: 127.0.0.1, port: {mailbox.port}, security: none, from: digest@example.org}}\n")
        with house.Daemon(home) as daemon:
            house.until("the mails", lambda: daemon.process.poll() is not None or (mailbox.of("ada") and mailbox.of("lin")))
            site = Site(port)
            for name in ("ada", "lin"):
                pages.update({f"{name}-{page}": text for page, text in use(site, mailbox, name).items()})
            pages["not-found"] = site.get(PUBLIC + "/home/none", 404)
    source.close()

    for turn in (1, 2):
        try:
            wrong, stops = look(pictures, pages, axe)
            break
        except browser.Broken as trouble:
            print(f"the browser failed ({turn}): {trouble}", file=sys.stderr)
    else:
        browser.give_up("this machine's chromium does not work: no page was judged")
    house.check(not wrong, "\n".join(wrong))
    print(f"{len(pages)} pages, {stops} stops of the keyboard: axe finds nothing, nothing is wider than 320 pixels; {pictures}")


main()
