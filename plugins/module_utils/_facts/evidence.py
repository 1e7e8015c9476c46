# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What checks want to know beside what kdump_info returns: read once, each on its own, nothing is changed."""

import re
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    Bootloader,
    Entry,
    NotBooted,
    default_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel import option_grammar
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.next_kernel import (
    reserve_alike,
    reserving_nothing,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import same, will_reserve
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reservation import that_count
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.vendor_default import default_unasked
from ansible_collections.crashops.kdump.plugins.module_utils._facts.block_layers import Layer
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import (
    number,
    read_at_boot,
    read_captured,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import unsure_links
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts as machine_mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED, read_first
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import loaded_modules
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import is_assisted
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.cluster_fencing import read_fencing
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

SELINUX = "/sys/fs/selinux/enforce"
LEFT_BY_UPDATES = (".rpmnew", ".rpmsave", ".dpkg-dist", ".dpkg-new", ".ucf-dist")
VERSION = re.compile(r"(\d+)\.(\d+)")
# drivers that are known to take much memory, and what is said of them: kdump-utils #34 and #65, eve #2794
LARGE_DRIVERS = ("nouveau", "amdgpu", "radeon", "i915", "xe", "mlx5_core", "ib_core", "bnx2x", "hyperv_fb")
THIN_POOL = re.compile(r" thin-pool \d+ \d+/\d+ (\d+)/(\d+) ")


class Boot(NamedTuple):
    """The boot loader with its entries; None each where there is none that is known or readable.

    unread says why what the default entry says is not booted. next is the machine as the kernel of the default entry
    finds it; None: that cannot be known.
    """

    bootloader: Optional[Bootloader]
    entries: Optional[List[Entry]]
    unread: Optional[NotBooted] = None
    next: Optional[Running] = None


def read_more(host: Any, stack: Stack, running: Running, boot: Boot, image_path: str) -> Dict[str, Any]:
    """Return what checks ask for by name, but what depends on the target."""
    release = running.kernel or ""
    version = VERSION.match(release)
    known = (whole(version.group(1)) or 0, whole(version.group(2)) or 0) if version else None
    details = stack.details(release)
    image = host.stat(image_path)
    kernel = details.capture_kernel
    hmac = "%s/.%s.hmac" % tuple(kernel.rpartition("/")[::2])
    return dict(
        _crashkernel(host, stack, running, boot),
        crash_loaded=read_first(host, CRASH_LOADED),
        fadump=is_assisted(host),
        kernel_version=known,
        kernel_hmac=host.stat(hmac) is not None,
        auto_reset=details.auto_reset,
        force_no_rebuild=details.force_no_rebuild,
        fencing=read_fencing(host, details.fence_nodes),
        capture_kernel=(kernel, host.stat(kernel) is not None),
        wrong_links=details.wrong_links,
        capture_words=details.capture_words,
        config_files=list(stack.config_files),
        missing_files=[path for path in stack.config_files if host.stat(path) is None],
        unmerged=[path + end for path in stack.config_files for end in LEFT_BY_UPDATES if host.stat(path + end)],
        image_bytes=image.size if image else None,
        image_space=_free(host, image_path),
        system_image_mtime=_mtime(host, "/boot/initramfs-%s.img" % release),
        extras=_extras(host, release),
        captured_sysctls=read_captured(stack, details.capture_words, known),
        forbidden_at_boot=_forbidden_at_boot(host, known),
    )


def _forbidden_at_boot(host: Any, version: Optional[Tuple[int, int]]) -> Optional[str]:
    """Return what forbids kexec at the next boot before kdump loads anything: a file, or the command line."""
    settings = read_at_boot(host, (host.read("/proc/cmdline") or "").split(), version)
    key = "kernel.kexec_load_disabled"
    return settings[key].source if number(settings, key) else None


def _mtime(host: Any, path: str) -> Optional[float]:
    """Return a file's time in seconds since the epoch."""
    seen = host.stat(path)
    return seen.mtime_ns / 1e9 if seen else None


def _free(host: Any, path: str) -> Optional[int]:
    """Return the bytes that are free in a file's directory."""
    space = host.space(path.rpartition("/")[0])
    return space.free if space else None


def _crashkernel(host: Any, stack: Stack, running: Running, boot: Boot) -> Dict[str, Any]:
    """Return what crashkernel= says and means: of the default entry, of kernels to come, by the vendor."""
    # what nothing boots says nothing of the next boot
    default = None if boot.unread else default_entry(boot.entries or [])
    words = values(default.cmdline) if default else None
    future = host.attempt("kernels to come", boot.bootloader.future, None) if boot.bootloader and words else None
    vendor = default_unasked(stack, running)
    by_vendor = will_reserve(vendor, running) if vendor else None
    entries = [entry for entry in boot.entries or [] if "-rescue-" not in entry.kernel]
    wanted = running.booted if words is None else words
    after = running if words is None else boot.next
    return {
        "default_values": words,
        "unread": boot.unread,
        "expected": will_reserve(wanted, after) if after else None,
        "next_known": after is not None,
        "next_kernel": after.kernel if after else None,
        "booted_expected": will_reserve(running.booted, running) if running.booted else None,
        "counting": that_count(wanted, after.ram_bytes, after.reader()) if after else wanted,
        "entries_same": reserve_alike(host, running, entries),
        "entries_empty": reserving_nothing(host, running, entries),
        "stays_alike": bool(vendor and words and same(words, vendor, after or running)),
        "future_alike": bool(future and words is not None and same(words, future.values, after or running)),
        "together": _together(wanted),
        "knows_auto": after.knows_auto() if after else None,
        "future_source": future.source if future else None,
        "future_values": future.values if future else None,
        "vendor_values": vendor,
        "vendor_bytes": by_vendor.size if by_vendor else None,
    }


def _together(wanted: List[str]) -> Optional[str]:
    """Return why some values do not go together, None where they do or where one cannot be read at all."""
    try:
        option_grammar.check_together([option_grammar.parse_argument(value) for value in wanted])
    except option_grammar.GrammarError as error:
        return str(error)
    return None


def _extras(host: Any, release: str) -> Dict[str, List[str]]:
    """Return what is in use here that is known to need more memory in a capture kernel: drivers, and anything else."""
    cmdline = host.read("/proc/cmdline") or ""
    loaded = loaded_modules(host)
    others = ["pages of 64 KiB"] * ("64k" in release)
    others += ["memory encryption"] * ("mem_encrypt=on" in cmdline.split())
    return {"drivers": [name for name in LARGE_DRIVERS if name in loaded], "others": others}


def of_target(
    host: Any,
    directory: Optional[str],
    layers: List[Layer],
    links: Optional[Set[str]],
    mount: Optional[machine_mounts.Mount],
    timeout_s: int,
) -> Dict[str, Any]:
    """Return what depends on where the dumps go."""
    return {
        "thin_percent": _thin_percent(host, layers, timeout_s),
        "unmounted": _unmounted(host, directory) if directory else None,
        "root_type": _root_type(host),
        "links": links,
        "kerberos": _kerberos(mount),
        "unsure_links": unsure_links(host, links),
        "label": host.label(directory) if directory and host.stat(SELINUX) is not None else None,
        "foreign_entries": _foreign(host, directory) if directory else [],
    }


def _kerberos(mount: Optional[machine_mounts.Mount]) -> Optional[str]:
    """Return the word by which the dump directory's mount asks for Kerberos, None where it does not."""
    words = mount.options.split(",") if mount else []
    return next((word for word in words if word.startswith("sec=krb5")), None)


def _thin_percent(host: Any, layers: List[Layer], timeout_s: int) -> Optional[int]:
    """Return how full the thin pool below the target is."""
    pool = next((layer.name for layer in layers if layer.kind == "thin pool"), None)
    name = (host.read("/sys/class/block/%s/dm/name" % pool) or "").strip() if pool else ""
    if not name or not host.which("dmsetup"):
        return None
    done = host.attempt(name, lambda: host.run(["dmsetup", "status", name], timeout_s=timeout_s), None)
    match = THIN_POOL.search(done.stdout) if done else None
    used, size = (whole(match.group(1)), whole(match.group(2))) if match else (None, None)
    return used * 100 // size if used is not None and size else None


def _root_type(host: Any) -> Optional[str]:
    """Return the type of the root file system, None where the mounts are not known."""
    root = machine_mounts.holding(machine_mounts.mounts_of(host), "/")
    return root.fstype if root else None


def _unmounted(host: Any, directory: str) -> Optional[str]:
    """Return the mount point that fstab has above the dump directory, where it is not mounted by now."""
    points = [
        row[1]
        for row in machine_mounts.fstab_rows(host)
        if len(row) > 3 and "noauto" not in row[3].split(",") and row[1].startswith("/")
    ]
    above = [point for point in points if (directory + "/").startswith(point.rstrip("/") + "/")]
    wanted = max(above, key=len) if above else "/"
    mounts = machine_mounts.mounts_of(host)
    mounted = [mount.point for mount in mounts]
    return wanted if mounts and wanted != "/" and wanted.rstrip("/") not in mounted else None


def _foreign(host: Any, directory: str) -> List[str]:
    """Return what lies beside the dumps of kdump-tools under names that it takes for dumps."""
    paths = host.glob(directory + "/2*")
    return [path for path in paths if not host.glob(path + "/dump*") and not host.glob(path + "/vmcore*")]
