#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares a dump target and proves that a dump could be written there."""

DOCUMENTATION = r"""
module: kdump_target
short_description: Prepare a dump target and prove that a dump could be written there
version_added: 0.1.0
description:
  - Reaches the target in the way that the capture kernel will, makes the directory of the dumps there, for its owner
    alone, writes a small file into it, reads its size back, and removes it. So a target that would lose the first dump
    fails today, with one sentence about why.
  - Changes nothing in kdump's configuration, and needs no configuration to be there. Run it before
    M(crashops.kdump.kdump_config) with the same O(target) and O(path).
  - V(local), and a file system that is mounted, are tried where they are. A file system and an NFS export that are not
    mounted are mounted for the trial in a name space of its own, so that no other process sees the mount and it ends
    with the trial.
  - A file system that is not mounted must stand in C(/etc/fstab), with C(defaults,noauto). kdumpctl refuses any other
    when it starts, so it is refused here.
  - The login by ssh takes exactly the key of the target, asks nothing, and accepts no host key that is not pinned. It
    leaves C(known_hosts) as it is.
  - A directory becomes private only where nobody else needs it. Links are followed. A directory of the system, the home
    of an account, and one that is open to others and holds anything but dumps is refused before anything is written.
    C(/var/crash) and all below it is for dumps.
  - To a V(raw) device nothing is written. It is refused where anything uses it or it holds anything.
  - One task at a time changes a host. Another one waits for up to five minutes, and then fails and names the first.
    Check mode does not wait.
extends_documentation_fragment:
  - crashops.kdump._attributes
  - crashops.kdump._target
attributes:
  check_mode:
    support: full
    details:
      - Logs in, mounts and looks, but makes no directory and writes no file. A file system is mounted read-only for
        that.
      - A key that does not exist yet, and a missing program that mounts NFS, are told of in RV(untried), and fail a
        real run only.
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
      - The target, as in M(crashops.kdump.kdump_config).
      - If it is left out, it is the one that the host's own files name.
  path:
    description:
      - The directory of the dumps, as in M(crashops.kdump.kdump_config). RV(directory) tells what it means for the
        target.
      - If it is left out, it is the one that the host's own files name, or C(/var/crash).
    type: str
  create:
    description:
      - Whether to make the directory where it is missing. Where it is not made, a missing one fails the task.
      - If it is left out, it is made.
    type: bool
    default: true
  timeout:
    description:
      - How many seconds the target may take to answer and to be tried.
      - If it is left out, it is 60.
    type: int
    default: 60
  must_work:
    description:
      - Whether the task fails where the target does not work. With V(false) RV(problem) says why instead.
      - A refused value fails the task in any case.
      - If it is left out, the task fails.
    type: bool
    default: true
seealso:
  - module: crashops.kdump.kdump_config
  - module: crashops.kdump.crash_test
"""

EXAMPLES = r"""
- name: Prove that this host can dump to an NFS export, and make its directory there
  crashops.kdump.kdump_target:
    target:
      type: nfs
      location: dumps.example.com:/export/crash
    path: /web01

- name: Tell what would be done to the target that the host has, and whether it answers
  crashops.kdump.kdump_target:
  check_mode: true
  register: target

# With an account that does not know the key this fails, and the message has the line that is missing there:
#   dumps.example.com does not let kdump in by the key /root/.ssh/kdump_id_ed25519; add this line to
#   ~/.ssh/authorized_keys of kdump there: restrict ssh-ed25519 AAAA...
- name: Prove that this host can dump to an ssh server
  crashops.kdump.kdump_target:
    target:
      type: ssh
      location: kdump@dumps.example.com
      ssh_key: /root/.ssh/kdump_id_ed25519
    path: /srv/crash
    timeout: 20
"""

RETURN = r"""
type:
  description: The kind of target.
  returned: success
  type: str
  sample: nfs
location:
  description: Its location; null for a local one.
  returned: success
  type: str
  sample: dumps.example.com:/export/crash
device:
  description: The device or export that holds the dumps, every link, UUID and bind mount resolved; null for ssh.
  returned: success
  type: str
  sample: /dev/mapper/vg-crash
directory:
  description:
    - The directory of the dumps as the target itself calls it, on the device, on the NFS server or on the ssh server.
      Null for a raw device.
  returned: success
  type: str
  sample: /export/crash/web01
dump_directory:
  description: The same directory as the running system sees it; null where it does not.
  returned: success
  type: str
  sample: /srv/crash
mode:
  description:
    - The directory's permission bits after the task, in octal. Null where there is none, or where nothing could be
      tried.
    - A directory with the sticky bit or the like is shared on purpose, and is left as it is.
  returned: success
  type: str
  sample: "0700"
free_bytes:
  description: The space that is left there, of a raw device its size; null where it cannot be told.
  returned: success
  type: int
  sample: 8589934592
writable:
  description:
    - Whether a file was written. In check mode, whether one could be, as far as looking tells. Null for a raw device
      and where nothing could be tried.
  returned: success
  type: bool
  sample: true
untried:
  description: In check mode, why the target could not be tried; else null.
  returned: success
  type: str
  sample: the key /root/.ssh/kdump_id_ed25519 does not exist
works:
  description: Whether the target was tried and works. V(false) where it could not be tried.
  returned: success
  type: bool
  sample: true
problem:
  description: With O(must_work=false) the sentence for why the target does not work; else null.
  returned: success
  type: str
  sample: dumps.example.com did not answer within 60 s.
package:
  description: The package to install where a program is missing that reaches the target; else null.
  returned: success, or when a program is missing
  type: str
  sample: nfs-common
trouble:
  description:
    - One word for why it failed; null where it did not.
  returned: success, or when the target was tried and failed
  type: str
  choices:
    - no_answer
    - mount
    - program_missing
    - key
    - key_missing
    - passphrase
    - host_key_unknown
    - host_key_changed
    - login_refused
    - login
    - elsewhere
    - device
    - directory
  sample: login_refused
write_only:
  description:
    - Whether the account on an ssh server lets this host write new dumps into its own directory and nothing else, as
      the role's variable C(kdump_ssh_write_only) makes it. Null where no ssh server was logged in to.
  returned: success
  type: bool
  sample: false
write_only_program:
  description:
    - The SHA-256 of the program that answered there for a write-only account. The role compares it with the one that it
      would install. Null for any other account, and for a program that does not say it.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
public_key:
  description: The public half of the key, as its file next to it says; null where no ssh server was logged in to.
  returned: success, or when the login failed
  type: str
  sample: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA root@web01
refused:
  description: The sentences about refused values, one for each.
  returned: when something was refused
  type: list
  elements: str
commands:
  description: The commands that were run.
  returned: always
  type: list
  elements: list
"""

from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import run_module
from ansible_collections.crashops.kdump.plugins.module_utils._setup.target_plan import tried
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import target_option


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Try the dump target and return what was found, or would be done."""
    return tried(caching(host), params, not check_mode)


def main() -> None:
    """Run kdump_target."""
    argument_spec = {
        "target": target_option(),
        "path": {"type": "str"},
        "create": {"type": "bool", "default": True},
        "timeout": {"type": "int", "default": 60},
        "must_work": {"type": "bool", "default": True},
    }
    run_module(AnsibleModule(argument_spec=argument_spec, supports_check_mode=True), ensure, "kdump_target")


if __name__ == "__main__":
    main()
