# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Consent to a crash, judged by the text that somebody wrote and never by what a template makes of it.

A template such as {{ inventory_hostname }} becomes the name of each host in turn, and so consents for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

# a text that is one variable and nothing else
ONE_VARIABLE = re.compile(r"\s*\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}\s*")
# what begins a template, whatever it holds
TEMPLATE = re.compile(r"\{\{|\{%|\{#|#jinja2:")


class Written(NamedTuple):
    """A consent to a crash as somebody wrote it: the text or list, and the variable that it came through."""

    text: Any
    variable: str | None = None


def written(task: Mapping[str, Any] | None, action: str, parse: Any) -> list[Any]:
    """Return each `confirm` of a task as its file has it. parse turns `name=value` words into a mapping."""
    short = action.rpartition(".")[2]
    found = []
    for key, value in (task or {}).items():
        if key.rpartition(".")[2] in (short, "args", "action", "local_action"):
            found += _in(value, parse)
    return found


def _in(place: Any, parse: Any) -> list[Any]:
    """Return the `confirm` in one place of a task where arguments can stand."""
    if isinstance(place, str):
        place = parse(place)
    if not isinstance(place, Mapping):
        return []
    inner = place.get("args")
    return [place[key] for key in ("confirm",) if key in place] + (_in(inner, parse) if inner else [])


def source(texts: list[Any], typed: Mapping[str, Any]) -> Written | None:
    """Return the consent as it was written, None where it cannot be seen. typed: the variables given by -e."""
    if len(texts) != 1:
        return None
    name = ONE_VARIABLE.fullmatch(texts[0]) if isinstance(texts[0], str) else None
    if name is None:
        return Written(texts[0])
    return Written(typed.get(name[1]), name[1])


def names(text: Any) -> list[str]:
    """Return the host names in a consent: in a text, with commas between them, or in a list of texts."""
    if isinstance(text, str):
        return [name.strip() for name in text.split(",")]
    return [name for name in text if isinstance(name, str)] if isinstance(text, list) else []


def refusals(name: str, confirm: Any, given: Written | None) -> list[str]:
    """Return why a host may not be crashed by this consent. confirm: the option as Ansible resolved it."""
    remedy = "type the name of the host for this run: -e kdump_test_confirm=%s" % name
    if not confirm:
        return [refusal("confirm", "", "a crash test needs the name of the host that is to crash", remedy)]
    if given is None:
        rule = "its original text cannot be seen, so it might name every host"
        return [refusal("confirm", confirm, rule, remedy)]
    if given.text is None:
        rule = "it comes from %s, which was not typed for this run and might name every host" % given.variable
        return [refusal("confirm", confirm, rule, remedy)]
    if name in names(given.text) and name in names(confirm):
        return []
    if _is_template(given.text):
        return [refusal("confirm", given.text, "it is a template, which would name every host", remedy)]
    return [refusal("confirm", confirm, "it does not name %s, the host that is to crash" % name, remedy)]


def _is_template(text: Any) -> bool:
    """Return whether a consent, or an entry of its list, is a template."""
    return any(TEMPLATE.search(one) for one in (text if isinstance(text, list) else [text]) if isinstance(one, str))


def host_refusals(name: str, real: str | None, short: str | None, typed: Mapping[str, Any]) -> list[str]:
    """Return a refusal if inventory_hostname does not name the host that would crash.

    real: the name that Ansible's worker has, None where there is none. short: inventory_hostname_short.
    """
    other = real if real is not None else name
    if other == name and "inventory_hostname" not in typed and short in (None, name.split(".", 1)[0]):
        return []
    rule = "a variable of that name hides which host would crash"
    return [refusal("inventory_hostname", name, rule, "remove it from the variables")]
