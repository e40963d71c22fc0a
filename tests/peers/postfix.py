"""A Postfix of our own: private configuration, queue and Maildirs below one folder, listening on 127.0.0.1 only."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

import house

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
virtual_mailbox_domains = example.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_transport = {transport}
smtpd_milters = {milters}
smtpd_tls_cert_file = {folder}/etc/cert.pem
smtpd_tls_key_file = {folder}/etc/key.pem
smtpd_tls_security_level = may
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C
"""

MASTER = """
{plain}      inet  n       -       n       -       -       smtpd
{tls}      inet  n       -       n       -       -       smtpd -o smtpd_tls_wrappermode=yes
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
postlog   unix-dgram n  -       n       -       1       postlogd
"""


def available():
    return os.geteuid() == 0 and shutil.which("postfix") is not None and shutil.which("openssl") is not None


class Postfix:
    """`folder` must be reachable for other users: the delivery agent runs as nobody. With `lmtp`, the port of a server that
    delivers instead; with `milter`, that of a filter that sees every message."""

    def __init__(self, folder, mailboxes, lmtp=None, milter=None):
        self.folder = pathlib.Path(folder)
        self.plain, self.tls = house.free_port(), house.free_port()
        nobody = pwd.getpwnam("nobody")
        for name in ("etc", "spool", "data", "mail"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        os.chown(self.folder / "mail", nobody.pw_uid, nobody.pw_gid)
        os.chmod(self.folder, 0o755)
        etc = self.folder / "etc"
        (etc / "main.cf").write_text(MAIN.format(
            folder=self.folder, uid=nobody.pw_uid, gid=nobody.pw_gid,
            transport=f"lmtp:inet:127.0.0.1:{lmtp}" if lmtp else "virtual",
            milters=f"inet:127.0.0.1:{milter}" if milter else ""))
        (etc / "master.cf").write_text(MASTER.format(plain=f"127.0.0.1:{self.plain}", tls=f"127.0.0.1:{self.tls}"))
        (etc / "mailboxes").write_text("".join(f"{name}@example.test {name}/\n" for name in mailboxes))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", etc / "key.pem", "-out", etc / "cert.pem", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)

    @property
    def certificate(self):
        return self.folder / "etc" / "cert.pem"

    def __enter__(self):
        started = subprocess.run(["postfix", "-c", self.folder / "etc", "start"], capture_output=True, text=True)
        if started.returncode != 0:
            raise RuntimeError(f"postfix did not start: {started.stdout}{started.stderr}")
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.plain), timeout=5) as connection:
                    if connection.recv(4).startswith(b"220"):
                        return self
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise RuntimeError("postfix does not answer")
            time.sleep(0.05)

    def __exit__(self, *_):
        subprocess.run(["postfix", "-c", self.folder / "etc", "stop"], capture_output=True)

    def mails(self, mailbox, wanted, patience=60):
        """The messages of a mailbox as bytes, once there are `wanted` of them."""
        folder = self.folder / "mail" / mailbox / "new"
        deadline = time.monotonic() + patience
        while True:
            files = sorted(folder.glob("*")) if folder.is_dir() else []
            if len(files) >= wanted or time.monotonic() > deadline:
                return [file.read_bytes() for file in files]
            time.sleep(0.05)
