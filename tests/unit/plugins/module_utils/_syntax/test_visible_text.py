# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text of a host steers the terminal of the operator, whichever way it comes."""

from typing import Any, Callable, Dict

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._machine import run_module as module_frame
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import Run, exposition
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import LONGEST, shown, visible

SIGNS = [
    ("\x1b[2J", "\\x1b[2J"),
    ("\x9b2J", "\\x9b2J"),
    ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
    ("closed\r\n", "closed\\n"),
    ("\0\x7f", "\\x00\\x7f"),
    ("\u2028\u2029", "\\u2028\\u2029"),
    ("\u202egpj", "\\u202egpj"),
    ("\U000e0041", "\\U000e0041"),
    ("\udcff", "\\xff"),
    ("\ud800", "\\ud800"),
    ("web1 ünïcode 東京 \\x1b", "web1 ünïcode 東京 \\x1b"),
    ("", ""),
]


@pytest.mark.parametrize("text, seen", SIGNS)
def test_a_character_that_nobody_sees_becomes_an_escape(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_of_a_long_text_the_beginning_is_shown_and_how_much_more_there_is() -> None:
    assert visible("9" * LONGEST) == "9" * LONGEST
    assert visible("9" * 10**7) == "9" * (LONGEST - 50) + "... (9900050 more characters)"
    assert shown({"kernel": ["9" * 10**7]}) == {"kernel": [visible("9" * 10**7)]}


@pytest.mark.parametrize("text", ["9" * 10**6, "\x1b" * LONGEST, "9\n" * LONGEST, "\x1b" + "9" * (LONGEST - 1)])
def test_a_long_text_that_is_shown_twice_is_cut_once(text: str) -> None:
    once = visible(text)
    assert len(once) <= LONGEST
    assert visible(once) == once
    left_out = int(once.rpartition("... (")[2].split()[0])
    assert len(text) - left_out == len(once.rpartition("...")[0].replace("\\x1b", "?").replace("\\n", "?"))


def test_the_lines_of_a_file_stay_lines_in_a_result() -> None:
    assert shown({"diff": [("a\n\tb\x1b", 1, None, True)]}) == {"diff": [["a\n\tb\\x1b", 1, None, True]]}


EVIL = "vmcore\x1b[2K\x9b1A\u202e"


@pytest.mark.parametrize("fails", [True, False])
def test_a_module_returns_nothing_that_steers_the_terminal(
    run_module: Callable[..., Dict[str, Any]], fails: bool
) -> None:
    def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
        host.commands.append(["cat", EVIL])
        if fails:
            raise Failure("cannot read %s\nok: [web1]" % EVIL, stderr=EVIL + "\n")
        return {"changed": False, EVIL: [EVIL], "warnings": ["%s is odd" % EVIL]}

    result = run_module(lambda: module_frame.run_module(AnsibleModule(argument_spec={}), ensure))
    text = repr(shown(result, lambda text: text.replace("\n", "")))
    assert "\\\\x1b[2K" in text and "\\x1b" not in text.replace("\\\\x1b", "")
    assert result["failed"] is fails and (not fails or "\n" not in result["msg"])


def test_a_refusal_names_an_option_and_a_rule_in_visible_characters() -> None:
    assert refusal("sysconfig.a\n", "x\x1b", "it holds \x9b", "take \u2028 out") == (
        "sysconfig.a\\n: 'x\\x1b' is refused: it holds \\x9b; take \\u2028 out."
    )


def test_a_label_of_the_metrics_has_no_control_character_and_one_line() -> None:
    text = exposition({"kernel": "6.1\x1b[2J\r\nup 0", "checks": None}, Run(1.0, 1.0))
    assert text.replace("\n", "").isprintable()
    assert 'kernel="6.1\\\\x1b[2J\\nup 0"' in text
