# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter from_linux_system_roles, called as Jinja calls it, with files in the shape of that role's README."""

from typing import Any, Dict

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter.from_linux_system_roles import FilterModule

from_linux_system_roles = FilterModule().filters()["from_linux_system_roles"]

LOCAL = """
kdump_path: /var/crash
kdump_core_collector: null
kdump_system_action: reboot
kdump_auto_reset_crashkernel: true
kdump_dracut_args: --kernel-cmdline nopti
kdump_reboot_ok: true
"""
SSH = """
ntp_server: 10.0.0.1
password: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  30
kdump_target:
  type: ssh
  location: "{{ kdump_ssh_user }}@example.com"
kdump_ssh_user: kdump
kdump_ssh_server: dumps
kdump_path: /srv/{{ inventory_hostname }}
"""
RAW = """
kdump_target:
  type: raw
  location: /dev/sda1
"""
FILES: Dict[str, Any] = {
    LOCAL: {
        "kdump_path": "/var/crash",
        "kdump_dracut_args": "--kernel-cmdline nopti",
        "kdump_failure_action": "reboot",
        "kdump_reboot_allowed": True,
        "kdump_exclusive": True,
    },
    SSH: {
        "kdump_target": {"type": "ssh", "location": "kdump@example.com", "ssh_key": "/root/.ssh/kdump_id_rsa"},
        "kdump_ssh_key_type": "rsa",
        "kdump_ssh_server": "dumps",
        "kdump_path": "/srv/{{ inventory_hostname }}",
        "kdump_exclusive": True,
    },
    RAW: {"kdump_target": {"type": "raw", "location": "/dev/sda1"}, "kdump_exclusive": True},
}


@pytest.mark.parametrize("text", list(FILES), ids=["local", "ssh", "raw"])
def test_file_is_translated_and_its_new_text_holds_the_same(text: str) -> None:
    found = from_linux_system_roles(text)
    assert found["variables"] == yaml.safe_load(found["file"]) == FILES[text]
    assert found["refused"] == []


def test_new_text_says_what_became_of_each_variable() -> None:
    found = from_linux_system_roles(LOCAL)
    assert [row["name"] for row in found["rows"]] == [
        "kdump_core_collector",
        "kdump_path",
        "kdump_dracut_args",
        "kdump_system_action",
        "kdump_auto_reset_crashkernel",
        "kdump_reboot_ok",
        "kdump_exclusive",
        "kdump_crashkernel",
    ]
    comments = " ".join(line.strip("# ") for line in found["file"].splitlines() if line.startswith("#"))
    assert "* kdump_core_collector: It has no value, so there is nothing to translate." in comments
    assert "* kdump_system_action -> kdump_failure_action: Has another name here." in comments
    assert "* kdump_crashkernel: Not set. linux-system-roles.kdump leaves a reservation as it is." in comments


def test_variables_of_others_are_named_and_left_where_they_are() -> None:
    found = from_linux_system_roles(SSH)
    assert found["others"] == ["ntp_server", "password"]
    assert "10.0.0.1" not in found["file"]


def test_dictionary_is_taken_as_well() -> None:
    found = from_linux_system_roles({"kdump_kdump_tools": {"USE_KDUMP": 1}}, stack="kdump-tools")
    assert found["variables"] == {"kdump_sysconfig": {"USE_KDUMP": 1}, "kdump_exclusive": True}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("kdump_path: [", "is refused: it is no YAML ("),
        ("- hosts: all\n", "it does not hold variables by name, as a file of group_vars does; give such a file."),
        ("", "_input: '' is refused: it does not hold variables by name"),
        (None, "_input: None is refused: it does not hold variables by name"),
        ("kdump_path: !vault x\n", "kdump_path: '!vault' is refused: only Ansible can read a value with a tag"),
        ("kdump_target: {type: !unsafe ssh}\n", "only Ansible can read a value with a tag; write the value itself"),
        (
            "kdump_pth: /x\nkdump_path: /y\n",
            "kdump_pth: '/x' is refused: the role has no such variable; use kdump_path",
        ),
    ],
)
def test_content_that_cannot_be_translated_fails_or_returns_no_variables(content: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as failed:
        from_linux_system_roles(content)
    assert words in str(failed.value)
    found = from_linux_system_roles(content, fail=False)
    assert (found["variables"], found["file"]) == ({}, "")
    assert [words in sentence for sentence in found["refused"]] == [True]


def test_text_to_show_has_no_secrets_and_neither_has_a_refusal() -> None:
    given = {"kdump_path": "/srv/crash", "kdump_app_password": "hunter2"}
    with pytest.raises(AnsibleFilterError) as refused:
        from_linux_system_roles(given)
    assert "hunter2" not in str(refused.value)
    found = from_linux_system_roles(dict(given, kdump_allow_unknown=["kdump_app_password"]))
    assert yaml.safe_load(found["file"])["kdump_app_password"] == "hunter2"
    assert yaml.safe_load(found["shown"]) == {**yaml.safe_load(found["file"]), "kdump_app_password": "(hidden)"}
