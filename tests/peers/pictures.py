#!/usr/bin/env python3
"""The demonstration's pages and mails as a browser shows them, on a phone and on a desk, by day and by night: nothing is wider than
the phone, no picture is blank, the night is dark. The pictures are left to be looked at. Usage: pictures.py PROGRAM FOLDER"""
import concurrent.futures
import html
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import house  # noqa: E402

WIDTHS = {"phone": 375, "desk": 900}
HEIGHT = 1600
SCHEMES = {"dark": 0, "light": 1}  # as Chromium numbers them
WIDE = "<!DOCTYPE html><body><div style='width:640px'>wide</div></body>"


def browser():
    """Chromium, or the end of this test: a skip with a notice; in CI a failure where it is a package (on Ubuntu it is a snap)."""
    found = shutil.which("chromium")
    if found:
        return found
    print("needs chromium, which is not here (scripts/setup tests)", file=sys.stderr)
    on_debian = re.search(r'^ID="?debian"?$', pathlib.Path("/etc/os-release").read_text(), re.M)
    sys.exit(1 if on_debian and os.environ.get("CI") == "true" else house.SKIPPED)


def run_browser(program, page, *options):
    """What it prints. A profile of its own each time: two at once cannot share one."""
    with tempfile.TemporaryDirectory(prefix="paperboy-browser-", ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--run-all-compositor-stages-before-draw",
             f"--user-data-dir={profile}", *options, page.as_uri()],
            env={**os.environ, "HOME": profile}, capture_output=True, text=True, timeout=180)
    house.check(done.returncode == 0, f"chromium: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def framed(text, width):
    """A browser's window may not be as narrow as a phone; a frame may."""
    return (f"<iframe width={width} height={HEIGHT} style='display:block;border:0' srcdoc=\"{html.escape(text)}\"></iframe>")


def measure(program, folder, documents):
    """How wide each document is when it has the width of a phone."""
    page = folder / "measure.html"
    page.write_text(
        "<!DOCTYPE html><meta charset=utf-8><body>" + "".join(framed(text, WIDTHS["phone"]) for text in documents) +
        "<script>onload = () => { document.title = JSON.stringify(Array.from(document.querySelectorAll('iframe'), frame => "
        "frame.contentDocument.documentElement.scrollWidth)) }</script>")
    shown = run_browser(program, page, "--dump-dom")
    title = re.search(r"<title>(.*?)</title>", shown)
    house.check(title, f"nothing was measured:\n{shown[-500:]}")
    return json.loads(html.unescape(title.group(1)))


def pixels(path):
    """(width, height, rows of RGB or RGBA bytes, bytes per pixel) of a PNG as browsers write it: 8 bits, not interlaced."""
    data = path.read_bytes()
    house.check(data.startswith(b"\x89PNG\r\n\x1a\n"), f"{path.name} is no PNG")
    at, packed, size = 8, b"", 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            house.check(depth == 8 and colour in (2, 6) and not interlaced, f"{path.name}: another kind of PNG")
            size = 3 if colour == 2 else 4
        elif kind == b"IDAT":
            packed += body
        at += length + 12
    raw, rows, above = zlib.decompress(packed), [], bytearray(width * size)
    for y in range(height):
        begin = y * (width * size + 1)
        row = bytearray(raw[begin + 1:begin + 1 + width * size])
        unfilter(raw[begin], row, above, size)
        rows.append(row)
        above = row
    return width, height, rows, size


def unfilter(kind, row, above, size):
    """PNG, section 9.2: Sub, Up, Average, Paeth."""
    for i in range(len(row) if kind else 0):
        left = row[i - size] if i >= size else 0
        corner = above[i - size] if i >= size else 0
        up = above[i]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            far = [(abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner)]
            guess = min(far)[2]
        row[i] = (row[i] + guess) & 255


def look(path, wanted_width):
    """The mean brightness of a picture (0..255) and the share of its pixels that are not the background."""
    width, height, rows, size = pixels(path)
    house.check((width, height) == (wanted_width, HEIGHT), f"{path.name} is {width} x {height}")
    ground = bytes(rows[1][:size])
    total = drawn = count = 0
    for row in rows[::4]:
        for at in range(0, len(row), size * 3):
            pixel = bytes(row[at:at + size])
            total += sum(pixel[:3]) / 3
            drawn += pixel != ground
            count += 1
    return total / count, drawn / count


def take(program, folder, name, text, size, scheme):
    page = folder / f"{name}-{size}.html"
    picture = folder / f"{name}-{size}-{scheme}.png"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8><body style='margin:0'>{framed(text, WIDTHS[size])}")
    run_browser(program, page, f"--window-size={WIDTHS[size]},{HEIGHT}", f"--screenshot={picture}",
                f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}")
    house.check(picture.is_file(), f"no picture of {name}")
    return look(picture, WIDTHS[size])


def main():
    program, folder = browser(), pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="paperboy-pictures-") as demo:
        done = subprocess.run([sys.argv[1], "demo", "--offline", "--output", demo], capture_output=True, text=True)
        house.check(done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}")
        documents = {}
        for person in ("ada", "rafael", "lin"):
            home = pathlib.Path(demo) / person
            documents[f"{person}-page"] = next(home.glob("*.html")).read_text()
            mail = house.parse(next((home / "Maildir" / "new").glob("*")).read_bytes())
            documents[f"{person}-mail"] = mail.get_body(("html",)).get_content()

    *measured, planted = measure(program, folder, [*documents.values(), WIDE])
    house.check(planted > WIDTHS["phone"], f"a page of 640 pixels was measured as {planted}")
    for name, width in zip(documents, measured):
        house.check(width == WIDTHS["phone"], f"{name} is {width} pixels wide on a phone of {WIDTHS['phone']}")

    jobs = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, text in documents.items():
            for size in WIDTHS:
                for scheme in SCHEMES:
                    jobs[name, size, scheme] = pool.submit(take, program, folder, name, text, size, scheme)
    for (name, size, scheme), job in jobs.items():
        brightness, drawn = job.result()
        house.check(drawn > 0.02, f"{name} on a {size}, {scheme}: blank ({drawn:.1%} of it is drawn)")
        as_it_should = brightness < 90 if scheme == "dark" else brightness > 165
        house.check(as_it_should, f"{name} on a {size}, {scheme}: brightness {brightness:.0f} of 255")
    for page in folder.glob("*.html"):
        page.unlink()
    print(f"{len(jobs)} pictures in {folder}: none blank, dark ones dark, nothing wider than a phone")


main()
