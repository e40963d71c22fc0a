#!/usr/bin/env python3
"""scripts/setup on a machine that is played: which packages are missing, who runs it, what apt-get can do. Nothing is installed.
Usage: setup_test.py REPOSITORY"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SETUP = pathlib.Path(sys.argv.pop(1)).resolve() / "scripts" / "setup"
STUBS = {
    "id": 'echo "$PLAYED_USER"',
    "dpkg-query": 'for last; do :; done; case " $PLAYED_MISSING " in *" $last "*) exit 1;; *) echo installed;; esac',
    "apt-get": 'echo "$@" >>"$PLAYED_LOG"; case " $* " in *" $PLAYED_FAILING "*) echo "E: no $PLAYED_FAILING" >&2; exit 100;; esac',
    "sudo": '[ "$PLAYED_SUDO" = yes ] || { echo "sudo: a password is required" >&2; exit 1; }; [ "$1" = -v ] || exec "$@"',
    "debconf-set-selections": "cat >/dev/null",
    "tee": "cat >/dev/null",
    "chmod": ":",
    "rm": ":",
    "systemctl": "exit 1",
    "npm": ":",
}


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.bin = pathlib.Path(self.folder.name) / "bin"
        self.bin.mkdir()
        for name, body in STUBS.items():
            (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
            (self.bin / name).chmod(0o755)

    def run_setup(self, missing="", user=1000, sudo="no", failing="nothing", arguments=("tests",)):
        log = pathlib.Path(self.folder.name) / "apt"
        log.write_text("")
        done = subprocess.run(
            ["bash", SETUP, *arguments], capture_output=True, text=True, timeout=60,
            env={"PATH": f"{self.bin}:{os.environ['PATH']}", "PLAYED_USER": str(user), "PLAYED_MISSING": missing,
                 "PLAYED_SUDO": sudo, "PLAYED_FAILING": failing, "PLAYED_LOG": str(log), "TMPDIR": self.folder.name})
        return done.returncode, done.stdout + done.stderr, log.read_text()

    def test_says_nothing_when_all_is_there(self):
        self.assertEqual(self.run_setup(), (0, "", ""))

    def test_without_root_optional_packages_are_named_and_done_without(self):
        status, said, apt = self.run_setup(missing="dovecot-imapd opendkim")
        self.assertEqual(status, 0, said)
        self.assertIn("not root, so these are not installed: dovecot-imapd opendkim", said)
        self.assertEqual(apt, "")

    def test_without_root_what_is_needed_ends_it(self):
        status, said, apt = self.run_setup(missing="cmake opendkim")
        self.assertEqual(status, 1, said)
        self.assertIn("run it as root, or install these: cmake opendkim", said)
        self.assertEqual(apt, "")

    def test_what_is_needed_only_for_tests_is_asked_for_by_them_alone(self):
        self.assertEqual(self.run_setup(missing="libgtest-dev opendkim", arguments=())[:2], (0, ""))
        self.assertEqual(self.run_setup(missing="libgtest-dev")[0], 1)

    def test_with_sudo_all_is_installed(self):
        status, said, apt = self.run_setup(missing="cmake opendkim", sudo="yes")
        self.assertEqual(status, 0, said)
        self.assertIn("cmake", apt)
        self.assertIn("opendkim", apt)

    def test_one_optional_package_that_cannot_be_had_keeps_no_other_away(self):
        status, said, apt = self.run_setup(missing="dovecot-imapd opendkim", user=0, failing="dovecot-imapd")
        self.assertEqual(status, 0, said)
        self.assertIn("dovecot-imapd could not be installed", said)
        self.assertIn("install --yes --no-install-recommends --no-remove opendkim", apt)

    def test_a_needed_package_that_cannot_be_had_ends_it(self):
        status, said, _ = self.run_setup(missing="cmake", user=0, failing="cmake")
        self.assertEqual(status, 1, said)
        self.assertIn("these could not be installed: cmake", said)

    def test_without_package_lists(self):
        status, said, _ = self.run_setup(missing="opendkim", user=0, failing="update")
        self.assertEqual(status, 0, said)
        self.assertIn("the package lists cannot be had, so these are not installed: opendkim", said)
        self.assertEqual(self.run_setup(missing="cmake", user=0, failing="update")[0], 1)


unittest.main()
