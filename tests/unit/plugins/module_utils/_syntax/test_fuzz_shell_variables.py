# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in a file of settings: it is read without a traceback or a hang, and sh reads what was written."""

import re
import subprocess
from typing import List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import (
    edited_words,
    with_listed,
    words_of,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import lint
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import sysconfig_lint
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_assignments, shell_variables
from ansible_collections.crashops.kdump.tests.unit.work_limit import within
from hypothesis import example, given
from hypothesis import strategies as st

SIZE = 8000
LIMIT_S = 2.0
# pieces of which shell files are made, the odd ones included, so that the texts get somewhere
PIECES = (
    "A=", "B=", "A=1\n", 'B="x y"\n', "C='q'\n", "export ", "A+=2\n", "A = 1\n", "#A=\"d\"\n", "# c\n", "#A='d' \n",
    " ", "\t", "\n", "\\\n", "\r\n", ";", "&&", "||", "|", "&", '"', "'", "\\", "`", "$", "$(", "${", "$'", ")", "}",
    "(", "{ ", "if ", "then ", "fi\n", "do ", "done\n", "for ", "while ", "case ", " in ", "esac", ";;", "f()",
    "[[ ", " ]]", "<<E\n", "E\n", "<", ">", "~", "*", "[0]=", "unset A\n", ": ${A:=1}\n", "exit\n", "word",
    "\0", "\udcff", "é", "=",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=25).map("".join)
BYTES = st.binary(max_size=80).map(lambda data: data.decode("utf-8", "surrogateescape"))
VALUES = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=20)
NAMES = st.sampled_from(("A", "B", "C", "KDUMP_COMMANDLINE_APPEND"))
# one line each, of the forms that can be edited
LINES = st.tuples(
    st.sampled_from(("", "export ", "  ")), NAMES, st.sampled_from(("1", '"x y"', "'$q'", '""', '"a \\\n b"', "a\\ b"))
).map("%s%s=%s".__mod__)
PLAIN = st.lists(st.one_of(LINES, st.sampled_from(("# c", '#A="d"', "")), LINES), max_size=8).map("\n".join)


def is_sound(text: str, name: str) -> bool:
    """Return whether nothing stands in a text that keeps a variable from being edited."""
    closing = ["broken", "ends"]
    if not any(entry.name == name for entry in shell_assignments.assignments(text)):
        closing.append("beyond")
    return not any(odd.name == name or odd.kind in closing for odd in shell_assignments.oddities(text))


@given(st.one_of(TEXTS, BYTES))
def test_any_text_is_read_and_judged(text: str) -> None:
    shell_assignments.assignments(text)
    shell_variables.shown_defaults(text)
    assert all(isinstance(value, str) for value in shell_variables.values(text).values())
    found = lint.lint(text, ["A"], []) + sysconfig_lint.lint(text, ["A"], sysconfig_lint.Facts())
    assert all(0 < (finding.line or 1) <= text.count("\n") + 1 for finding in found)


@given(st.one_of(TEXTS, PLAIN, BYTES), NAMES, VALUES)
@example("B=|<A=", "A", "")
def test_an_edit_gives_the_value_and_leaves_every_other_byte(text: str, name: str, value: str) -> None:
    edited = shell_variables.with_value(text, name, value)
    if not is_sound(text, name):
        assert edited == text or shell_variables.values(edited).get(name) == value
        return
    assert shell_variables.values(edited)[name] == value
    assert shell_variables.with_value(edited, name, value) == edited
    others = {key: other for key, other in shell_variables.values(text).items() if key != name}
    assert {key: other for key, other in shell_variables.values(edited).items() if key != name} == others
    standing = [entry for entry in shell_assignments.assignments(text) if entry.name == name]
    if standing:
        assert edited.startswith(text[: standing[-1].start]) and edited.endswith(text[standing[-1].end :])
    else:
        line = "%s=%s\n" % (name, shell_variables.quoted(value))
        without = [edited[: at.start()] + edited[at.end() :] for at in re.finditer(re.escape(line), edited)]
        assert text in without or text + "\n" in without


@given(st.one_of(TEXTS, PLAIN), NAMES)
def test_what_is_removed_is_gone_and_the_rest_stands(text: str, name: str) -> None:
    removed = shell_variables.with_value(text, name, None)
    if is_sound(text, name):
        assert name not in shell_variables.values(removed)
        others = {key: value for key, value in shell_variables.values(text).items() if key != name}
        assert shell_variables.values(removed) == others
    else:
        assert removed == text


@given(PLAIN, NAMES, VALUES)
def test_sh_reads_what_was_written(text: str, name: str, value: str) -> None:
    edited = shell_variables.with_value(text, name, value)
    script = edited + '\nprintf "%%s" "$%s"' % name
    done = subprocess.run(["/bin/sh", "-c", script], stdout=subprocess.PIPE, env={"PATH": ""}, timeout=10, check=True)
    assert done.stdout.decode("utf-8", "surrogateescape") == value


@given(VALUES, st.lists(st.sampled_from(("a", "b=1", "c")), max_size=3), st.lists(st.sampled_from("abd"), max_size=3))
def test_words_are_added_and_removed_once(value: str, append: List[str], remove: List[str]) -> None:
    once = edited_words(value, append, remove)
    assert edited_words(once, append, remove) == once
    assert set(append) <= set(words_of(once))
    listed = with_listed(once, "k", append)
    assert with_listed(listed, "k", append) == listed


@pytest.mark.parametrize(
    "piece",
    [
        "A", "A=", "A=1\n", 'A="', "A='", "'\"", "\\", "\\\n", "$(", "${", "`", "((", "(", "{ ", "[[ a ", "if ", "f()",
        "case x in a) ", "<<E\n", "#A=\"", "# \\\n", "A[", "A=$", "A=\\a", ": ${A:=", "export A ", "A=1 ", "=", " ",
        "\n", "A=\"x\\\"", "$(#", "a|", "é", "for x in ", "$((",
    ],
)  # fmt: skip
def test_long_odd_texts_take_no_longer_than_long_plain_ones(piece: str) -> None:
    text = piece * (SIZE // len(piece))
    with within(LIMIT_S):
        shell_variables.with_value(text, "A", "new")
        lint.lint(text, ["A"], [])
