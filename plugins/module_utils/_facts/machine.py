# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the kernel, the firmware and the kind of machine allow: read from /proc, /sys and /dev, nothing is run."""

import re
from typing import Any, Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import signed, whole

CONTAINER_FILES = (("/run/.containerenv", "podman"), ("/.dockerenv", "docker"))
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
VENDOR = "/sys/class/dmi/id/sys_vendor"
# the keys of /proc/sys/kernel that checks ask for
SYSCTLS = (
    "kexec_load_disabled",
    "kexec_load_limit_panic",
    "nmi_watchdog",
    "panic",
    "panic_on_oops",
    "panic_on_warn",
    "sysrq",
)


class Watchdog(NamedTuple):
    """A watchdog that runs: its name, its driver's word for itself, and after how many seconds it resets."""

    name: str
    identity: str
    timeout_s: Optional[int]


class Platform(NamedTuple):
    """What checks want to know of the machine; None where it does not say.

    notifiers: whether crash_kexec_post_notifiers is in effect. hyperv: whether the machine is a guest of Hyper-V.
    """

    root: bool
    container: Optional[str]
    lockdown: Optional[str]
    secure_boot: bool
    confidential: Optional[str]
    fips: bool
    sysctl: Dict[str, int]
    cmdline: str
    watchdogs: List[Watchdog]
    notifiers: Optional[bool] = None
    hyperv: bool = False


def read_platform(host: Any) -> Platform:
    """Return what the machine says of itself."""
    cmdline = (host.read("/proc/cmdline") or "").strip()
    return Platform(
        root=host.is_root(),
        container=_container(host),
        lockdown=_lockdown(host.read(LOCKDOWN)),
        secure_boot=_efi_flag(host, "SecureBoot") and not _efi_flag(host, "SetupMode"),
        confidential=next((name for path, name in CONFIDENTIAL if host.stat(path) is not None), None),
        fips=(host.read(FIPS) or "").strip() == "1",
        sysctl=read_sysctls(host, ["kernel.%s" % name for name in SYSCTLS]),
        cmdline=cmdline,
        watchdogs=_watchdogs(host),
        notifiers=_notifiers(host, cmdline),
        hyperv=_is_hyperv(host),
    )


def read_sysctls(host: Any, keys: List[str]) -> Dict[str, int]:
    """Return the values of the keys that this kernel has; what is no number is left out."""
    texts = {key: (host.read("/proc/sys/" + key.replace(".", "/")) or "").strip() for key in keys}
    numbers = {key: signed(text) for key, text in texts.items()}
    return {key: number for key, number in numbers.items() if number is not None}


def _notifiers(host: Any, cmdline: str) -> Optional[bool]:
    """Return whether the panic notifiers run before the capture kernel: it can be set while the system runs."""
    in_effect = host.read(NOTIFIERS_FILE)
    if in_effect is not None:
        return _flag(in_effect.strip())
    said = [word.partition("=") for word in words(cmdline) if word.partition("=")[0] == NOTIFIERS]
    # the word alone means yes; of several, the kernel keeps the last one that it can read
    flags = [_flag(value) if equals else True for dummy, equals, value in said]
    return next((flag for flag in reversed(flags) if flag is not None), False)


def _flag(text: str) -> Optional[bool]:
    """Return what the kernel reads in a word for yes or no (kstrtobool), None where it reads neither."""
    if text[:1] in ("y", "Y", "t", "T", "1") or text[:2].lower() == "on":
        return True
    return False if text[:1] in ("n", "N", "f", "F", "0") or text[:2].lower() == "of" else None


def _is_hyperv(host: Any) -> bool:
    """Return whether the machine is a guest of Hyper-V."""
    told = (host.read(HYPERVISOR) or "").strip().lower()
    maker = (host.read(VENDOR) or "").strip()
    return host.stat(HYPERV_BUS) is not None or "hyper" in told or maker == "Microsoft Corporation"


def _container(host: Any) -> Optional[str]:
    """Return the kind of container that this is, None where it is none."""
    named = (host.read("/run/systemd/container") or "").strip()
    return named or next((kind for path, kind in CONTAINER_FILES if host.stat(path) is not None), None)


def _lockdown(text: Optional[str]) -> Optional[str]:
    """Return the word in brackets: none, integrity or confidentiality."""
    match = re.search(r"\[(\w+)\]", text or "")
    return match.group(1) if match else None


def _efi_flag(host: Any, name: str) -> bool:
    """Return whether a variable of the firmware says 1, behind its four bytes of attributes."""
    return (host.read_bytes(EFI_GLOBAL % name) or b"")[4:5] == b"\x01"


def _watchdogs(host: Any) -> List[Watchdog]:
    """Return the watchdogs that are running."""
    found = []
    for path in host.glob(WATCHDOGS):
        if (host.read(path + "/state") or "").strip() == "active":
            timeout = (host.read(path + "/timeout") or "").strip()
            identity = (host.read(path + "/identity") or "").strip()
            found.append(Watchdog(path.rsplit("/", 1)[1], identity, whole(timeout)))
    return found
