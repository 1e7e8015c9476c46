# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the kernel, the firmware and the kind of machine allow: read from /proc, /sys and /dev, nothing is run."""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import of_words
from ansible_collections.crashops.kdump.plugins.module_utils._machine.dump_support import container
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED, read_first
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import (
    SysctlSettings,
    applied,
    applied_at_boot,
    number,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import signed, whole

LOCKDOWN = "/sys/kernel/security/lockdown"
EFI_GLOBAL = "/sys/firmware/efi/efivars/%s-8be4df61-93ca-11d2-aa0d-00e098032b8c"
# what the drivers of guests whose memory is encrypted bring: drivers/virt/coco
CONFIDENTIAL = (("/dev/sev-guest", "AMD SEV-SNP"), ("/dev/tdx_guest", "Intel TDX"), ("/dev/tdx-guest", "Intel TDX"))
FIPS = "/proc/sys/crypto/fips_enabled"
WATCHDOGS = "/sys/class/watchdog/watchdog*"
# kernel/panic.c, core_param: the file says what is in effect, the command line only what was asked for at boot
NOTIFIERS = "crash_kexec_post_notifiers"
NOTIFIERS_FILE = "/sys/module/kernel/parameters/" + NOTIFIERS
# any of these says that the machine is a guest of Hyper-V, Azure included
HYPERV_BUS = "/sys/bus/vmbus"
HYPERVISOR = "/sys/hypervisor/type"
# by these words of the firmware, systemd knows a guest of Hyper-V; Microsoft makes machines (Surface) as well
HYPERV_FIRMWARE = (
    ("/sys/class/dmi/id/sys_vendor", "Microsoft Corporation"),
    ("/sys/class/dmi/id/product_name", "Virtual Machine"),
)
VERSION = re.compile(r"(\d+)\.(\d+)")
LOAD_DISABLED = "kernel.kexec_load_disabled"
# since Linux 6.3: how often kexec may still load or unload a capture kernel; it can be lowered and never raised
LOAD_LIMIT = "kernel.kexec_load_limit_panic"
FIRMWARE = "/sys/class/dmi/id/bios_%s"


class Sysctls(NamedTuple):
    """The keys below /proc/sys/kernel that checks ask for; None where this kernel has no such key."""

    kexec_load_disabled: Optional[int]
    kexec_load_limit_panic: Optional[int]
    nmi_watchdog: Optional[int]
    panic: Optional[int]
    panic_on_oops: Optional[int]
    panic_on_warn: Optional[int]
    sysrq: Optional[int]


class Watchdog(NamedTuple):
    """A running watchdog: its name, its driver's identity, and the seconds after which it resets the machine."""

    name: str
    identity: str
    timeout_s: Optional[int]


class ForbiddenAtBoot(NamedTuple):
    """What forbids kexec at the next boot before kdump loads anything: a sysctl key, its value, and what sets it."""

    key: str
    value: int
    source: str


class Platform(NamedTuple):
    """What checks ask of the kernel, firmware and machine; None where the machine does not say.

    notifiers: whether crash_kexec_post_notifiers is in effect. hyperv: whether the machine is a guest of Hyper-V.
    crash_loaded: what the kernel says of a loaded capture kernel; None where it cannot load one.
    """

    root: bool
    container: Optional[str]
    lockdown: Optional[str]
    secure_boot: bool
    confidential: Optional[str]
    fips: bool
    sysctl: Sysctls
    cmdline: str
    watchdogs: List[Watchdog]
    notifiers: Optional[bool]
    hyperv: bool
    firmware: Optional[str]
    version: Optional[Tuple[int, int]]
    crash_loaded: Optional[str]
    forbidden_at_boot: Optional[ForbiddenAtBoot]


def read_platform(host: Host, release: str) -> Platform:
    """Read what kernel, firmware and machine allow."""
    cmdline = (host.read("/proc/cmdline") or "").strip()
    version = version_of(release)
    sysctl = _sysctls(host)
    return Platform(
        root=host.is_root(),
        container=container(host),
        lockdown=_lockdown(host.read(LOCKDOWN)),
        secure_boot=_efi_flag(host, "SecureBoot") and not _efi_flag(host, "SetupMode"),
        confidential=next((name for path, name in CONFIDENTIAL if host.stat(path) is not None), None),
        fips=(host.read(FIPS) or "").strip() == "1",
        sysctl=sysctl,
        cmdline=cmdline,
        watchdogs=_watchdogs(host),
        notifiers=_notifiers(host, cmdline),
        hyperv=_is_hyperv(host),
        firmware=_firmware(host),
        version=version,
        crash_loaded=read_first(host, CRASH_LOADED),
        forbidden_at_boot=_forbidden_at_boot(_read_at_boot(host, cmdline.split(), version), sysctl),
    )


def version_of(release: str) -> Optional[Tuple[int, int]]:
    """Return the kernel's version as a fact: the first two numbers of its release, such as (6, 12)."""
    match = VERSION.match(release)
    return (whole(match.group(1)) or 0, whole(match.group(2)) or 0) if match else None


def _sysctls(host: Host) -> Sysctls:
    """Read the kernel.* sysctl keys that the checks of the kernel ask for."""
    values = read_sysctls(host, ["kernel." + name for name in Sysctls._fields])
    return Sysctls(*[values.get("kernel." + name) for name in Sysctls._fields])


def _firmware(host: Host) -> Optional[str]:
    """Return the firmware's maker, version and date, None where the machine has no DMI table."""
    texts = [(host.read(FIRMWARE % name) or "").strip() for name in ("vendor", "version", "date")]
    return " ".join(text for text in texts if text) or None


def _forbidden_at_boot(settings: SysctlSettings, now: Sysctls) -> Optional[ForbiddenAtBoot]:
    """Return what of these sysctl settings makes the next boot's kernel refuse each load, None where nothing does."""
    if number(settings, LOAD_DISABLED):
        return ForbiddenAtBoot(LOAD_DISABLED, 1, settings[LOAD_DISABLED].source)
    if now.kexec_load_limit_panic is not None and number(settings, LOAD_LIMIT) == 0:
        return ForbiddenAtBoot(LOAD_LIMIT, 0, settings[LOAD_LIMIT].source)
    return None


def read_sysctls(host: Host, keys: List[str]) -> Dict[str, int]:
    """Read facts about this kernel: those of the sysctl keys that it has and whose values are numbers."""
    texts = {key: (host.read("/proc/sys/" + key.replace(".", "/")) or "").strip() for key in keys}
    numbers = {key: signed(text) for key, text in texts.items()}
    return {key: number for key, number in numbers.items() if number is not None}


def _notifiers(host: Host, cmdline: str) -> Optional[bool]:
    """Read from the kernel whether it runs panic notifiers before the capture kernel; it can change while it runs."""
    in_effect = host.read(NOTIFIERS_FILE)
    if in_effect is not None:
        return _flag(in_effect.strip())
    said = [word.partition("=") for word in words(cmdline) if word.partition("=")[0] == NOTIFIERS]
    # the word alone means yes; of several, the kernel keeps the last one that it can read
    flags = [_flag(value) if equals else True for dummy, equals, value in said]
    return next((flag for flag in reversed(flags) if flag is not None), False)


def _flag(text: str) -> Optional[bool]:
    """Return how the kernel reads a yes or no in its files (kstrtobool), None where it reads neither."""
    if text[:1] in ("y", "Y", "t", "T", "1") or text[:2].lower() == "on":
        return True
    return False if text[:1] in ("n", "N", "f", "F", "0") or text[:2].lower() == "of" else None


def _is_hyperv(host: Host) -> bool:
    """Read whether the kind of machine that this kernel runs on is a guest of Hyper-V."""
    told = (host.read(HYPERVISOR) or "").strip().lower()
    by_firmware = all((host.read(path) or "").strip() == words for path, words in HYPERV_FIRMWARE)
    return host.stat(HYPERV_BUS) is not None or "hyper" in told or by_firmware


def _lockdown(text: Optional[str]) -> Optional[str]:
    """Return the kernel's lockdown mode, the word in brackets: none, integrity or confidentiality."""
    match = re.search(r"\[(\w+)\]", text or "")
    return match.group(1) if match else None


def _efi_flag(host: Host, name: str) -> bool:
    """Return whether an EFI variable is 1; four bytes of attributes come before its value."""
    return (host.read_bytes(EFI_GLOBAL % name) or b"")[4:5] == b"\x01"


def _watchdogs(host: Host) -> List[Watchdog]:
    """Read which watchdogs the kernel shows as running."""
    found = []
    for path in host.glob(WATCHDOGS):
        if (host.read(path + "/state") or "").strip() == "active":
            timeout = (host.read(path + "/timeout") or "").strip()
            identity = (host.read(path + "/identity") or "").strip()
            found.append(Watchdog(path.rsplit("/", 1)[1], identity, whole(timeout)))
    return found


def _read_at_boot(host: Host, booted: List[str], version: Optional[Tuple[int, int]]) -> SysctlSettings:
    """Read the next boot's kernel facts: its sysctl keys before any service starts, without files to come in /run."""
    return dict(of_words(booted, version), **applied(applied_at_boot(host)))
