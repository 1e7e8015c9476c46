# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules return: text that JSON and UTF-8 carry, whatever the files of a host hold."""

import json
from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Setup, judged
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import run_module
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown

SENT = [
    ("café", "café"),
    ("caf\udce9", "caf\\xe9"),
    ("caf\udcc3\udca9", "caf\\xc3\\xa9"),
    ("\ud800x\udfff", "\\ud800x\\udfff"),
    ("\udcff\ud800", "\\xff\\ud800"),
    ({"a\udce9": ["\udce9", ("\udcff",)]}, {"a\\xe9": ["\\xe9", ["\\xff"]]}),
    ([1, None, True, 1.5], [1, None, True, 1.5]),
    ([float("inf"), float("nan")], [None, None]),
]


@pytest.mark.parametrize("value, sent", SENT)
def test_a_value_is_sent_as_text_that_utf8_carries(value: Any, sent: Any) -> None:
    assert shown(value) == sent
    assert json.dumps(shown(value), ensure_ascii=False, allow_nan=False).encode("utf-8")


class Module:
    """Keeps what a module ends with."""

    check_mode = True
    params: Dict[str, Any] = {}

    def __init__(self) -> None:
        self.ended: Dict[str, Any] = {}
        self.warned: List[str] = []

    def warn(self, text: str) -> None:
        self.warned.append(text)

    def exit_json(self, **result: Any) -> None:
        self.ended = result

    fail_json = exit_json


def test_results_warnings_and_diffs_of_a_module_are_sent_so() -> None:
    module = Module()
    result = {"changed": True, "diff": [{"before": "# caf\udce9\n"}], "warnings": ["line 1: \udcff"]}
    run_module(module, lambda host, params, check_mode: result)
    assert module.ended.pop("invocation") == {"module_args": {}}
    assert module.ended == {"changed": True, "diff": [{"before": "# caf\\xe9\n"}], "commands": []}
    assert module.warned == ["line 1: \\xff"]


def test_the_reason_of_a_failure_is_sent_so() -> None:
    def fails(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
        raise Failure("cannot read \udcff", path="\udcff")

    module = Module()
    run_module(module, fails)
    assert module.ended["msg"].startswith("cannot read \\xff")
    assert module.ended["path"] == "\\xff"


def test_a_proof_of_a_setting_that_is_no_utf8_stays_current() -> None:
    record = {
        "time": 1700000000,
        "kernel": "6.1.0",
        "crashkernel": ["256M"],
        "image": {"path": "/boot/kdump.img", "mtime": 1600000000.0},
        "dump": {"size_bytes": 5},
        "settings": {"path": "/caf\\xe9"},
        "own_files": {"/etc/caf\\xe9": "1"},
    }
    settings = {"path": "/caf\udce9"}
    now = Setup("6.1.0", ["256M"], "/boot/kdump.img", 1600000000.0, settings, None, own_files={"/etc/caf\udce9": "1"})
    assert judged(json.dumps(record), now, 1700000100).changed == []
