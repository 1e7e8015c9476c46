# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GRUB_CMDLINE_LINUX in /etc/default/grub."""

import shutil
import subprocess
from pathlib import Path
from typing import List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.default_grub import edited_default_grub
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values, without, words

TEXT = 'A=1\n%s\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX_RECOVERY="single"\n'


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("GRUB_CMDLINE_LINUX='a b'", "GRUB_CMDLINE_LINUX='a b crashkernel=1G'"),
        ("GRUB_CMDLINE_LINUX=quiet", 'GRUB_CMDLINE_LINUX="quiet crashkernel=1G"'),
        ("GRUB_CMDLINE_LINUX=", 'GRUB_CMDLINE_LINUX="crashkernel=1G"'),
        ('GRUB_CMDLINE_LINUX="a"  # why', 'GRUB_CMDLINE_LINUX="a crashkernel=1G"  # why'),
        ('export GRUB_CMDLINE_LINUX="a"', 'export GRUB_CMDLINE_LINUX="a crashkernel=1G"'),
        ('GRUB_CMDLINE_LINUX="x=\\"a b\\""', 'GRUB_CMDLINE_LINUX="x=\\"a b\\" crashkernel=1G"'),
        ('GRUB_CMDLINE_LINUX="a \\\nb crashkernel=2G"', 'GRUB_CMDLINE_LINUX="a \\\nb crashkernel=1G"'),
        ('GRUB_CMDLINE_LINUX=""', 'GRUB_CMDLINE_LINUX="crashkernel=1G"'),
        ('GRUB_CMDLINE_LINUX="crashkernel=1G a"', 'GRUB_CMDLINE_LINUX="crashkernel=1G a"'),
        (
            'GRUB_CMDLINE_LINUX="a crashkernel=2G"\nGRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b"',
            'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b crashkernel=1G"',
        ),
        ('GRUB_CMDLINE_LINUX="a \\\n crashkernel=auto b"', 'GRUB_CMDLINE_LINUX="a b crashkernel=1G"'),
        ('GRUB_CMDLINE_LINUX="a \\\n crashkernel=1G b"', 'GRUB_CMDLINE_LINUX="a \\\n crashkernel=1G b"'),
        ('GRUB_CMDLINE_LINUX="a\\\n crashkernel=auto"', 'GRUB_CMDLINE_LINUX="a crashkernel=1G"'),
        ('B=b\nGRUB_CMDLINE_LINUX="$B \\\ncrashkernel=auto"', 'B=b\nGRUB_CMDLINE_LINUX="$B crashkernel=1G"'),
        (
            'GRUB_CMDLINE_LINUX="a \\\ncrashkernel=auto"\nGRUB_CMDLINE_LINUX="b"',
            'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX="b crashkernel=1G"',
        ),
        ('GRUB_CMDLINE_LINUX+=" a"', 'GRUB_CMDLINE_LINUX+=" a crashkernel=1G"'),
        (
            'GRUB_CMDLINE_LINUX="a crashkernel=2G "\nGRUB_CMDLINE_LINUX+="crashkernel=auto"',
            'GRUB_CMDLINE_LINUX="a "\nGRUB_CMDLINE_LINUX+=" crashkernel=1G"',
        ),
        (
            'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" crashkernel=auto"',
            'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX+=" crashkernel=1G"',
        ),
        (
            'GRUB_CMDLINE_LINUX="a crashkernel=1G"\nGRUB_CMDLINE_LINUX+=" b"',
            'GRUB_CMDLINE_LINUX="a crashkernel=1G"\nGRUB_CMDLINE_LINUX+=" b"',
        ),
        (
            'GRUB_CMDLINE_LINUX="a crashkernel=2G"\nB=2; GRUB_CMDLINE_LINUX="b crashkernel=3G"; C=3',
            'GRUB_CMDLINE_LINUX="a"\nB=2; GRUB_CMDLINE_LINUX="b crashkernel=1G"; C=3',
        ),
        ("GRUB_CMDLINE_LINUX=\"a\"' b'", 'GRUB_CMDLINE_LINUX="a b crashkernel=1G"'),
        ("GRUB_CMDLINE_LINUX=\"a 'b'\"' $c crashkernel=2G'", "GRUB_CMDLINE_LINUX=\"a 'b' \\$c crashkernel=1G\""),
        ("GRUB_CMDLINE_LINUX=a\\ b", 'GRUB_CMDLINE_LINUX="a b crashkernel=1G"'),
        ('B="b"\nGRUB_CMDLINE_LINUX="a ${B}"', 'B="b"\nGRUB_CMDLINE_LINUX="a ${B} crashkernel=1G"'),
    ],
)
def test_the_last_assignment_alone_gets_the_value(line: str, after: str) -> None:
    edited = edited_default_grub(TEXT % line, ["1G"])
    assert edited == TEXT % after
    assert edited_default_grub(edited, ["1G"]) == edited


@pytest.mark.parametrize("text", [TEXT % '#GRUB_CMDLINE_LINUX="a"', "A=1", ""])
def test_a_file_that_assigns_none_gets_a_line(text: str) -> None:
    edited = edited_default_grub(text, ["512M,high", "128M,low"])
    assert edited.startswith(text)
    assert edited.endswith('GRUB_CMDLINE_LINUX="crashkernel=512M,high crashkernel=128M,low"\n')
    assert edited_default_grub(edited, ["512M,high", "128M,low"]) == edited


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ('GRUB_CMDLINE_LINUX="a crashkernel=2G b"', 'GRUB_CMDLINE_LINUX="a b"'),
        ('GRUB_CMDLINE_LINUX="a \\\n  crashkernel=2G"', 'GRUB_CMDLINE_LINUX="a"'),
        ('GRUB_CMDLINE_LINUX="a \\\\\n  crashkernel=2G"', 'GRUB_CMDLINE_LINUX="a \\\\"'),
        ('GRUB_CMDLINE_LINUX="a"', 'GRUB_CMDLINE_LINUX="a"'),
        ("B=2", "B=2"),
    ],
)
def test_a_value_is_taken_out_without_a_trace(line: str, after: str) -> None:
    assert edited_default_grub(TEXT % line, []) == TEXT % after


COMPUTED = "of /etc/default/grub is no plain assignment; "
UNPLAIN = [
    (
        'if [ -e /x ]; then\n  GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX crashkernel=auto"\nfi',
        "line 3 of /etc/default/grub is not an assignment, ",
    ),
    ('[ -e /x ] && GRUB_CMDLINE_LINUX="crashkernel=auto"', "line 3 " + COMPUTED),
    ('GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX $(cat /x)"', "line 3 " + COMPUTED),
    ("GRUB_CMDLINE_LINUX+=$UNKNOWN", "line 3 " + COMPUTED),
    ("GRUB_CMDLINE_LINUX=(a b)", "line 3 " + COMPUTED),
    ("unset GRUB_CMDLINE_LINUX", "line 3 " + COMPUTED),
    (': "${GRUB_CMDLINE_LINUX:=crashkernel=auto}"', "line 3 " + COMPUTED),
    ("declare GRUB_CMDLINE_LINUX=crashkernel=auto", "line 3 " + COMPUTED),
    ("[ -e /x ] || exit 0", "a shell may stop at line 3 of /etc/default/grub; "),
    ('B="x', "reads no further than line 3 of /etc/default/grub: a double quote is not closed; "),
    (
        'B="crashkernel=auto"\nGRUB_CMDLINE_LINUX="b $B"',
        "read back, it would have crashkernel=auto crashkernel=1G",
    ),
    ('GRUB_CMDLINE_LINUX="${GRUB_CMDLINE_LINUX}crashkernel=auto"', "other arguments would change"),
]


@pytest.mark.parametrize(("line", "reason"), UNPLAIN)
def test_what_cannot_be_edited_right_is_refused_in_one_sentence(line: str, reason: str) -> None:
    text = 'A=1\nGRUB_CMDLINE_LINUX="a crashkernel=2G"\n%s\n' % line
    with pytest.raises(Failure) as failure:
        edited_default_grub(text, ["1G"])
    assert failure.value.msg.startswith("GRUB_CMDLINE_LINUX cannot be made to have crashkernel=1G: ")
    assert reason in failure.value.msg
    assert failure.value.msg.endswith('="..." of /etc/default/grub, and try again')


@pytest.mark.parametrize(
    "line",
    ['[ -e /x ] && GRUB_CMDLINE_LINUX="b"', 'GRUB_CMDLINE_LINUX="$(cat /x)"', "exit 0", 'GRUB_CMDLINE_LINUX+=" b"'],
)
def test_where_nothing_says_a_value_nothing_has_to_be_taken_out(line: str) -> None:
    assert edited_default_grub(TEXT % line, []) == TEXT % line


def sourced(shell: str, text: str, path: Path) -> str:
    path.write_text(text + "\nprintf '%s' \"$GRUB_CMDLINE_LINUX\"\n")
    return subprocess.check_output([shell, str(path)], universal_newlines=True, stderr=subprocess.DEVNULL)


PIECES = [
    'GRUB_CMDLINE_LINUX="a \\\n crashkernel=auto b"',
    'GRUB_CMDLINE_LINUX="x=\\"a b\\" crashkernel=auto y=\\$z \\\\w"',
    "GRUB_CMDLINE_LINUX='a $b crashkernel=auto'\"'\"' c'",
    'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX crashkernel=auto d"',
    'GRUB_CMDLINE_LINUX="${GRUB_CMDLINE_LINUX} e"',
    'B=1; export GRUB_CMDLINE_LINUX="f crashkernel=4G"',
    "GRUB_CMDLINE_LINUX=$GRUB_CMDLINE_LINUX",
]


# dash has no +=
ADDED = ['GRUB_CMDLINE_LINUX+=" g crashkernel=5G"', 'GRUB_CMDLINE_LINUX+="h"']
SECOND = {"dash": PIECES, "bash": PIECES + ADDED}


@pytest.mark.parametrize("wanted", [["1G"], ["512M,high", "128M,low"], []])
@pytest.mark.parametrize("first", PIECES)
@pytest.mark.parametrize(
    ("shell", "second"), [(name, line) for name, lines in SECOND.items() if shutil.which(name) for line in lines]
)
def test_a_shell_that_sources_the_file_finds_the_values_and_every_other_argument(
    shell: str, wanted: List[str], first: str, second: str, tmp_path: Path
) -> None:
    text = first + "\n" + second
    before = sourced(shell, text, tmp_path / "before")
    try:
        after = sourced(shell, edited_default_grub(text, wanted), tmp_path / "after")
    except Failure as failure:
        # glued to the end of the value that is to go
        assert second.endswith('"h"') and "other arguments would change" in failure.msg
        return
    assert values(after) == wanted
    assert words(without(after)) == words(without(before))
