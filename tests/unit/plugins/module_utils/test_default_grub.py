# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GRUB_CMDLINE_LINUX in /etc/default/grub."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders._default_grub import edited_default_grub

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
        ('GRUB_CMDLINE_LINUX+=" a"', 'GRUB_CMDLINE_LINUX+=" a"'),
        ("GRUB_CMDLINE_LINUX=\"a\"' b'", "GRUB_CMDLINE_LINUX=\"a\"' b'"),
    ],
)
def test_the_last_assignment_alone_gets_the_value(line, after):
    edited = edited_default_grub(TEXT % line, ["1G"])
    assert edited == TEXT % after
    assert edited_default_grub(edited, ["1G"]) == edited


@pytest.mark.parametrize("text", [TEXT % '#GRUB_CMDLINE_LINUX="a"', "A=1", ""])
def test_a_file_that_assigns_none_gets_a_line(text):
    edited = edited_default_grub(text, ["512M,high", "128M,low"])
    assert edited.startswith(text)
    assert edited.endswith('GRUB_CMDLINE_LINUX="crashkernel=512M,high crashkernel=128M,low"\n')
    assert edited_default_grub(edited, ["512M,high", "128M,low"]) == edited


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ('GRUB_CMDLINE_LINUX="a crashkernel=2G b"', 'GRUB_CMDLINE_LINUX="a b"'),
        ('GRUB_CMDLINE_LINUX="a"', 'GRUB_CMDLINE_LINUX="a"'),
        ("B=2", "B=2"),
    ],
)
def test_a_value_is_taken_out_without_a_trace(line, after):
    assert edited_default_grub(TEXT % line, []) == TEXT % after
