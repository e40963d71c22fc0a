"""A Dovecot of our own (2.3 or 2.4): private configuration and Maildirs below one folder, LMTP and IMAP on 127.0.0.1 only. Every user
there is has the password "secret"."""
import imaplib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

import house

COMMON = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
first_valid_uid = 100
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""

V23 = """
protocols = imap lmtp
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%n allow_all_users=yes
}}
"""

V24 = """
protocols {{
  imap = yes
  lmtp = yes
}}
auth_allow_cleartext = yes
auth_mechanisms {{
  plain = yes
}}
mail_driver = maildir
mail_home = {folder}/mail/%{{user | username}}
mail_path = {folder}/mail/%{{user | username}}
passdb static {{
  password = secret
}}
userdb static {{
  allow_all_users = yes
  fields {{
    uid = nobody
    gid = nogroup
  }}
}}
"""


def available():
    modules = pathlib.Path("/usr/lib/dovecot")
    return (os.geteuid() == 0 and shutil.which("dovecot") is not None and (modules / "lmtp").exists()
            and (modules / "imap").exists())


def version():
    return subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=True).stdout.split()[0].split("-")[0]


class Dovecot:
    """`folder` must be reachable for other users: mail is written as nobody."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.lmtp, self.imap = house.free_port(), house.free_port()
        nobody = pwd.getpwnam("nobody")
        (self.folder / "mail").mkdir()
        os.chown(self.folder / "mail", nobody.pw_uid, nobody.pw_gid)
        os.chmod(self.folder, 0o755)
        number = version()
        if number.startswith("2.3."):
            text = COMMON + V23
        else:
            text = f"dovecot_config_version = {number}\ndovecot_storage_version = {number}\n" + COMMON + V24
        self.settings = self.folder / "dovecot.conf"
        self.settings.write_text(text.format(folder=self.folder, imap=self.imap, lmtp=self.lmtp))

    def __enter__(self):
        self.output = open(self.folder / "output", "wb")
        self.process = subprocess.Popen(["dovecot", "-F", "-c", self.settings], stdout=self.output, stderr=self.output)
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.lmtp), timeout=5) as connection:
                    if connection.recv(4).startswith(b"220"):
                        return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.words()
                self.__exit__()
                raise RuntimeError(f"dovecot does not answer: {said}")
            time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.output.close()

    def words(self):
        """What it has to say for itself, the end of it."""
        log = self.folder / "log"
        return ((self.folder / "output").read_text() + (log.read_text() if log.exists() else ""))[-3000:]

    def mails(self, user, wanted, patience=60, worth_waiting=lambda: True):
        """The messages in a user's INBOX as IMAP gives them, once there are `wanted`."""
        deadline = time.monotonic() + patience
        with imaplib.IMAP4("127.0.0.1", self.imap) as box:
            box.login(user, "secret")
            box.select("INBOX", readonly=True)
            while True:
                box.noop()
                numbers = box.search(None, "ALL")[1][0].split()
                if len(numbers) >= wanted or time.monotonic() > deadline or not worth_waiting():
                    return [box.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
                time.sleep(0.1)
