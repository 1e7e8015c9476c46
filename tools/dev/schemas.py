# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/schemas/kdump_info-1.json from the RETURN documentation of the module: ./dev schemas.

RETURN says all that the schema needs: the type of a value, its words (choices), and when it is there (returned).
A value that is not always there is left out of the short result, and null in the full one.
"""

import ast
import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

# by its name, since it comes without types and mypy --strict takes no such import
yaml = importlib.import_module("yaml")
MODULE = "plugins/modules/kdump_info.py"
SCHEMA = "docs/schemas/kdump_info-1.json"
ADDRESS = "https://github.com/crashops/ansible-collection-kdump/blob/main/" + SCHEMA
# Ansible's marks, as in C(ready) or RV(checks)
MARKUP = re.compile(r"\b[A-Z]+\(([^()]*)\)")
ALWAYS = ("success", "always")
ONLY_FULL = "with O(detail=full)"
TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}
# sysctl keys, such as kernel.panic, may be negative; no other number can
SIGNED = ("policy.sysctls.value", "policy.sysctls.wanted")
PATTERNS = {
    "checks.id": "^[a-z][a-z0-9_]*$",
    "checks.waived.until": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "dump_directory.mode": "^[0-7]{4}$",
}
# what Ansible adds to the result of every module, and what this module always says
OF_ANSIBLE = {
    "changed": {"const": False},
    "failed": {"const": False},
    "invocation": {"type": "object"},
    "warnings": {"type": "array"},
    "deprecations": {"type": "array"},
}


def returned(module: str) -> dict[str, Any]:
    """Return the RETURN documentation in a module's source."""
    for node in ast.parse(module).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "RETURN":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise ValueError("the module has no RETURN")


def schema(documented: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of the result that a module documents."""
    whole = _mapping(documented, "")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ADDRESS,
        "title": "What crashops.kdump.kdump_info returns for a host",
        "$comment": "Made from the module's RETURN documentation by ./dev schemas. It holds for both values of detail.",
        **whole,
        "properties": {**whole["properties"], **OF_ANSIBLE},
    }


def _mapping(documented: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the JSON schema of a mapping with these keys and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, value in documented.items() if value.get("returned", "success") in ALWAYS],
        "properties": {name: _value(value, path + name) for name, value in documented.items()},
    }


def _value(value: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the JSON schema of one documented value, with its description."""
    made = _typed(value["type"], value, path)
    if value.get("returned", "success") not in (*ALWAYS, ONLY_FULL):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    said = value["description"]
    return {**made, "description": MARKUP.sub(r"\1", said if isinstance(said, str) else " ".join(said))}


def _typed(kind: str, value: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the JSON schema of a value's type, or of the type of a list's elements."""
    if kind == "list":
        return {"type": "array", "items": _typed(value["elements"], {**value, "elements": "str"}, path)}
    if kind == "dict" and "contains" in value:
        return _mapping(value["contains"], path + ".")
    made: dict[str, Any] = {"type": TYPES[kind]}
    if kind == "dict":
        # by path or name, and a file that cannot be read has no sum
        made["additionalProperties"] = {"type": ["string", "null"]}
    if kind in ("int", "float") and path not in SIGNED:
        made["minimum"] = 0
    if "choices" in value:
        made["enum"] = list(value["choices"])
    if path in PATTERNS:
        made["pattern"] = PATTERNS[path]
    return made


def text(repository: Path) -> str:
    """Return the text of docs/schemas/kdump_info-1.json."""
    source = (repository / MODULE).read_text(encoding="utf-8")
    return json.dumps(schema(returned(source)), indent=2) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / SCHEMA).write_text(text(Path(sys.argv[1])), encoding="utf-8")
