# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A translated file means the same: kdump.conf then has the settings that linux-system-roles.kdump 1.6.1 makes.

What that role makes of each file was recorded with its template, for RHEL 8 and for RHEL 9 and CentOS 10.
"""

from typing import Any, Dict

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import config_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.translate import translated
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_el8, armed_el9, armed_el10

LOCAL = """
kdump_path: /srv/crash
kdump_core_collector: makedumpfile -l --message-level 1 -d 31
kdump_system_action: halt
kdump_auto_reset_crashkernel: false
kdump_dracut_args: --kernel-cmdline nopti
kdump_reboot_ok: true
"""
LOCAL_8 = """
path /srv/crash
core_collector makedumpfile -l --message-level 1 -d 31
default halt
dracut_args --kernel-cmdline nopti
"""
LOCAL_9 = """
path /srv/crash
core_collector makedumpfile -l --message-level 1 -d 31
auto_reset_crashkernel no
failure_action halt
dracut_args --kernel-cmdline nopti
"""
SSH = """
kdump_target:
  type: ssh
  location: kdump@dumps.example.com
kdump_path: /srv/dumps/crash
kdump_ssh_user: kdump
kdump_ssh_server: dumps
kdump_core_collector: makedumpfile -F -l -d 31
"""
SSH_8 = """
ssh kdump@dumps.example.com
path /srv/dumps/crash
core_collector makedumpfile -F -l -d 31
default reboot
"""
SSH_9 = """
ssh kdump@dumps.example.com
path /srv/dumps/crash
core_collector makedumpfile -F -l -d 31
auto_reset_crashkernel yes
failure_action reboot
"""
NFS = """
kdump_target:
  type: nfs
  location: nfs.example.com:/export/crash
kdump_path: /web
"""
NFS_8 = "nfs nfs.example.com:/export/crash\npath /web\ndefault reboot\n"
NFS_9 = "nfs nfs.example.com:/export/crash\npath /web\nauto_reset_crashkernel yes\nfailure_action reboot\n"
RAW = """
kdump_target:
  type: raw
  location: /dev/sda1
kdump_system_action: shell
"""
RAW_8 = "raw /dev/sda1\npath /var/crash\ndefault shell\n"
RAW_9 = "raw /dev/sda1\npath /var/crash\nauto_reset_crashkernel yes\nfailure_action shell\n"
KEY = """
kdump_target: {type: ssh}
kdump_ssh_user: dumper
kdump_ssh_server: dumps
kdump_sshkey: /etc/kdump/key
kdump_system_action: poweroff
"""
KEY_8 = "ssh dumper@dumps\nsshkey /etc/kdump/key\npath /var/crash\ndefault poweroff\n"
KEY_9 = (
    "ssh dumper@dumps\nsshkey /etc/kdump/key\npath /var/crash\nauto_reset_crashkernel yes\nfailure_action poweroff\n"
)
FILES = {
    "local": (LOCAL, LOCAL_8, LOCAL_9),
    "ssh": (SSH, SSH_8, SSH_9),
    "nfs": (NFS, NFS_8, NFS_9),
    "raw": (RAW, RAW_8, RAW_9),
    "key": (KEY, KEY_8, KEY_9),
}
# lines that somebody else wrote: both roles replace them
STANDING = "path /elsewhere\nextra_bins /usr/bin/vim\ncore_collector cp\ndefault poweroff\nfinal_action halt\n"


def effective(conf: str, generation: str) -> Dict[str, str]:
    """Return what a kdump.conf says, with kdumpctl's own defaults for what it leaves out."""
    found = dict(conf_lines.values(conf, generation))
    found["failure_action"] = found.pop("default", found.get("failure_action", "reboot"))
    found.setdefault("path", "/var/crash")
    if "ssh" in found:
        found.setdefault("sshkey", "/root/.ssh/kdump_id_rsa")
    if generation != "el8":
        found.setdefault("auto_reset_crashkernel", "yes")
    return found


def conf_by_translation(host: Any, text: str) -> str:
    """Return the kdump.conf that the role makes of a translated file."""
    variables = translated(yaml.safe_load(text), "kdumpctl").variables
    values, refused = _role_variables.converted(variables, "setup")
    assert refused == []
    stack = find_stack(host)
    changes = {change.path: change.after for change in stack.file_changes(config_options(values, stack))}
    return str(changes.get("/etc/kdump.conf", host.read("/etc/kdump.conf")))


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize(
    ("make", "generation"), [(armed_el8, "el8"), (armed_el9, "el9"), (armed_el10, "current")], ids=["8", "9", "10"]
)
def test_translated_file_makes_the_same_settings(make: Any, generation: str, name: str) -> None:
    text, of_8, of_9 = FILES[name]
    host = make({"/etc/kdump.conf": STANDING})
    expected = of_8 if generation == "el8" else of_9
    assert effective(conf_by_translation(host, text), generation) == effective(expected, generation)


@pytest.mark.parametrize(
    ("make", "generation", "name"),
    [(armed_el8, "el8", "local"), (armed_el9, "el9", "local"), (armed_el9, "el9", "key")],
)
def test_file_of_the_other_role_stays_as_it_is_by_its_meaning(make: Any, generation: str, name: str) -> None:
    text, of_8, of_9 = FILES[name]
    before = "# Ansible managed\n# system_role:kdump\n" + (of_8 if generation == "el8" else of_9)
    after = conf_by_translation(make({"/etc/kdump.conf": before}), text)
    assert effective(after, generation) == effective(before, generation)
    assert after.startswith("# Ansible managed\n# system_role:kdump\n")
