# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever bytes stand in a kdump.conf: it is read, judged and edited without a traceback, a hang or a loss."""

from typing import Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import (
    conf_generations,
    conf_lines,
    conf_options,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_host_facts import Surroundings
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lint import RULES, lint
from ansible_collections.crashops.kdump.tests.unit.work_limit import within
from hypothesis import example, given
from hypothesis import strategies as st

# no text of this size may take longer, on any generation
SLOW_S = 2
NAMES = conf_options.TEXT_OPTIONS + conf_options.LIST_OPTIONS + conf_lines.TARGETS
# what means something to a reader or a rule, in any order, between any text at all
PIECES = st.one_of(
    st.sampled_from([*NAMES, "default", "sshkey", "force_rebuild", "force_no_rebuild", "auto_reset_crashkernel"]),
    st.sampled_from(
        [" ", " ", "  ", "\t", "\n", "\n", "\n", "\r", "\r\n", " \r\n", "\v", "\f", "#", '"', "'", "=", ":", "@", "["]
    ),
    st.sampled_from(["makedumpfile -l -d 31", "-F", "-d", "\u00b2", "9" * 5000, "--mount", "/dev/sda1", "UUID=1", "1"]),
    st.sampled_from(["\0", "\udcff", "\udce9 x", "\u00a0", "\u2003", "\u2028", "\x85", "\x1c", "\ufeff", "path /x"]),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=6),
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=25).map("".join),
    st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
)
WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, blacklist_characters="#\"'"), min_size=1, max_size=12
)
VALUES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
GENERATIONS = st.sampled_from(conf_generations.GENERATIONS)
KNOWN = Surroundings(
    ssh_hostname="h",
    missing_files={"/x": "does not exist"},
    missing_directory="/var/crash",
    host_name="a",
    addresses=("10.0.0.5", "2001:db8::5"),
    fs_type="xfs",
    mounted_at="/home",
    opal=True,
    path_on_root=True,
    unknown_modules=("x",),
)


def other_lines(text: str, name: str) -> List[str]:
    """Return the lines that no generation reads this name from; a last line without an end counts as ended."""
    named = {number for number, names in conf_lines.names_at(text).items() if name in names}
    return [line.rstrip("\n") for number, line in enumerate(conf_lines.lines(text), 1) if number not in named]


@given(TEXTS)
def test_the_lines_of_any_text_are_the_text(text: str) -> None:
    assert "".join(conf_lines.lines(text)) == text


@given(TEXTS, GENERATIONS)
def test_any_text_is_read_by_every_generation(text: str, generation: str) -> None:
    lines = conf_lines.lines(text)
    for entry in conf_lines.entries(text, generation):
        assert entry.text == lines[entry.line - 1]
        assert entry.name and " " not in entry.name and "\n" not in entry.value


@given(TEXTS, GENERATIONS, st.sampled_from([None, KNOWN]))
@example("kdump_pre \r\n", "el8", None)
@example("ssh \udcff@x\n", "el9", KNOWN)
@example("core_collector makedumpfile -d \u00b2\n", "el9", None)
@example("core_collector makedumpfile -d %s\n" % ("9" * 5000), "current", None)
def test_any_text_is_judged_and_every_finding_is_whole(
    text: str, generation: str, host: Optional[Surroundings]
) -> None:
    numbers = [name for name, dummy in RULES]
    for finding in lint(text, generation, host):
        assert finding.rule in numbers
        assert finding.severity in ("error", "warning", "advice")
        assert finding.line is None or 1 <= finding.line <= len(conf_lines.lines(text))
        assert finding.message and finding.remedy
        (finding.message + finding.remedy).encode("utf-8")
        assert "\n" not in finding.message + finding.remedy


@given(TEXTS, st.sampled_from(NAMES), VALUES)
def test_setting_a_directive_changes_its_own_lines_and_does_so_once(text: str, name: str, value: str) -> None:
    edited = conf_lines.with_directive(text, name, value)
    kept = [line for line in other_lines(edited, name) if not line.startswith("#")]
    assert kept == [line for line in other_lines(text, name) if not line.startswith("#")]
    assert conf_lines.with_directive(edited, name, value) == edited
    named = [line for line in edited.split("\n") if line == "%s %s" % (name, value)]
    assert named or any(conf_generations.reads_alike(name, value, line) for line in conf_lines.lines(edited))


@given(TEXTS, st.sampled_from(NAMES))
def test_removing_a_directive_leaves_no_generation_one(text: str, name: str) -> None:
    edited = conf_lines.with_directive(text, name, None)
    comments = [line for line in edited.split("\n") if line.startswith("#")]
    # a comment that EL 9 reads on from a byte that is not UTF-8 stays a comment, and stays a finding
    left = [line for line in conf_lines.lines(edited) if line.rstrip("\n") not in comments]
    assert all(name not in names for names in conf_lines.names_at("".join(left)).values())
    assert conf_lines.with_directive(edited, name, None) == edited


@given(TEXTS, st.sampled_from(["nfs", "ssh", "xfs", "raw", "local"]), VALUES)
def test_a_target_is_set_once(text: str, kind: str, location: str) -> None:
    edited = conf_lines.with_target(text, kind, location)
    assert conf_lines.with_target(edited, kind, location) == edited


@given(TEXTS, st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4), st.booleans())
def test_options_are_settled_by_one_run(text: str, directives: Dict[str, str], exclusive: bool) -> None:
    wanted = {"directives": directives}
    edited = conf_options.edited(text, wanted, exclusive)
    assert conf_options.edited(edited, wanted, exclusive) == edited


@pytest.mark.parametrize("generation", conf_generations.GENERATIONS)
@pytest.mark.parametrize(
    "line",
    [
        "nfs " + ":" * 50000,
        "nfs " + "a" * 50000 + "/",
        "path " + " " * 50000 + "x",
        " " * 50000 + "path /x",
        "path /x" + " \t" * 30000,
        "path " + '"' * 50000,
        "core_collector makedumpfile " + "-" * 50000 + "d",
        "core_collector makedumpfile -" + "a" * 50000 + "d",
        "dracut_args " + '--mount "a /b ' * 4000,
        'dracut_args --mount "' + "a /" * 20000,
        "#" * 50000,
        "path /x#" + "#" * 50000,
        "x" * 50000 + " y",
        "fence_kdump_nodes " + "0." * 20000,
        "ssh " + "@" * 50000,
        "\udcff" * 30000,
    ],
)
def test_no_line_makes_a_rule_slow(line: str, generation: str) -> None:
    with within(SLOW_S):
        lint(line + "\n", generation, KNOWN)
