"""An OpenDKIM of our own that signs what a Postfix shows it, and the public key that a verifier would find in the DNS."""
import base64
import os
import pathlib
import shutil
import socket
import subprocess
import time

import house

SELECTOR = "papers"
# RequireSafeKeys: it would not have the key below a temporary folder that others may write to.
# OpenDKIM by itself signs List-Unsubscribe, but not the header that makes it one click (RFC 8058 wants both signed).
SETTINGS = """
Mode s
Socket inet:{port}@127.0.0.1
Domain {domain}
Selector {selector}
KeyFile {key}
Canonicalization relaxed/simple
InternalHosts 127.0.0.1
SignHeaders *,+list-unsubscribe-post
OversignHeaders From
RequireSafeKeys no
UserID opendkim
Syslog no
"""


def available():
    return os.geteuid() == 0 and shutil.which("opendkim") is not None and shutil.which("openssl") is not None


class OpenDkim:
    """`folder` must be reachable for other users: it runs as opendkim."""

    def __init__(self, folder, domain):
        self.folder = pathlib.Path(folder)
        os.chmod(self.folder, 0o755)
        self.port = house.free_port()
        key = self.folder / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        shutil.chown(key, "opendkim")
        key.chmod(0o600)
        self.record_name = f"{SELECTOR}._domainkey.{domain}."
        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        self.settings = self.folder / "opendkim.conf"
        self.settings.write_text(SETTINGS.format(port=self.port, domain=domain, selector=SELECTOR, key=key))

    def __enter__(self):
        self.output = open(self.folder / "output", "wb")
        self.process = subprocess.Popen(["opendkim", "-f", "-x", self.settings], stdout=self.output, stderr=self.output)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError(f"opendkim does not answer: {(self.folder / 'output').read_text()}")
            time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.output.close()
