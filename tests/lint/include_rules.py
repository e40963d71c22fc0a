#!/usr/bin/env python3
"""Holds every #include of daemon/ and integrations/ to the table of daemon/README.md.

usage: include_rules.py REPOSITORY

Prints one line per violation, FILE:LINE: RULE, and exits 1 if there is any.
"""
import re
import sys
from pathlib import Path

# The platform: POSIX and Linux headers, free to every room. Whatever else stands in <> and has a dot or a slash is a
# third-party header, and belongs where the table says.
SYSTEM = re.compile(r"(sys|netinet|net|arpa|linux)/.+\.h|"
                    r"(dlfcn|fcntl|iconv|ifaddrs|netdb|poll|pthread|pwd|signal|spawn|syslog|termios|time|unistd|errno)\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
SOURCES = (".cpp", ".hpp", ".cpp.in")


class Room:
    def __init__(self, name, rooms, third_party):
        self.name = name
        self.rooms = rooms
        self.third_party = third_party  # [(prefix, files)], files: None (any), ".cpp", or a set of file names


def parse_third_party(cell):
    """'zlib.h, zstd.h: a.cpp b.cpp; boost/json: .cpp files; CLI/' -> [(prefix, files)]"""
    rules = []
    for clause in filter(None, (c.strip() for c in cell.split(";"))):
        headers, _, where = clause.partition(":")
        where = where.strip()
        if not where:
            files = None
        elif where == ".cpp files":
            files = ".cpp"
        else:
            files = set(where.split())
        for header in headers.split(","):
            rules.append((header.strip().rstrip("/"), files))
            if header.strip() == "boost/asio":  # its error codes come with it
                rules.append(("boost/system", files))
    return rules


def parse_table(readme):
    rooms = {}
    for line in readme.splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3 or cells[0] in ("room", "") or set(cells[0]) == {"-"}:
            continue
        rooms[cells[0]] = Room(cells[0], set(cells[1].split()), parse_third_party(cells[2]))
    return rooms


def room_of(path):
    """The room a file of the repository stands in: 'base', 'integrations', 'main'."""
    parts = path.split("/")
    if parts[0] == "integrations":
        return "integrations"
    return "main" if len(parts) == 2 else parts[1]


def matches(header, prefix):
    return header == prefix or header.startswith(prefix + "/") or header.startswith(prefix + ".")


def check_third_party(room, path, header):
    if "." not in header and "/" not in header or SYSTEM.fullmatch(header):
        return None
    name = path.split("/")[-1]
    elsewhere = []
    for prefix, files in room.third_party:
        if not matches(header, prefix):
            continue
        if files is None or (files == ".cpp" and name.endswith(".cpp")) or (files != ".cpp" and name in files):
            return None
        elsewhere.append(".cpp files" if files == ".cpp" else " ".join(sorted(files)))
    if elsewhere:
        return f"<{header}> may be included in {room.name} by {', '.join(elsewhere)} only"
    return f"<{header}> is not a third-party header of the room {room.name}"


def check_own(rooms, room, path, header, root):
    if not header.startswith(("daemon/", "integrations/")):
        return f'"{header}" is not written from the repository root'
    if not (root / header).is_file():
        return f'"{header}" does not exist'
    target = room_of(header)
    if target not in rooms:
        return f'"{header}" is of the room {target}, which the table does not have'
    if room.name == "integrations" == target and header != "integrations/plugin.hpp":
        own = "/".join(path.split("/")[:2]) + "/"
        if not header.startswith(own):
            return f'"{header}" belongs to another integration; shared is integrations/plugin.hpp alone'
    if target != room.name and target not in room.rooms:
        return f"{room.name} may not include {target} (it may: {' '.join(sorted(room.rooms)) or 'nothing'})"
    return None


def check(root):
    root = Path(root)
    rooms = parse_table((root / "daemon/README.md").read_text(encoding="utf-8"))
    found = []
    if not rooms:
        return ["daemon/README.md:1: the include table is not there"]
    files = [f for top in ("daemon", "integrations") for f in sorted((root / top).rglob("*")) if f.name.endswith(SOURCES)]
    for file in files:
        path = file.relative_to(root).as_posix()
        room = rooms.get(room_of(path))
        if room is None:
            found.append(f"{path}:1: the room {room_of(path)} is not in the table of daemon/README.md")
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            system, own = include.groups()
            why = check_third_party(room, path, system) if system else check_own(rooms, room, path, own, root)
            if why:
                found.append(f"{path}:{number}: {why}")
    return found


if __name__ == "__main__":
    violations = check(sys.argv[1])
    print("\n".join(violations) or "every include is where the table of daemon/README.md says")
    sys.exit(1 if violations else 0)
