# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that are made for slow regular expressions: each is read in a time that grows with its length alone."""

from typing import Any, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders import grub_cfg, grubby, ostree, zipl
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import crashkernel_default
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_variables, visible_text
from ansible_collections.crashops.kdump.tests.unit.work_limit import within

LIMIT_S = 2
BLANKS = " " * 50000
TWICE = "a%sb%sb" % (BLANKS, BLANKS)


@pytest.mark.parametrize(
    "read, text",
    [
        (zipl.parse_zipl_conf, "[one]\nimage = %s\nparameters=%s\n" % (TWICE, TWICE)),
        (zipl.parse_zipl_conf, '[one]\nparameters="%s' % TWICE),
        (ostree.FIELD.findall, "options %s\n" % TWICE),
        (grub_cfg.LINUX.match, "linux /vmlinuz %s" % TWICE),
        (grubby.BLSCFG.search, "\n" * 100000),
        (grubby.OWN_MENU.search, "\n" * 100000),
        (crashkernel_default.LISTED.search, "x86_64" * 20000),
        (shell_variables.values, "[[ " * 10000),
        (visible_text.visible, "9" * 10000000 + "\x1b"),
    ],
)
def test_a_long_odd_text_is_read_in_no_time(read: Any, text: str) -> None:
    with within(LIMIT_S):
        read(text)


@pytest.mark.parametrize(
    "line, parts",
    [
        ("parameters=a b  ", ("parameters=", "", "a b", "  ")),
        ('\tparameters = "a b " \t', ("\tparameters = ", '"', "a b ", '" \t')),
        ("parameters='a'", ("parameters=", "'", "a", "'")),
        ('parameters="a', ("parameters=", "", '"a', "")),
        ('parameters="', ("parameters=", "", '"', "")),
        ("parameters=", ("parameters=", "", "", "")),
        ('parameters=""', ("parameters=", '"', "", '"')),
    ],
)
def test_the_parts_of_a_line_of_parameters_are_the_line(line: str, parts: Tuple[str, str, str, str]) -> None:
    assert zipl._parameters(line) == parts
    assert "".join(parts) == line
