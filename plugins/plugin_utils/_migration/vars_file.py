# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A file of variables: what it holds, and the file that a translation makes."""

from __future__ import annotations

import textwrap
from typing import Any

import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.translate import Translation
from ansible_collections.crashops.kdump.plugins.plugin_utils._peer_variables import PEER

WIDTH = 100


class Tagged(str):
    """A value with a tag such as !vault, which only Ansible can read."""


class Loader(yaml.SafeLoader):
    """A loader of YAML that keeps values with unknown tags apart."""


def _tagged(dummy: Any, tag: str, node: Any) -> Tagged:
    """Return the value of a node with an unknown tag."""
    return Tagged("!" + tag)


Loader.add_multi_constructor("!", _tagged)


def variables_of(content: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the variables that a file's text, or a dictionary, holds, and why it is refused."""
    found = content
    if isinstance(content, str):
        try:
            # a loader derived from the safe one
            found = yaml.load(content, Loader)
        except yaml.YAMLError as error:
            rule = "it is no YAML (%s)" % " ".join(str(error).split())
            return {}, [refusal("_input", _beginning(content), rule, "correct the file")]
    if not isinstance(found, dict):
        rule = "it does not hold variables by name, as a file of group_vars does"
        return {}, [refusal("_input", _beginning(content), rule, "give such a file")]
    tagged = [name for name, value in found.items() if str(name).startswith("kdump_") and _has_tag(value)]
    remedy = "write the value itself into a copy of the file"
    return found, [refusal(name, found[name], "only Ansible can read a value with a tag", remedy) for name in tagged]


def _beginning(content: Any) -> Any:
    """Return as much of a file of variables as fits into a sentence."""
    return content[:60] if isinstance(content, str) else content


def _has_tag(value: Any) -> bool:
    """Return whether a value, or a part of it, has a tag."""
    if isinstance(value, dict):
        value = list(value.values())
    return any(map(_has_tag, value)) if isinstance(value, list) else isinstance(value, Tagged)


def file_of(translation: Translation) -> str:
    """Return the file of variables as text, with comments that say where each came from."""
    head = "Variables of the role crashops.kdump.kdump, translated from those of %s." % PEER
    lines = ["---", "# " + head]
    for row in translation.rows:
        here = " -> %s" % ", ".join(row.here) if row.here and row.here != (row.name,) else ""
        lines += textwrap.wrap(
            "%s%s: %s" % (row.name, here, row.words),
            WIDTH,
            initial_indent="# * ",
            subsequent_indent="#   ",
            break_on_hyphens=False,
        )
    dumped = yaml.safe_dump(translation.variables, sort_keys=False, allow_unicode=True, width=WIDTH)
    return "\n".join([*lines, dumped])
