# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""makedumpfile's words are read as its own getopt_long reads them, and judged as its own checks judge them."""

from typing import List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import lint as kdump_tool_lint
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lint import lint
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import makedumpfile
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import Problem

# what makedumpfile 1.7.2 --check-params said of these words with two file names behind them: nothing
TAKEN = [
    "-l --message-level 7 -d 31", "-l --message-level=7 -d31", "--mess 7 -ld 31", "--message=0 -c", "-d 31,11",
    "-E -d 31", "-Ed31", "-E --num-threads 0", "-c --num-threads 4", "--num=2 -z", "-L 1G", "-L 0x10M",
    "-i a", "-x vmlinux --config f", "--xen-s f -X", "--non-mmap --cyclic-buffer 1024", "-e --work-dir /tmp",
    "--dump-dmesg", "--dump-dmesg --partial-dmesg", "-D -f", "-b 11 --splitblock-size 1024 --show", "-xl", "--vtop 0x1",
    "-d 31 --", "--eppic p", "--xen_phys_start 0x10",
]  # fmt: skip
# and of these: that they are not valid
REFUSED = [
    "--message-level=32", "--message-level 32", "--mess=32 -d 31", "--m 32", "-d 32", "-ld 40",
    "-E -c", "-lE", "-E -p -d 31", "-zE", "-E --num-threads 2", "--num=2 -E", "-e", "--partial-dmesg", "--config f",
    "-i a -x b", "-i a --xen-syms b", "--xen-vmcoreinfo a -x b", "--split", "--diskset=/dev/sda", "-g f", "-R",
    "-q", "-lq", "--level 7", "--s", "--x", "--non-mmap=1", "-L 0", "-L 1X", "-l file", "-- -l", "-l=5",
    "--dry-run --dump-dmesg", "-d 31 -d 32", "-l -d 31 > log",
]  # fmt: skip
# it takes these for a level of 0; those after them end a call that makes no dump and reports success
MISTAKEN = ["-d=31", "-d abc", "--message-level abc"]
EMPTY = ["-h", "--help", "-v", "--check-params -l", "--dry-run -l -d 31", "--mem-usage", "--reassemble"]


def problems(words: str) -> List[Problem]:
    return list(makedumpfile.problems(words.split()))


@pytest.mark.parametrize("words", TAKEN)
def test_what_makedumpfile_takes_has_no_problem(words: str) -> None:
    assert problems(words) == []


@pytest.mark.parametrize("words", REFUSED + MISTAKEN + EMPTY)
def test_what_makedumpfile_refuses_or_makes_no_dump_by_has_one_in_both_stacks(words: str) -> None:
    assert problems(words)
    conf = lint("core_collector makedumpfile %s\n" % words)
    assert {(found.rule, found.severity) for found in conf} == {("R23", "error")}
    defaults = kdump_tool_lint.lint('USE_KDUMP=1\nMAKEDUMP_ARGS="%s"\n' % words, [], [])
    assert {(found.rule, found.severity, found.line) for found in defaults} == {("T9", "error", 2)}


@pytest.mark.parametrize("words", ["-l -d", "-l --message-level", "-L", "--num-threads"])
def test_an_option_without_its_value_has_a_problem(words: str) -> None:
    assert "has no value" in problems(words)[0].message


@pytest.mark.parametrize(
    ("words", "options", "names"),
    [
        ("-ld31 -F", [("l", ""), ("d", "31"), ("F", "")], []),
        ("-d 31 a -c", [("d", "31"), ("c", "")], ["a"]),
        ("--message-level=7 --mess 5", [("message-level", "7"), ("message-level", "5")], []),
        ("-x -F", [("x", "-F")], []),
        ("--message-level -F", [("message-level", "-F")], []),
        ("-l -- -F", [("l", "")], ["-F"]),
        ("- -l", [("l", "")], ["-"]),
        ("--split", [("split", "")], []),
    ],
)
def test_words_are_read_as_getopt_long_reads_them(words: str, options: List[Tuple[str, str]], names: List[str]) -> None:
    assert makedumpfile.arguments(words.split())[:2] == (options, names)


@pytest.mark.parametrize(
    ("words", "flattens", "levels"),
    [
        ("-F -l -d 31", True, ["31"]),
        ("-lFd 17", True, ["17"]),
        ("-l -xF", False, []),
        ("--message-level -F", False, []),
        ("-d 1 -d31,11", False, ["1", "31,11"]),
    ],
)
def test_what_is_asked_of_the_words(words: str, flattens: bool, levels: List[str]) -> None:
    assert makedumpfile.flattens(words.split()) == flattens
    assert makedumpfile.dump_levels(words.split()) == levels


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("makedumpfile -l", ["-l"]),
        ("/usr/sbin/makedumpfile -l", ["-l"]),
        ("/opt/makedumpfile/bin/makedumpfile", []),
        ("sbin/makedumpfile -l", None),
        ("/opt/makedumpfile-1.7 -l", None),
        ("cp", None),
        ("", None),
    ],
)
def test_makedumpfile_is_known_by_its_name_with_and_without_a_path(command: str, words: Optional[List[str]]) -> None:
    assert makedumpfile.command_words(command) == words


def test_kdump_tools_runs_its_own_makedumpfile_whatever_path_is_named() -> None:
    path = makedumpfile.problem_of("/usr/sbin/makedumpfile -l")
    assert path is not None and "makedumpfile only" in path.message
    level = makedumpfile.problem_of("makedumpfile --message-level 32 -d 31")
    assert level is not None and "32" in level.message
    assert makedumpfile.problem_of("makedumpfile -l -d 31") is None


@pytest.mark.parametrize(
    ("command", "wanted", "expected"),
    [
        ("makedumpfile -l -d 31", True, "makedumpfile -F -l -d 31"),
        ("makedumpfile -F -l -d 31", False, "makedumpfile -l -d 31"),
        ("makedumpfile -F -l", True, "makedumpfile -F -l"),
        ("scp", True, "scp"),
        ("/usr/sbin/makedumpfile -l", True, "/usr/sbin/makedumpfile -F -l"),
        ("/usr/sbin/makedumpfile -l -F", False, "/usr/sbin/makedumpfile -l"),
        ("/opt/makedumpfile-wrapper -l", True, "/opt/makedumpfile-wrapper -l"),
    ],
)
def test_makedumpfile_gets_and_loses_its_flattening(command: str, wanted: bool, expected: str) -> None:
    assert makedumpfile.flattened(command, wanted) == expected
