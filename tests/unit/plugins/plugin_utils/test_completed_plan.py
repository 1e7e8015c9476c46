# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control node adds to the plan of a host: whatever leads to another machine is the operator's."""

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._completed_plan import completed, prepared

OPERATOR = {"kdump_target": {"type": "ssh", "location": "kdump@dumps"}}
WORKS = {
    "type": "ssh",
    "location": "kdump@dumps",
    "ssh_key": "/root/.ssh/k",
    "path": "/srv/dumps",
    "needed": False,
    "too_open": False,
    "works": True,
    "trouble": None,
    "untried": None,
    "problem": None,
    "package": None,
    "write_only": False,
    "write_only_program": None,
}
STACK = {"name": "kdumpctl", "generation": "el9", "ssh_key": None}


def yes(check_mode: bool = False, given: Optional[Dict[str, Any]] = None, **found: Any) -> Set[str]:
    """Return the tasks that would prepare a target for which a look found something."""
    target = prepared({**WORKS, **found}, {**OPERATOR, **(given or {})}, check_mode)
    return {name for name, value in target.items() if value is True and name not in ("works", "needed", "too_open")}


def failing(trouble: Optional[str]) -> Dict[str, Any]:
    return {"needed": True, "works": False, "trouble": trouble, "problem": "it does not work."}


SERVER = {"kdump_ssh_server": "dumps"}
PROGRAM = Path(__file__).resolve().parents[4] / "roles/kdump/files/crashops_kdump_receive.py"
ONLY_DUMPS = {"kdump_ssh_write_only": True}
OLDER = {"write_only": True, "write_only_program": "0" * 64}
KEYS = {"kdump_ssh_host_keys": ["ssh-ed25519 AAAA"]}


def test_a_target_that_works_and_stays_needs_nothing() -> None:
    assert yes() == set()
    assert yes(needed=True) == {"proves"}


def test_a_missing_key_is_made_and_let_in_where_the_server_is_known() -> None:
    assert yes(**failing("key_missing")) == {"logs_in", "makes_key", "shows_lines", "proves"}
    known = {"logs_in", "makes_key", "asks_server", "pins_host_keys", "authorizes", "proves"}
    assert yes(given=SERVER, **failing("key_missing")) == known
    assert yes(given={**SERVER, **KEYS}, **failing("key_missing")) == known - {"asks_server"}


@pytest.mark.parametrize("trouble", ["host_key_unknown", "host_key_changed"])
def test_a_host_key_is_pinned_where_the_operator_gave_it_or_its_server(trouble: str) -> None:
    assert "pins_host_keys" in yes(given=KEYS, **failing(trouble))
    assert "pins_host_keys" not in yes(**failing(trouble))


def test_check_mode_tries_again_only_what_no_run_would_mend() -> None:
    assert "proves" not in yes(check_mode=True, **failing("key_missing"))
    assert "proves" in yes(check_mode=True, **failing("login_refused"))
    assert "proves" not in yes(check_mode=True, given=SERVER, **failing("login_refused"))
    assert "proves" not in yes(check_mode=True, needed=True, too_open=True)
    assert "proves" in yes(check_mode=True, needed=True)


def test_a_program_that_is_missing_is_installed_for_any_type() -> None:
    found = dict(failing(None), type="nfs", ssh_key=None, untried="mount.nfs is not on this host", package="nfs-utils")
    assert yes(**found) == {"installs", "proves"}
    assert prepared({**WORKS, **found}, {}, False)["wanted"] == {"type": "nfs", "location": "kdump@dumps"}


def plan(
    target: Dict[str, Any], values: Dict[str, Any], check_mode: bool = False, **more: Any
) -> Tuple[List[str], Dict[str, Any]]:
    return completed({"target": {**WORKS, **target}, "stack": STACK, **more}, values, "web1", check_mode)


@pytest.mark.parametrize("found", [failing("login_refused"), {"needed": True, "too_open": True}])
def test_an_account_that_only_the_host_names_is_refused(found: Dict[str, Any]) -> None:
    (sentence,) = plan(found, {"kdump_ssh_server": "dumps"})[0]
    assert sentence.startswith("kdump_target: web1 names the ssh target itself, and it")
    assert "Nothing was prepared on dumps: set kdump_target for this host" in sentence
    assert plan(found, OPERATOR)[0] == []


def test_an_account_that_only_the_host_names_and_that_works_is_left_alone() -> None:
    assert plan({}, {})[0] == []


def test_options_are_made_of_the_operators_values_and_the_hosts_generation() -> None:
    values = {"kdump_crashkernel": "256M", "kdump_capture_panic": 10}
    options = {"auto_reset_crashkernel": False, "commandline_default": ["panic=10"]}
    assert plan({}, values)[1]["options"] == options


@pytest.mark.parametrize(
    ("check_mode", "notes"),
    [(False, ["It moves."]), (True, ["It moves.", "Only a real run can find out the size: no."])],
)
def test_what_only_a_real_run_can_find_out_is_said_in_check_mode(check_mode: bool, notes: List[str]) -> None:
    found = {"notes": ["It moves."], "unknown": ["the size: no."]}
    assert plan({}, {}, check_mode, **found)[1]["notes"] == notes


def test_a_host_that_cannot_be_set_up_is_named_with_the_reason() -> None:
    found = {"hopeless": {"word": "unsupported", "reason": "This is a container (lxc)."}}
    (sentence,) = completed(found, {}, "box", False)[0]
    assert sentence.startswith("box is unsupported, so nothing was changed: This is a container (lxc). Take it out")
    found = {"hopeless": {"word": "capture_kernel", "reason": "x"}}
    assert completed(found, {}, "box", False)[0] == [
        "box is inside a capture kernel and writes a dump; run setup when it has rebooted."
    ]


def test_what_a_host_adds_to_its_plan_is_left_out_and_what_steers_a_terminal_is_escaped() -> None:
    plan_ = plan({"problem": "\x1b[2Jgone"}, OPERATOR, variables={"kdump_path": "/"}, kdump_ssh_server="evil")[1]
    assert plan_.keys() == {"target", "stack", "options"}
    assert plan_["target"]["problem"] == "\\x1b[2Jgone"


def test_older_program_of_a_write_only_account_is_replaced_where_the_operator_names_the_server() -> None:
    given = {**ONLY_DUMPS, **SERVER}
    replaced = {
        "logs_in",
        "asks_server",
        "pins_host_keys",
        "authorizes",
        "write_only_wanted",
        "other_receiver",
        "proves",
    }
    found = {**OLDER}
    target = prepared({**WORKS, **found}, {**OPERATOR, **given}, False)
    assert target["needed"] is True
    assert {name for name in target if target[name] is True} - {"needed", "works", "write_only"} == replaced
    checked = prepared({**WORKS, **found}, {**OPERATOR, **given}, True)
    assert checked["needed"] is True and checked["proves"] is False


def test_same_program_of_a_write_only_account_needs_nothing() -> None:
    current = {"write_only": True, "write_only_program": hashlib.sha256(PROGRAM.read_bytes()).hexdigest()}
    target = prepared({**WORKS, **current}, {**OPERATOR, **ONLY_DUMPS, **SERVER}, False)
    assert (target["needed"], target["logs_in"], target["other_receiver"]) == (False, False, False)


@pytest.mark.parametrize("given", [OPERATOR, SERVER])
def test_older_program_that_setup_may_not_replace_is_noted(given: Dict[str, Any]) -> None:
    refused, done = plan(OLDER, {**ONLY_DUMPS, **given}, notes=["one"])
    assert (refused, done["target"]["needed"], done["target"]["logs_in"]) == ([], False, False)
    assert done["notes"][0] == "one"
    assert done["notes"][1].startswith("/usr/local/sbin/crashops-kdump-receive on the ssh server is not the version of")
