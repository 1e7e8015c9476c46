# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What an operator writes for `size`, as crashkernel= values: the vendor's default, an estimate, or the text itself."""

import re
from typing import Any, List, NamedTuple, Optional, Tuple, Union

from ansible_collections.crashops.kdump.plugins.module_utils import _shellvars
from ansible_collections.crashops.kdump.plugins.module_utils._memory import MIB, round_up
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._running import Running

PACKAGE_DROP_IN = "/etc/default/grub.d/kdump-tools.cfg"
KDUMP_TOOLS = "/etc/default/kdump-tools"
KDUMP_CONF = "/etc/kdump.conf"
OS_RELEASE = "/etc/os-release"
# ID and VERSION_ID of os-release, and the crashkernel= of that release's kdump-tools.cfg
PACKAGED = (
    ("debian", "12", "384M-:128M"),  # kdump-tools 1.8.1
    ("debian", "13", "512M-:192M"),  # kdump-tools 1.10.7
    ("ubuntu", "22.04", "512M-:192M"),  # kdump-tools 1.6.10ubuntu2.2
    ("ubuntu", "24.04", "2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M"),  # 1.10.3ubuntu2
    ("ubuntu", "25.10", "2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M"),  # 1.10.7ubuntu2
)
# a mark of the kernel's release, and kdumpctl's default on x86_64: only to predict, before kdumpctl is installed
PREDICTED = (
    (".el9", "1G-4G:192M,4G-64G:256M,64G-:512M"),  # kexec-tools 2.0.26-8
    (".el10", "2G-64G:256M,64G-:512M"),  # RHEL 10's documentation
    (".fc", "2G-64G:256M,64G-:512M"),  # kdump-utils 1.0.61
)
STEP = 32 * MIB
ESTIMATES = re.compile(r"^(?:Recommended crashkernel|crashkernel suggested size):\s+(\d+)M\s*$", re.MULTILINE)
UNKNOWN = re.compile(r"^crashkernel suggested size:\s+(Unknown.*)$", re.MULTILINE)
ARGUMENT = re.compile(r"^[^#\n]*[\s\"']crashkernel=([^\s\"']+)", re.MULTILINE)
KEEPS_VALUE = re.compile(r"^auto_reset_crashkernel\s+no\s*$", re.MULTILINE)


class Wish(NamedTuple):
    """The module's options about size, in bytes where they are sizes."""

    size: Union[str, List[str]]
    margin_percent: int
    minimum: Optional[int]
    maximum: Optional[int]
    timeout_s: int
    check_mode: bool


class Resolved(NamedTuple):
    """The crashkernel= values; None where check mode cannot find them without changing something."""

    values: Optional[List[str]]
    messages: List[str]


def resolve(host: Any, running: Running, wish: Wish) -> Resolved:
    """Return the crashkernel= values that `size` stands for on this host."""
    if isinstance(wish.size, list):
        return Resolved(wish.size, _overwritten_later(host, running))
    if wish.size == "estimate":
        return _estimate(host, wish)
    if wish.size not in ("default", "auto"):
        return Resolved([wish.size], _overwritten_later(host, running))
    if running.knows_auto():
        return Resolved(["auto"], [])
    found = _default(host, running, wish)
    if wish.size == "default":
        return found
    words = "crashkernel=auto is known to the RHEL 8 kernel only; the vendor's default is used instead"
    return found._replace(messages=[words] + found.messages)


def adjusted(suggested: int, wish: Wish) -> int:
    """Return an estimate with the margin, kept between minimum and maximum, in whole steps of 32 MiB."""
    size = round_up(suggested * (100 + wish.margin_percent), 100) // 100
    size = round_up(max(size, wish.minimum or 0), STEP)
    return size if wish.maximum is None else min(size, wish.maximum)


def _default(host: Any, running: Running, wish: Wish) -> Resolved:
    """Return the vendor's default."""
    if host.which("kdumpctl"):
        argv = ["kdumpctl", "get-default-crashkernel"]
        value = host.run(argv, timeout_s=wish.timeout_s).stdout.strip()
        if not value or "\n" in value or " " in value:
            raise Failure("kdumpctl get-default-crashkernel said %r, which is no value; name a size" % value)
        return Resolved([value], [])
    packaged = ARGUMENT.findall(host.read(PACKAGE_DROP_IN) or "")
    if packaged:
        return Resolved([packaged[-1]], [])
    return _default_of_release(host, running, wish)


def _default_of_release(host: Any, running: Running, wish: Wish) -> Resolved:
    """Return the default that the package will bring, where it is not installed yet."""
    release = _os_release(host)
    for distribution, version, value in PACKAGED:
        if release == (distribution, version):
            return Resolved([value], [])
    marks = [value for mark, value in PREDICTED if mark in (running.kernel or "") and running.machine == "x86_64"]
    if marks and wish.check_mode:
        words = "kdumpctl is not installed yet, so its default is foretold as %s; the real run asks it"
        return Resolved([marks[0]], [words % marks[0]])
    raise Failure(
        "size: 'default' cannot be found: there is no kdumpctl, no %s, and %s %s is not a release whose default is "
        "known; install kdump first, or name a size such as 256M" % ((PACKAGE_DROP_IN,) + release)
    )


def _os_release(host: Any) -> Tuple[str, str]:
    """Return ID and VERSION_ID of os-release."""
    found = _shellvars.values(host.read(OS_RELEASE) or "")
    return found.get("ID", ""), found.get("VERSION_ID", "")


def _estimate(host: Any, wish: Wish) -> Resolved:
    """Return the distribution's own estimate, adjusted."""
    if host.which("kdumpctl"):
        return _ask(host, ["kdumpctl", "estimate"], wish)
    if not host.which("kdump-config"):
        raise Failure(
            "size: 'estimate' needs kdumpctl or kdump-config, and neither is installed; install kdump or say default"
        )
    directory = _shellvars.values(host.read(KDUMP_TOOLS) or "").get("KDUMP_COREDIR") or "/var/crash"
    if wish.check_mode and host.stat(directory) is None:
        return Resolved(None, ["kdump-config would make the dump directory, so check mode does not ask it"])
    return _ask(host, ["kdump-config", "show"], wish)


def _ask(host: Any, argv: List[str], wish: Wish) -> Resolved:
    """Run what estimates, and return its answer, adjusted."""
    if argv[0] == "kdumpctl" and wish.check_mode:
        words = "kdumpctl estimate may build the capture initramfs, so check mode does not ask it"
        return Resolved(None, [words])
    done = host.run(argv, timeout_s=wish.timeout_s, check=False)
    match = ESTIMATES.search(done.stdout)
    if not match:
        unknown = UNKNOWN.search(done.stdout)
        said = unknown.group(1) if unknown else (done.stderr.strip() or "nothing of a size").splitlines()[-1]
        remedy = "start kdump once with size=default, reboot, and estimate then; or name a size"
        msg = "size: 'estimate' has no answer here: %s said: %s; %s" % (" ".join(argv), said, remedy)
        raise Failure(msg, argv=argv, rc=done.rc, stdout=done.stdout, stderr=done.stderr)
    size = adjusted(int(match.group(1)) * MIB, wish)
    words = "%s suggests %sM; with margin and limits that is %dM"
    return Resolved(["%dM" % (size // MIB)], [words % (" ".join(argv), match.group(1), size // MIB)])


def _overwritten_later(host: Any, running: Running) -> List[str]:
    """Return a warning where the next update of kdump's package would put the vendor's default back."""
    conf = host.read(KDUMP_CONF)
    if conf is None or running.knows_auto() or KEEPS_VALUE.search(conf):
        return []
    return [
        "the next update of kdump's package or of the kernel puts the vendor's default in place of this value, "
        "because %s does not say auto_reset_crashkernel no" % KDUMP_CONF
    ]
