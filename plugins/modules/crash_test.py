#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of crash_test; the code is in the action plugin of the same name."""

DOCUMENTATION = r"""
module: crash_test
short_description: Crash a host on purpose and prove that this leaves a complete dump
version_added: "0.1.0"
description:
  - B(This crashes the host.) The kernel panics, all that was not written to a disk is lost, and the host is away until
    its dump is written and it has booted again.
  - Waits for a new boot that is not the capture kernel's, finds the dump that this very crash made (never an older
    one), checks that it is complete, waits until the host is armed again, and records the proof on the host.
  - Refuses, before anything happens, without consent for this host, on a host that is not armed or has a verdict other
    than C(ready) and C(ready_unproven) (see O(verdicts)), inside a capture kernel, where the dump would land on another
    machine that O(dumps_host) does not name, while a dump is being written, and with a raw target that carries a file
    system or another signature, from which C(kdumpctl) recovers nothing.
  - Refuses a connection that may reach the kernel of another machine (see O(connections)), and a host with the boot id
    of the control node. A control node that is a virtual machine on that host, or a system container with a boot id of
    its own, cannot tell, so run the test from elsewhere.
  - The program that crashes the host looks once more at the last moment. It does nothing if the host has booted since,
    is no longer armed, writes a dump or installs packages, or if another run of this collection changes it
    (C(/run/crashops-kdump.lock)). Removing C(/run/crashops-kdump-crash) there calls the crash off. The action
    does that itself if it fails or is ended before the panic.
  - Before the crash it writes the time into C(/var/lib/crashops-kdump/tests_without_dump) on the host. It removes the
    file if it finds a complete dump. If it finds none, the file stays, and an older proof is stale.
  - With a raw target, the dump is awaited in the local path, to which C(kdumpctl) moves it before it arms the host.
  - Needs root on the host (C(become)).
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  confirm:
    description:
      - The consent. It must be the C(inventory_hostname) of the host that is to crash, or a list of such names, or
        one text with commas between them.
      - It counts as it was written. A name stands in the task, or the task names one variable that was typed for this
        run with C(-e).
      - A template such as C({{ inventory_hostname }}) would name every host, so it is refused, and so is a variable out
        of the inventory, a play or a task.
      - If it is left out, the test is refused.
    type: raw
    default: ""
  trigger:
    description:
      - What makes the kernel panic. V(sysrq) writes C(c) to C(/proc/sysrq-trigger), which works for root whatever
        C(kernel.sysrq) says.
      - If it is left out, it is V(sysrq).
    type: str
    choices: [sysrq]
    default: sysrq
  delay:
    description:
      - How many seconds after the trigger was set the kernel panics, so that the session has ended by then.
      - It can be 1 to 300.
      - If it is left out, it is 2.
    type: int
    default: 2
  timeout:
    description:
      - How many seconds the host may take from the panic until it answers again. The O(delay) does not count.
      - A host that is at work past that is waited for on, 6 hours at most, as long as its console (O(console)) or its
        dump on O(dumps_host) grows within any five minutes. Slow is not failed.
      - It can be 60 to 21600.
      - If it is left out, it is 900 and 30 for each GiB of memory, and 6 hours at most.
    type: int
  rearm_timeout:
    description:
      - How many seconds the host may take, once it answers, until it is armed again.
      - It can be 0 to 21600. With 0, the host must be armed at the first look.
      - If it is left out, it is 600.
    type: int
    default: 600
  record:
    description:
      - Whether to write the proof to C(/var/lib/crashops-kdump/proof.json) on the host.
      - If it is left out, the proof is written.
    type: bool
    default: true
  console:
    description:
      - A file on the control node that a serial console of the host is logged to. Its last lines go into the message
        if the host does not come back.
      - Lines that it had before the crash are left out.
      - If it is left out, the message does not tell what the console said.
    type: path
  dumps_host:
    description:
      - The C(inventory_hostname) of the dump server. Where the target is one of type ssh or nfs, the dump is looked for
        and read there, over the connection that the inventory has for it, with the C(become) of this task. With
        targets of other types it is not asked.
      - Among dumps of several hosts, that of this crash is found by the host's name in the dump's header, by the
        prefix of its directory, and by the time. The same holds for a directory on the host that hosts share.
      - If it is left out, the dumps are looked for on the host itself.
    type: str
  dumps_path:
    description:
      - The directory on O(dumps_host) that the host's dumps land in.
      - If it is left out, it follows from O(target) and O(path). What the host itself says is not taken, as it would
        choose what is read on another machine.
    type: str
  target:
    description:
      - The target as M(crashops.kdump.kdump_config) was given it, for O(dumps_host).
      - If it is left out, O(dumps_path) has to be given with O(dumps_host).
    type: dict
  path:
    description:
      - The path as M(crashops.kdump.kdump_config) was given it, for O(dumps_host). A host whose own files name another
        one is refused.
      - If it is left out, O(dumps_path) has to be given with O(dumps_host), except for the type nfs on Debian and
        Ubuntu.
    type: str
  verdicts:
    description:
      - A host is crashed if M(crashops.kdump.kdump_info) gives it the verdict C(ready), C(ready_unproven) or one of
        this list. A host that is not armed is always refused.
      - If it is left out, the list is empty.
    type: list
    elements: str
    choices: [degraded, reboot_pending, not_ready]
    default: []
  connections:
    description:
      - Connection plugins that reach one real machine, by the names they give themselves, such as
        C(community.aws.aws_ssm). Those of ssh, and C(community.libvirt.libvirt_qemu), are known.
      - Connections that reach no machine of their own, such as C(local), chroots and containers, are refused even if
        they are named.
      - If it is left out, no further ones are taken.
    type: list
    elements: str
    default: []
  waivers:
    description:
      - Checks that do not count for the verdict, as in M(crashops.kdump.kdump_info).
      - If it is left out, every check counts.
    type: list
    elements: dict
  thresholds:
    description:
      - From where on a check complains, as in M(crashops.kdump.kdump_info).
      - If it is left out, the defaults given there hold.
    type: dict
attributes:
  check_mode:
    support: full
    details: Does all of the checks and says that the host would be crashed.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each run is a crash.
  platform:
    support: full
    platforms: posix
seealso:
  - module: crashops.kdump.kdump_info
  - module: crashops.kdump.vmcore_info
"""

EXAMPLES = r"""
- name: Prove that this host leaves a dump
  crashops.kdump.crash_test:
    confirm: web1.example.org
  become: true
  register: crash

- name: Show why it panicked, read out of the dump's log
  ansible.builtin.debug:
    var: crash.dump.panic

# With --check this tells whether the test could be done, and crashes nothing. The names are typed for the run:
# -e kdump_test_confirm=web1.example.org,web2.example.org
- name: Test all hosts of a play that were named in the variable, one at a time
  crashops.kdump.crash_test:
    confirm: "{{ kdump_test_confirm }}"
  become: true
  throttle: 1

- name: Prove that the dump arrives on the server
  crashops.kdump.crash_test:
    confirm: web1.example.org
    dumps_host: dumps.example.org
    dumps_path: /srv/dumps/web1
  become: true

# A host that does not come back fails the task; the message then ends with the last lines of this file.
- name: Test a virtual machine whose serial console is logged here
  crashops.kdump.crash_test:
    confirm: web1.example.org
    console: /var/log/libvirt/qemu/web1-serial.log
    timeout: 600
  become: true
"""

RETURN = r"""
dump:
  description: The dump that this crash made, as M(crashops.kdump.vmcore_info) tells it; null where there is none.
  returned: after a crash
  type: dict
  sample:
    core: /var/crash/202611232010/dump.202611232010
    complete: true
    kernel: 6.1.0-41-cloud-amd64
    panic: "Kernel panic - not syncing: sysrq triggered crash"
proof:
  description: The file on the host that the proof was written to; null if none was.
  returned: after a crash
  type: str
  sample: /var/lib/crashops-kdump/proof.json
boot_id_before:
  description: The boot id of the boot that was crashed.
  returned: after a crash
  type: str
  sample: 6f9e3f7c-6d0f-4a3f-9b43-0b8f4b0c2a11
boot_id_after:
  description: The boot id of the boot that the host came back with.
  returned: after a crash
  type: str
  sample: 0b0b7a4e-2f0a-4c62-8f0b-6c6f9a2d3e55
kernel_before:
  description: The release of the kernel that crashed.
  returned: after a crash
  type: str
  sample: 6.1.0-41-cloud-amd64
kernel_after:
  description: The release of the kernel that the host came back with.
  returned: after a crash
  type: str
  sample: 6.1.0-41-cloud-amd64
seconds_down:
  description: How long it took from the panic until the host answered again.
  returned: after a crash
  type: float
  sample: 87.4
armed_after:
  description:
    - Whether the host was armed again within the limit; null if that could not be read. The task fails if it was not
      armed again, or if that could not be read.
  returned: after a crash
  type: bool
  sample: true
refused:
  description: A sentence for each reason why the test was refused.
  returned: when the test is refused
  type: list
  elements: str
console:
  description: The last lines of the console, when the host did not come back.
  returned: when the host did not come back
  type: list
  elements: str
"""
