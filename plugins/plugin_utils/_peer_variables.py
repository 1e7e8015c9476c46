# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The variables of the role linux-system-roles.kdump 1.6.1, and what each of them is here. They are listed only here.

The role also comes as fedora.linux_system_roles.kdump and redhat.rhel_system_roles.kdump, with the same variables.
"""

from __future__ import annotations

from typing import NamedTuple

PEER = "linux-system-roles.kdump"
# the variables inside of that role begin with it
INTERNAL = "__kdump_"
PLAYBOOK = "crashops.kdump.migrate"


class PeerVariable(NamedTuple):
    """A variable of the other role.

    here: what carries its meaning here; empty where nothing does. remedy: what to do where it stands in an inventory;
    empty where this role has a variable of the same name. meaning: what becomes of it, in whole sentences.
    """

    name: str
    here: tuple[str, ...]
    remedy: str
    meaning: str


VARIABLES = (
    PeerVariable(
        "kdump_target",
        ("kdump_target",),
        "",
        "The same. The location of an ssh target must be user@server, that of an NFS target server:/export, and a UUID "
        "needs UUID= before it.",
    ),
    PeerVariable("kdump_path", ("kdump_path",), "", "The same."),
    PeerVariable(
        "kdump_core_collector",
        ("kdump_core_collector",),
        "",
        "The same.",
    ),
    PeerVariable(
        "kdump_system_action",
        ("kdump_failure_action",),
        "use kdump_failure_action",
        "Has another name here. If kdump.conf has the option by its old name, default, the role renames it to "
        "failure_action.",
    ),
    PeerVariable(
        "kdump_auto_reset_crashkernel",
        ("kdump_auto_reset_crashkernel",),
        "",
        "false is the same. true is left out, because it is kdumpctl's own default, and EL 8 would refuse it.",
    ),
    PeerVariable("kdump_dracut_args", ("kdump_dracut_args",), "", "The same."),
    PeerVariable(
        "kdump_ssh_user",
        ("kdump_target",),
        "write user@server into the location of kdump_target",
        "Stands before the @ in the location of kdump_target. The account must exist, because the role makes none.",
    ),
    PeerVariable(
        "kdump_ssh_server",
        ("kdump_ssh_server",),
        "",
        "The same, and it must be a name in the inventory.",
    ),
    PeerVariable(
        "kdump_sshkey",
        ("kdump_target", "kdump_ssh_key_type"),
        "use ssh_key in kdump_target",
        "Is ssh_key in kdump_target. If the host has no key there, the role makes one of the type rsa, as before.",
    ),
    PeerVariable(
        "kdump_reboot_ok",
        ("kdump_reboot_allowed",),
        "use kdump_reboot_allowed",
        "Has another name here, and allows more: setup reboots wherever a reboot changes what is reserved, not only "
        "where nothing is reserved.",
    ),
    PeerVariable(
        "kdump_kdump_tools",
        ("kdump_sysconfig", "kdump_path", "kdump_core_collector", "kdump_failure_action"),
        "use kdump_sysconfig",
        "Is kdump_sysconfig, for hosts with kdump-tools only. KDUMP_COREDIR is kdump_path, MAKEDUMP_ARGS is in "
        "kdump_core_collector, and KDUMP_FAIL_CMD is kdump_failure_action.",
    ),
    PeerVariable(
        "kdump_reboot_required",
        (),
        "remove it; setup says itself where a reboot is needed, and verify says reboot_pending",
        "Has no equivalent, because setup does not fail where a reboot is needed. Use the verdict reboot_pending of "
        "verify.",
    ),
)
BY_NAME = {variable.name: variable for variable in VARIABLES}
# the names that this role does not have
FOREIGN = {variable.name: variable.remedy for variable in VARIABLES if variable.remedy}


def remedy(name: str) -> str:
    """Return what to do about one of linux-system-roles.kdump's variables that this role does not have, by the list."""
    return "%s, or translate the whole file with %s" % (FOREIGN[name], PLAYBOOK)
