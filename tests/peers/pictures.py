#!/usr/bin/env python3
"""The demonstration's pages and mails as a browser shows them, on a phone and on a desk, by day and by night: nothing is wider than
the phone, no picture is blank, the night is dark, nothing is asked of the network, the browser has nothing to complain of. The
pictures are left to be looked at. Usage: pictures.py PROGRAM FOLDER"""
import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile

import browser
from browser import house

WIDTHS = {"phone": 375, "desk": 900}
HEIGHT = 1600
PATIENCE = 100  # seconds for everything, twice at most
# What the instrument must see before it is believed: half of it black, too wide, a complaint, a request.
KNOWN = """<!DOCTYPE html><html><body style="margin:0;background:#fff"><div style="height:800px;width:640px;background:#000"></div>
<script>console.error("planted")</script><img src="https://planted.invalid/picture.png" alt=""></body></html>"""
# (mean brightness 0..255, share of the pixels that are not as the first one) of a PNG
LOOK = """(async png => {
  const bytes = Uint8Array.from(atob(png), c => c.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const data = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  let light = 0, drawn = 0;
  for (let i = 0; i < data.length; i += 4) {
    light += (data[i] + data[i + 1] + data[i + 2]) / 3;
    drawn += data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 2] !== data[2];
  }
  return [bitmap.width, bitmap.height, light * 4 / data.length, drawn * 4 / data.length];
})("%s")"""


class View:
    """What is seen of one document on one screen."""

    def __init__(self, page, eye, path, size, scheme):
        page.show(path, WIDTHS[size], HEIGHT, scheme)
        self.wide = page.value("document.documentElement.scrollWidth")
        self.png = page.picture()
        self.requests = [url for url in page.requests() if url != path.as_uri()]
        self.complaints = page.complaints()
        self.width, self.height, self.brightness, self.drawn = eye.value(LOOK % base64.b64encode(self.png).decode())


def documents(program):
    """name -> HTML, as `paperboy demo` writes it."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="paperboy-pictures-") as demo:
        done = subprocess.run([program, "demo", "--offline", "--output", demo], capture_output=True, text=True, timeout=60)
        house.check(done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}")
        for person in ("ada", "rafael", "lin"):
            home = pathlib.Path(demo) / person
            found[f"{person}-page"] = next(home.glob("*.html")).read_text()
            mail = house.parse(next((home / "Maildir" / "new").glob("*")).read_bytes())
            found[f"{person}-mail"] = mail.get_body(("html",)).get_content()
    return found


def take(folder, texts):
    """(document, size, scheme) -> View; whether the browser itself can be believed is decided first."""
    with browser.Browser(PATIENCE) as chromium:
        page, eye = chromium.page(), chromium.page()
        with tempfile.TemporaryDirectory(prefix="paperboy-pictures-") as place:
            path = pathlib.Path(place) / "page.html"
            path.write_text(KNOWN)
            known = View(page, eye, path, "phone", "light")
            if (known.width, known.height) != (WIDTHS["phone"], HEIGHT) or abs(known.drawn - 0.5) > 0.02:
                raise browser.Broken(f"a known page was drawn as {known.width} x {known.height}, {known.drawn:.0%} of it")
            house.check(known.wide == 640, f"a page of 640 pixels was measured as {known.wide}")
            house.check(abs(known.brightness - 127.5) < 5, f"a page half black and half white has brightness {known.brightness}")
            house.check(known.requests == ["https://planted.invalid/picture.png"], f"a planted request was seen as {known.requests}")
            house.check(any("planted" in text for text in known.complaints), f"a planted complaint was seen as {known.complaints}")
            views = {}
            for name, text in texts.items():
                path.write_text(text)
                for size in WIDTHS:
                    for scheme in ("light", "dark"):
                        views[name, size, scheme] = view = View(page, eye, path, size, scheme)
                        (folder / f"{name}-{size}-{scheme}.png").write_bytes(view.png)
            return views


def main():
    browser.program()
    folder = pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = documents(sys.argv[1])
    for turn in (1, 2):
        try:
            views = take(folder, texts)
            break
        except browser.Broken as trouble:
            print(f"the browser failed ({turn}): {trouble}", file=sys.stderr)
    else:
        browser.give_up("this machine's chromium does not work: no pictures were taken")

    for (name, size, scheme), view in views.items():
        where = f"{name} on a {size}, {scheme}"
        house.check(view.wide <= WIDTHS[size], f"{where}: {view.wide} pixels wide")
        house.check(view.drawn > 0.02, f"{where}: blank ({view.drawn:.1%} of it is drawn)")
        as_it_should = view.brightness < 90 if scheme == "dark" else view.brightness > 165
        house.check(as_it_should, f"{where}: brightness {view.brightness:.0f} of 255")
        house.check(not view.requests, f"{where}: asks for {view.requests}")
        house.check(not view.complaints, f"{where}: {view.complaints}")
    print(f"{len(views)} pictures in {folder}: none blank, dark ones dark, nothing too wide, no requests, no complaints")


main()
