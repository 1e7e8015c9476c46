# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the packages of kdumpctl write into /etc/sysconfig/kdump, by generation and architecture.

kdumpctl itself has no such defaults, or fewer: where the file lacks KDUMP_COMMANDLINE_APPEND, the capture kernel gets
none of these words.
"""

import re
from typing import Dict, Tuple

MACHINE = re.compile(r"\.(x86_64|aarch64|ppc64le|s390x)(?:[+-]|$)")
WORDS: Dict[Tuple[str, str], str] = {
    # kexec-tools 2.0.26-8.el8
    ("el8", "x86_64"): (
        "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory mce=off numa=off udev.children-max=2 panic=10 "
        "rootflags=nofail acpi_no_memhotplug transparent_hugepage=never nokaslr novmcoredd hest_disable"
    ),
    ("el8", "aarch64"): (
        "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory udev.children-max=2 panic=10 swiotlb=noforce novmcoredd"
    ),
    ("el8", "ppc64le"): (
        "irqpoll maxcpus=1 noirqdistrib reset_devices cgroup_disable=memory numa=off udev.children-max=2 "
        "ehea.use_mcs=0 panic=10 rootflags=nofail kvm_cma_resv_ratio=0 transparent_hugepage=never novmcoredd"
    ),
    ("el8", "s390x"): (
        "nr_cpus=1 cgroup_disable=memory numa=off udev.children-max=2 panic=10 rootflags=nofail "
        "transparent_hugepage=never novmcoredd"
    ),
    # kexec-tools 2.0.26-8.el9
    ("el9", "x86_64"): (
        "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory mce=off numa=off udev.children-max=2 panic=10 "
        "acpi_no_memhotplug transparent_hugepage=never nokaslr hest_disable novmcoredd cma=0 hugetlb_cma=0"
    ),
    ("el9", "aarch64"): (
        "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory udev.children-max=2 panic=10 swiotlb=noforce "
        "novmcoredd cma=0 hugetlb_cma=0"
    ),
    ("el9", "ppc64le"): (
        "irqpoll maxcpus=1 noirqdistrib reset_devices cgroup_disable=memory numa=off udev.children-max=2 "
        "ehea.use_mcs=0 panic=10 kvm_cma_resv_ratio=0 transparent_hugepage=never novmcoredd hugetlb_cma=0"
    ),
    ("el9", "s390x"): (
        "nr_cpus=1 cgroup_disable=memory numa=off udev.children-max=2 panic=10 transparent_hugepage=never "
        "novmcoredd vmcp_cma=0 cma=0 hugetlb_cma=0"
    ),
    # kdump-utils 1.0.61
    ("current", "x86_64"): (
        "novmcoredd hugetlb_cma=0 kfence.sample_interval=0 initramfs_options=size=90% irqpoll nr_cpus=1 "
        "reset_devices cgroup_disable=memory mce=off numa=off udev.children-max=2 panic=10 acpi_no_memhotplug "
        "transparent_hugepage=never nokaslr hest_disable cma=0 pcie_ports=compat"
    ),
    ("current", "aarch64"): (
        "novmcoredd hugetlb_cma=0 kfence.sample_interval=0 initramfs_options=size=90% irqpoll nr_cpus=1 "
        "reset_devices cgroup_disable=memory udev.children-max=2 panic=10 swiotlb=noforce cma=0"
    ),
    ("current", "ppc64le"): (
        "novmcoredd hugetlb_cma=0 kfence.sample_interval=0 initramfs_options=size=90% irqpoll nr_cpus=16 "
        "noirqdistrib reset_devices cgroup_disable=memory numa=off udev.children-max=2 ehea.use_mcs=0 "
        "panic=10 kvm_cma_resv_ratio=0 transparent_hugepage=never"
    ),
    ("current", "s390x"): (
        "novmcoredd hugetlb_cma=0 kfence.sample_interval=0 initramfs_options=size=90% nr_cpus=1 "
        "cgroup_disable=memory numa=off udev.children-max=2 panic=10 transparent_hugepage=never vmcp_cma=0 "
        "cma=0"
    ),
}


# KDUMP_COMMANDLINE_REMOVE and KEXEC_ARGS, from the same packages: what most have, and what others have instead.
# kdumpctl itself removes only the first three, and gives kexec nothing.
REMOVED = "hugepages hugepagesz slub_debug quiet log_buf_len swiotlb "
REMOVE: Dict[str, Dict[str, str]] = {
    "el8": {
        "": REMOVED + "ignition.firstboot",
        "s390x": REMOVED + "prot_virt ignition.firstboot zfcp.allow_lun_scan",
    },
    "el9": {
        "": REMOVED + "cma hugetlb_cma ignition.firstboot",
        "ppc64le": REMOVED + "hugetlb_cma ignition.firstboot",
        "s390x": REMOVED + "vmcp_cma cma hugetlb_cma prot_virt ignition.firstboot zfcp.allow_lun_scan",
    },
    "current": {
        "": REMOVED + "hugetlb_cma ignition.firstboot cma",
        "ppc64le": REMOVED + "hugetlb_cma ignition.firstboot",
        "s390x": REMOVED + "hugetlb_cma ignition.firstboot vmcp_cma cma prot_virt zfcp.allow_lun_scan",
    },
}
KEXEC = {("el8", "ppc64le"): "--dt-no-old-root", ("el9", "ppc64le"): "--dt-no-old-root -s"}
FADUMP = (
    "nr_cpus=16 numa=off cgroup_disable=memory cma=0 kvm_cma_resv_ratio=0 hugetlb_cma=0 transparent_hugepage=never "
    "novmcoredd udev.children-max=2"
)


def machine_of(release: str) -> str:
    """Return the architecture by which packaged variables differ: what a kernel release of RHEL ends in, else empty."""
    found = MACHINE.search(release)
    return found.group(1) if found else ""


def default_words(generation: str, machine: str) -> str:
    """Return KDUMP_COMMANDLINE_APPEND of a generation's package for an architecture; empty where it is unknown."""
    return WORDS.get((generation, machine), "")


def packaged(generation: str, machine: str) -> Dict[str, str]:
    """Return the other variables of a generation's package that would mean something else if unset."""
    found = {"KDUMP_IMG": "vmlinuz"}
    if generation == "current":
        found["VMCORE_CREATION_NOTIFICATION"] = "yes"
    if (generation, machine) in WORDS:
        removed = REMOVE[generation]
        found["KDUMP_COMMANDLINE_REMOVE"] = removed.get(machine, removed[""])
        found["KEXEC_ARGS"] = KEXEC.get((generation, machine), "-s")
    if (generation, machine) == ("current", "ppc64le"):
        found["FADUMP_COMMANDLINE_APPEND"] = FADUMP
    return found
