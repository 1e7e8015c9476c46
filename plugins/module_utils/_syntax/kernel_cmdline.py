# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Kernel command lines: finds and replaces arguments such as crashkernel=; all else stays as it is, byte for byte."""

import re
from typing import List, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

# blanks inside double quotes belong to the word, as in the kernel's own parser; a quote that is never closed is a
# character like any other, since the kernel finds crashkernel= behind it all the same (strstr in get_last_crashkernel)
WORD = re.compile(r'(?:[^\s"]|"[^"]*"|")+')
CRASHKERNEL = "crashkernel"


@parsed_once
def words(cmdline: str) -> Tuple[str, ...]:
    """Return the arguments of a kernel command line."""
    return tuple(WORD.findall(cmdline))


def values(cmdline: str, name: str = CRASHKERNEL) -> List[str]:
    """Return the value of every `name=` argument on a kernel command line, in order."""
    return [word.partition("=")[2] for word in words(cmdline) if word.startswith(name + "=")]


def without(cmdline: str, name: str = CRASHKERNEL) -> str:
    """Return a kernel command line without its `name=` arguments and the blanks before them."""
    pieces = []
    end = 0
    for match in WORD.finditer(cmdline):
        if not match.group().startswith(name + "="):
            pieces.append(cmdline[end : match.end()])
        end = match.end()
    pieces.append(cmdline[end:])
    kept = "".join(pieces)
    return kept if cmdline[:1].isspace() else kept.lstrip()


def replaced(cmdline: str, wanted: List[str], name: str = CRASHKERNEL) -> str:
    """Return a kernel command line with exactly the wanted `name=` arguments, at its end; unchanged if it has them."""
    if values(cmdline, name) == wanted:
        return cmdline
    kept = without(cmdline, name).rstrip()
    return " ".join(([kept] if kept else []) + ["%s=%s" % (name, value) for value in wanted])


def said(wanted: List[str], name: str = CRASHKERNEL) -> str:
    """Return `name=` arguments as a message shows them; "no crashkernel=" if there are none."""
    return " ".join("%s=%s" % (name, value) for value in wanted) or "no %s=" % name
