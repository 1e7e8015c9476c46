# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The crashkernel= that the vendor gives a host by default: asked of the host where it can say, else out of a table."""

import re
from typing import Any, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_variables

PACKAGE_DROP_IN = "/etc/default/grub.d/kdump-tools.cfg"
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
ARGUMENT = re.compile(r"^[^#\n]*[\s\"']crashkernel=([^\s\"']+)", re.MULTILINE)
# where kdumpctl's functions are, and its default for x86_64 and s390x there (kexec-tools 2.0.25 to kdump-utils 1.0.61)
KDUMP_LIBS = ("/usr/lib/kdump/kdump-lib.sh", "/lib/kdump/kdump-lib.sh")
LISTED = re.compile(r'"?x86_64"?[^"]{0,400}(?:"s390x"[^"]{0,400})?_ck_cmdline="([^"\s]+)"')
NO_DEFAULT = "name a size such as 256M, or ranges such as 2G-64G:256M,64G-:512M"


class Resolved(NamedTuple):
    """The crashkernel= values; None where check mode cannot find them without changing something."""

    values: Optional[List[str]]
    messages: List[str]


def default_unasked(host: Any, running: Running) -> Optional[List[str]]:
    """Return the vendor's default as far as files tell it: kdumpctl itself waits for its lock; None where none does."""
    if running.knows_auto():
        return ["auto"]
    packaged = ARGUMENT.findall(host.read(PACKAGE_DROP_IN) or "")
    if packaged:
        return [packaged[-1]]
    listed = LISTED.search(next((text for text in map(host.read, KDUMP_LIBS) if text), ""))
    if listed and running.machine in ("x86_64", "s390x"):
        return [listed.group(1)]
    return None


def vendor_default(host: Any, running: Running, timeout_s: int, check_mode: bool) -> Resolved:
    """Return the vendor's default."""
    if running.knows_auto():
        return Resolved(["auto"], [])
    if host.which("kdumpctl"):
        return Resolved([_asked(host, running, timeout_s)], [])
    packaged = ARGUMENT.findall(host.read(PACKAGE_DROP_IN) or "")
    if packaged:
        return Resolved([packaged[-1]], [])
    return _of_release(host, running, check_mode)


def _asked(host: Any, running: Running, timeout_s: int) -> str:
    """Return what kdumpctl gives by default. That of RHEL 8 cannot be asked: there the kernel knows the default."""
    done = host.run(["kdumpctl", "get-default-crashkernel"], timeout_s=timeout_s, check=False)
    value = done.stdout.strip()
    if done.rc == 0 and value and not re.search(r"\s", value):
        return value
    said = value or (done.stderr.strip() or "nothing").splitlines()[-1]
    words = "kdumpctl get-default-crashkernel exited with %d and said %r, which is no value for the kernel %s; %s"
    msg = words % (done.rc, said, running.kernel, NO_DEFAULT)
    raise Failure(msg, argv=done.argv, rc=done.rc, stdout=done.stdout, stderr=done.stderr)


def _of_release(host: Any, running: Running, check_mode: bool) -> Resolved:
    """Return the default that the package will bring, where it is not installed yet."""
    release = _os_release(host)
    for distribution, version, value in PACKAGED:
        if release == (distribution, version):
            return Resolved([value], [])
    marks = [value for mark, value in PREDICTED if mark in (running.kernel or "") and running.machine == "x86_64"]
    if marks and check_mode:
        words = "kdumpctl is not installed yet, so its default is predicted as %s; the real run asks it"
        return Resolved([marks[0]], [words % marks[0]])
    raise Failure(
        "size: 'default' cannot be found: there is no kdumpctl, no %s, and %s %s is not a release whose default is "
        "known; install kdump first, or name a size such as 256M" % ((PACKAGE_DROP_IN,) + release)
    )


def _os_release(host: Any) -> Tuple[str, str]:
    """Return ID and VERSION_ID of os-release."""
    found = shell_variables.values(host.read(OS_RELEASE) or "")
    return found.get("ID", ""), found.get("VERSION_ID", "")
