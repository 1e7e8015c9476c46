# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Answers a JMESPath query on the report."""

from __future__ import annotations

from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.checked_reader import clean
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.readable_values import plain

try:
    import jmespath
except ImportError:
    jmespath = None  # only a report with a query needs it


class QueryRefused(Exception):
    """Why a query on the report has no answer, in one sentence."""


def ask(query: Any, data: Any, option: str = "query") -> Any:
    """Return the answer of a JMESPath query on the report."""
    expression = compiled(query, option)
    try:
        return expression.search(data)
    except (jmespath.exceptions.JMESPathError, ArithmeticError, AttributeError, TypeError, RecursionError) as error:
        raise _refused(option, clean(query), error) from None


def compiled(query: Any, option: str = "query") -> Any:
    """Return a JMESPath query on the report as an expression that can search; it is refused without the report."""
    if not isinstance(query, str) or not query.strip():
        remedy = "give a JMESPath expression, or leave it out"
        raise QueryRefused(refusal(option, query, "it is no text, or an empty one", remedy))
    text = clean(query)
    if jmespath is None:
        remedy = "install the Python library jmespath for the Python that runs ansible-playbook"
        raise QueryRefused(refusal(option, text, "the library jmespath is not there", remedy))
    try:
        return jmespath.compile(text)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        raise _refused(option, text, error) from None


def _refused(option: str, text: str, error: Exception) -> QueryRefused:
    """Return the refusal of a query, with the first line of what JMESPath says."""
    first = plain((str(error) or type(error).__name__).split("\n", 1)[0])
    remedy = "write it as in hosts[?verdict=='not_ready'].host"
    return QueryRefused(refusal(option, text, "JMESPath says: %s" % first.rstrip(":."), remedy))
