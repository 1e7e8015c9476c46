# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each file has a licence by the rules of REUSE, and the text of each licence is there.

`reuse lint` says the same. It is no part of ./dev, since its releases have no package whose hash could be checked.
"""

import re
from pathlib import Path

from tools.dev.places import REPOSITORY
from tools.dev.staged import wanted_files

MARK = "SPDX-License-Identifier"
NAMED = re.compile(MARK + r'"?:? ?=? ?"?([A-Za-z0-9.-]+)')
# a test's text may hold the mark; our own headers are at the beginning
HEADER_BYTES = 600


def in_headers() -> dict[Path, str]:
    """Return the licence that each file names in its header."""
    found = {}
    for path in wanted_files(REPOSITORY):
        header = (REPOSITORY / path).read_bytes()[:HEADER_BYTES].decode("utf-8", "replace")
        named = NAMED.search(header)
        if named and path.name != "REUSE.toml":
            found[path] = named[1]
    return found


def test_every_licence_has_its_text_and_every_text_is_used() -> None:
    rules = NAMED.findall((REPOSITORY / "REUSE.toml").read_text())
    texts = {path.stem for path in (REPOSITORY / "LICENSES").iterdir()}
    assert texts == {*in_headers().values(), *rules}


def test_every_program_says_its_licence_itself() -> None:
    silent = [path for path in wanted_files(REPOSITORY) if path.suffix == ".py" and path not in in_headers()]
    assert [path for path in silent if (REPOSITORY / path).stat().st_size] == []


def test_a_rule_covers_every_other_file() -> None:
    assert '\npath = "**"\nprecedence = "closest"\n' in (REPOSITORY / "REUSE.toml").read_text()


def test_licence_of_the_collection_is_its_copying() -> None:
    assert (REPOSITORY / "LICENSES/GPL-3.0-or-later.txt").read_text() == (REPOSITORY / "COPYING").read_text()
