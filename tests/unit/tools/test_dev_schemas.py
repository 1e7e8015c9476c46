# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of kdump_info is made from the RETURN documentation of the module."""

from typing import Any

import jsonschema
import pytest

from tools.dev import schemas
from tools.dev.places import REPOSITORY


def documented(**value: Any) -> dict[str, Any]:
    """Return the schema of one value that is documented so."""
    return schemas.schema({"value": {"description": "What it is.", **value}})


def test_published_schema_is_what_the_documentation_makes() -> None:
    assert (REPOSITORY / schemas.SCHEMA).read_text(encoding="utf-8") == schemas.text(REPOSITORY)


@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        ({"type": "str", "returned": "success"}, [{"value": "a"}], [{}, {"value": None}, {"value": 1}, {"other": 1}]),
        ({"type": "str", "returned": "where it is known"}, [{}, {"value": None}, {"value": "a"}], [{"value": 1}]),
        ({"type": "str", "returned": "with O(detail=full)"}, [{}, {"value": "a"}], [{"value": None}]),
        ({"type": "int", "returned": "always"}, [{"value": 0}], [{"value": -1}, {"value": 0.5}]),
        ({"type": "str", "choices": ["a", "b"]}, [{"value": "a"}], [{"value": "c"}, {}]),
        ({"type": "str", "choices": ["a"], "returned": "where it is known"}, [{"value": None}], [{"value": "c"}]),
        ({"type": "list", "elements": "str"}, [{"value": []}, {"value": ["a"]}], [{"value": [1]}, {"value": "a"}]),
        ({"type": "list", "elements": "list"}, [{"value": [["a"]]}], [{"value": ["a"]}]),
        ({"type": "dict"}, [{"value": {"a": "b", "c": None}}], [{"value": {"a": 1}}]),
        (
            {"type": "dict", "contains": {"part": {"description": "A part.", "type": "bool"}}},
            [{"value": {"part": True}}],
            [{"value": {}}, {"value": {"part": True, "more": 1}}],
        ),
    ],
)
def test_schema_allows_what_is_documented_and_nothing_else(
    value: dict[str, Any], right: list[Any], wrong: list[Any]
) -> None:
    judge = jsonschema.Draft7Validator(documented(**value))
    assert [one for one in right if not judge.is_valid(one)] == []
    assert [one for one in wrong if judge.is_valid(one)] == []


def test_description_has_no_marks_of_ansible_in_it() -> None:
    made = documented(type="str", description=["C(ready), or", "RV(checks)."])
    assert made["properties"]["value"]["description"] == "ready, or checks."


def test_module_without_documentation_has_no_schema() -> None:
    with pytest.raises(ValueError, match="has no RETURN"):
        schemas.returned("NAME = 1")
