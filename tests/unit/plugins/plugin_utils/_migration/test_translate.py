# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translated variables of linux-system-roles.kdump: nothing is lost, and refusals have the names of the file."""

from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils import _peer_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.translate import Translation, translated

SSH = {"type": "ssh", "location": "kdump@dumps.example.com"}
KEY = "/root/.ssh/kdump_id_rsa"


def made(stack: str = "kdumpctl", **given: Any) -> Translation:
    return translated(given, stack)


def variables(stack: str = "kdumpctl", **given: Any) -> Dict[str, Any]:
    """Return what a file becomes, without the variable that every translation has."""
    found = made(stack, **given)
    assert found.refused == []
    assert found.variables.pop("kdump_exclusive") is True
    return found.variables


def refused(stack: str = "kdumpctl", **given: Any) -> List[str]:
    found = made(stack, **given)
    assert found.variables == {}
    return found.refused


@pytest.mark.parametrize("stack", ["kdumpctl", "kdump-tools"])
def test_every_variable_of_the_other_role_is_accounted_for(stack: str) -> None:
    given: Dict[str, Any] = {
        "kdump_target": SSH,
        "kdump_path": "/srv/dumps/crash",
        "kdump_core_collector": "makedumpfile -F -l -d 31",
        "kdump_system_action": "halt",
        "kdump_ssh_user": "kdump",
        "kdump_ssh_server": "dumps",
        "kdump_sshkey": "/root/.ssh/k",
        "kdump_reboot_ok": False,
        "kdump_auto_reset_crashkernel": True,
        "kdump_dracut_args": "--kernel-cmdline nopti",
        "kdump_kdump_tools": {"USE_KDUMP": 1},
        "kdump_reboot_required": True,
    }
    assert set(given) == {variable.name for variable in _peer_variables.VARIABLES}
    rows = [row.name for row in made(stack, **given).rows]
    assert sorted(rows) == sorted([*given, "kdump_exclusive", "kdump_crashkernel"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"kdump_path": "/srv/crash"}, {"kdump_path": "/srv/crash"}),
        ({"kdump_system_action": "poweroff"}, {"kdump_failure_action": "poweroff"}),
        ({"kdump_reboot_ok": "yes"}, {"kdump_reboot_allowed": True}),
        ({"kdump_reboot_ok": None}, {}),
        ({"kdump_auto_reset_crashkernel": True}, {}),
        ({"kdump_auto_reset_crashkernel": "no"}, {"kdump_auto_reset_crashkernel": False}),
        # what its template makes of null
        ({"kdump_auto_reset_crashkernel": None}, {"kdump_auto_reset_crashkernel": False}),
        ({"kdump_dracut_args": "--kernel-cmdline nopti"}, {"kdump_dracut_args": "--kernel-cmdline nopti"}),
        ({"kdump_dracut_args": ""}, {}),
        ({"kdump_core_collector": None}, {}),
        ({"kdump_target": None, "kdump_sshkey": "/root/.ssh/k", "kdump_ssh_server": "dumps"}, {}),
        (
            {"kdump_target": {"type": "nfs", "location": "dumps:/export"}, "kdump_path": "/web"},
            {"kdump_target": {"type": "nfs", "location": "dumps:/export"}, "kdump_path": "/web"},
        ),
        (
            {"kdump_target": {"type": "ext4", "location": "12e3e25f-534e-4007-a40c-e7e080a933ad"}},
            {"kdump_target": {"type": "ext4", "location": "UUID=12e3e25f-534e-4007-a40c-e7e080a933ad"}},
        ),
        (
            {"kdump_target": {"type": "xfs", "location": "LABEL=dumps"}},
            {"kdump_target": {"type": "xfs", "location": "LABEL=dumps"}},
        ),
    ],
)
def test_value_is_translated(given: Dict[str, Any], expected: Dict[str, Any]) -> None:
    assert variables(**given) == expected


@pytest.mark.parametrize(
    ("given", "location", "key"),
    [
        ({"kdump_target": SSH}, "kdump@dumps.example.com", KEY),
        ({"kdump_target": SSH, "kdump_ssh_user": "kdump", "kdump_sshkey": None}, "kdump@dumps.example.com", KEY),
        ({"kdump_target": SSH, "kdump_sshkey": "/etc/k"}, "kdump@dumps.example.com", "/etc/k"),
        ({"kdump_target": {"type": "ssh"}, "kdump_ssh_user": "me", "kdump_ssh_server": "dumps"}, "me@dumps", KEY),
        ({"kdump_target": {"type": "ssh", "location": "10.0.0.7"}, "kdump_ssh_user": "me"}, "me@10.0.0.7", KEY),
        ({"kdump_target": {"type": "ssh", "location": "{{ kdump_ssh_user }}@{{ ip }}"}, "kdump_ssh_user": "me"},
         "me@{{ ip }}", KEY),
        ({"kdump_target": {"type": "ssh", "location": "{{ place }}"}, "kdump_ssh_user": "me"}, "{{ place }}", KEY),
    ],
)  # fmt: skip
def test_ssh_target_has_account_server_and_key_in_one_value(given: Dict[str, Any], location: str, key: str) -> None:
    found = variables(**given)
    assert found.pop("kdump_target") == {"type": "ssh", "location": location, "ssh_key": key}
    assert found.pop("kdump_ssh_key_type") == "rsa"
    assert found == {name: value for name, value in given.items() if name == "kdump_ssh_server"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kdump_path": ["/a"]}, "kdump_path: ['/a'] is refused: it must be one text; write it as a string."),
        (
            {"kdump_system_action": False},
            "kdump_system_action: False is refused: YAML reads this word as a truth value; put it in quotes.",
        ),
        ({"kdump_system_action": "explode"}, "kdump_system_action: 'explode' is refused"),
        ({"kdump_reboot_ok": "maybe"}, "kdump_reboot_ok: 'maybe' is refused: it is neither true nor false"),
        ({"kdump_target": "nfs"}, "kdump_target: 'nfs' is refused: this text is no dictionary"),
        ({"kdump_target": "{{ ours }}"}, "its parts are in a template, which cannot be seen here; write them out."),
        ({"kdump_target": {"type": "{{ t }}", "location": "x"}}, "kdump_target.type: '{{ t }}' is refused"),
        ({"kdump_target": {"type": "cifs", "location": "//s/x"}}, "kdump_target.type: 'cifs' is refused: kdumpctl has"),
        ({"kdump_target": {"type": "local"}}, "kdump_target.type: 'local' is refused: kdumpctl has no target of this"),
        ({"kdump_target": {"location": "s:/e"}}, "it lacks type; add type."),
        ({"kdump_target": {"type": "nfs", "server": "s"}}, "kdump_target.server: 's' is refused: there is no such"),
        # as in that role's README
        (
            {"kdump_target": {"type": "nfs", "location": "nfs.example.com"}},
            "kdump_target.location: 'nfs.example.com' is refused: it is not of the form host:/export",
        ),
        (
            {"kdump_target": {"type": "ext4", "location": "dumps"}},
            "kdump_target.location: 'dumps' is refused: it is ne",
        ),
        ({"kdump_target": {"type": "ssh"}, "kdump_ssh_user": "me"}, "add the location user@server."),
        ({"kdump_target": {"type": "ssh", "location": "dumps"}}, "kdump_target.location: 'dumps' is refused"),
        (
            {"kdump_target": SSH, "kdump_ssh_user": "root"},
            "it logs in as kdump, and linux-system-roles.kdump authorizes",
        ),
        ({"kdump_target": SSH, "kdump_sshkey": "~/.ssh/k"}, "kdump_sshkey: '~/.ssh/k' is refused: nothing expands ~"),
        (
            {"kdump_target": SSH, "kdump_core_collector": "makedumpfile -l -d 31"},
            "kdump_core_collector: 'makedumpfile -l -d 31' is refused",
        ),
        ({"kdump_path": "crash"}, "kdump_path: 'crash' is refused: the path is not absolute; begin it with /."),
        ({"kdump_path": ""}, "kdump_path: '' is refused: it is empty"),
        ({"kdump_path": "/tmp"}, "kdump_path: '/tmp' is refused: others need /tmp"),
        ({"kdump_dracut_args": "--add a; reboot"}, "kdump_dracut_args: '--add a; reboot' is refused: kdump's scripts"),
        (
            {"kdump_path": "/x", "kdump_pth": "/y"},
            "kdump_pth: '/y' is refused: the role has no such variable; use kdump_p",
        ),
        (
            {"kdump_system_action": "halt", "kdump_failure_action": "halt"},
            "kdump_failure_action: 'halt' is refused: kdump_system_action becomes kdump_failure_action too",
        ),
        ({"kdump_path": "/x", "kdump_crashkernel": ["1X"], "kdump_metrics": "x"}, "kdump_metrics: 'x' is refused"),
        (
            {"kdump_path": "/x/{{ kdump_system_action }}", "kdump_system_action": "{{ a }}"},
            "its template names kdump_system_action, which is not in the translation; write the value of",
        ),
        ({"ntp_server": "10.0.0.1"}, "_input: ['ntp_server'] is refused: there is no variable of linux-system-roles"),
        ({}, "_input: [] is refused"),
    ],
)
def test_value_that_cannot_be_translated_is_refused_in_one_sentence(given: Dict[str, Any], sentence: str) -> None:
    (found,) = refused(**given)
    assert sentence in found


def test_all_that_is_wrong_is_refused_at_once() -> None:
    target = {"type": "nfs", "location": "nfs.example.com"}
    found = refused(kdump_pth="/x", kdump_system_action=False, kdump_target=target)
    assert [one.partition(":")[0] for one in found] == ["kdump_system_action", "kdump_pth", "kdump_target.location"]


def test_variable_of_this_role_stays_and_those_of_others_are_named() -> None:
    found = made(
        kdump_path="/x", kdump_crashkernel="512M", kdump_exclusive=False, ntp_server="x", __kdump_packages=["a"]
    )
    assert found.variables == {"kdump_path": "/x", "kdump_crashkernel": "512M", "kdump_exclusive": False}
    assert found.others == ["ntp_server"]
    fates = {row.name: row.fate for row in found.rows}
    assert fates == {
        "kdump_path": "taken",
        "kdump_crashkernel": "kept",
        "kdump_exclusive": "kept",
        "__kdump_packages": "left_out",
    }


def test_name_that_the_file_allows_stays() -> None:
    found = variables(kdump_path="/x", kdump_colour="blue", kdump_allow_unknown="kdump_colour")
    assert found == {"kdump_path": "/x", "kdump_colour": "blue", "kdump_allow_unknown": "kdump_colour"}


def test_variables_of_kdump_tools_become_those_of_the_role() -> None:
    tools = {
        "USE_KDUMP": 1,
        "KDUMP_KERNEL": "/var/lib/kdump/vmlinuz",
        "KDUMP_INITRD": "/var/lib/kdump/initrd.img",
        "KDUMP_COREDIR": "/var/crash",
        "MAKEDUMP_ARGS": "-c -d 31",
        "KDUMP_FAIL_CMD": "reboot -f",
    }
    assert variables("kdump-tools", kdump_kdump_tools=tools, kdump_path="/x", kdump_reboot_ok=True) == {
        "kdump_reboot_allowed": True,
        "kdump_path": "/var/crash",
        "kdump_core_collector": "makedumpfile -c -d 31",
        "kdump_failure_action": "reboot",
        "kdump_sysconfig": {
            "USE_KDUMP": 1,
            "KDUMP_KERNEL": "/var/lib/kdump/vmlinuz",
            "KDUMP_INITRD": "/var/lib/kdump/initrd.img",
        },
    }


@pytest.mark.parametrize(
    ("tools", "sentence"),
    [
        ({"USE_KDUMP": True}, "kdump_kdump_tools.USE_KDUMP: True is refused: a variable of kdump-tools holds one text"),
        ({"KDUMP_COREDIR": "crash"}, "kdump_kdump_tools.KDUMP_COREDIR: 'crash' is refused: the path is not absolute"),
        ({"MAKEDUMP_ARGS": "-d 99"}, "kdump_kdump_tools.MAKEDUMP_ARGS: 'makedumpfile -d 99' is refused"),
        ({"NFS_TIMEO": "soon"}, "kdump_kdump_tools.NFS_TIMEO: 'soon' is refused: it is not a number"),
        ({"KDUMP FAIL": "x"}, "kdump_kdump_tools.KDUMP FAIL: 'x' is refused"),
        (["USE_KDUMP"], "kdump_kdump_tools: ['USE_KDUMP'] is refused: it must be a dictionary"),
    ],
)
def test_variable_of_kdump_tools_that_is_wrong_is_refused(tools: Any, sentence: str) -> None:
    (found,) = refused("kdump-tools", kdump_kdump_tools=tools)
    assert sentence in found


def test_command_that_is_no_action_stays_a_variable_of_kdump_tools() -> None:
    tools = {"KDUMP_FAIL_CMD": "sleep 60"}
    assert variables("kdump-tools", kdump_kdump_tools=tools) == {"kdump_sysconfig": tools}
