"""Chromium without a window, spoken to over a pipe by its own protocol (chromedevtools.github.io/devtools-protocol). Nothing here can
hang: every answer has a deadline, and the browser with all its processes is killed at the end."""
import base64
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import house  # noqa: E402

OPTIONS = [
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-breakpad", "--disable-crash-reporter", "--password-store=basic", "--use-mock-keychain",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb",
]


class Broken(Exception):
    """The browser does not answer, or died."""


def program():
    """Chromium, or the end of this test: a skip with a notice; in CI a failure where it is a package (on Ubuntu it is a snap)."""
    found = shutil.which("chromium")
    if found:
        return found
    on_debian = re.search(r'^ID="?debian"?$', pathlib.Path("/etc/os-release").read_text(), re.M)
    give_up("needs chromium, which is not here (scripts/setup tests)", failure=on_debian)


def give_up(why, failure=True):
    print(why, file=sys.stderr)
    sys.exit(1 if failure and os.environ.get("CI") == "true" else house.SKIPPED)


class Browser:
    def __init__(self, patience):
        """All that is done with it must be done within `patience` seconds."""
        self.deadline = time.monotonic() + patience
        self.profile = tempfile.mkdtemp(prefix="paperboy-browser-")
        self.events, self.number, self.received = [], 0, b""
        read_by_it, self.to = os.pipe()
        self.from_it, written_by_it = os.pipe()
        self.errors = open(os.path.join(self.profile, "errors"), "wb")
        # Its pipe is descriptors 3 and 4. A session of its own, so that all its processes can be killed at once.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{read_by_it} 4>&{written_by_it}', program(), *OPTIONS,
             f"--user-data-dir={self.profile}/data", "about:blank"],
            pass_fds=(read_by_it, written_by_it), stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
            env={**os.environ, "HOME": self.profile}, start_new_session=True)
        os.close(read_by_it)
        os.close(written_by_it)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.errors.close()
        os.close(self.to)
        os.close(self.from_it)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _ended(self):
        return Broken("it ended:\n" + pathlib.Path(self.errors.name).read_text(errors="replace")[-2000:])

    def _message(self, awaited):
        while b"\0" not in self.received:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.from_it], [], [], left)[0]:
                raise Broken(f"no answer in time to {awaited}")
            piece = os.read(self.from_it, 1 << 20)
            if not piece:
                raise self._ended()
            self.received += piece
        message, _, self.received = self.received.partition(b"\0")
        return json.loads(message)

    def ask(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        try:
            os.write(self.to, json.dumps(request).encode() + b"\0")
        except BrokenPipeError:
            raise self._ended() from None
        while True:
            message = self._message(method)
            if message.get("id") == self.number:
                house.check("error" not in message, f"{method}: {message.get('error')}")
                return message["result"]
            self.events.append(message)

    def until(self, method, session):
        """The next event of that name."""
        while True:
            for at, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    return self.events.pop(at)
            self.events.append(self._message(method))

    def page(self):
        return Page(self)


class Page:
    """A tab."""

    def __init__(self, browser):
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        return self.browser.ask(method, session=self.session, **parameters)

    def show(self, path, width, height, scheme):
        """Loads a file as a window of that size and a system of that colour scheme show it."""
        self.browser.events.clear()
        self.ask("Page.bringToFront")  # no picture is taken of a tab in the background
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url=path.as_uri())
        self.browser.until("Page.loadEventFired", self.session)

    def value(self, expression):
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        house.check("exceptionDetails" not in answer, f"{expression}: {answer}")
        return answer["result"].get("value")

    def picture(self):
        """PNG bytes."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def complaints(self):
        """What the console and the log say against what was loaded."""
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            parameters = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"]["text"])
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("warning", "error"):
                found.append(parameters["entry"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("warning", "error", "assert"):
                found.append(str(parameters["args"]))
        return found

    def requests(self):
        """The URLs it asked for."""
        return [event["params"]["request"]["url"] for event in self.browser.events
                if event.get("sessionId") == self.session and event["method"] == "Network.requestWillBeSent"]
