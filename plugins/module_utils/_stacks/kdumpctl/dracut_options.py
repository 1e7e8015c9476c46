# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The options of dracut that say what goes into an initramfs, and the words that dracut_args is split into."""

import re
from typing import Iterator, List, Tuple

# options that take a value
OPTIONS = {
    "-o": "omit_dracutmodules",
    "--omit": "omit_dracutmodules",
    "-a": "add_dracutmodules",
    "--add": "add_dracutmodules",
    "--force-add": "force_add_dracutmodules",
    "-m": "dracutmodules",
    "--modules": "dracutmodules",
    "--omit-drivers": "omit_drivers",
    "-d": "drivers",
    "--drivers": "drivers",
    "--add-drivers": "add_drivers",
    "--force-drivers": "force_drivers",
    "--filesystems": "filesystems",
}
SHORT = ("-o", "-a", "-m", "-d")
# options that take none, with what they set
FLAGS = {
    "--no-kernel": ("no_kernel", "yes"),
    "--kernel-only": ("kernel_only", "yes"),
    "--no-hostonly": ("hostonly", "no"),
    "--no-host-only": ("hostonly", "no"),
    "-N": ("hostonly", "no"),
    "--hostonly": ("hostonly", "yes"),
    "--host-only": ("hostonly", "yes"),
    "-H": ("hostonly", "yes"),
}
# lists of drivers at whose first unknown name dracut stops: it leaves out the names behind it, and ends well
STOPPING = ("add_drivers", "force_drivers", "filesystems")
# a word as xargs reads it, and the quotes in it; one that is followed by no blank has a quote that is not closed
XARGS_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"[^"\n]*"|'[^'\n]*')+""", re.DOTALL)
XARGS_QUOTES = re.compile(r"""\\(.)|"([^"]*)"|'([^']*)'""", re.DOTALL)


def options(words: List[str]) -> Iterator[Tuple[str, str]]:
    """Return dracut's command-line options as pairs of their names in its configuration files and their values."""
    left = list(words)
    while left:
        key, sign, value = left.pop(0).partition("=")
        if key[:2] in SHORT and len(key) > 2:
            key, sign, value = key[:2], "=", key[2:] + sign + value
        if key in FLAGS:
            yield FLAGS[key]
        elif key in OPTIONS:
            yield OPTIONS[key], value if sign else left.pop(0) if left else ""


def added_modules(directive: str, words: List[str]) -> List[List[str]]:
    """Return the kernel modules that options of dracut, or extra_modules, add: a list for each option."""
    if directive == "extra_modules":
        return [words]
    return [value.split() for name, value in options(words) if name in STOPPING]


def split_words(value: str) -> List[str]:
    """Return the words that xargs makes of a directive's value, up to the first quote that is not closed."""
    found, place = [], 0
    rest = value.rstrip()
    while place < len(rest):
        match = XARGS_WORD.match(rest, place)
        end = match.end() if match else place
        if match is None or (not rest[end : end + 1].isspace() and end < len(rest)):
            break
        found.append(XARGS_QUOTES.sub(lambda quote: "".join(part or "" for part in quote.groups()), match.group()))
        place = end + len(rest[end:]) - len(rest[end:].lstrip())
    return found


def is_closed(value: str) -> bool:
    """Return whether every quote in a directive's value is closed, as xargs sees it."""
    return not re.search(r"[^\s]", XARGS_WORD.sub("", value))
