# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Judges a translation by the rules of the stack that it is for, in the names that the operator wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import CONFIG, variable
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import error_sentences
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import options as kdump_tools
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines, conf_lint, conf_options
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import private_directories
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.draft import Draft, has_template

CONF = "kdump.conf"


def refusals(draft: Draft, is_kdumpctl: bool) -> list[str]:
    """Return a refusal for each value of a translation that this role would refuse on every host of the stack."""
    plain = {name: value for name, value in draft.variables.items() if not has_template(value)}
    values, refused = _role_variables.converted(plain, "setup")
    values = {name: value for name, value in values.items() if name in plain}
    wanted: dict[str, Any] = {option: values.get(variable(option)) for option in CONFIG}
    if not refused:
        refused = list(conf_options.refusals(wanted) if is_kdumpctl else kdump_tools.refusals(wanted))
    if not refused:
        refused = _place(wanted)
    if not refused and is_kdumpctl:
        refused = list(_conf_errors(wanted))
    return [_named(sentence, draft) for sentence in refused]


def _place(wanted: dict[str, Any]) -> list[str]:
    """Judge the translated directory of the dumps: return why it is not for dumps; other targets have own roots."""
    kind = (wanted.get("target") or {"type": "local"})["type"]
    if wanted.get("path") is None or kind not in ("local", "ssh"):
        return []
    return list(private_directories.refusals("path", wanted["path"], ""))


def _conf_errors(wanted: dict[str, Any]) -> Iterable[str]:
    """Judge the kdump.conf that a translation makes: return its errors, as the current kdumpctl sees them."""
    text = conf_options.edited("", wanted, True)
    found = conf_lint.lint(text)
    return error_sentences(CONF, conf_lines.lines(text), found, conf_options.asked(text, wanted))


def _named(sentence: str, draft: Draft) -> str:
    """Return a sentence that judges a translation, with the operator's variable in place of kdump_config's option."""
    option, colon, rest = sentence.partition(": ")
    name, dot, inner = option.partition(".")
    here = variable(name) if name in CONFIG else name
    if (here, inner) == ("kdump_target", "ssh_key") and "kdump_sshkey" in draft.values:
        return "kdump_sshkey" + colon + rest
    return draft.sources.get(here, here) + dot + inner + colon + rest
