# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How each generation of kdumpctl reads one line of kdump.conf: by sed, by another sed, or by grep and read.

el8 is kexec-tools of EL 8; el9 is kexec-tools of EL 9 and kdump-utils up to 1.0.59; current is kdump-utils 1.0.60 and
later. They run in the locale of the system, which is a UTF-8 one. There a byte that is not UTF-8 (here a lone
surrogate) is no character: neither sed's dot nor its classes match it.
"""

import re
from typing import Callable, Dict, Optional, Tuple

GENERATIONS = ("el8", "el9", "current")
# what sed's \s and grep's \s are in glibc's UTF-8 locales; no-break spaces are not among them
SPACES = " \t\v\f\r\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
RAW_BYTES = "\udc80-\udcff"
RAW_BYTE = re.compile("[%s]" % RAW_BYTES)
EL8_LINE = re.compile("[%s]*([^# \t%s][^#%s]+)[^%s]*" % (SPACES, RAW_BYTES, RAW_BYTES, RAW_BYTES))
EL9_COMMENT = re.compile("#[^%s]*" % RAW_BYTES)
EL9_WORD = re.compile("([^%s%s]+)[%s]*" % (SPACES, RAW_BYTES, SPACES))
# no blank before the name and one after it: EL 8's helper scripts need that, its reader does not
PLAIN = re.compile(r"^[^\s#]+ [^\s#]")

Pair = Tuple[str, str]


def _words(content: str) -> Optional[Pair]:
    """Return the first word and the rest as the generation that reads by bash: no null bytes, no outer blanks."""
    parts = re.split("[ \t]+", content.replace("\0", "").strip(" \t"), maxsplit=1)
    if not parts[0]:
        return None
    return parts[0], parts[1] if len(parts) > 1 else ""


def _el8(line: str) -> Optional[Pair]:
    """Return the directive that EL 8 reads: what stands before a number sign, if that is more than one character."""
    found = EL8_LINE.match(line)
    return _words(found.group(1) + line[found.end() :]) if found else None


def _el9(line: str) -> Optional[Pair]:
    """Return the directive that EL 9 reads: what stands before a number sign, and after it from a raw byte on."""
    content = EL9_COMMENT.sub("", line, count=1).strip(SPACES)
    found = EL9_WORD.search(content)
    return _words(content[: found.end(1)] + " " + content[found.end() :]) if found else None


def _current(line: str) -> Optional[Pair]:
    """Return the directive that kdump-utils 1.0.60 read: the value before a number sign, without quotes around it.

    grep drops a line with a byte that is not UTF-8.
    """
    content = line.strip(SPACES)
    read = _words(line)
    if read is None or not content or content.startswith("#") or RAW_BYTE.search(line):
        return None
    name, value = read
    if "#" in value:
        value = value.split("#", 1)[0].rstrip(SPACES)
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return name, value.strip(" \t")


READERS: Dict[str, Callable[[str], Optional[Pair]]] = {"el8": _el8, "el9": _el9, "current": _current}


def directive(line: str, generation: str) -> Optional[Pair]:
    """Return the name and the value that this generation reads in a line of kdump.conf; None where it reads none."""
    return READERS[generation](line)


def reads_alike(name: str, value: str, line: Optional[str] = None) -> bool:
    """Return whether every generation of kdumpctl reads this name and value from a line of kdump.conf.

    line: left out, it is the line that would be written.
    """
    text = "%s %s\n" % (name, value) if line is None else line
    pairs = [directive(text.rstrip("\n"), generation) for generation in GENERATIONS]
    return PLAIN.match(text) is not None and "\0" not in text and pairs == [(name, value)] * len(GENERATIONS)


def reads_nothing(text: str, generation: str) -> bool:
    """Return whether this generation of kdumpctl takes kdump.conf for a binary file, and so for an empty one."""
    return generation == "current" and "\0" in text
