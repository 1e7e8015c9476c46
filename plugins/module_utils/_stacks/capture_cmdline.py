# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Edits of the capture kernel's command line, word by word."""

import re
from typing import List

# what separates words in a shell; other blanks would cut in two what the kernel gets as one word
BLANKS = re.compile(r"[ \t\n]+")


def words_of(value: str) -> List[str]:
    """Return the words of the capture kernel's command line, or of another value that a shell splits."""
    return [word for word in BLANKS.split(value) if word]


def _drops(word: str, remove: List[str]) -> bool:
    """Return whether a word of the command line is to go: named as a whole, or by its name alone."""
    return word in remove or ("=" in word and word.split("=", 1)[0] in remove)


def edited_words(value: str, append: List[str], remove: List[str]) -> str:
    """Return the capture kernel's command line without some words, with others at its end; the rest keeps its place."""
    standing = words_of(value)
    words = [word for word in standing if word in append or not _drops(word, remove)]
    words += [word for word in dict.fromkeys(append) if word not in words]
    return value if words == standing else " ".join(words)


def with_listed(value: str, key: str, members: List[str]) -> str:
    """Return the capture kernel's command line with these members in its word `key=a,b`, such as a list of drivers."""
    words = words_of(value)
    standing = [word for word in words if word.startswith(key + "=")]
    known = [member for word in standing for member in word.split("=", 1)[1].split(",")]
    new = [member for member in dict.fromkeys(members) if member not in known]
    if not new:
        return value
    if not standing:
        return " ".join(words + ["%s=%s" % (key, ",".join(new))])
    last = max(number for number, word in enumerate(words) if word.startswith(key + "="))
    before = words[last].rstrip(",")
    words[last] = before + ("" if before.endswith("=") else ",") + ",".join(new)
    return " ".join(words)
