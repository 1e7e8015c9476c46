#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All facts about kdump on a host, in one call that changes nothing."""

DOCUMENTATION = r"""
module: kdump_info
short_description: Tell everything about kdump on a host
version_added: "0.1.0"
description:
  - Reads the memory, the boot entries, the configuration, the unit, the capture initramfs and the dump directory, and
    tells whether the host is ready for a crash or why it is not.
  - Changes nothing, and calls neither C(kdumpctl), which takes a lock, nor C(kdump-config), which makes directories.
  - Whether the host is armed is what the kernel says; the state of the unit is known to lie.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  timeout:
    description:
      - How many seconds each command may take.
      - If it is left out, it is 30.
    type: int
    default: 30
attributes:
  check_mode:
    support: full
    details: It only reads.
  diff_mode:
    support: none
    details: It changes nothing.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
seealso:
  - module: crashops.kdump.crashkernel_reserve
  - module: crashops.kdump.kdump_config
  - module: crashops.kdump.kdump_service
  - module: crashops.kdump.vmcore_info
"""

EXAMPLES = r"""
- name: Read how kdump stands
  crashops.kdump.kdump_info:
  register: kdump

# It reads the same in check mode. A host that is not ready is no failure of this module, so the play says what is:
- name: Fail where a crash would leave no dump
  ansible.builtin.assert:
    that: kdump.ready
    fail_msg: "{{ kdump.reasons | join(' ') }}"

# the same values are facts from then on
- name: Reboot where that reserves the memory
  ansible.builtin.reboot:
  when: ansible_facts.crashops_kdump.crashkernel.reboot_required
"""

RETURN = r"""
stack:
  description: How this host runs kdump.
  returned: success
  type: dict
  contains:
    name:
      description: C(kdumpctl) or C(kdump-tools).
      type: str
      sample: kdump-tools
    installed:
      description: Whether its tool is there.
      type: bool
      sample: true
    tool:
      description: The program that controls it.
      type: str
      sample: kdump-config
    unit:
      description: Its systemd unit.
      type: str
      sample: kdump-tools.service
bootloader:
  description: What sets kernel arguments here, C(grubby) or C(grub-dropin); null where nothing known does.
  returned: success
  type: str
  sample: grub-dropin
kernel:
  description: The release of the running kernel.
  returned: success
  type: str
  sample: 6.1.0-41-cloud-amd64
machine:
  description: The architecture.
  returned: success
  type: str
  sample: x86_64
boot_id:
  description: Tells this boot from every other.
  returned: success
  type: str
  sample: 0b7a3f3e-0d3c-4a55-9c3b-6a1a4ed7d3f1
capture_kernel:
  description: Whether the running kernel is the one that captures a dump.
  returned: success
  type: bool
  sample: false
memory:
  description: The memory of the machine, what is reserved of it now, and what the next boot will reserve.
  returned: success
  type: dict
  contains:
    ram_bytes:
      description: The RAM as the kernel counts it for ranges, in steps of 128 MiB.
      type: int
      sample: 2147483648
    reserved_bytes:
      description: What is reserved now; null where the kernel does not say.
      type: int
      sample: 201326592
    will_reserve_bytes:
      description: What the entry that the next boot takes will reserve; null where that is not known.
      type: int
      sample: 201326592
crashkernel:
  description: The C(crashkernel=) arguments.
  returned: success
  type: dict
  contains:
    booted:
      description: The values that the running kernel was booted with, in order.
      type: list
      elements: str
      sample: ["512M-:192M"]
    configured:
      description: What each boot entry says, as RV(crashops.kdump.crashkernel_reserve#module:configured); null where
        they cannot be read.
      type: list
      elements: dict
    configured_consistent:
      description: Whether all entries but rescue ones say the same; null where they cannot be read.
      type: bool
      sample: true
    reboot_required:
      description: Whether a reboot is needed, and would change what is reserved; null where that is not known.
      type: bool
      sample: false
    reason:
      description: Why, in words.
      type: str
      sample: the running kernel was booted with what is configured and has 192 MiB reserved
service:
  description: What systemd says of the unit; null each where it says nothing.
  returned: success
  type: dict
  contains:
    unit:
      description: Its name.
      type: str
      sample: kdump-tools.service
    enabled:
      description: Whether it is started at boot.
      type: bool
      sample: true
    active:
      description: Whether it is active, which does not mean that the host is armed.
      type: bool
      sample: true
    moving:
      description: Whether it is being started or stopped; a start may build the capture initramfs for minutes.
      type: bool
      sample: false
    masked:
      description: Whether it is masked.
      type: bool
      sample: false
    changed_since:
      description: The files that changed after they were loaded.
      type: list
      elements: str
      sample: []
armed:
  description: Whether a capture kernel is loaded; this is the kernel's word.
  returned: success
  type: bool
  sample: true
image:
  description: The capture initramfs of the running kernel.
  returned: success
  type: dict
  contains:
    path:
      description: Where it is or would be.
      type: str
      sample: /var/lib/kdump/initrd.img-6.1.0-41-cloud-amd64
    exists:
      description: Whether it is there.
      type: bool
      sample: true
    stale_because:
      description: Why it must be built anew, or built at all; null where it is fresh.
      type: str
settings:
  description: What the configuration says, in one shape for both stacks.
  returned: success
  type: dict
  contains:
    target_type:
      description: Where dumps go, such as C(local), C(nfs) or C(ssh).
      type: str
      sample: local
    target_location:
      description: The device, export or account; null for C(local).
      type: str
    ssh_key:
      description: The path of the key for an ssh target.
      type: str
    path:
      description: The directory on the target.
      type: str
      sample: /var/crash
    dump_directory:
      description: Where the running system sees the dumps; null where it does not.
      type: str
      sample: /var/crash
    core_collector:
      description: The command that writes the dump.
      type: str
      sample: makedumpfile -F -c -d 31
    failure_action:
      description: What is done when no dump can be written.
      type: str
      sample: reboot
dump_directory:
  description: The directory of the dumps on this host; null each where they go elsewhere or it is not there.
  returned: success
  type: dict
  contains:
    path:
      description: Its path.
      type: str
      sample: /var/crash
    exists:
      description: Whether it is there.
      type: bool
      sample: true
    mode:
      description: Its permission bits, in octal.
      type: str
      sample: "0700"
    uid:
      description: Its owner.
      type: int
      sample: 0
    free_bytes:
      description: The space that is left there.
      type: int
      sample: 8589934592
findings:
  description: What the rules say of the configuration files as they stand.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
      sample: /etc/kdump.conf
    rule:
      description: The rule's number.
      type: str
      sample: R22
    severity:
      description: C(error), C(warning) or C(advice).
      type: str
      sample: error
    line:
      description: The line, counted from 1; null where it is about the file as a whole.
      type: int
      sample: 4
    message:
      description: What is wrong.
      type: str
      sample: makedumpfile takes -F only for targets of type ssh and raw
    remedy:
      description: What to do.
      type: str
      sample: remove -F
ready:
  description: Whether nothing here stands against a dump if the kernel dies now.
  returned: success
  type: bool
  sample: true
reasons:
  description: Why the host is not ready, a sentence each.
  returned: success
  type: list
  elements: str
  sample: []
ansible_facts:
  description: The same values as facts.
  returned: success
  type: dict
  contains:
    crashops_kdump:
      description: All of the above.
      type: dict
commands:
  description: The commands that were run.
  returned: always
  type: list
  elements: list
"""

from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._facts import read_facts
from ansible_collections.crashops.kdump.plugins.module_utils._host import run_module
from ansible_collections.crashops.kdump.plugins.module_utils._result import Refused, refusal


def ensure(host: Any, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Return every fact; nothing is changed."""
    if params["timeout"] < 1:
        raise Refused([refusal("timeout", params["timeout"], "it is no time", "give 1 or more seconds")])
    facts = read_facts(host, params["timeout"])
    return dict(facts, changed=False, ansible_facts={"crashops_kdump": facts})


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={"timeout": {"type": "int", "default": 30}},
        supports_check_mode=True,
    )
    run_module(module, ensure)


if __name__ == "__main__":
    main()
