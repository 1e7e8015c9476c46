# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments in files that a shell sources are edited in place, whatever stands around them."""

from typing import List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import edited_words, with_listed
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_assignments, shell_lint
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_variables as shell


@pytest.mark.parametrize(
    ("text", "name", "value", "expected"),
    [
        ('A="1"\nB=2\n', "A", "x y", 'A="x y"\nB=2\n'),
        ("A=1\n", "A", "2", "A=2\n"),
        ("A=1\n", "A", "two words", 'A="two words"\n'),
        ("A='1 $x'\n", "A", "1 $x y", "A='1 $x y'\n"),
        ("A='1'\n", "A", "2", "A='2'\n"),
        ("A='1'\n", "A", "it's", 'A="it\'s"\n'),
        ('A="x"\n', "A", 'a"b$c`d\\', 'A="a\\"b\\$c\\`d\\\\"\n'),
        ("A=\"a\"'b'c\n", "A", "abc", "A=\"a\"'b'c\n"),
        ("A=\"a\"'b'c\n", "A", "d", 'A="d"\n'),
        ("A=1\\\n2\nB=1\n", "A", "3", 'A="3"\nB=1\n'),
        ("A=\\\n1 # c\nB=1\n", "A", None, "B=1\n"),
        ("A=1\nif x\nthen\nB=1\nfi\n", "A", "3", "A=3\nif x\nthen\nB=1\nfi\n"),
        ("A=1\ncat <<E\nB=1\nE\n", "A", None, "cat <<E\nB=1\nE\n"),
        ('A="\udce9"\n#\udcff\r\n', "A", "1", 'A="1"\n#\udcff\r\n'),
        ('export A="1" # why\n', "A", "2", 'export A="2" # why\n'),
        ('A="1"\nA="2"\n', "A", "3", 'A="1"\nA="3"\n'),
        ('A="1 \\\n2"\nB=1\n', "A", "3", 'A="3"\nB=1\n'),
        ('#A="d"\n# more\n', "A", "3", '#A="d"\nA="3"\n# more\n'),
        ("# no end", "A", "3", '# no end\nA="3"\n'),
        ("A=\nB=1\n", "A", "3", 'A="3"\nB=1\n'),
        ('A="1"\nB=1\nA="2"', "A", None, "B=1\n"),
        ("B=1\n", "A", None, "B=1\n"),
        ('B="\nA=1\n"\n', "A", "2", 'B="\nA=1\n"\nA="2"\n'),
    ],
)
def test_a_variable_is_set_where_it_counts(text: str, name: str, value: Optional[str], expected: str) -> None:
    assert shell.with_value(text, name, value) == expected
    assert shell.with_value(expected, name, value) == expected


def test_the_last_assignment_counts_and_comments_do_not() -> None:
    text = "A=1\n#A=5\nexport A='x y' # z\n  B=\"q\"\n"
    assert shell.values(text) == {"A": "x y", "B": "q"}
    assert shell.shown_defaults(text) == {"A": "5"}


@pytest.mark.parametrize(
    ("text", "line", "name", "kind"),
    [
        ("A = 1\n", 1, "A", "blanks"),
        ("A= 1\n", 1, "A", "blanks"),
        ("A =1\n", 1, "A", "blanks"),
        ("A += 1\n", 1, "A", "blanks"),
        ("A=1 two\n", 1, "A", "unquoted"),
        ('A="1"\nA+=" 1"\n', 2, "A", "appended"),
        ("A=$(date)\n", 1, "A", "computed"),
        ('A="$B x"\n', 1, "A", "computed"),
        ("A=~/x\n", 1, "A", "computed"),
        (": ${A:=1}\n", 1, "A", "computed"),
        ("unset A\n", 1, "A", "computed"),
        ("A=(1 2)\n", 1, "A", "listed"),
        ("\nif true; then\nA=1\nfi\n", 3, "A", "named"),
        ("A=1\nwhile :; do unset A; done\n", 2, "A", "named"),
        ("A=1; case x in x) A=2;; esac\n", 1, "A", "named"),
        ("f() { echo; }\nA=1\n", 2, "A", "named"),
        ("( A=1 )\n", 1, "A", "named"),
        ("cat <<E\nA=1\nE\n", 2, "A", "named"),
        ("true &&\nA=1\n", 2, "A", "named"),
        ("true && A=1\n", 1, "A", "nested"),
        ("A=1; B=2\n", 1, "A", "shared"),
        ("export A=1 B=2\n", 1, "A", "shared"),
        ("B=1\r\nA=1\r\n", 2, "A", "carriage return"),
    ],
)
def test_what_only_looks_like_an_assignment_is_odd_and_is_not_edited(
    text: str, line: int, name: str, kind: str
) -> None:
    found = [(odd.line, odd.kind) for odd in shell_assignments.oddities(text) if odd.name == name]
    assert (line, kind) in found
    assert shell.with_value(text, name, "new") == text
    assert shell.with_value(text, name, None) == text


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        ('B=1\nA="\nC=1\n', 2, "broken"),
        ("A='\n", 1, "broken"),
        ("A=1\nfi\n", 2, "broken"),
        ("A=`date\n", 1, "broken"),
        ("A=1\\", 1, "broken"),
        ("A=1 \\\n", 1, "broken"),
        ("A=1\\\n", 1, "broken"),
        ("A=1\n&& B=1\n", 2, "broken"),
        ("A=1\0\n", 1, "broken"),
        ("A=1\nexit 0\nA=2\n", 2, "ends"),
    ],
)
def test_nothing_is_added_to_a_file_that_a_shell_does_not_read_to_its_end(text: str, line: int, kind: str) -> None:
    assert [(odd.line, odd.kind) for odd in shell_assignments.oddities(text)][-1:] == [(line, kind)]
    for name in ("A", "D"):
        assert shell.with_value(text, name, "new") == text


BEYOND = [
    ("B=1\nif [ -e /x ]; then\nC=1\nfi\n", 2, "if begins a command of several parts"),
    ("case x in x) C=1;; esac\n", 1, "case begins a command of several parts"),
    ("\nf() {\nC=1\n}\n", 2, "a bracket opens here"),
    ("function f { C=1; }\n", 1, "function begins a command of several parts"),
    ("B=1\ncat <<E\nC=1\n", 2, "a here-document begins here"),
    ("true &&\n\nC=1\n", 1, "a command goes on in the next line"),
]


@pytest.mark.parametrize(("text", "line", "why"), BEYOND)
@pytest.mark.parametrize("reader", ["bash", "sh"])
def test_line_that_begins_more_than_an_assignment_is_named_and_nothing_is_added(
    text: str, line: int, why: str, reader: str
) -> None:
    message = "this is not an assignment (%s); what is set from here on is not known" % why
    found = {(one.severity, one.line, one.message) for one in shell_lint.lint(text, "S1", reader, [])}
    assert ("warning", line, message) in found
    assert "C" not in shell.values(text)
    assert shell.with_value(text, "A", "new") == shell.with_value(text, "C", "new") == text
    refused = {(one.severity, one.line, one.message) for one in shell_lint.lint(text, "S1", reader, ["A"])}
    assert ("error", line, "A cannot be edited safely: " + message) in refused


def test_assignment_before_such_a_line_is_known_where_nothing_names_it_later() -> None:
    text = "A=1\nB=2\nif true; then\nB=3\nfi\nD=4\n"
    assert shell.values(text) == {"A": "1"}
    assert [one for one in shell_lint.lint(text, "S1", "sh", ["A"]) if one.severity == "error"] == []


@pytest.mark.parametrize(
    ("value", "append", "remove", "expected"),
    [
        ("a b=1", ["c"], [], "a b=1 c"),
        ("a b=1", ["a"], [], "a b=1"),
        ("a  b=1", [], [], "a  b=1"),
        ("a b=1 b=2", [], ["b"], "a"),
        ("a b=1 c", [], ["b=1"], "a c"),
        ("a b=1 c", [], ["b=2"], "a b=1 c"),
        ("a b=1 c", ["b=4"], ["b"], "a c b=4"),
        ("a c b=4", ["b=4", "c"], ["b"], "a c b=4"),
        ("", ["x", "x"], [], "x"),
    ],
)
def test_words_are_added_and_removed_one_by_one(
    value: str, append: List[str], remove: List[str], expected: str
) -> None:
    assert edited_words(value, append, remove) == expected
    assert edited_words(expected, append, remove) == expected


@pytest.mark.parametrize(
    ("value", "members", "expected"),
    [
        ("a", ["x", "y"], "a k=x,y"),
        ("a k=x b", ["x"], "a k=x b"),
        ("a k=x b", ["y", "y"], "a k=x,y b"),
        ("k=x k=y", ["y", "z"], "k=x k=y,z"),
        ("k= a", ["x"], "k=x a"),
        ("a", [], "a"),
    ],
)
def test_members_join_the_list_that_stands_there(value: str, members: List[str], expected: str) -> None:
    assert with_listed(value, "k", members) == expected
