# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell makes of GRUB's settings, told by reading them; held against the shells themselves."""

import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grub_variables import GrubVariables

NAME = "GRUB_CMDLINE_LINUX"
TOLD = [
    "",
    '{0}="a  b"',
    "{0}=a; export {0}",
    'export B=1 {0}="a b"',
    '{0}="a \\\n b"\n{0}="$' + NAME + ' c"',
    'B="x=\\"1 2\\""; {0}="${{B}} \\$B $B"',
    "B='$C'\nC=1\n{0}=\"$B\"",
    "{0}=\"a\"'$B'\\ c",
    'A=1\n{0}="$A${{A}}2 \\\\$A"',
    "GRUB_DISTRIBUTOR=`uname -s`\n{0}=a\nif [ -e /nope ]; then\n  B=1\nfi",
    "{0}=b\nf() {{ echo 0; }}",
    '# {0}="no"\n{0}=a # {0}=b',
    "B=$(echo 1)\nB=2\n{0}=$B",
]
UNTOLD = [
    '{0}="a $(echo 1)"',
    '{0}="a"; if true; then {0}=b; fi',
    "GRUB_DISTRIBUTOR=`uname -s`\nif [ -e /nope ]; then\n  B=1\nfi\n{0}=a",
    "f() {{ echo {0}; }}\n{0}=b",
    "true && {0}=b",
    "B=$(echo 1); {0}=$B",
    "true && B=1; {0}=$B",
    "{0}=$$",
    "{0}=${{B:-1}}",
    ': "${{{0}:=1}}"',
    "{0}=a; unset {0}",
    "{0}=a uname",
    'eval "{0}=b"',
    "{0}=a\nexit 0",
    "{0}=a\nif [ -e /nope ]; then exit 0; fi",
    '{0}=a\nB="',
]


def read(*texts: str) -> GrubVariables:
    settings = GrubVariables([NAME])
    for number, text in enumerate(texts):
        settings.source(text.format(NAME), "/%d.cfg" % number)
    return settings


@pytest.mark.parametrize("shell", [name for name in ("dash", "bash") if shutil.which(name)])
@pytest.mark.parametrize("text", TOLD)
def test_a_predicted_value_is_that_of_the_shell(text: str, shell: str, tmp_path: Path) -> None:
    script = tmp_path / "all.sh"
    script.write_text("%s\nprintf '%%s' \"$%s\"\n" % (text.format(NAME), NAME))
    assert read(text).values[NAME] == subprocess.check_output([shell, str(script)], universal_newlines=True)


@pytest.mark.parametrize("text", UNTOLD)
def test_what_only_a_shell_can_compute_is_unknown_and_the_line_is_named(text: str) -> None:
    settings = read(text)
    assert settings.values[NAME] is None
    assert " of /0.cfg" in settings.doubts[NAME]


def test_files_are_sourced_one_after_the_other() -> None:
    settings = read('{0}="a"', '{0}="$' + NAME + ' b"', '{0}+=" c"')
    assert (settings.values[NAME], len(settings.plain)) == ("a b c", 1)


def test_a_later_plain_value_ends_the_doubt() -> None:
    settings = read('{0}="$(cat /x)"', '{0}="b"')
    assert (settings.values[NAME], settings.doubts) == ("b", {})


def test_the_first_reason_is_the_one_that_is_named() -> None:
    assert read('{0}="$(cat /x)"', '\n{0}+=" b"').doubts[NAME] == "line 1 of /0.cfg is no plain assignment"
