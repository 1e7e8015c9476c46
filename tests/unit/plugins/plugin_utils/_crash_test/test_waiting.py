# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a host is waited for, and when it is back."""

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import waiting
from ansible_collections.crashops.kdump.tests.unit.crashing_host import GIB, NEW, OLD


@pytest.mark.parametrize("ram, seconds", [(2 * GIB, 960), (GIB + 1, 960), (64 * GIB, 2820), (4096 * GIB, 21600)])
def test_the_time_limit_grows_with_the_memory(ram: int, seconds: int) -> None:
    assert waiting.default_timeout_s(ram) == seconds


SIGHTS = [
    (NEW + "\n", True, "it is back"),
    (NEW + "\ncapture\n", False, "the capture kernel is at work"),
    ("Authorized use only\ncapture\n%s\n" % NEW, True, "it is back"),
    ("Authorized use only\n%s\ncapture\n" % NEW, False, "the capture kernel is at work"),
    ("x" * 36 + "\n", False, "it does not answer (it answered something else than a boot id"),
    (OLD + "\n", False, "it still runs the old kernel"),
    ("Permission denied", False, "it does not answer (it answered something else than a boot id"),
    ("", False, "it does not answer"),
]


@pytest.mark.parametrize("stdout, back, words", SIGHTS)
def test_only_a_new_boot_outside_the_capture_kernel_is_back(stdout: str, back: bool, words: str) -> None:
    seen = waiting.sight(stdout)
    assert waiting.is_back(seen, OLD) is back
    assert waiting.in_words(seen, OLD).startswith(words)


def test_a_host_that_held_its_crash_back_says_why_without_codes_for_a_terminal() -> None:
    seen = waiting.sight(OLD + "\nheld it is not armed\x1b[2J any more\n")
    assert (seen.boot_id, seen.held) == (OLD, "it is not armed\\x1b[2J any more")
