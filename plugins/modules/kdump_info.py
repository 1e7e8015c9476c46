#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Returns all facts about kdump on a host, in one call that changes nothing."""

DOCUMENTATION = r"""
module: kdump_info
short_description: Say, with evidence, whether a host would leave a dump if its kernel died now
version_added: "0.1.0"
description:
  - Reads the memory, the boot entries, the configuration, the target, the capture initramfs, the unit, the panic
    policy,
    the dumps and the proof, judges them by close to a hundred checks, and adds these up to one verdict.
  - Changes nothing. It calls neither C(kdumpctl), which takes a lock and may build an initramfs, nor C(kdump-config),
    which makes directories. A dump server is looked at within O(probe_timeout), read-only, and only if the running
    system does not see the dump directory anyway.
  - Whether the host is armed is what the kernel says; the state of the unit is known to lie.
  - Without root it tells what it can, and says in RV(unseen) what it could not see.
  - A value that is not known is left out of the result, or null with O(detail=full).
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
  probe:
    description:
      - Whether to look at a dump target that the running system does not see (an ssh or NFS server, a raw device, a
        file
        system that is not mounted).
      - If it is left out, it is looked at. With V(false), the checks of such a target are skipped.
    type: bool
    default: true
  probe_timeout:
    description:
      - How many seconds a dump target may take to answer. One that answers has four times as long for the login or the
        mount.
      - If it is left out, it is 5.
    type: int
    default: 5
  mem_usage:
    description:
      - Whether to have C(makedumpfile --mem-usage /proc/kcore) count how large a dump would be. That reads the state of
        every page, which takes seconds for each 100 GiB, and is refused where the kernel is locked down.
      - If it is left out, the size is taken from the RAM, the dump level and the last dump.
    type: bool
    default: false
  panic_policy:
    description:
      - The profiles of panic keys that the host is to have, as RV(policy.profiles).
      - If it is left out, no key is expected.
    type: list
    elements: str
    choices: [none, oops, lockups, hung_tasks, nmi]
  thresholds:
    description:
      - From where on a check complains.
      - What is left out has the default given here.
    type: dict
    suboptions:
      proof_age_days:
        description:
          - How old a proof may be. If it is left out, 180 days.
        type: int
        default: 180
      memory_margin_percent:
        description:
          - How much more than the counted sum is to be reserved. If it is left out, nothing.
        type: int
        default: 0
      free_inodes:
        description:
          - How many inodes are to be free where a dump lands. If it is left out, 100.
        type: int
        default: 100
      dumps_count:
        description:
          - How many dumps may lie on the host. If it is left out, 10.
        type: int
        default: 10
      dumps_percent:
        description:
          - How much of their file system the dumps may take. If it is left out, 50 percent.
        type: int
        default: 50
      watchdog_seconds:
        description:
          - How many seconds a running watchdog must give the capture kernel. If it is left out, 60.
        type: int
        default: 60
  waivers:
    description:
      - Checks that do not count for the verdict, each for a reason and up to a date. They stay in RV(checks).
      - If it is left out, every check counts.
      - Of several entries for one check, the one that ends last counts.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - The id of the check. V(armed) and V(memory_reserved) are refused, because without what they check, no crash
            leaves a dump.
        type: str
        required: true
      reason:
        description:
          - Why it does not count.
        type: str
        required: true
      until:
        description:
          - The last day (UTC) on which it does not count, as C(YYYY-MM-DD). After it the check counts again.
        type: str
        required: true
  detail:
    description:
      - How much is returned. What is read and judged is the same.
      - V(short) returns in RV(checks) those that fail, warn or are unknown, and of the others only the ids, in
        RV(passed) and RV(not_applicable). A value that is not known is left out. That takes some 4 kB a host.
      - V(full) returns every check in RV(checks), and values that only a closer look needs. A value that is not known
        is null. That takes some 30 kB a host.
      - If it is left out, it is V(short).
    type: str
    choices: [short, full]
    default: short
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
  - module: crashops.kdump.kdump_target
  - module: crashops.kdump.vmcore_info
  - module: crashops.kdump.crash_test
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

- name: Say what to do about each check that did not pass
  ansible.builtin.debug:
    msg: "{{ item.id }}: {{ item.reason }} {{ item.advice }}"
  loop: "{{ kdump.checks }}"
  loop_control:
    label: "{{ item.id }}"

- name: Leave a check out of the verdict until the new disk has come
  crashops.kdump.kdump_info:
    waivers:
      - {id: space_to_keep, reason: the disk is ordered, until: "2027-03-31"}
    thresholds:
      proof_age_days: 365

- name: Reboot where that reserves the memory
  ansible.builtin.reboot:
  when: kdump.verdict == 'reboot_pending'

# What passed is a list of names. Every check, with what it saw, takes seven times as much.
- name: Read how kdump stands, with what every check saw
  crashops.kdump.kdump_info:
    detail: full
  register: kdump_in_full

- name: Show how the memory check came to its answer
  ansible.builtin.debug:
    msg: "{{ kdump_in_full.checks | selectattr('id', '==', 'reserved_enough') | first }}"
"""

RETURN = r"""
stack:
  description: How this host runs kdump.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      choices: [kdumpctl, kdump-tools]
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
    generation:
      description: How its C(kdumpctl) reads C(/etc/kdump.conf).
      returned: where C(kdumpctl) is installed
      type: str
      choices: [el8, el9, current]
      sample: el9
bootloader:
  description:
    - What sets kernel arguments here, C(grubby), C(grub-dropin), C(rpm-ostree), C(zipl), or C(bootc) where only the
      image does.
  returned: where something known sets them
  type: str
  sample: grub-dropin
kernel:
  description: The release of the running kernel.
  returned: where it can be read
  type: str
  sample: 6.1.0-41-cloud-amd64
machine:
  description: The architecture.
  returned: where it can be read
  type: str
  sample: x86_64
boot_id:
  description: Tells this boot from every other.
  returned: where it can be read
  type: str
  sample: 0b7a3f3e-0d3c-4a55-9c3b-6a1a4ed7d3f1
root:
  description: Whether the module ran as root, who alone sees everything.
  returned: success
  type: bool
  sample: true
firmware:
  description: The maker, version and date of the firmware, by the machine's DMI table.
  returned: with O(detail=full), where the machine has such a table
  type: str
  sample: SeaBIOS 1.16.2-debian-1.16.2-1 04/01/2014
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
      returned: where it can be read
      type: int
      sample: 2147483648
    reserved_bytes:
      description: What is reserved now.
      returned: where the kernel says it
      type: int
      sample: 201326592
    cma_bytes:
      description: >-
        What is set aside next to that by a value with C(,cma), which the system uses until the crash.
      returned: where the kernel says it, which those before 6.19 do not
      type: int
      sample: 0
    will_reserve_bytes:
      description: What the entry that the next boot takes will reserve.
      returned: where it is known
      type: int
      sample: 201326592
    will_reserve_cma_bytes:
      description: What the next boot will set aside by a value with C(,cma).
      returned: where it is known
      type: int
      sample: 0
    needed_bytes:
      description: What a capture kernel is counted to need.
      returned: where it can be counted
      type: int
      sample: 167772160
    needed_because:
      description: What that sum is made of, in words.
      returned: with O(detail=full), where it can be counted
      type: str
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
      description: What each boot entry says, as RV(crashops.kdump.crashkernel_reserve#module:configured).
      returned: with O(detail=full), where the entries can be read
      type: list
      elements: dict
      contains:
        id:
          description: The name of the entry.
          type: str
          sample: 0123456789abcdef0123456789abcdef-5.14.0-503.el9.x86_64
        kernel:
          description: The kernel that it boots.
          returned: where the entry names one
          type: str
          sample: /boot/vmlinuz-5.14.0-503.el9.x86_64
        args:
          description: Its C(crashkernel=) values, in order.
          type: list
          elements: str
          sample: ["512M-:192M"]
        default:
          description: Whether the next boot takes it.
          type: bool
          sample: true
    configured_consistent:
      description: Whether all entries but rescue ones say the same.
      returned: where the entries can be read
      type: bool
      sample: true
    reboot_required:
      description: Whether a reboot is needed, and would change what is reserved.
      returned: where it is known
      type: bool
      sample: false
    reason:
      description: Why, in words.
      returned: where it is known
      type: str
      sample: the running kernel was booted with what is configured and has 192 MiB reserved
service:
  description: What systemd says of the unit.
  returned: success
  type: dict
  contains:
    unit:
      description: Its name.
      type: str
      sample: kdump-tools.service
    enabled:
      description: Whether it is started at boot.
      returned: where systemd says it
      type: bool
      sample: true
    active:
      description: Whether it is active, which does not mean that the host is armed.
      returned: where systemd says it
      type: bool
      sample: true
    moving:
      description: Whether it is being started or stopped; a start may build the capture initramfs for minutes.
      returned: where systemd says it
      type: bool
      sample: false
    masked:
      description: Whether it is masked.
      returned: where systemd says it
      type: bool
      sample: false
    condition:
      description: Whether its conditions were met when it was last to be started.
      returned: where systemd has tried to start it
      type: bool
      sample: true
    changed_since:
      description: The files that changed after they were loaded.
      returned: where systemd says when they were loaded
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
      description: Why it must be built.
      returned: where it must be built
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
      description: The device, export or account.
      returned: where the target has one
      type: str
    ssh_key:
      description: The path of the key for an ssh target.
      returned: where one is named
      type: str
    path:
      description: The directory on the target.
      type: str
      sample: /var/crash
    dump_directory:
      description: Where the running system sees the dumps.
      returned: where the running system sees them
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
    loading:
      description:
        - The variables that are set of those by which the capture kernel is loaded, such as
          C(KDUMP_COMMANDLINE_APPEND) and C(KEXEC_ARGS), or C(KDUMP_CMDLINE_APPEND).
      type: dict
      sample: {KDUMP_CMDLINE_APPEND: nr_cpus=1 irqpoll usbcore.nousb panic=10}
    variables:
      description:
        - The other variables of C(/etc/default/kdump-tools) that are set and change how a dump is made, such as
          C(KDUMP_COMPRESSION). With C(kdumpctl) it is empty.
      type: dict
      sample: {KDUMP_COMPRESSION: xz}
dump_directory:
  description: The directory of the dumps on this host.
  returned: success
  type: dict
  contains:
    path:
      description: Its path.
      returned: where the running system sees the dumps
      type: str
      sample: /var/crash
    exists:
      description: Whether it is there.
      returned: where it can be seen
      type: bool
      sample: true
    mode:
      description: Its permission bits, in octal.
      returned: where it is there
      type: str
      sample: "0700"
    uid:
      description: Its owner.
      returned: where it is there
      type: int
      sample: 0
    free_bytes:
      description: The space that is left there.
      returned: where it is known
      type: int
      sample: 8589934592
dump_file_system:
  description:
    - The type and source of the file system that holds the dump directory, a device by its UUID.
      M(crashops.kdump.crash_test) records it, and a change makes the proof stale.
  returned: with O(detail=full), where it is mounted
  type: str
  sample: xfs on /dev/disk/by-uuid/2d7e6f3c-6f0f-4b6e-9d53-1a7f3f9a8f10
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
      description: How much it matters.
      type: str
      choices: [error, warning, advice]
      sample: error
    line:
      description: The line, counted from 1.
      returned: where the finding is about one line
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
space:
  description: The room where a dump lands.
  returned: success
  type: dict
  contains:
    place:
      description: The directory that was looked at.
      returned: where there is one
      type: str
      sample: /var/crash
    free_bytes:
      description: What is free there.
      returned: where it is known
      type: int
      sample: 8589934592
    total_bytes:
      description: The size of the file system.
      returned: where it is known
      type: int
      sample: 34359738368
    free_inodes:
      description: How many files can still be made.
      returned: where it is known
      type: int
      sample: 120000
    dump_bytes:
      description: How large a dump would be.
      returned: where it is known
      type: int
      sample: 214748364
    dump_bytes_from:
      description: Where that number is from.
      returned: where the size is known
      type: str
      choices: [makedumpfile, ram, last_dump]
      sample: ram
    recommended_bytes:
      description: How much room to keep.
      returned: where it is known
      type: int
      sample: 1073741824
probe:
  description: What came of the look at a target that the running system does not see.
  returned: success
  type: dict
  contains:
    tried:
      description: Whether it was looked at.
      type: bool
      sample: true
    trouble:
      description: What is wrong, in a word.
      returned: where something is wrong
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
        - refused
      sample: no_answer
    msg:
      description: The same in a sentence.
      returned: where something is wrong
      type: str
    seconds:
      description: How long it took.
      returned: where it was looked at
      type: float
      sample: 0.4
own_files:
  description:
    - The SHA-256 of each program and file of kdump that decides whether a dump is made, by path; null for one that
      cannot be read. M(crashops.kdump.crash_test) records them, and a change of any makes the proof stale.
  returned: with O(detail=full)
  type: dict
  sample: {/usr/sbin/kexec: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
capture_words:
  description:
    - The words of the capture kernel's command line. M(crashops.kdump.crash_test) records them, and a change makes the
      proof stale.
  returned: with O(detail=full)
  type: list
  elements: str
  sample: [root=/dev/vda1, ro, nr_cpus=1, irqpoll, panic=10]
collector:
  description: The makedumpfile of this host.
  returned: with O(detail=full)
  type: dict
  contains:
    path:
      description: Where it is.
      returned: where there is one
      type: str
      sample: /usr/bin/makedumpfile
    mtime:
      description: When it was last changed, in seconds since the epoch.
      returned: where it can be read
      type: float
      sample: 1700000000.0
    version:
      description: Its version.
      returned: where it says it
      type: str
      sample: 1.7.2
proof:
  description: Whether a real crash has left a dump with this very setup.
  returned: success
  type: dict
  contains:
    state:
      description: Whether there is one; C(unknown) where it cannot be read.
      type: str
      choices: [proven, stale, never, unknown]
      sample: proven
    source:
      description: >-
        Where it is from, C(crash_test), C(kdumpctl) (its own test) or C(dump) (a complete dump of this host and the
        running kernel that is younger than the capture initramfs).
      returned: where there is a proof
      type: str
      choices: [crash_test, kdumpctl, dump]
      sample: crash_test
    time:
      description: When the host crashed, in seconds since the epoch.
      returned: where there is a proof
      type: float
      sample: 1700000000.0
    age_seconds:
      description: How long ago that was.
      returned: where there is a proof
      type: int
      sample: 86400
    stale_because:
      description: What has changed since, and which later test has failed.
      type: list
      elements: str
      sample: []
    panic:
      description: The line with which the kernel died.
      returned: where the dump says it
      type: str
      sample: "Kernel panic - not syncing: sysrq triggered crash"
dumps:
  description: The dumps that lie on this host.
  returned: success
  type: dict
  contains:
    directory:
      description: Where they lie.
      returned: where the dumps are on this host
      type: str
      sample: /var/crash
    count:
      description: How many there are.
      returned: where the dumps are on this host
      type: int
      sample: 2
    complete:
      description: How many are complete, by the cheapest test of their format and a sample of their pages.
      returned: where the dumps are on this host
      type: int
      sample: 1
    incomplete:
      description: How many are broken off.
      returned: where the dumps are on this host
      type: int
      sample: 1
    unjudged:
      description: How many could not be told, were not opened, or are of a user or of another host.
      returned: where the dumps are on this host
      type: int
      sample: 0
    unreadable:
      description: How many have pages that cannot be unpacked, or are of another kernel than their log.
      returned: where the dumps are on this host
      type: int
      sample: 0
    bytes:
      description: What they take.
      returned: where the dumps are on this host
      type: int
      sample: 104857600
    newest_time:
      description: When the newest crash was, in seconds since the epoch.
      returned: where there is a dump that says it
      type: float
      sample: 1700000000.0
    newest_panic:
      description: The line with which the kernel died then.
      returned: where there is a dump that says it
      type: str
policy:
  description: What turns a hang into a panic.
  returned: success
  type: dict
  contains:
    profiles:
      description: The profiles that were asked for by O(panic_policy).
      type: list
      elements: str
      sample: [oops]
    sysctls:
      description: The sysctl keys that this kernel has.
      type: list
      elements: dict
      contains:
        key:
          description: The key.
          type: str
          sample: kernel.panic_on_oops
        value:
          description: What it is.
          type: int
          sample: 1
        wanted:
          description: What the profiles want it to be.
          returned: where a profile names the key
          type: int
          sample: 1
        profile:
          description: The profile that names it.
          returned: where a profile names the key
          type: str
          sample: oops
checks:
  description:
    - What the checks that fail, warn or are unknown say, in a fixed order.
    - With O(detail=full) it is every check.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The name of the check; it stays what it is.
      type: str
      sample: memory_reserved
    group:
      description: The subject of the check.
      type: str
      choices:
        - kernel
        - memory
        - boot_entries
        - configuration
        - target
        - capture_image
        - service
        - panic_policy
        - security
        - dumps
        - proof
      sample: memory
    status:
      description: What the check says; C(skip) is nothing about this host.
      type: str
      choices: [pass, warn, fail, skip, unknown]
      sample: pass
    value:
      description: What was found.
      returned: where there is one
      type: str
      sample: 192 MiB
    wanted:
      description: What should be.
      returned: where there is one
      type: str
      sample: more than 0
    reason:
      description: The finding in a sentence; for C(skip) and C(unknown) why nothing is said.
      returned: where there is something to say
      type: str
    advice:
      description: What to do about it.
      returned: where there is something to do
      type: str
    reference:
      description: Where to read about it.
      returned: with O(detail=full)
      type: str
      sample: https://github.com/crashops/ansible-collection-kdump/blob/main/docs/checks.md#memory_reserved
    doubt:
      description:
        - What the check says without any proof, if it does not pass and a crash can settle that.
          M(crashops.kdump.crash_test) records it. A proof settles no doubt that came after the crash.
      returned: with O(detail=full), where there is a doubt
      type: str
      choices: [warn, fail, unknown]
      sample: warn
    waived:
      description: A waiver of this check.
      returned: where a waiver holds
      type: dict
      contains:
        reason:
          description: Why the check does not count.
          type: str
          sample: the disk is ordered
        until:
          description: The last day (UTC) on which it does not count.
          type: str
          sample: "2027-03-31"
passed:
  description: The ids of the checks that passed.
  returned: success
  type: list
  elements: str
  sample: [kernel_support, memory_reserved]
not_applicable:
  description: The ids of the checks that say nothing about this host.
  returned: success
  type: list
  elements: str
  sample: [thin_pool]
verdict:
  description: >-
    What the checks add up to.
  returned: success
  type: str
  choices: [ready, ready_unproven, reboot_pending, degraded, not_ready, disabled_by_policy, unsupported]
  sample: ready
decided_by:
  description: The id of the check that the verdict is due to.
  returned: where the verdict is not C(ready)
  type: str
  sample: proof_exists
summary:
  description: Why, in one sentence.
  returned: success
  type: str
  sample: A crash has proved this very setup.
ready:
  description:
    - Whether no check fails that is not waived, and all that is vital could be seen, so that nothing stands against a
      dump if the kernel dies now or after the next boot.
  returned: success
  type: bool
  sample: true
reasons:
  description: Why the host is not ready, a sentence of each check that fails.
  returned: success
  type: list
  elements: str
  sample: []
unseen:
  description: What could not be looked at, and why.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: The file or the command.
      type: str
      sample: /var/lib/crashops-kdump/proof.json
    reason:
      description: Why not.
      type: str
      sample: "cannot read /var/lib/crashops-kdump/proof.json: Permission denied"
commands:
  description: The commands that were run.
  returned: always
  type: list
  elements: list
"""

from typing import Any, Dict, List, Tuple

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._checks import waivers
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import (
    JudgeOptions,
    Thresholds,
    Waiver,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import PROFILES
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import read_facts, short
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Refused
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import run_module
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal


def refusals(params: Dict[str, Any]) -> List[str]:
    """Return a refusal for each option of kdump_info that makes no sense."""
    found = [
        refusal(name, params[name], "it is no time", "give 1 or more seconds")
        for name in ("timeout", "probe_timeout")
        if params[name] < 1
    ]
    policy = params["panic_policy"] or []
    if "none" in policy and len(policy) > 1:
        rule = "none stands next to profiles, and means that there is none"
        found.append(refusal("panic_policy", policy, rule, "give [none] alone, or the profiles without it"))
    for name, value in sorted((params["thresholds"] or {}).items()):
        if value < 0:
            found.append(refusal("thresholds.%s" % name, value, "it is below 0", "give 0 or more"))
        elif name == "dumps_percent" and value > 100:
            rule = "no dumps take more than 100 percent, so the check would never warn"
            found.append(refusal("thresholds.%s" % name, value, rule, "give 100 or less"))
    return found + waivers.refusals(_waivers(params))


def _waivers(params: Dict[str, Any]) -> Tuple[Waiver, ...]:
    """Return the waivers among kdump_info's options."""
    return tuple(Waiver(**waiver) for waiver in params["waivers"] or [])


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Return the facts about kdump on the host, the checks and the verdict; nothing is changed."""
    refused = refusals(params)
    if refused:
        raise Refused(refused)
    look = LookOptions(
        timeout_s=params["timeout"],
        probe=params["probe"],
        probe_timeout_s=params["probe_timeout"],
        mem_usage=params["mem_usage"],
        panic_policy=tuple(params["panic_policy"] or ()),
    )
    judge = JudgeOptions(
        thresholds=Thresholds(**(params["thresholds"] or {})),
        waivers=_waivers(params),
    )
    full = read_facts(host, look, judge)
    return dict(full if params["detail"] == "full" else short(full), changed=False)


def main() -> None:
    """Run kdump_info."""
    limits = {name: {"type": "int", "default": getattr(Thresholds(), name)} for name in Thresholds._fields}
    waiver = {name: {"type": "str", "required": True} for name in ("id", "reason", "until")}
    module = AnsibleModule(
        argument_spec={
            "timeout": {"type": "int", "default": 30},
            "probe": {"type": "bool", "default": True},
            "probe_timeout": {"type": "int", "default": 5},
            "mem_usage": {"type": "bool", "default": False},
            "panic_policy": {"type": "list", "elements": "str", "choices": ["none"] + list(PROFILES)},
            "thresholds": {"type": "dict", "options": limits},
            "waivers": {"type": "list", "elements": "dict", "options": waiver},
            "detail": {"type": "str", "choices": ["short", "full"], "default": "short"},
        },
        supports_check_mode=True,
    )
    run_module(module, ensure)


if __name__ == "__main__":
    main()
