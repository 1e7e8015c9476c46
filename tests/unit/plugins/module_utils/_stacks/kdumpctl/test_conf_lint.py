# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule finds what it is for, and leaves good files alone."""

from typing import List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lint import lint

COLLECTOR = "core_collector makedumpfile -l -d 31\n"


def found(text: str, generation: str = "current", severity: str = "error") -> List[Tuple[str, Optional[int]]]:
    return [(finding.rule, finding.line) for finding in lint(text, generation) if finding.severity == severity]


@pytest.mark.parametrize("generation", ["el8", "el9", "current"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n\n",
        "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n",
        "ssh kdump@dumps.example.com\nsshkey /root/.ssh/id\ncore_collector makedumpfile -F -l -d 31\n",
        "ssh kdump@2001:db8::1\ncore_collector scp\n",
        "nfs [2001:db8::1]:/export\nfailure_action dump_to_rootfs\nfinal_action poweroff\n",
        "raw /dev/vg/dump\ncore_collector makedumpfile -F -l -d 31,11\n",
        "xfs UUID=1\nextra_bins /usr/bin/lftp /bin/x\nextra_modules gfs2 a\nforce_rebuild 1\n",
        'dracut_args --mount "/dev/a /mnt xfs defaults"\n',
        "failure_action shell\nforce_no_rebuild 1\nforce_rebuild 0\n",
        "core_collector cp --sparse=always\nkdump_post /usr/local/bin/post\nfence_kdump_nodes a b\n",
    ],
)
def test_a_good_file_has_no_finding(text: str, generation: str) -> None:
    assert lint(text, generation) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Path /var/crash\n", [("R1", 1)]),
        ("# a\npath=/x\n", [("R1", 2), ("R3", 2)]),
        ("nfs4 h:/e\n", [("R1", 1)]),
        ("override_resettable 1\n", [("R1", 1)]),
        ("blacklist nouveau\n", [("R2", 1)]),
        ("net h\n", [("R2", 1)]),
        ("path\n", [("R3", 1)]),
        ("nfs # later\n", [("R3", 1)]),
        ("extra_modules a\nextra_modules b\n", [("R4", 2)]),
        ("nfs h:/e\nxfs UUID=1\n", [("R5", 2)]),
        ("nfs h:/e\nnfs h:/f\n", [("R5", 2)]),
        ('xfs /dev/a\ndracut_args --mount "/dev/b /m xfs x"\n', [("R6", 2)]),
        ('dracut_args --mount "a" --mount "b"\n', [("R7", 1)]),
        ("dracut_args --mount=/dev/a\n", [("R8", 1)]),
        ("failure_action continue\n", [("R9", 1)]),
        ("default none\n", [("R9", 1)]),
        ("final_action shell\n", [("R10", 1)]),
        ("default reboot\nfailure_action reboot\n", [("R11", 1)]),
        ("force_rebuild yes\n", [("R12", 1)]),
        ("force_rebuild 1\nforce_no_rebuild 1\n", [("R13", 2)]),
        ("ssh host.example.com\n", [("R14", 1)]),
        ("ssh u@[2001:db8::1]\n", [("R16", 1)]),
        ("nfs 2001:db8::1:/e\n", [("R17", 1)]),
        ("nfs :server:/e\n", [("R17", 1)]),
        ("nfs server\n", [("R17", 1)]),
        ("ssh u@h\nsshkey ~/.ssh/id\n", [("R18", 2)]),
        ("path var/crash\n", [("R19", 1)]),
        ("path /a /b\n", [("R19", 1)]),
        ("ssh u@h\n" + COLLECTOR, [("R21", 2)]),
        ("raw /dev/a\n" + COLLECTOR, [("R21", 2)]),
        ("core_collector makedumpfile -F -l -d 31\n", [("R22", 1)]),
        ("nfs h:/e\ncore_collector makedumpfile -lF -d 31\n", [("R22", 2)]),
        ("core_collector makedumpfile -l -d 32\n", [("R23", 1)]),
        ("core_collector makedumpfile -l -d31,40\n", [("R23", 1)]),
        ("core_collector makedumpfile -l -d\n", [("R23", 1)]),
        ("raw /dev/vg/a\ncore_collector scp\n", [("R24", 2)]),
        ("kdump_pre /x --arg\n", [("R26", 1)]),
        ("kdump_post x.sh\n", [("R26", 1)]),
        ("extra_bins /bin/a lftp\n", [("R27", 1)]),
        ("path /x\r\n", [("R37", 1)]),
    ],
)
def test_what_kdumpctl_would_refuse_or_lose_the_dump_by_is_an_error(text: str, expected: List[Tuple[str, int]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "generation", "severity", "expected"),
    [
        ("auto_reset_crashkernel no\n", "el8", "error", [("R31", 1)]),
        ("virtiofs tag\n", "el8", "error", [("R32", 1)]),
        ("kdump_emergency /x\n", "el9", "error", [("R33", 1)]),
        ("kdump_emergency /x\n", "current", "error", []),
        ('path "/var/crash"\n', "el9", "error", [("R19", 1), ("R35", 1)]),
        ('path "/var/crash"\n', "current", "error", []),
        (" nfs h:/e\n", "el8", "error", [("R36", 1)]),
        (" path /x\n", "el8", "warning", [("R36", 1)]),
        ("path\t/x\n", "el8", "warning", [("R36", 1)]),
        (" nfs h:/e\n", "el9", "error", []),
        ("path /x\r\n", "el9", "error", []),
        ("path /a#b\n", "el9", "warning", [("R34", 1)]),
        ("path /a # b#c\n", "el9", "warning", []),
        ("auto_reset_crashkernel false\n", "current", "warning", [("R30", 1)]),
        ("ssh u@h\npath crash\n", "current", "warning", [("R19", 2)]),
        ("nfs h:/e\ncore_collector scp\n", "el9", "warning", [("R24", 2)]),
    ],
)
def test_generations_differ_in_what_they_refuse(
    text: str, generation: str, severity: str, expected: List[Tuple[str, int]]
) -> None:
    assert found(text, generation, severity) == expected


PATH = "core_collector /usr/sbin/makedumpfile %s\n"
NAME = "core_collector makedumpfile %s\n"


@pytest.mark.parametrize(
    ("text", "el8", "el9", "current"),
    [
        # mkdumprd asks only a makedumpfile without a path; the capture script of 1.0.60 and later adds -F to any
        ("ssh u@h\n" + PATH % "-l -d 31", ["R21"], ["R21"], []),
        ("raw /dev/vg/a\n" + PATH % "-l -d 31", ["R21"], ["R21"], []),
        ("ssh u@h\n" + PATH % "-F -l -d 31", [], [], []),
        ("ssh u@h\n" + PATH % "-lF -d 31", [], [], []),
        ("ssh u@h\n" + NAME % "-lF -d 31", ["R21"], ["R21"], ["R21"]),
        # it takes the two characters -F out before, wherever they stand: l is left of -Fl, and is a file name
        ("ssh u@h\n" + NAME % "-Fl -d 31", [], [], ["R21"]),
        ("ssh u@h\n" + PATH % "-Fl -d 31", [], [], ["R21"]),
        # for a file every capture script takes them out, and mkdumprd does not ask a makedumpfile with a path
        (PATH % "-F -l -d 31", [], [], []),
        ("nfs h:/e\n" + PATH % "-l -d 31 -F", [], [], []),
        ("nfs h:/e\n" + PATH % "-lF -d 31", ["R22"], ["R22"], ["R22"]),
        ("nfs h:/e\n" + PATH % "-Fl -d 31", ["R22"], ["R22"], ["R22"]),
        ("nfs h:/e\n" + NAME % "-Fl -d 31", ["R22"], ["R22"], ["R22"]),
        (PATH % "-l -d 32", ["R23"], ["R23"], ["R23"]),
        ("ssh u@h\n" + PATH % "-F --message-level=32", ["R23"], ["R23"], ["R23"]),
    ],
)
def test_a_path_before_makedumpfile_changes_what_kdumpctl_asks_and_not_what_the_dump_needs(
    text: str, el8: List[str], el9: List[str], current: List[str]
) -> None:
    rules = [[rule for rule, line in found(text, generation)] for generation in ("el8", "el9", "current")]
    assert rules == [el8, el9, current]


def test_a_misspelled_name_is_answered_with_the_right_one() -> None:
    assert lint("core_colector x\n")[0].remedy == "write core_collector, or remove the line"
