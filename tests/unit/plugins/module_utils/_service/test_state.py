# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When kdump's unit loaded the capture kernel, on a machine that was suspended."""

import time
from typing import Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import PROPERTIES, read_unit
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost

HOUR = 3600
# seconds since the unit started, if the machine was not suspended since then
AGO = 999.6
STARTED_US = int((UPTIME - AGO) * 1e6)


def printed(moment: float) -> str:
    return time.strftime("%a %Y-%m-%d %H:%M:%S %Z", time.localtime(moment))


@pytest.mark.parametrize(
    ("suspended", "stamp", "expected"),
    [
        (0, None, START - AGO),
        (0, printed(START - 77), START - AGO),
        (HOUR, None, START - AGO - HOUR),
        (HOUR, "", START - AGO - HOUR),
        (HOUR, "n/a", START - AGO - HOUR),
        (HOUR, printed(START - 2000), START - 2000),
        (HOUR, printed(START - 9000), START - AGO - HOUR),
        (HOUR, printed(START + 9000), START - AGO),
        # systemctl prints whole seconds, so one of the two moments is exact
        (HOUR, printed(START - AGO), START - AGO),
        (HOUR, printed(START - AGO - HOUR), START - AGO - HOUR),
    ],
)
def test_a_suspend_does_not_make_what_is_loaded_newer(suspended: int, stamp: Optional[str], expected: float) -> None:
    shown = "LoadState=loaded\nActiveState=active\n"
    for name in ("InactiveExitTimestamp", "ActiveEnterTimestamp"):
        shown += "%sMonotonic=%d\n" % (name, STARTED_US)
        shown += "" if stamp is None else "%s=%s\n" % (name, stamp)
    host = FakeHost(commands={"systemctl show -p %s kdump.service" % PROPERTIES: shown})
    host.suspended = suspended
    unit = read_unit(host, "kdump.service")
    assert unit.began == pytest.approx(expected, abs=0.01)
    assert unit.finished == pytest.approx(expected, abs=0.01)
