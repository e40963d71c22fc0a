#!/usr/bin/env python3
"""Runs programs as the systemd unit would have them: its system-call filter (expanded by systemd-analyze), no new privileges, no
namespaces, no writable code, its address families; and, where a mount namespace can be had, a file system that is read-only but for the
temporary folder. What a running systemd adds (private users, devices and /proc) is not here.
Usage: under_unit.py UNIT PROGRAM[,ARGUMENT...]..."""
import ctypes
import errno
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ALLOW, DENY = 0x7FFF0000, lambda number: 0x00050000 | number
EQUAL, MASKED = 4, 7
PR_SET_NO_NEW_PRIVS = 38
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
NAMESPACES = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]  # of clone(2)
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def give_up(why):
    print(f"skipped: {why}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


def settings_of(unit):
    found = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", pathlib.Path(unit).read_text(), re.M):
        found.setdefault(name, []).append(value)
    return found


def calls_in(names):
    """The system calls of a SystemCallFilter's words; sets are expanded."""
    calls = set()
    for name in names:
        if not name.startswith("@"):
            calls.add(name)
            continue
        listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
        words = [line.strip() for line in listed.splitlines()[1:]]
        calls |= calls_in([word for word in words if word and not word.startswith("#")])
    return calls


class Filter:
    def __init__(self, library, default):
        self.library = library
        self.context = ctypes.c_void_p(library.seccomp_init(default))

    def add(self, action, call, *compares):
        number = self.library.seccomp_syscall_resolve_name(call.encode())
        if number == -1:
            return  # of another architecture, or newer than the library
        rules = (Compare * max(len(compares), 1))(*[Compare(*compare) for compare in compares])
        status = self.library.seccomp_rule_add_array(self.context, action, number, len(compares), rules)
        if status not in (0, -errno.EEXIST, -errno.EDOM):
            raise OSError(-status, f"{call}: {os.strerror(-status)}")

    def load(self):
        status = self.library.seccomp_load(self.context)
        if status != 0:
            raise OSError(-status, os.strerror(-status))


def confine(unit, allowed):
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    if unit["NoNewPrivileges"] != ["yes"]:
        sys.exit("the unit has lost NoNewPrivileges")
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    some = Filter(library, ALLOW)
    if unit["MemoryDenyWriteExecute"] == ["yes"]:
        some.add(DENY(errno.EPERM), "mmap", (2, MASKED, PROT_WRITE | PROT_EXEC, PROT_WRITE | PROT_EXEC))
        some.add(DENY(errno.EPERM), "mprotect", (2, MASKED, PROT_EXEC, PROT_EXEC))
        some.add(DENY(errno.EPERM), "pkey_mprotect", (2, MASKED, PROT_EXEC, PROT_EXEC))
        some.add(DENY(errno.EPERM), "shmat", (2, MASKED, SHM_EXEC, SHM_EXEC))
    if unit["RestrictNamespaces"] == ["yes"]:
        for flag in NAMESPACES:
            some.add(DENY(errno.EPERM), "clone", (0, MASKED, flag, flag))
            some.add(DENY(errno.EPERM), "unshare", (0, MASKED, flag, flag))
        some.add(DENY(errno.EPERM), "setns")
        some.add(DENY(errno.ENOSYS), "clone3")
    known = {FAMILIES[name] for name in unit["RestrictAddressFamilies"][0].split()}
    for family in set(range(64)) - known:
        some.add(DENY(errno.EAFNOSUPPORT), "socket", (0, EQUAL, family, 0))
    some.load()
    only = Filter(library, DENY(errno.EPERM))
    for call in allowed:
        only.add(ALLOW, call)
    only.load()


def main():
    unit = settings_of(sys.argv[1])
    if "--inside" in sys.argv:
        allowed = os.environ.pop("PAPERBOY_UNIT_CALLS").split()
        confine(unit, allowed)
        os.execv(sys.argv[3], sys.argv[3:])
    try:
        allowed = set()
        for line in unit["SystemCallFilter"]:
            words = line.lstrip("~").split()
            allowed = allowed - calls_in(words) if line.startswith("~") else allowed | calls_in(words)
        ctypes.CDLL("libseccomp.so.2")
    except FileNotFoundError as error:
        give_up(f"{error.filename} is not installed (scripts/setup tests)")
    except OSError as error:
        give_up(error)
    # A denied call is what the filter is for: the sandbox has to do without. LeakSanitizer would need ptrace.
    surroundings = dict(os.environ, PAPERBOY_UNIT_CALLS=" ".join(sorted(allowed)), ASAN_OPTIONS="detect_leaks=0")
    with tempfile.TemporaryDirectory(prefix="paperboy-unit-") as folder:
        surroundings["TMPDIR"] = folder
        read_only = ["unshare", "--mount", "--map-root-user", "sh", "-c",
                     'mount --make-rprivate / && mount -t tmpfs tmpfs "$TMPDIR" && mount -o remount,bind,ro / && exec "$@"', "sh"]
        if subprocess.run([*read_only, "true"], env=surroundings, stderr=subprocess.DEVNULL).returncode != 0:
            print("a read-only file system cannot be had here: the system calls alone are tested", flush=True)
            read_only = []
        for given in sys.argv[2:]:
            inside = [sys.executable, __file__, sys.argv[1], "--inside", *given.split(",")]
            done = subprocess.run([*read_only, *inside], env=surroundings)
            if done.returncode != 0:
                sys.exit(f"{given}: exit {done.returncode} under the unit's settings")


main()
