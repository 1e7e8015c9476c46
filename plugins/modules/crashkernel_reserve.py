#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets the crashkernel= arguments of the next boot."""

DOCUMENTATION = r"""
module: crashkernel_reserve
short_description: Reserve memory for the capture kernel at the next boot
version_added: "0.1.0"
description:
  - Sets the C(crashkernel=) arguments on the boot entries, and for kernels that are installed later.
  - On RHEL and its kin and on Fedora this is done by C(grubby), and C(zipl) is run where the machine boots by it.
    C(/etc/kernel/cmdline) and C(GRUB_CMDLINE_LINUX) in C(/etc/default/grub) are written for kernels yet to come,
    without what C(grubby) would spoil there, such as C(GRUB_CMDLINE_LINUX_DEFAULT). A C(GRUB_CMDLINE_LINUX) that only
    a shell can tell is refused before anything is written.
  - On Debian and Ubuntu a drop-in C(/etc/default/grub.d/zz-crashops-kdump.cfg) is written and C(update-grub) run.
    The file of the kdump-tools package is left alone, and the boot entries have exactly one value whatever it says.
    C(update-grub) applies all of GRUB's settings; what else that changes is shown in RV(messages), in check mode too.
    Where they boot by C(zipl) (s390x), the parameters in C(/etc/zipl.conf) are set and C(zipl) run.
  - On hosts that boot images this is done by C(rpm-ostree kargs). Where there is only C(bootc), nothing can be set on
    the host, and the message names the file and the line to put into the image.
  - Reads the boot entries back after every change. Where they are not as asked, puts them back and fails.
  - Refuses a value that the kernel could not read, would read only in part, or that would reserve nothing with the
    memory of this machine, before anything is written.
  - A machine that the vendor's default leaves out, because it has less memory than the first range, is not changed
    and is no failure. RV(below_floor) says so, and RV(reboot_required) is false.
  - Never reboots. RV(reboot_required) says whether a reboot would change something. It is false where the entries were
    as they are before this boot and the kernel was booted without what they say; RV(reason) then names what was
    booted instead, as far as that can be seen.
  - Refuses to set entries that GRUB does not read (C(GRUB_ENABLE_BLSCFG=false)), and names the remedy.
  - One task at a time changes a host. Another one waits for up to five minutes, and then fails and names the first.
    Check mode does not wait.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  size:
    description:
      - How much to reserve.
      - V(default) is what the distribution gives by default. C(kdumpctl get-default-crashkernel) is asked for it where
        there is one; on Debian and Ubuntu it is the value of the kdump-tools package; on RHEL 8 it is C(auto), which
        its kernel resolves.
      - V(estimate) is what C(kdumpctl estimate) or C(kdump-config show) recommends for this machine, at least the
        vendor's default, with O(margin_percent), O(minimum) and O(maximum), rounded up in steps of 32 MiB up to 512
        MiB, 64 MiB up to 2 GiB, and 256 MiB beyond. C(kdumpctl) before 1.0.57 counts the initramfs once instead of
        three times, so its parts are counted again.
        Where the tool has no answer (RHEL 8 and 9 before kdump was started once, Debian 12) the running kernel, its
        loaded modules and three times the initramfs are counted here; what LUKS takes is not. A recent
        C(kdumpctl estimate) may build the initramfs again, so check mode does not ask it, and says so in RV(messages).
      - V(auto) is C(crashkernel=auto) where the kernel knows it, which is the 4.18 of RHEL 8, CentOS Stream 8,
        AlmaLinux 8 and Rocky 8, and V(default) elsewhere.
      - Anything else is the value itself, such as V(256M) or V(2G-64G:256M,64G-:512M). A list gives several
        arguments, such as V(["512M,high", "128M,low"]).
      - A value with C(,cma), such as in V(["96M", "320M,cma"]), adds memory that the system uses until the crash. It is
        taken from Linux 6.17 on (x86), 6.19 on (powerpc). One that the boot entries have is kept, and RV(messages) says
        so, unless O(size) is a list, which says all that is wanted.
      - If it is left out, it is V(default).
    type: raw
    default: default
  state:
    description:
      - V(present) sets the arguments, V(absent) removes every C(crashkernel=), whoever set it.
      - If it is left out, it is V(present).
    type: str
    choices: [present, absent]
    default: present
  kernels:
    description:
      - Which boot entries to set. V(all) are all of them and the kernels yet to come; V(default) is the entry that is
        booted by default; a list holds the paths of kernels, as C(grubby --info=ALL) prints them.
      - Anything but V(all) leaves out kernels yet to come, detaches an entry of RHEL 8 from C($kernelopts), and is
        refused on Debian and Ubuntu, where one file holds for all kernels. On hosts that boot images a list is refused,
        since an image has one kernel.
      - If it is left out, it is V(all).
    type: raw
    default: all
  margin_percent:
    description:
      - How much to add to an estimate, in percent. Only with O(size=estimate).
      - If it is left out, nothing is added.
    type: int
  minimum:
    description:
      - The least that an estimate may come to, such as V(256M); 1 MiB or more. Only with O(size=estimate).
      - If it is left out, there is no lower limit.
    type: str
  maximum:
    description:
      - The most that an estimate may come to, such as V(1G); 1 MiB or more. Only with O(size=estimate).
      - If it is left out, there is no upper limit.
    type: str
  timeout:
    description:
      - How many seconds each command may take. C(kdumpctl) waits for its lock without a limit of its own.
      - If it is left out, it is 900.
    type: int
    default: 900
attributes:
  check_mode:
    support: full
    details: With O(size=estimate) what cannot be found out without changing something is not predicted.
  diff_mode:
    support: full
  idempotent:
    support: full
    details: With O(size=estimate) a later estimate may differ.
  platform:
    support: full
    platforms: linux
seealso:
  - module: crashops.kdump.kdump_service
  - module: crashops.kdump.kdump_info
"""

EXAMPLES = r"""
- name: Reserve what the distribution gives by default
  crashops.kdump.crashkernel_reserve:
  register: reservation

# never true for a machine below the vendor's floor
- name: Reboot where that changes something
  ansible.builtin.reboot:
  when: reservation.reboot_required

- name: Name the machines that are too small for the default
  ansible.builtin.debug:
    var: reservation.reason
  when: reservation.below_floor

- name: Take what the machine's own tools recommend, and a quarter more, but no more than 1 GiB
  crashops.kdump.crashkernel_reserve:
    size: estimate
    margin_percent: 25
    maximum: 1G

- name: Show what would change for a value of one's own
  crashops.kdump.crashkernel_reserve:
    size: 2G-64G:256M,64G-:512M
  check_mode: true
  diff: true

- name: Reserve above 4 GiB, and a little below for devices that reach no further
  crashops.kdump.crashkernel_reserve:
    size: ["512M,high", "128M,low"]

# The capture kernel gets 416 MiB, and only 96 MiB of them are lost to the system. A kernel before 6.17 refuses it.
- name: Reserve little, and let the system use the rest until the crash
  crashops.kdump.crashkernel_reserve:
    size: ["96M", "320M,cma"]

# Sizes have one letter, as the kernel reads them. «256MB» would leave the machine without a reservation, so it fails:
#   size: '256MB' is refused: '256MB' is no size: a number and at most one letter of K, M, G, T, P, E, such as 256M; ...
- name: Give a size that the kernel can read
  crashops.kdump.crashkernel_reserve:
    size: 256M

- name: Give the memory back with the next boot
  crashops.kdump.crashkernel_reserve:
    state: absent
"""

RETURN = r"""
value:
  description:
    - The C(crashkernel=) values that were asked for, in order; empty with O(state=absent).
    - Null where check mode could not find them out, see RV(messages).
  returned: success
  type: list
  elements: str
  sample: ["256M"]
bootloader:
  description: What sets the arguments, C(grubby), C(grub-dropin), C(rpm-ostree), C(zipl), or C(bootc) in the image.
  returned: success
  type: str
  sample: grubby
configured:
  description: What each boot entry says. In check mode what it would say. Recovery entries of Debian are left out.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The boot loader's name for the entry.
      type: str
      sample: 0123456789abcdef-5.14.0-362.el9.x86_64
    kernel:
      description: The path of its kernel; null with C(rpm-ostree), which does not tell it.
      type: str
      sample: /boot/vmlinuz-5.14.0-362.el9.x86_64
    args:
      description: The values of its C(crashkernel=) arguments, in order.
      type: list
      elements: str
      sample: ["256M"]
    default:
      description: Whether the next boot takes this entry.
      type: bool
      sample: true
booted:
  description: The C(crashkernel=) values that the running kernel was booted with, in order.
  returned: success
  type: list
  elements: str
  sample: ["256M"]
below_floor:
  description:
    - Whether the vendor's default leaves this machine out for its memory. Then nothing was changed, RV(value) is the
      default, RV(reason) says why, and RV(reboot_required) is false.
    - Always false where O(size) names a value; one that would reserve nothing is refused.
  returned: success
  type: bool
  sample: false
reserved_bytes:
  description: What is reserved now; null where the kernel does not say.
  returned: success
  type: int
  sample: 268435456
will_reserve_bytes:
  description:
    - What the next boot will reserve by what is configured, read as the running kernel reads it; null where the memory
      of the machine is not known, or where the next boot takes an entry that is not in RV(configured).
    - What depends on where memory is free is in RV(messages) instead.
  returned: success
  type: int
  sample: 268435456
reboot_required:
  description: Whether a reboot is needed, and would change what is reserved.
  returned: success
  type: bool
  sample: false
reserved_cma_bytes:
  description:
    - What is set aside now by a value with C(,cma), which the system uses until the crash; RV(reserved_bytes) leaves it
      out.
    - Null where the kernel does not say, which those before 6.19 do not.
  returned: success
  type: int
  sample: 335544320
will_reserve_cma_bytes:
  description:
    - What the next boot will set aside by a value with C(,cma); null where the memory of the machine is not known, or
      where it is not known whether the kernel does it (arm64 and riscv after 7.2).
    - The kernel may find less at the boot.
  returned: success
  type: int
  sample: 0
reason:
  description: Why a reboot is needed or not, in words.
  returned: success
  type: str
  sample: the running kernel was booted with what is configured and has 256 MiB reserved
messages:
  description:
    - What else is worth knowing, such as which value V(auto) stood for, how an estimate came about, which other
      arguments C(update-grub) changes, and what cannot be known before the boot.
  returned: success
  type: list
  elements: str
  sample: []
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
from ansible_collections.crashops.kdump.plugins.module_utils._setup.reservation_plan import described, plan_reservation


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Set crashkernel= in the boot entries as the options say; return what is configured, booted and reserved."""
    host = caching(host)
    reserving = plan_reservation(host, params, check_mode)
    if reserving.plan.changed() and not check_mode:
        reserving = reserving._replace(plan=reserving.bootloader.apply(reserving.plan))
    return described(host, reserving)


def main() -> None:
    """Run crashkernel_reserve."""
    module = AnsibleModule(
        argument_spec={
            "size": {"type": "raw", "default": "default"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "kernels": {"type": "raw", "default": "all"},
            "margin_percent": {"type": "int"},
            "minimum": {"type": "str"},
            "maximum": {"type": "str"},
            "timeout": {"type": "int", "default": 900},
        },
        supports_check_mode=True,
    )
    run_module(module, ensure, "crashkernel_reserve")


if __name__ == "__main__":
    main()
