# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads values out of a kdump_info result that may be damaged; names a key that is missing or of a wrong type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import kind_of
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import LINES, visible
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import LAST_TIME_S, MOST


class UnreadableResult(Exception):
    """Why a host's result cannot be read, in words that go after "it"."""


class Reader:
    """One level of a host's result. Where a whole level is null, so is all that is in it.

    kdump_info leaves out what is not known. Numbers, and values that are read by known_…, may therefore be missing and
    are null then. Anything else has to be there.
    """

    def __init__(self, values: Any, path: str = "") -> None:
        if values is not None and not isinstance(values, Mapping):
            raise UnreadableResult("has a %s that is %s" % (path or "value", kind_of(values)))
        self._values = values
        self._path = path

    def _get(self, key: str) -> Any:
        """Return a value that every result has, None where this level is null."""
        if self._values is not None and key not in self._values:
            raise UnreadableResult("has no %s" % self._name(key))
        return self._known(key)

    def _known(self, key: str) -> Any:
        """Return a value of the result, None where it is left out or this level is null."""
        return None if self._values is None else self._values.get(key)

    def _name(self, key: str) -> str:
        """Return a key of the result with the levels above it."""
        return "%s.%s" % (self._path, key) if self._path else key

    def _wrong(self, key: str, value: Any) -> UnreadableResult:
        """Return the UnreadableResult for a value that was read and is of another type."""
        return UnreadableResult("has a %s that is %s" % (self._name(key), kind_of(value)))

    def part(self, key: str) -> Reader:
        """Return the Reader of the level below a key."""
        return Reader(self._get(key), self._name(key))

    def known_part(self, key: str) -> Reader:
        """Return the Reader of the level below a key that may be left out."""
        return Reader(self._known(key), self._name(key))

    def parts(self, key: str) -> list[Reader]:
        """Return a Reader for each level of a list, none where it is null."""
        return [Reader(one, "%s[%d]" % (self._name(key), index)) for index, one in enumerate(self._list(key))]

    def length(self, key: str) -> int:
        """Return the length of a list in the result, 0 where it is null."""
        return len(self._list(key))

    def _list(self, key: str) -> Any:
        """Return a list of the result, an empty one where it is null."""
        value = self._get(key)
        if value is not None and not isinstance(value, (list, tuple)):
            raise self._wrong(key, value)
        return value or []

    def text(self, key: str) -> str | None:
        """Return a text of the result, without secrets and fit for UTF-8; a number becomes a text."""
        return self._text(key, self._get(key))

    def known_text(self, key: str) -> str | None:
        """Return a text of the result that may be left out."""
        return self._text(key, self._known(key))

    def _text(self, key: str, value: Any) -> str | None:
        """Read a value that has to be a text, or name the key that is wrong."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self._wrong(key, value)
        return clean(value)

    def choice(self, key: str, choices: Any) -> str:
        """Return a text of the result that must be one of these words."""
        value = self.text(key)
        if value not in choices:
            raise UnreadableResult("has the %s %r, which is none of %s" % (self._name(key), value, ", ".join(choices)))
        return str(value)

    def flag(self, key: str) -> bool | None:
        """Return True, False or None of the result."""
        value = self._get(key)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(key, value)
        return value

    def count(self, key: str) -> int | None:
        """Return a whole number of the result that is not negative and has at most 64 bits."""
        value = self._number(key)
        if value is not None and not 0 <= value <= MOST:
            raise UnreadableResult("has a %s of %r" % (self._name(key), value))
        return None if value is None else int(value)

    def seconds(self, key: str) -> float | None:
        """Return a time or an age of the result; None for one that is negative, not finite, or far too large."""
        value = self._number(key)
        return value if value is not None and 0 <= value <= LAST_TIME_S else None

    def has(self, key: str) -> bool:
        """Return whether the result has a value, even one that cannot be read."""
        return self._known(key) is not None

    def _number(self, key: str) -> float | None:
        """Return a number of the result."""
        value = self._known(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(key, value)
        # a number that Ansible has tagged becomes a plain one
        return int(value) if isinstance(value, int) else float(value)


def clean(value: Any) -> str:
    """Return a value that was read and checked as text: without secrets, and with invisible characters shown."""
    # str() of a text that Ansible has marked is as marked as before
    text = str.__str__(value) if isinstance(value, str) else str(value)
    return visible(secret_words.hidden(text), LINES)
