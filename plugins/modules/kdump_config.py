#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes kdump's configuration: where the dump goes, how it is made, what happens after it."""

DOCUMENTATION = r"""
module: kdump_config
short_description: Set where kdump writes a dump, how, and what happens after it
version_added: 0.1.0
description:
  - Edits C(/etc/kdump.conf) and C(/etc/sysconfig/kdump) (RHEL, its rebuilds, Fedora) or C(/etc/default/kdump-tools)
    (Debian, Ubuntu). Which of them a host has is found from the tools on it.
  - Every option that is left out leaves its setting as it is. Comments, order, blank lines and all lines that no option
    is about stay byte for byte.
  - Options and the resulting file are judged before anything is written. What the host's own tools would refuse, or
    what would lose the dump, is an error that names the option, or the line of the file, and nothing is written.
  - A value is one line in characters that can be seen. Paths and locations hold letters, digits and C(/._+@,:=~-), a
    path no C(.) and no C(..). What a shell would run or expand is refused, because kdump's scripts give some to one.
  - On Debian and Ubuntu the same options become variables of kdump-tools. An option that has no equivalent there is
    refused.
  - The rules of C(/etc/kdump.conf) are those of the host's own kdumpctl, which is known by its text. What another task
    may still bring about, such as a dump directory, a hook or a key that is not there yet, is among RV(findings) and
    refuses nothing.
  - Without any option nothing changes. In check mode this is a check of the files as they are, and a file with errors
    does not fail it.
  - Where C(/etc/kdump.conf) is written in any case, a standing directive C(default) is written by its later name
    C(failure_action). Nothing is written for that alone.
  - A change takes effect when the capture kernel is loaded again. This is what M(crashops.kdump.kdump_service) does.
  - All files of a change are written, or none. A file that is a link stays one, and what it leads to is changed.
  - One task at a time changes a host. Another one waits for up to five minutes, and then fails and names the first.
    Check mode does not wait.
extends_documentation_fragment:
  - crashops.kdump._attributes
  - crashops.kdump._target
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
author:
  - The crashops.kdump authors (@crashops)
options:
  target:
    description:
      - Where the dump goes. It replaces whatever target stands in the file.
      - With a target of type V(ssh) or V(raw), makedumpfile needs C(-F), and with the others it must not have it. If
        O(core_collector) is left out, the collector that stands in the file is given or relieved of C(-F) accordingly.
      - Leaving it out leaves the target as it is.
  path:
    description:
      - The directory of the dumps, absolute. With kdumpctl it lies within the target, as kdump.conf(5) says.
      - Leaving it out leaves it as it is; where none is set, kdump uses C(/var/crash).
    type: str
  core_collector:
    description:
      - The command that makes the dump, such as C(makedumpfile -l --message-level 7 -d 31).
      - On Debian and Ubuntu its arguments become C(MAKEDUMP_ARGS).
      - Leaving it out leaves it as it is, but see O(target).
    type: str
  failure_action:
    description:
      - What the capture kernel does when the dump fails. It takes the place of the old directive C(default) as well.
      - On Debian and Ubuntu only V(reboot), V(halt) and V(poweroff) exist.
      - Leaving it out leaves it as it is; where none is set, kdump reboots.
    type: str
    choices: [reboot, halt, poweroff, shell, dump_to_rootfs]
  final_action:
    description:
      - What the capture kernel does after the dump.
      - Leaving it out leaves it as it is; where none is set, kdump reboots. On Debian and Ubuntu it always does.
    type: str
    choices: [reboot, halt, poweroff]
  kdump_pre:
    description:
      - A program that the capture kernel runs before the dump, one absolute path.
      - Leaving it out leaves it as it is. kdumpctl only.
    type: str
  kdump_post:
    description:
      - A program that the capture kernel runs after the dump, one absolute path.
      - Leaving it out leaves it as it is. kdumpctl only.
    type: str
  kdump_emergency:
    description:
      - A program that the capture kernel runs when something failed, before O(failure_action); one absolute path.
      - Leaving it out leaves it as it is. kdump-utils 1.0.60 and later only.
    type: str
  extra_bins:
    description:
      - Programs to put into the capture initramfs, absolute paths. An empty list removes the directive.
      - Leaving it out leaves them as they are. kdumpctl only.
    type: list
    elements: str
  extra_modules:
    description:
      - Kernel modules to put into the capture initramfs. An empty list removes the directive.
      - A name that the capture kernel has no module for is refused. dracut would leave it out, with all that follow.
      - Leaving it out leaves them as they are. kdumpctl only.
    type: list
    elements: str
  dracut_args:
    description:
      - Arguments for dracut when it builds the capture initramfs.
      - Leaving it out leaves them as they are. kdumpctl only.
    type: str
  fence_kdump_nodes:
    description:
      - Cluster nodes to tell that this one is dumping. An empty list removes the directive.
      - Leaving it out leaves them as they are. kdumpctl only.
    type: list
    elements: str
  fence_kdump_args:
    description:
      - Arguments for fence_kdump_send.
      - Leaving it out leaves them as they are. kdumpctl only.
    type: str
  auto_reset_crashkernel:
    description:
      - Whether an update of the kdump package may set crashkernel= to its new default.
      - Leaving it out leaves it as it is; where none is set, kdumpctl does. Not on EL 8.
    type: bool
  force_rebuild:
    description:
      - Whether kdumpctl builds the capture initramfs at every start.
      - Leaving it out leaves it as it is; where none is set, it does so when needed. kdumpctl only.
    type: bool
  directives:
    description:
      - Any other directive of C(/etc/kdump.conf) by its name; V(null) removes it.
      - Leaving one out leaves it as it is. kdumpctl only.
    type: dict
  sysconfig:
    description:
      - Variables of C(/etc/sysconfig/kdump) or C(/etc/default/kdump-tools) by name; V(null) takes one back to its
        default.
      - This removes the line, except for what kdumpctl has only in its packaged file, such as
        C(KDUMP_COMMANDLINE_APPEND), C(KDUMP_COMMANDLINE_REMOVE), C(KEXEC_ARGS) and C(KDUMP_IMG). That is written as the
        package has it for this host's architecture.
      - Write C(yes), C(no), C(true) and C(false) in quotes. Without them, YAML makes a boolean of them, which is
        refused.
      - Leaving one out leaves it as it is.
    type: dict
  commandline_append:
    description:
      - Words that the capture kernel's command line must have. They are added to those that stand there, the defaults
        included; a word that stands there already is left in its place. Where the file has no such line, they are added
        to the words of the package, which then stand in the file.
      - Leaving it out adds none.
    type: list
    elements: str
  commandline_default:
    description:
      - Words that the capture kernel's command line gets where no word of the same name is there, neither among those
        added to it nor among those that it takes over from the running kernel, and O(commandline_remove) does not name
        it. For instance V(panic=10) restarts a machine whose capture kernel panics, and leaves another V(panic=) alone.
      - Leaving it out adds none.
    type: list
    elements: str
  commandline_remove:
    description:
      - Words that must not be among those added to the capture kernel's command line. A name alone removes the word
        with any value, but not one that O(commandline_append) asks for.
      - Leaving it out removes none.
    type: list
    elements: str
  blocked_drivers:
    description:
      - Kernel modules that the capture kernel must not load, added to those that are blocked already.
      - A driver that the dump target needs is refused, as far as it can be seen.
      - Leaving it out, or an empty list, blocks no more than there are. To unblock, remove the word
        (C(rd.driver.blacklist), on Debian and Ubuntu C(modprobe.blacklist)) by O(commandline_remove).
    type: list
    elements: str
  private_dumps:
    description:
      - Whether only root may read the dumps that are yet to come.
      - On Debian and Ubuntu V(true) gives C(kdump-tools-dump.service), which writes the dump in the capture kernel, a
        C(UMask) of 0077 in a drop-in file, because kdump-config itself leaves dumps that everybody may read. V(false)
        removes that file, and its directory if nothing else is in it.
      - kdumpctl needs nothing for that, because its programs write files for root alone.
      - Leaving it out leaves it as it is.
    type: bool
  exclusive:
    description:
      - Whether to remove the directives of C(/etc/kdump.conf), or the variables of C(/etc/default/kdump-tools) that
        these options stand for, where no option names them.
    type: bool
    default: false
  backup:
    description:
      - Whether to keep a copy of each file that changes.
    type: bool
    default: false
seealso:
  - module: crashops.kdump.kdump_service
  - module: crashops.kdump.crashkernel_reserve
"""

EXAMPLES = r"""
- name: Dump to an NFS server
  crashops.kdump.kdump_config:
    target:
      type: nfs
      location: dumps.example.com:/export/crash
    path: /web01
    failure_action: reboot

- name: Show what would change
  crashops.kdump.kdump_config:
    path: /var/crash
    core_collector: makedumpfile -l --message-level 7 -d 31
  check_mode: true
  diff: true

- name: Check the files as they are; errors are among the findings and fail nothing
  crashops.kdump.kdump_config:
  check_mode: true
  register: checked

- name: Name what kdumpctl would refuse, or lose the dump by
  ansible.builtin.debug:
    msg: "{{ checked.findings | selectattr('severity', 'equalto', 'error') | list }}"

- name: Keep a driver out of the capture kernel, which has little memory
  crashops.kdump.kdump_config:
    blocked_drivers: [nouveau, amdgpu]

# This fails before anything is written:
#   core_collector: 'makedumpfile -l -d 31' is refused: makedumpfile needs -F for a target of type ssh; add -F.
- name: Dump to an ssh server by a collector that cannot write to a stream
  crashops.kdump.kdump_config:
    target:
      type: ssh
      location: kdump@dumps.example.com
    core_collector: makedumpfile -l -d 31
"""

RETURN = r"""
files:
  description: The configuration files of this host's stack.
  returned: success
  type: list
  elements: str
  sample: [/etc/kdump.conf, /etc/sysconfig/kdump]
effective:
  description:
    - What the files say after the task, defaults filled in. In check mode, what they would say.
  returned: success
  type: dict
  contains:
    target_type:
      description: The kind of target; V(local) where none is named.
      type: str
    target_location:
      description: The target's location, null for a local one.
      type: str
    ssh_key:
      description: The private key for a target of type ssh, else null.
      type: str
    path:
      description: The directory of the dumps, as written.
      type: str
    dump_directory:
      description: Where the running system sees the dumps, null where it does not.
      type: str
    core_collector:
      description: The command that makes the dump.
      type: str
    failure_action:
      description: What happens when the dump fails.
      type: str
    loading:
      description: The variables that are set of those by which the capture kernel is loaded.
      type: dict
    variables:
      description:
        - The other variables of C(/etc/default/kdump-tools) that are set and change how a dump is made. With
          C(kdumpctl) it is empty.
      type: dict
findings:
  description:
    - What the rules say of the files after the task; in check mode, of the files as they would be.
    - Errors of the text fail the task; only in check mode without options are they among the findings instead. Errors
      that another task may mend, such as a dump directory that is not there, fail nothing and are always among them.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
    rule:
      description: The rule's number.
      type: str
    severity:
      description: V(error), V(warning) or V(advice).
      type: str
    line:
      description: The line, from 1; null where it is about the file as a whole.
      type: int
    message:
      description: What is wrong.
      type: str
    remedy:
      description: What to do.
      type: str
rebuild_required:
  description: Whether this task changed what the capture initramfs is built from.
  returned: success
  type: bool
reload_required:
  description: Whether this task changed anything that takes effect when the capture kernel is loaded again.
  returned: success
  type: bool
backup_files:
  description: The copies that were made.
  returned: success
  type: list
  elements: str
refused:
  description: The sentences about refused values and lines, one for each.
  returned: when something was refused
  type: list
  elements: str
"""

from posixpath import dirname
from typing import Any, Dict, List

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import discreet, run_module
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._setup.configuration_plan import (
    diff_of,
    missing,
    plan_configuration,
    warnings,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import target_option


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Write kdump's configuration files as the options say, and return what changed, or would change."""
    host = caching(host)
    stack = find_stack(host)
    reason = None if check_mode else missing(host, stack)
    if reason is not None:
        raise Failure(reason, stack=stack.name)
    stack, changes, planned, findings = plan_configuration(host, params, check_mode)
    effective = planned.settings()
    backups = [] if check_mode else _write(host, stack, changes, params["backup"])
    changed_files = [change.path for change in changes]
    return {
        "changed": bool(changes),
        "diff": [diff_of(change) for change in changes],
        "files": list(stack.config_files),
        "effective": dict(effective._asdict()),
        "findings": [dict(found._asdict(), path=path) for path, some in findings.items() for found in some],
        "rebuild_required": any(path in stack.embedded_files for path in changed_files),
        "reload_required": any(path in stack.config_files for path in changed_files),
        "backup_files": backups,
        "warnings": warnings(findings),
    }


def _write(host: Host, stack: Stack, changes: List[FileChange], backup: bool) -> List[str]:
    """Write all configuration files or none, keep the old ones until the host is armed, and return the backups."""
    if not changes:
        return []
    before = host.read(undo.RECORD)
    undo.remember(host, stack, [file for file in undo.kept(host, changes) if file.path in stack.config_files])
    try:
        _make_folders(host, stack, changes)
        saved: List[str] = host.write_all([FileContent(change.path, change.after) for change in changes], backup)
    except Failure as failure:
        undo.restore(host, before)
        raise Failure(failure.msg + "; the configuration is as it was", **failure.details)
    for change in changes:
        if change.after is None and change.path not in stack.config_files:
            host.remove_directory(change.path.rpartition("/")[0])
    return saved


def _make_folders(host: Host, stack: Stack, changes: List[FileChange]) -> None:
    """Make the missing folders of drop-in files; those of the other files come with the package."""
    drop_ins = [change for change in changes if change.after is not None and change.path not in stack.config_files]
    for folder in [dirname(change.path) for change in drop_ins]:
        if host.stat(folder) is None:
            host.make_directory(folder, 0o755)


def main() -> None:
    """Run kdump_config."""
    actions = ["reboot", "halt", "poweroff"]
    argument_spec = {
        "target": target_option(),
        "path": {"type": "str"},
        "core_collector": {"type": "str"},
        "failure_action": {"type": "str", "choices": actions + ["shell", "dump_to_rootfs"]},
        "final_action": {"type": "str", "choices": actions},
        "kdump_pre": {"type": "str"},
        "kdump_post": {"type": "str"},
        "kdump_emergency": {"type": "str"},
        "extra_bins": {"type": "list", "elements": "str"},
        "extra_modules": {"type": "list", "elements": "str"},
        "dracut_args": {"type": "str"},
        "fence_kdump_nodes": {"type": "list", "elements": "str"},
        "fence_kdump_args": {"type": "str"},
        "auto_reset_crashkernel": {"type": "bool"},
        "force_rebuild": {"type": "bool"},
        "directives": {"type": "dict"},
        "sysconfig": {"type": "dict"},
        "commandline_append": {"type": "list", "elements": "str"},
        "commandline_default": {"type": "list", "elements": "str"},
        "commandline_remove": {"type": "list", "elements": "str"},
        "blocked_drivers": {"type": "list", "elements": "str"},
        "private_dumps": {"type": "bool"},
        "exclusive": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
    }
    run_module(discreet(AnsibleModule)(argument_spec=argument_spec, supports_check_mode=True), ensure, "kdump_config")


if __name__ == "__main__":
    main()
