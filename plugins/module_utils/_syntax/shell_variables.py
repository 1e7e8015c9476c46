# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Variables in a file that a shell sources: read and edited in place; all else stays as it is, byte for byte."""

import re
from typing import Dict, Iterator, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_assignments import (
    BEYOND,
    BROKEN,
    ENDS,
    Assignment,
    Oddity,
    events,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_commands import Script, read_script
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_words import ESCAPED

# the way in which packages show a default: a comment sign right before the name
SHOWN = re.compile(r"#(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<raw>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#]*)[ \t]*\Z")
SAFE = re.compile(r"[A-Za-z0-9_./:@+-]+\Z")


def values(text: str) -> Dict[str, str]:
    """Return the variables as a shell has them after it sourced the file, without those that it computes."""
    found = {event.name: event.value for event in events(text)}
    return {name: value for name, value in found.items() if value is not None}


def _shown(text: str, script: Script) -> Iterator[Tuple[str, str, int]]:
    """Return the variables that comments show with a default: name, value, and the place after the comment."""
    for start, end in script.comments:
        match = SHOWN.match(text[start:end])
        if match:
            raw = match.group("raw")
            yield match.group("name"), raw[1:-1] if raw[:1] in ("'", '"') else raw, end


def shown_defaults(text: str) -> Dict[str, str]:
    """Return the variables that comments show with a default, such as `#NAME="value"`."""
    return {name: value for name, value, end in _shown(text, read_script(text))}


def quoted(value: str, standing: str = "") -> str:
    """Return a variable's value in quotes that shells and systemd read alike, if possible in the old value's style."""
    if standing[:1] == "'" and standing.find("'", 1) == len(standing) - 1 and "'" not in value:
        return "'%s'" % value
    if SAFE.match(standing) and SAFE.match(value):
        return value
    return '"%s"' % re.sub("[%s]" % re.escape(ESCAPED), lambda match: "\\" + match.group(), value)


def _removed(text: str, found: List[Assignment]) -> str:
    """Return the text of shell variables without the lines that set one of them."""
    for entry in reversed(found):
        begin = text.rfind("\n", 0, entry.first) + 1
        end = text.find("\n", entry.last)
        text = text[:begin] + ("" if end < 0 else text[end + 1 :])
    return text


def _added(text: str, name: str, line: str) -> str:
    """Return the text of shell variables with a new one below its commented default, else at the end."""
    places = [end for shown, value, end in _shown(text, read_script(text)) if shown == name]
    if places:
        return text[: places[-1]] + "\n" + line + (text[places[-1] :] or "\n")
    return (text + "\n" if text and not text.endswith("\n") else text) + line + "\n"


def with_value(text: str, name: str, value: Optional[str]) -> str:
    """Return the text of shell variables with one set where it is assigned last, else added; None removes it.

    A text that cannot be edited is returned as it is: oddities() says why.
    """
    found = events(text)
    about = [event for event in found if event.name == name]
    plain = [event for event in about if isinstance(event, Assignment)]
    closed = any(event.kind in (BROKEN, ENDS) for event in found if isinstance(event, Oddity))
    if closed or (len(plain) != len(about) and (value is None or not isinstance(about[-1], Assignment))):
        return text
    if value is None:
        return _removed(text, plain)
    if not plain and any(event.kind == BEYOND for event in found if isinstance(event, Oddity)):
        return text
    if not plain:
        return _added(text, name, "%s=%s" % (name, quoted(value)))
    last = plain[-1]
    if last.value == value:
        return text
    return text[: last.start] + quoted(value, text[last.start : last.end]) + text[last.end :]
