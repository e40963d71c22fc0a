"""What the tests of the whole program share: settings in a folder of their own, the program, its Maildirs, the recordings."""
import email
import email.policy
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def shared_data():
    """The folder of recorded data, or the end of this test: a skip with a notice, a failure in CI."""
    folder = pathlib.Path(os.environ.get("PAPERBOY_SHARED_DATA", REPOSITORY / ".." / "shared" / "data"))
    if folder.is_dir():
        return folder.resolve()
    print("needs ../shared/data (or PAPERBOY_SHARED_DATA), which is not here", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)


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


class House:
    """A folder with settings, people and a store; removed at the end."""

    def __init__(self, program, channels=None, formats="[maildir]"):
        self.program = pathlib.Path(program).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paperboy-whole-"))
        self.digests = self.folder / "digests"
        (self.folder / "people.d").mkdir()
        for name, text in PEOPLE.items():
            (self.folder / "people.d" / f"{name}.yaml").write_text(text)
        self.settings = self.folder / "paperboy.yaml"
        channels = channels or f"  file: {{directory: {self.digests}, formats: {formats}}}\n"
        self.settings.write_text(
            f"store: {{path: {self.folder}/paperboy.db}}\nserver: {{listen: 'off'}}\npeople: {{directory: people.d}}\n"
            f"digest: {{wait: 0s}}\nchannels:\n{channels}"
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

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


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def fail(text):
    print(f"FAILED: {text}", file=sys.stderr)
    sys.exit(1)


def check(truth, text):
    if not truth:
        fail(text)
