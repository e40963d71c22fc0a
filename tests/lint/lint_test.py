#!/usr/bin/env python3
"""The lints find what is planted, and nothing in a clean house."""
import tempfile
import unittest
from pathlib import Path

import include_rules
import source_rules

TABLE = """\
| room | may include | third-party headers, and where |
|---|---|---|
| base | | zlib.h, zstd.h: file.cpp; openssl/: hash.cpp |
| async | base | boost/asio |
| flow | async base | |
| integrations | flow base | pugixml.hpp, boost/json: .cpp files |
| main | flow | |
"""

CLEAN = {
    "daemon/README.md": TABLE,
    "daemon/main.cpp": '#include "daemon/flow/flow.hpp"\n',
    "daemon/base/text.hpp": "#include <string>\n#include <sys/stat.h>\n",
    "daemon/base/file.cpp": '#include "daemon/base/text.hpp"\n#include <zlib.h>\n',
    "daemon/async/timing.hpp": "#include <boost/asio/awaitable.hpp>\n#include <boost/system/error_code.hpp>\n",
    "daemon/flow/flow.hpp": '#include "daemon/async/timing.hpp"\n',
    "integrations/plugin.hpp": '#include "daemon/flow/flow.hpp"\n',
    "integrations/arxiv/atom.hpp": "#include <string>\n",
    "integrations/arxiv/atom.cpp": '#include "integrations/arxiv/atom.hpp"\n#include "integrations/plugin.hpp"\n'
                                   '#include <pugixml.hpp>\n#include <boost/json.hpp>\n',
    "integrations/email/email.hpp": "#pragma once\n",
}


def house(changes):
    """The violations of a clean house with these files added or replaced."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {**CLEAN, **changes}.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return include_rules.check(folder)


class IncludeRules(unittest.TestCase):
    def test_clean_house(self):
        self.assertEqual(house({}), [])

    def test_planted_violations(self):
        cases = [  # file, text, where it must be found, what must be said
            ("daemon/base/up.cpp", '\n#include "daemon/flow/flow.hpp"\n', ":2:", "base may not include flow"),
            ("daemon/main.cpp", '#include "daemon/base/text.hpp"\n', ":1:", "main may not include base"),
            ("daemon/flow/a.cpp", "#include <boost/asio/post.hpp>\n", ":1:", "not a third-party header of the room flow"),
            ("daemon/flow/a.cpp", "  #  include <sqlite3.h>\n", ":1:", "not a third-party header"),
            ("daemon/base/other.cpp", "#include <zstd.h>\n", ":1:", "by file.cpp only"),
            ("daemon/base/text.hpp", "#include <openssl/evp.h>\n", ":1:", "by hash.cpp only"),
            ("integrations/arxiv/atom.hpp", "#include <pugixml.hpp>\n", ":1:", "by .cpp files only"),
            ("integrations/arxiv/x.cpp", '#include "integrations/email/email.hpp"\n', ":1:", "belongs to another integration"),
            ("integrations/plugin.hpp", '#include "integrations/arxiv/atom.hpp"\n', ":1:", "belongs to another integration"),
            ("integrations/registry.cpp.in", '#include "daemon/async/timing.hpp"\n', ":1:", "may not include async"),
            ("daemon/base/a.cpp", '#include "text.hpp"\n', ":1:", "not written from the repository root"),
            ("daemon/base/a.cpp", '#include "daemon/base/gone.hpp"\n', ":1:", "does not exist"),
            ("daemon/cellar/a.cpp", "\n", ":1:", "the room cellar is not in the table"),
            ("daemon/README.md", "no table\n", ":1:", "the include table is not there"),
        ]
        for path, text, where, said in cases:
            with self.subTest(path=path, text=text):
                found = house({path: text})
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(path + where), found)
                self.assertIn(said, found[0])


class SourceRules(unittest.TestCase):
    def rules(self, code):
        return [(line, rule.split(":")[0]) for line, rule in source_rules.check_code(code)]

    def test_what_is_fine(self):
        for code in (
            "co_await sleep_for(d);",
            "auto [a, b] = co_await f(x[3], std::move(y));",
            "if (co_await f(x)) { g(); }",
            "while (seen < 3) co_await bell.wait(limit);",
            "const bool c = a ? b : d; co_await f(c);",
            "auto fn = [x] { return x; }; co_await f(std::move(fn));",
            "// co_await f({1})\nconst char* s = \"co_await f([]{})\";",
            "co_return co_await f(1'000'000, 'a', \"?\");",
            "int x{0}; auto y = co_await f(x);",
        ):
            with self.subTest(code=code):
                self.assertEqual(self.rules(code), [])

    def test_planted_violations(self):
        cases = [
            ("co_await f({1, 2});", "await"),
            ("co_await f(P{\"x\", 1});", "await"),
            ("co_await f([x] { return x; });", "await"),
            ("co_await g(1, [&](int i) { return i; });", "await"),
            ("co_await [x]() -> awaitable<void> { co_return; }();", "await"),
            ("co_await (c ? f() : g());", "await"),
            ("auto x = c ? co_await f() : y;", "await"),
            ("P p{.a = co_await make()};", "await"),
            ("co_await (f() || timer());", "timeout"),
            ("co_spawn(ex, f(), asio::detached);", "detached"),
        ]
        for code, rule in cases:
            with self.subTest(code=code):
                self.assertEqual(self.rules("\n" + code), [(2, rule)])

    def test_length(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "daemon").mkdir()
            (Path(folder) / "integrations").mkdir()
            (Path(folder) / "daemon/long.cpp").write_text("\n" * 601, encoding="utf-8")
            (Path(folder) / "daemon/fits.cpp").write_text("\n" * 600, encoding="utf-8")
            found = source_rules.check(folder)
            self.assertEqual(len(found), 1, found)
            self.assertTrue(found[0].startswith("daemon/long.cpp:601: length"))


if __name__ == "__main__":
    unittest.main()
