# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The surveys of AWX, made from the role's argument specs, so that both ask for the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables

DATA = Path(__file__).resolve().parents[3] / "extensions/awx"
# a text that AWX takes; below 1 character, an answer that was left empty would reach the role as an empty text
LENGTH = (1, 1024)
YES_NO = ("yes", "no")
# markup of Ansible's documentation; of O(plugin#kind:name) only the name is left
MARKUP = re.compile(r"\b[CVOMIBPE]\((?:[^()#]*#[a-z]+:)?([^()]*)\)")
LEAVE_OUT = "If you leave it empty, the value of the inventory counts."
KINDS = {"int": "integer", "str": "text", "path": "text", "raw": "text", "list": "text"}


@lru_cache(maxsize=None)
def data(name: str) -> Any:
    """Return the data that the surveys are made with: what a file of extensions/awx holds."""
    return yaml.safe_load((DATA / f"{name}.yml").read_text(encoding="utf-8"))


def survey(title: str, entry_point: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a survey as AWX takes it. form has the keys questions, required and blank of a template or workflow."""
    required, blank = form.get("required", []), form.get("blank", [])
    spec = [question(name, entry_point, name in required, name in blank) for name in form["questions"]]
    return {"name": title, "description": form["description"], "spec": spec}


def question(name: str, entry_point: str, required: bool, blank: bool) -> dict[str, Any]:
    """Return one question of a survey. blank: without the variable's default."""
    asked = data("questions")[name]
    spec = asked.get("spec") or _role_variables.options_of(entry_point)[name]
    found: dict[str, Any] = {
        "question_name": asked["question"],
        "question_description": help_of(asked, spec),
        "variable": name,
        "required": required,
        **_type_of(name, asked, spec),
    }
    if asked.get("per_run") and not blank and spec.get("default") is not None:
        found["default"] = _default(spec["default"])
    return found


def _type_of(name: str, asked: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question's type with its choices or limits."""
    kind = spec.get("type", "str")
    if kind == "bool":
        return {"type": "multiplechoice", "choices": list(YES_NO)}
    if spec.get("choices"):
        return {"type": "multiselect" if kind == "list" else "multiplechoice", "choices": list(spec["choices"])}
    if kind == "int":
        return {"type": "integer", "min": asked["min"], "max": asked["max"]}
    if kind not in KINDS:
        raise ValueError(f"no survey can ask for {name}, which is of the type {kind}")
    return {"type": KINDS[kind], "min": LENGTH[0], "max": LENGTH[1]}


def help_of(asked: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """Return the help of a question: the variable's description, and what happens without an answer."""
    words = asked.get("help") or spec["description"]
    text = " ".join([words] if isinstance(words, str) else words)
    left_out = [] if asked.get("per_run") or asked.get("help") else [LEAVE_OUT]
    return " ".join([MARKUP.sub(r"\1", text).strip(), *left_out])


def _default(value: Any) -> Any:
    """Return a variable's default as AWX writes the answer to its question."""
    if isinstance(value, bool):
        return YES_NO[not value]
    return value


def asked_for(forms: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of all variables that templates or workflows ask for."""
    return {name for form in forms for name in form["questions"]}
