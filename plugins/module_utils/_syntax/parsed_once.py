# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A cache for parsers, by which the same text is not parsed again."""

import functools
from typing import Any, Callable, TypeVar, cast

Parser = TypeVar("Parser", bound=Callable[..., Any])
# a limit is needed: single lines are parsed as well, and a control node lints the files of many hosts in one process
KEPT = 128


def parsed_once(parser: Parser) -> Parser:
    """Return a parser that caches its last results by the text itself, so that no result can be out of date.

    The parser's arguments must be hashable, and its result must be immutable: a tuple, a NamedTuple of such, or a text.
    """
    return cast(Parser, functools.lru_cache(maxsize=KEPT)(parser))
