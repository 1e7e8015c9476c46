# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments in files that a shell sources are edited in place, whatever stands around them."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils import _shellvars as shell


@pytest.mark.parametrize(
    ("text", "name", "value", "expected"),
    [
        ('A="1"\nB=2\n', "A", "x y", 'A="x y"\nB=2\n'),
        ("A=1\n", "A", "2", "A=2\n"),
        ("A=1\n", "A", "two words", 'A="two words"\n'),
        ("A='1 $x'\n", "A", "1 $x y", "A='1 $x y'\n"),
        ("A='1'\n", "A", "2", 'A="2"\n'),
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
def test_a_variable_is_set_where_it_counts(text, name, value, expected):
    assert shell.with_value(text, name, value) == expected
    assert shell.with_value(expected, name, value) == expected


def test_the_last_assignment_counts_and_comments_do_not():
    text = "A=1\n#A=5\nexport A='x y' # z\n  B=\"q\"\n"
    assert shell.values(text) == {"A": "x y", "B": "q"}
    assert shell.shown_defaults(text) == {"A": "5"}


@pytest.mark.parametrize(
    ("line", "blanks"),
    [("A = 1", True), ("A= 1", True), ("A =1", True), ('A+=" 1"', False), ("A=$(date)", False), ("A=\"1\"'2'", False)],
)
def test_lines_that_only_look_like_assignments_are_odd(line, blanks):
    assert shell.oddities("# x\n" + line + "\nB=1\n") == [shell.Oddity(2, "A", blanks)]


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
def test_words_are_added_and_removed_one_by_one(value, append, remove, expected):
    assert shell.edited_words(value, append, remove) == expected
    assert shell.edited_words(expected, append, remove) == expected


@pytest.mark.parametrize(
    ("value", "members", "expected"),
    [
        ("a", ["x", "y"], "a k=x,y"),
        ("a k=x b", ["x"], "a k=x b"),
        ("a k=x b", ["y", "y"], "a k=x,y b"),
        ("k=x k=y", ["y", "z"], "k=x k=y,z"),
        ("a", [], "a"),
    ],
)
def test_members_join_the_list_that_stands_there(value, members, expected):
    assert shell.with_listed(value, "k", members) == expected
