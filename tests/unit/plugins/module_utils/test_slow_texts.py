# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that are made for slow regular expressions: each is read in a time that grows with its length alone."""

from time import process_time

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders import (
    _grub_dropin,
    _grubby,
    _ostree,
    _zipl_conf,
)
from ansible_collections.crashops.kdump.plugins.module_utils.crashkernel import _default
from ansible_collections.crashops.kdump.plugins.module_utils.shell import _shellvars

LIMIT_S = 2
BLANKS = " " * 50000
TWICE = "a%sb%sb" % (BLANKS, BLANKS)


@pytest.mark.parametrize(
    "read, text",
    [
        (_zipl_conf.parse_zipl_conf, "[one]\nimage = %s\nparameters=%s\n" % (TWICE, TWICE)),
        (_zipl_conf.parse_zipl_conf, '[one]\nparameters="%s' % TWICE),
        (_ostree.FIELD.findall, "options %s\n" % TWICE),
        (_grub_dropin.LINUX.match, "linux /vmlinuz %s" % TWICE),
        (_grubby.BLSCFG.search, "\n" * 100000),
        (_grubby.OWN_MENU.search, "\n" * 100000),
        (_default.LISTED.search, "x86_64" * 20000),
        (_shellvars.values, "[[ " * 10000),
    ],
)
def test_a_long_odd_text_is_read_in_no_time(read, text):
    start = process_time()
    read(text)
    assert process_time() - start < LIMIT_S


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
def test_the_parts_of_a_line_of_parameters_are_the_line(line, parts):
    assert _zipl_conf._parameters(line) == parts
    assert "".join(parts) == line
