"""A real Matrix homeserver (Synapse on SQLite) in a folder of its own, installed at test time, and a plain client of it."""
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import house

NAME = "synapse.test"
GENEROUS = {"per_second": 1000, "burst_count": 1000}


class Client:
    """What any program may ask a homeserver."""

    def __init__(self, base, token=""):
        self.base, self.token = base, token

    def ask(self, method, path, body=None, **query):
        """(status, answer)"""
        url = self.base + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, method=method, headers={"Content-Type": "application/json"})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def want(self, method, path, body=None, **query):
        status, answer = self.ask(method, path, body, **query)
        assert status == 200, f"{method} {path}: {status} {answer}"
        return answer

    def sign_in(self, user, password):
        answer = self.want("POST", "/_matrix/client/v3/login", {
            "type": "m.login.password", "identifier": {"type": "m.id.user", "user": user}, "password": password})
        self.token = answer["access_token"]
        return answer

    def messages(self, room):
        """The room's messages, oldest first."""
        answer = self.want("GET", f"/_matrix/client/v3/rooms/{urllib.parse.quote(room, safe='')}/messages", dir="b", limit=500)
        return [event for event in reversed(answer["chunk"]) if event["type"] == "m.room.message"]


class Synapse:
    """Runs while the `with` block does. With `limits`, Synapse's own rate limits are left in force."""

    def __init__(self, python, folder, limits=False, port=None):
        self.python, self.folder = str(python), pathlib.Path(folder)
        self.port = port or house.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.secret = "registration"
        self.log = self.folder / "homeserver.log"
        settings = {
            "server_name": NAME, "pid_file": str(self.folder / "pid"), "report_stats": False,
            "listeners": [{"port": self.port, "type": "http", "tls": False, "bind_addresses": ["127.0.0.1"],
                           "resources": [{"names": ["client"], "compress": False}]}],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"), "signing_key_path": str(self.folder / "signing.key"),
            "registration_shared_secret": self.secret, "macaroon_secret_key": "macaroon", "form_secret": "form",
            "trusted_key_servers": [], "suppress_key_server_warning": True, "bcrypt_rounds": 4,
            "log_config": str(self.folder / "log.yaml"), "federation_domain_whitelist": [],
        }
        if not limits:
            for name in ("rc_message", "rc_registration", "rc_room_creation", "rc_joins_per_room"):
                settings[name] = GENEROUS
            settings["rc_login"] = {key: GENEROUS for key in ("address", "account", "failed_attempts")}
            settings["rc_joins"] = {key: GENEROUS for key in ("local", "remote")}
            settings["rc_invites"] = {key: GENEROUS for key in ("per_room", "per_user", "per_issuer")}
        self.folder.mkdir(parents=True, exist_ok=True)
        # YAML reads JSON.
        (self.folder / "homeserver.yaml").write_text(json.dumps(settings, indent=1))
        (self.folder / "log.yaml").write_text(json.dumps({
            "version": 1, "root": {"level": "WARNING", "handlers": ["file"]},
            "handlers": {"file": {"class": "logging.FileHandler", "filename": str(self.log)}}}))
        self.process = None

    def __enter__(self):
        command = [self.python, "-m", "synapse.app.homeserver", "--config-path", str(self.folder / "homeserver.yaml")]
        subprocess.run([*command, "--generate-keys"], check=True, capture_output=True, cwd=self.folder)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        cwd=self.folder, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(self.base + "/health", timeout=5).close()
                return self
            except OSError:
                assert self.process.poll() is None, f"Synapse ended: {self.words()}"
                assert time.monotonic() < deadline, f"Synapse is not ready: {self.words()}"
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def words(self):
        return self.log.read_text()[-3000:] if self.log.exists() else ""

    def register(self, name, password):
        """A new user, and a client that is signed in as them."""
        client = Client(self.base)
        nonce = client.want("GET", "/_synapse/admin/v1/register")["nonce"]
        mac = hmac.new(self.secret.encode(), b"\0".join([nonce.encode(), name.encode(), password.encode(), b"notadmin"]), hashlib.sha1)
        answer = client.want("POST", "/_synapse/admin/v1/register", {
            "nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac.hexdigest()})
        client.token = answer["access_token"]
        client.user = answer["user_id"]
        return client
