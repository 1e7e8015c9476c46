# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dump directory's mount is judged by what is mounted there, whatever was looked at first."""

from typing import Any, Callable, Dict, List

import pytest
from ansible_collections.crashops.kdump.tests.unit.armed_host import MOUNTS, armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge, statuses

AUTOFS = "30 22 0:40 / /var/crash rw - autofs systemd-1 rw,fd=40\n"
OWN = "31 30 254:17 / /var/crash rw - ext4 /dev/vdb1 rw\n"
IDS = ("target_supported", "target_in_capture", "target_at_boot", "target_mounted")


def said(host: FakeHost) -> List[str]:
    """Return what the checks of the dump directory's mount say, in the order of IDS."""
    found = statuses(judge(host))
    return [found[one] for one in IDS]


@pytest.mark.parametrize(
    ("make", "options", "expected"),
    [
        (armed_debian, "_netdev,x-systemd.automount", ["pass", "fail", "pass", "pass"]),
        (armed_debian, "noauto,x-systemd.automount", ["pass", "pass", "pass", "pass"]),
        (armed_el9, "_netdev,x-systemd.automount", ["pass", "skip", "pass", "pass"]),
    ],
)
def test_an_idle_automount_is_judged_as_it_is_once_it_is_mounted(
    make: Callable[..., FakeHost], options: str, expected: List[str]
) -> None:
    files: Dict[str, Any] = {
        "/run/systemd/system": "",
        "/etc/fstab": "/dev/vdb1 /var/crash ext4 %s 0 2\n" % options,
        "/proc/self/mountinfo": MOUNTS + AUTOFS,
        "/sys/class/block/vdb1": "",
        "/sys/class/block/vdb1/partition": "1\n",
    }
    host = make(files)

    def mounted(host: FakeHost) -> str:
        host.files["/proc/self/mountinfo"] = MOUNTS + AUTOFS + OWN
        return "ext2/ext3\n"

    host.answers["stat -f -c %T /var/crash"] = mounted
    assert [said(host), said(host)] == [expected, expected]


def linked(host: FakeHost, links: Dict[str, str], directory: str) -> FakeHost:
    """Return a host with symbolic links, whose dump directory really is another one."""
    host.links.update(links)
    host.directories[directory] = 0o700
    host.free[directory] = 4 << 30
    return host


@pytest.mark.parametrize("written", ["/srv/crash", "/srv/crash/", "/var/srv/crash"])
def test_fstab_may_name_the_mount_point_through_a_link(written: str) -> None:
    files = {
        "/etc/kdump.conf": "path /srv/crash\n",
        "/etc/fstab": "/dev/vdb1 %s ext4 defaults 0 2\n" % written,
        "/run/systemd/system": "",
        "/proc/self/mountinfo": MOUNTS + OWN.replace("/var/crash", "/var/srv/crash"),
        "/sys/class/block/vdb1": "",
        "/sys/class/block/vdb1/partition": "1\n",
    }
    links = dict.fromkeys(["/srv/crash", "/srv/crash/"], "/var/srv/crash")
    host = linked(armed_el9(files), links, "/var/srv/crash")
    host.free["/srv/crash"] = 4 << 30
    assert said(host) == ["pass", "skip", "pass", "pass"]
    host.files["/etc/fstab"] = host.files["/etc/fstab"].replace("defaults", "noauto")
    assert said(host) == ["pass", "skip", "warn", "pass"]


@pytest.mark.parametrize(("options", "expected"), [("defaults,nofail", "fail"), ("defaults,noauto", "pass")])
def test_a_link_leads_the_dumps_below_what_is_not_mounted(options: str, expected: str) -> None:
    host = armed_debian({"/etc/fstab": "/dev/vdb1 /data ext4 %s 0 2\n" % options})
    linked(host, {"/var/crash": "/data/crash"}, "/data/crash")
    host.free["/var/crash"] = 4 << 30
    checks = {check["id"]: check for check in judge(host)["checks"]}
    assert checks["target_mounted"]["status"] == expected
    assert expected == "pass" or checks["target_mounted"]["reason"].startswith("fstab mounts /data, which holds")
