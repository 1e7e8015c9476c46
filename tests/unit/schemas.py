# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what is returned against the schemas that docs/schemas publishes."""

import json
import os
from typing import TypeVar

import jsonschema

Value = TypeVar("Value")
SCHEMAS = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "schemas")


def validate(name: str, value: Value) -> Value:
    """Return the value if the schema of that name allows what JSON makes of it."""
    with open(os.path.join(SCHEMAS, name + ".json")) as stream:
        schema = json.load(stream)
    jsonschema.Draft7Validator.check_schema(schema)
    plain = json.loads(json.dumps(value, allow_nan=False))
    jsonschema.Draft7Validator(schema).validate(plain)
    return value
