# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter crashkernel_bytes: how much the kernel reserves for crashkernel= on a machine with this much RAM."""

DOCUMENTATION = r"""
name: crashkernel_bytes
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Bytes that the kernel reserves for crashkernel=
description:
  - Reads C(crashkernel=) to the letter as the kernel does, and returns how many bytes it would reserve at boot on a
    machine with so much RAM; C(0) where it would reserve nothing.
  - Of several plain values the last one counts; C(,high) and C(,low) next to it do not. Ranges hold their start and not
    their end, and the first that holds the RAM counts. Kernels since 6.1, and those of RHEL since 8.5, round the RAM up
    to 128 MiB for that.
  - What C(,high) takes below 4 GiB by default is counted in where the RAM is more than 4 GiB. Memory of C(,cma) is not
    counted, since the system goes on to use it. What depends on where memory is free cannot be known from the
    command line, and is not counted.
positional: _input, ram_bytes, machine
options:
  _input:
    description:
      - A value such as V(2G-64G:256M,64G-:512M), or a whole kernel command line. What has a blank or an equals sign in
        it is a command line. A list gives the values of several C(crashkernel=) arguments.
    type: raw
    required: true
  ram_bytes:
    description:
      - The RAM of the machine, in bytes or as a size such as V(64G). It is all of it, as C(System RAM) in
        C(/proc/iomem) adds up to, not C(MemTotal), which lacks what is reserved.
    type: raw
    required: true
  machine:
    description:
      - The architecture as C(uname -m) prints it. What lies below 4 GiB by default, and whether C(,high) is known,
        depends on it.
      - If it is left out, it is V(x86_64).
    type: str
    default: x86_64
  kernel:
    description:
      - The kernel's release as C(uname -r) prints it. Whether C(auto) is known and how RAM is rounded depends on it.
      - If it is left out, the newest kernel that this collection knows is meant.
    type: str
seealso:
  - module: crashops.kdump.crashkernel_reserve
"""

EXAMPLES = r"""
- name: Show what a value reserves on machines with 2 and with 64 GiB
  ansible.builtin.debug:
    msg: "{{ item }}: {{ '2G-64G:256M,64G-:512M' | crashops.kdump.crashkernel_bytes(item) | human_readable }}"
  loop: [2G, 64G]

- name: Read how kdump stands
  crashops.kdump.kdump_info:
  register: kdump

- name: Fail where the running kernel was booted with a value that reserves nothing
  ansible.builtin.assert:
    that: words | crashops.kdump.crashkernel_bytes(kdump.memory.ram_bytes, kernel=kdump.kernel) > 0
  vars:
    words: "{{ kdump.crashkernel.booted | map('regex_replace', '^', 'crashkernel=') | join(' ') }}"

# A value that the kernel cannot read reserves nothing, which is an answer and no error:
- name: Show 0
  ansible.builtin.debug:
    msg: "{{ '256MB' | crashops.kdump.crashkernel_bytes('8G') }}"

# ram_bytes: '8GB' is refused: '8GB' is no size: a number and at most one letter of K, M, G, T, P, E, such as 256M; ...
- name: Show 268435456
  ansible.builtin.debug:
    msg: "{{ 'root=/dev/sda1 crashkernel=256M quiet' | crashops.kdump.crashkernel_bytes('8G', 'aarch64') }}"
"""

RETURN = r"""
_value:
  description: The bytes that the kernel would reserve, 0 where it would reserve nothing.
  type: int
"""

import re
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_grammar import command_line
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import kernel_of
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GrammarError, parse_size
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import reservation
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

# what uname -m prints where the kernel reserves memory for crashkernel=
MACHINES = re.compile(
    r"x86_64|i[3-6]86|aarch64|armv[4-8]\w*|arm|ppc|ppc64|ppc64le|s390x|riscv32|riscv64|loongarch64|mips|mips64|sh4?a?"
)


def crashkernel_bytes(
    value: Any = None, ram_bytes: Any = None, machine: str = "x86_64", kernel: str | None = None
) -> int:
    """Return the bytes that the kernel would reserve for a crashkernel= value or a whole command line."""
    for name, text in (("machine", machine), ("kernel", kernel)):
        if not (isinstance(text, str) and text) and not (name == "kernel" and text is None):
            raise AnsibleFilterError(refusal(name, text, "it is no text", "give what uname prints, or leave it out"))
    if not MACHINES.fullmatch(machine):
        rule = "the kernel has no such architecture with crashkernel="
        raise AnsibleFilterError(refusal("machine", machine, rule, "give what uname -m prints, such as x86_64"))
    if kernel is not None and not re.match(r"[0-9]+\.[0-9]+", kernel):
        rule = "it is no release of a kernel"
        raise AnsibleFilterError(refusal("kernel", kernel, rule, "give what uname -r prints, or leave it out"))
    reader = kernel_of(kernel, machine)
    return reservation(_command_line(value), _ram(ram_bytes), reader).size


def _command_line(value: Any) -> str:
    """Return the filter's input as a kernel command line."""
    if isinstance(value, str):
        text = value.rstrip("\n")
        return text if " " in text or "=" in text else command_line([text])
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return command_line(list(value))
    rule = "it is neither a text nor a list of texts"
    raise AnsibleFilterError(refusal("_input", value, rule, "give a value such as 256M, or a kernel command line"))


def _ram(value: Any) -> int:
    """Return the filter's ram_bytes as a number of bytes."""
    remedy = "give bytes as a number, or a size such as 64G"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        try:
            return parse_size(value.strip())
        except GrammarError as error:
            raise AnsibleFilterError(refusal("ram_bytes", value, str(error), remedy)) from None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AnsibleFilterError(refusal("ram_bytes", value, "it is no number of bytes", remedy))
    return value


class FilterModule:
    """The filter crashkernel_bytes, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., int]]:
        """Return the filter crashkernel_bytes by its name."""
        return {"crashkernel_bytes": crashkernel_bytes}
