#!/usr/bin/env python3
"""Rules of daemon/ and integrations/ that a reader of the text can hold.

usage: source_rules.py REPOSITORY

  length    no file has more than 600 lines
  await     "name it, then await it": no lambda, brace or ?: in a co_await expression (g++ 12 miscompiles them, and the
            named form reads better anyway)
  detached  no coroutine without a parent: asio::detached is not used
  timeout   no `co_await (a || b)`: it waits for the first success (boostorg/asio#900); with_timeout is there

Prints one line per violation, FILE:LINE: RULE, and exits 1 if there is any.
"""
import re
import sys
from pathlib import Path

MAX_LINES = 600


def blank_out(text):
    """Comments and the insides of string and character literals become blanks, line by line, so that only code is left."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])\'(?:\\.|[^\'\\\n])+\'',
                       re.S)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def expression_after(code, at):
    """The rest of the full expression that begins at `at`: up to its semicolon or to the bracket that closes around it."""
    depth = 0
    for end in range(at, len(code)):
        c = code[end]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth < 0:
                return code[at:end]
        elif c == ";" and depth == 0:
            return code[at:end]
    return code[at:]


def statement_before(code, at):
    begin = max(code.rfind(c, 0, at) for c in ";{}")
    return code[begin + 1:at]


def check_code(code):
    """[(line, rule)] of one file's text."""
    code = blank_out(code)
    found = []

    def report(at, rule):
        found.append((code.count("\n", 0, at) + 1, rule))

    for match in re.finditer(r"\bco_await\b", code):
        after = expression_after(code, match.end())
        before = statement_before(code, match.start())
        if re.search(r"(^|[(,=?:&|]\s*|\breturn\s*)\[[^\[\]]*\]\s*[({mutable-]", after.lstrip()):
            report(match.start(), "await: a lambda in a co_await expression; name it first")
        elif "{" in after:
            report(match.start(), "await: braces in a co_await expression; name the value first")
        if "?" in after or "?" in before:
            report(match.start(), "await: ?: in a co_await expression; use if and a named local")
        if re.search(r"[{,]\s*\.\w+\s*=\s*$", code[:match.start()]):
            report(match.start(), "await: co_await inside a braced initialiser; await into a local first")
        if "||" in after:
            report(match.start(), "timeout: || between awaited operations waits for the first success; use with_timeout")
    for match in re.finditer(r"\bdetached\b", code):
        report(match.start(), "detached: every coroutine has a parent (async/nursery.hpp)")
    return found


def check(root):
    root = Path(root)
    found = []
    for top in ("daemon", "integrations"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".cpp", ".hpp"):
                continue
            path = file.relative_to(root).as_posix()
            text = file.read_text(encoding="utf-8")
            lines = text.count("\n")
            if lines > MAX_LINES:
                found.append(f"{path}:{MAX_LINES + 1}: length: {lines} lines; a file over {MAX_LINES} wants to be two")
            found += [f"{path}:{line}: {rule}" for line, rule in check_code(text)]
    return found


if __name__ == "__main__":
    violations = check(sys.argv[1])
    print("\n".join(violations) or "the sources keep the rules")
    sys.exit(1 if violations else 0)
