# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump.conf is read as each kdumpctl reads it, and edited without losing anything."""

from typing import Dict, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines as conf
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lint import lint


@pytest.mark.parametrize(
    ("text", "generation", "expected"),
    [
        ("path /var/crash\n", "el8", {"path": "/var/crash"}),
        ("  path\t/var/crash  \n", "current", {"path": "/var/crash"}),
        ("path /x#y\n", "el8", {"path": "/x"}),
        ("path /x # y\n", "current", {"path": "/x"}),
        ("foo#bar x\n", "el8", {"foo": ""}),
        ("foo#bar x\n", "current", {"foo#bar": "x"}),
        ('core_collector "cp -a"\n', "el9", {"core_collector": '"cp -a"'}),
        ('core_collector "cp -a"\n', "current", {"core_collector": "cp -a"}),
        ("path /x\r\n", "el8", {"path": "/x\r"}),
        ("path /x\r\n", "el9", {"path": "/x"}),
        ("path=/x\n", "current", {"path=/x": ""}),
        ("path /a\npath /b\n", "current", {"path": "/b"}),
        ("# path /a\n\n   # more\n", "current", {}),
        ("path", "current", {"path": ""}),
        ("", "el8", {}),
    ],
)
def test_each_generation_reads_a_line_in_its_own_way(text: str, generation: str, expected: Dict[str, str]) -> None:
    assert conf.values(text, generation) == expected


@pytest.mark.parametrize(
    ("text", "name", "value", "expected"),
    [
        ("# a\npath /x\n\nssh u@h\n", "path", "/y", "# a\npath /y\n\nssh u@h\n"),
        ("# a\n", "path", "/y", "# a\npath /y\n"),
        ("# no end", "path", "/y", "# no end\npath /y\n"),
        ("", "path", "/y", "path /y\n"),
        ("path /x # why\n", "path", "/y", "# why\npath /y\n"),
        ("path /x # why\n", "path", "/x", "path /x # why\n"),
        ("path /x # why\n", "path", None, "# why\n"),
        ("path /x\npath /z\n", "path", "/y", "path /y\n"),
        ("  path  /x\n", "path", "/x", "path /x\n"),
        ("path\t/x\n", "path", "/x", "path /x\n"),
        ("path /x\r\n", "path", "/x", "path /x\n"),
        ('core_collector "cp -a"\n', "core_collector", "cp -a", "core_collector cp -a\n"),
        ("path /x", "path", "/x", "path /x"),
        ("path /x\n", "ssh", None, "path /x\n"),
        ('dracut_args --omit "a b"\n', "dracut_args", '--omit "a b"', 'dracut_args --omit "a b"\n'),
    ],
)
def test_a_directive_is_set_where_it_stands_in_the_form_that_all_read_alike(
    text: str, name: str, value: Optional[str], expected: str
) -> None:
    assert conf.with_directive(text, name, value) == expected
    assert conf.with_directive(expected, name, value) == expected


@pytest.mark.parametrize(
    ("text", "kind", "location", "expected"),
    [
        ("a 1\next4 /dev/b\npath /x\n", "nfs", "h:/e", "a 1\nnfs h:/e\npath /x\n"),
        ("ssh u@h\nnfs h:/e\n", "xfs", "UUID=1", "xfs UUID=1\n"),
        ("nfs h:/e # the old one\n", "local", None, "# the old one\n"),
        ("#nfs h:/e\n", "nfs", "h:/e", "#nfs h:/e\nnfs h:/e\n"),
    ],
)
def test_a_target_takes_the_place_of_whatever_target_stands_there(
    text: str, kind: str, location: Optional[str], expected: str
) -> None:
    assert conf.with_target(text, kind, location) == expected


def test_bytes_that_are_not_utf8_and_odd_line_breaks_survive() -> None:
    text = "# \udcff caf\udce9 \x0b \x0c \u2028\npath /x\n# last\x85"
    assert conf.with_directive(text, "path", "/y") == text.replace("path /x", "path /y")


@pytest.mark.parametrize(
    ("value", "generation", "severity"),
    [
        ('--omit "a', "el8", "error"),
        ('--omit "a', "el9", "error"),
        ('--omit a "b', "current", "warning"),
        ('"a', "current", "error"),
    ],
)
def test_a_quote_that_is_not_closed_is_found(value: str, generation: str, severity: str) -> None:
    found = [one for one in lint("dracut_args %s\n" % value, generation) if one.rule == "R44"]
    assert [one.severity for one in found] == [severity]
