# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads values out of a result that nobody vouches for; a key that is missing or of another type is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import kind_of
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import LINES, visible
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import LAST_TIME_S, MOST


class UnreadableResult(Exception):
    """Why a result cannot be read, in words that go after "it"."""


class Reader:
    """One level of a result. Where a whole level is null, so is all that is in it.

    kdump_info leaves out what is not known. Numbers and what is asked for by known_… may therefore be missing, and are
    null then; anything else has to be there.
    """

    def __init__(self, values: Any, path: str = "") -> None:
        if values is not None and not isinstance(values, Mapping):
            raise UnreadableResult("has a %s that is %s" % (path or "value", kind_of(values)))
        self._values = values
        self._path = path

    def _get(self, key: str) -> Any:
        """Return a value that is always there, None where this level is null."""
        if self._values is not None and key not in self._values:
            raise UnreadableResult("has no %s" % self._name(key))
        return self._known(key)

    def _known(self, key: str) -> Any:
        """Return a value, None where it is left out or this level is null."""
        return None if self._values is None else self._values.get(key)

    def _name(self, key: str) -> str:
        """Return a key with the levels above it."""
        return "%s.%s" % (self._path, key) if self._path else key

    def _wrong(self, key: str, value: Any) -> UnreadableResult:
        """Return what to raise for a value of another type."""
        return UnreadableResult("has a %s that is %s" % (self._name(key), kind_of(value)))

    def part(self, key: str) -> Reader:
        """Return the level below a key."""
        return Reader(self._get(key), self._name(key))

    def known_part(self, key: str) -> Reader:
        """Return the level below a key that may be left out."""
        return Reader(self._known(key), self._name(key))

    def parts(self, key: str) -> list[Reader]:
        """Return the levels of a list, an empty list where it is null."""
        return [Reader(one, "%s[%d]" % (self._name(key), index)) for index, one in enumerate(self._list(key))]

    def length(self, key: str) -> int:
        """Return how long a list is, 0 where it is null."""
        return len(self._list(key))

    def _list(self, key: str) -> Any:
        """Return a list, an empty one where it is null."""
        value = self._get(key)
        if value is not None and not isinstance(value, (list, tuple)):
            raise self._wrong(key, value)
        return value or []

    def text(self, key: str) -> str | None:
        """Return a text, plain and fit to be written as UTF-8; a number is one too."""
        return self._text(key, self._get(key))

    def known_text(self, key: str) -> str | None:
        """Return a text that may be left out."""
        return self._text(key, self._known(key))

    def _text(self, key: str, value: Any) -> str | None:
        """Return a value as a text."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self._wrong(key, value)
        return clean(value)

    def choice(self, key: str, choices: Any) -> str:
        """Return one of some words."""
        value = self.text(key)
        if value not in choices:
            raise UnreadableResult("has the %s %r, which is none of %s" % (self._name(key), value, ", ".join(choices)))
        return str(value)

    def flag(self, key: str) -> bool | None:
        """Return a truth."""
        value = self._get(key)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(key, value)
        return value

    def count(self, key: str) -> int | None:
        """Return a whole number that is not negative and has at most 64 bits."""
        value = self._number(key)
        if value is not None and not 0 <= value <= MOST:
            raise UnreadableResult("has a %s of %r" % (self._name(key), value))
        return None if value is None else int(value)

    def seconds(self, key: str) -> float | None:
        """Return a time or an age; None for what is none: negative, not finite, or far too large."""
        value = self._number(key)
        return value if value is not None and 0 <= value <= LAST_TIME_S else None

    def has(self, key: str) -> bool:
        """Return whether there is a value, be it readable or not."""
        return self._known(key) is not None

    def _number(self, key: str) -> float | None:
        """Return a number, whichever it is."""
        value = self._known(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(key, value)
        # a number that Ansible has tagged becomes a plain one
        return int(value) if isinstance(value, int) else float(value)


def clean(value: Any) -> str:
    """Return a value as a plain text without secrets, in which all that would steer a terminal or a page is visible."""
    # str() of a text that Ansible has marked is as marked as before
    text = str.__str__(value) if isinstance(value, str) else str(value)
    return visible(secret_words.hidden(text), LINES)
