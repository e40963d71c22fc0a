"""What the tests of the whole program share: settings in a folder of their own, the program, its Maildirs, the daemon and what it
fetches and sends to, the recordings."""
import argparse
import asyncio
import base64
import email
import email.policy
import http.server
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

SKIPPED = 77
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def give_up(why):
    """The end of a test that lacks something: a skip with a notice, a failure in CI."""
    print(why, file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)


def shared_data():
    """The folder of recorded data, or the end of this test."""
    folder = pathlib.Path(os.environ.get("PAPERBOY_SHARED_DATA", REPOSITORY / ".." / "shared" / "data"))
    if folder.is_dir():
        return folder.resolve()
    give_up("needs ../shared/data (or PAPERBOY_SHARED_DATA), which is not here")


PEOPLE = {
    "ada": """
id: ada
name: Ada
time_zone: Europe/Berlin
digest: {cadence: daily, at: "07:30", days: [mon, tue, wed, thu, fri, sat, sun]}
channels: [{file: ada}]
topics:
  - {name: Splatting, query: '"gaussian splatting" OR "radiance field*"', categories: [cs.CV, cs.GR], revisions: true}
  - {name: Language models, query: '("language model*" OR llm*) AND (safety OR evidence OR hallucinat*)', categories: [cs.CL, cs.AI]}
""",
    "rafael": """
id: rafael
name: Rafael
time_zone: America/Sao_Paulo
digest: on_announcement
channels: [{file: rafael}]
topics:
  - {name: Black holes, query: '"black hole*" OR holograph*', categories: [hep-th, gr-qc]}
  - {name: Lattice, categories: [hep-lat]}
""",
    "lin": """
id: lin
name: Lin
language: zh
time_zone: Asia/Shanghai
digest: {cadence: daily, at: "14:00", days: [mon, tue, wed, thu, fri, sat, sun]}
channels: [{file: lin}]
topics:
  - {name: Robots, query: 'robot* AND (grasp* OR "manipulation")', categories: [cs.RO], stem: true}
  - {name: Galaxies, query: 'abs:galaxies AND redshift', categories: [astro-ph.*], limit: 5}
""",
}


def kill_arguments(kills):
    """What a test that kills the daemon is given; `kills` if it is not said how often."""
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("fake_provider", nargs="?")
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args()
    print(f"{given.kills} kills, seed {given.seed}", flush=True)
    return given


class House:
    """A folder with settings, people and a store; removed at the end."""

    def __init__(self, program, channels=None, people=PEOPLE):
        self.program = pathlib.Path(program).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paperboy-whole-"))
        self.digests = self.folder / "digests"
        (self.folder / "people.d").mkdir()
        for name, text in people.items():
            self.add(name, text)
        self.settings = self.folder / "paperboy.yaml"
        channels = channels or f"  file: {{directory: {self.digests}, formats: [maildir]}}\n"
        self.settings.write_text(
            f"store: {{path: {self.folder}/paperboy.db}}\nserver: {{listen: 'off'}}\npeople: {{directory: people.d}}\n"
            f"digest: {{wait: 0s}}\nchannels:\n{channels}"
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def add(self, name, text):
        """Writes a person's file."""
        (self.folder / "people.d" / f"{name}.yaml").write_text(text)

    def command(self, *arguments):
        return [str(self.program), *map(str, arguments), "--config", str(self.settings)]

    def run(self, *arguments):
        """Runs a verb; its failure is this test's."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True)
        if done.returncode != 0:
            fail(f"paperboy {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def mails(self, person):
        """The parsed messages in a person's Maildir."""
        return [parse(path.read_bytes()) for path in sorted((self.digests / person / "Maildir" / "new").glob("*"))]


class Daemon:
    """`paperboy run` while the `with` block does; its log is printed when the block fails."""

    def __init__(self, home):
        self.home, self.log = home, home.folder / "log"

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.home.command("run"), stderr=log)
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if kind is not None:
            print(self.log.read_text()[-8000:], file=sys.stderr)
        check(status == 0, f"exit {status} after SIGTERM")


class HttpServer(http.server.ThreadingHTTPServer):
    """Of a thread for each request; a client that was killed is no news."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class FeedServer:
    """Serves feeds on 127.0.0.1 in a thread of its own: `text_of(path)` is the feed at that path."""

    def __init__(self, text_of):
        self.agents = agents = []  # the User-Agent of each request

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                agents.append(self.headers.get("User-Agent", ""))
                body = text_of(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = HttpServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


class Fake:
    """A provider's strict fake in a process of its own."""

    def __init__(self, program, name):
        self.process = subprocess.Popen([program, name], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def no_faults(self):
        """Takes back what did not happen: a kill that comes late would hit whoever has the number of the process by then."""
        urllib.request.urlopen(f"{self.url}/_fake/no_faults", data=b"")

    def close(self):
        self.process.terminate()
        self.process.wait(10)


class MailSink:
    """An SMTP server in a thread of its own; kills at the moments around the final dot, as the other fakes do."""

    def __init__(self, password):
        self.password, self.mails, self.wish, self.port = password, [], None, None
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        ready.wait()

    async def _serve(self, ready):
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**22)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await server.serve_forever()

    def _kill(self, moment):
        if self.wish and self.wish[0] == moment:
            pid, self.wish = self.wish[1], None
            os.kill(pid, signal.SIGKILL)

    async def _talk(self, reader, writer):
        async def say(line):
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        try:
            await say("220 sink")
            while line := (await reader.readline()).decode().strip():
                word = line.upper()
                if word.startswith("EHLO"):
                    await say("250-sink\r\n250 AUTH PLAIN")
                elif word.startswith("AUTH"):
                    given = base64.b64decode(line.split()[2]).decode()
                    await say("235 2.7.0 come in" if given.endswith("\0" + self.password) else "535 5.7.8 no")
                elif word.startswith("DATA"):
                    await say("354 go on")
                    data = await reader.readuntil(b"\r\n.\r\n")
                    self._kill("kill_before")
                    self.mails.append(data)
                    self._kill("kill_after")
                    await say("250 2.0.0 taken")
                    self._kill("kill_replied")
                elif word.startswith("QUIT"):
                    await say("221 bye")
                    break
                else:
                    await say("250 OK")
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, truth, patience=60):
    """What `truth` answers as soon as that is true."""
    deadline = time.monotonic() + patience
    while True:
        found = truth()
        if found:
            return found
        check(time.monotonic() < deadline, f"{what} did not happen within {patience} s")
        time.sleep(0.1)


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def fail(text):
    print(f"FAILED: {text}", file=sys.stderr)
    sys.exit(1)


def check(truth, text):
    if not truth:
        fail(text)
