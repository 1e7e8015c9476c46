# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mounted server that is gone: every look at what lies there takes for ever, but by a command that can be stopped."""

import os
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import read_facts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.modules import vmcore_info
from ansible_collections.crashops.kdump.tests.unit.armed_host import MOUNTS, armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

POINT = "/nfs"
NFS = MOUNTS + "30 22 0:40 / /nfs rw,relatime shared:3 - nfs4 store:/export rw,vers=4.2\n"
AUTOFS = MOUNTS + "29 22 0:39 / /nfs rw - autofs systemd-1 rw,direct\n30 29 0:40 / /nfs rw - nfs4 store:/export rw\n"
INNER = NFS + "31 30 254:9 / /nfs/local rw - ext4 /dev/vdb1 rw\n"
LOOKS = ("read", "read_bytes", "stat", "glob", "space", "label", "real_path", "link", "may_list", "entries")
NOTHING = {"exists": None, "mode": None, "uid": None, "free_bytes": None}


def debian(text: str, links: Optional[Dict[str, str]] = None, mountinfo: str = NFS) -> Callable[[], FakeHost]:
    defaults = "USE_KDUMP=1\n" + text
    return lambda: made(armed_debian({"/etc/default/kdump-tools": defaults, "/proc/self/mountinfo": mountinfo}), links)


def el9(
    conf: str, links: Optional[Dict[str, str]] = None, mountinfo: str = NFS, **files: str
) -> Callable[[], FakeHost]:
    seen = {"/etc/kdump.conf": conf, "/proc/self/mountinfo": mountinfo}
    seen["/proc/mounts"] = "/dev/vda1 / ext4 rw 0 0\nstore:/export /nfs nfs4 rw 0 0\n"
    return lambda: made(armed_el9(dict(seen, **files)), links)


def made(host: FakeHost, links: Optional[Dict[str, str]]) -> FakeHost:
    """Return a host on which SELinux is on, and where some paths are symbolic links."""
    host.files["/sys/fs/selinux/enforce"] = "1"
    host.links.update(links or {})
    return host


def leads_to(host: FakeHost, path: str, last: bool) -> str:
    """Return where a path leads by the links of a host; `last` says whether its own last part is followed."""
    names, place = path.split("/")[1:], "/"
    while names:
        here = os.path.normpath(os.path.join(place, names.pop(0)))
        target = host.links.get(here) if names or last else None
        place = here if target is None else os.path.join(place, target)
        if target is not None:
            names, place = place.split("/")[1:] + names, "/"
    return place


def watched(host: FakeHost) -> List[Tuple[str, str]]:
    """Return the list in which each look of a host will be noted, with the place that it reaches."""
    looks: List[Tuple[str, str]] = []

    def watch(name: str) -> None:
        plain = getattr(host, name)

        def look(path: str, *more: Any) -> Any:
            # the last link of a path is read where it stands
            looks.append((name, leads_to(host, path, name != "link")))
            return plain(path, *more)

        host.replace_methods(**{name: look})

    for name in LOOKS:
        watch(name)
    return looks


QUESTION = ["stat", "-f", "-c", "%T", POINT]


def silent(host: FakeHost) -> None:
    raise Failure("stat did not end within 5 seconds and was stopped; find out what it waits for")


SILENT = [
    ("/nfs/crash", debian("KDUMP_COREDIR=/nfs/crash\n")),
    ("/nfs", debian("KDUMP_COREDIR=/nfs/\n")),
    ("/nfs/crash", debian("KDUMP_COREDIR=/nfs/crash\n", mountinfo=AUTOFS)),
    ("/nfs/local/crash", debian("KDUMP_COREDIR=/nfs/local/crash\n", mountinfo=INNER)),
    ("/var/crash", debian("", {"/var/crash": "/nfs/crash"})),
    ("/var/crash", debian("", {"/var/crash": "../srv/here", "/srv": "data/./x/..", "/data/here": "/nfs"})),
    ("/d/link/crash", debian("KDUMP_COREDIR=/d/link/crash\n", {"/d/link": "/nfs"})),
    ("/d/link/local/crash", debian("KDUMP_COREDIR=/d/link/local/crash\n", {"/d/link": "/nfs"}, INNER)),
    ("/nfs/crash", el9("path /nfs/crash\n")),
    ("/var/crash", el9("path /var/crash\n", {"/var/crash": "/nfs/crash"})),
    ("/nfs/var/crash", el9("nfs store:/export\n")),
    ("/nfs/dumps", el9("nfs store:/export/\npath /dumps\n")),
]


@pytest.mark.parametrize(("directory", "make"), SILENT)
def test_a_server_that_is_gone_is_asked_once_and_by_a_command_that_can_be_stopped(
    directory: str, make: Callable[[], FakeHost]
) -> None:
    host = make()
    host.answers[" ".join(QUESTION)] = silent
    looks = watched(host)
    facts = read_facts(host, LookOptions())
    assert [look for look in looks if (look[1] + "/").startswith(POINT + "/")] == []
    assert [argv for argv in host.commands if any(word.startswith(POINT) for word in argv)] == [QUESTION]
    assert facts["dump_directory"] == dict(NOTHING, path=directory)
    assert (facts["dumps"]["directory"], facts["dumps"]["count"]) == (directory, None)
    assert [one["reason"] for one in facts["unseen"] if one["what"] == directory] == [
        "store:/export, mounted on /nfs, does not answer: stat did not end within 5 seconds and was stopped; find out "
        "what it waits for"
    ]
    checks = {check["id"]: check for check in facts["checks"]}
    assert checks["space"]["status"] == "fail" and "did not end within 5 seconds" in checks["space"]["reason"]
    # whether it is there is not known: neither the check nor the rule for kdump.conf says that it is missing
    assert checks["dump_directory"]["status"] == "unknown"
    assert [finding["rule"] for finding in facts["findings"] if finding["rule"] == "R20"] == []


def test_what_fstab_binds_from_a_server_that_is_gone_is_not_followed() -> None:
    fstab = "/nfs/home /home none bind 0 0\nstore:/other /other nfs defaults 0 0\n"
    host = el9("ext4 /dev/vdz1\n", None, NFS, **{"/etc/fstab": fstab})()
    host.answers[" ".join(QUESTION)] = silent
    looks = watched(host)
    read_facts(host, LookOptions(probe=False))
    assert [look for look in looks if (look[1] + "/").startswith(POINT + "/")] == []


def answering(make: Callable[[], FakeHost]) -> FakeHost:
    """Return a host whose server answers, and lets 4 MiB be written."""
    host = make()
    host.answers[" ".join(QUESTION)] = "nfs\n"
    host.directories["/nfs"] = 0o755
    host.free.update({"/nfs": 4 << 20, "/nfs/crash": 4 << 20})
    return host


@pytest.mark.parametrize(
    ("directory", "make"),
    [
        ("/nfs/crash", debian("KDUMP_COREDIR=/nfs/crash\n")),
        ("/var/crash", debian("", {"/var/crash": "/nfs/crash"})),
        ("/nfs/crash", el9("path /nfs/crash\n")),
        ("/nfs/crash", el9("nfs store:/export\npath /crash\n")),
    ],
)
def test_a_server_that_answers_is_looked_at(directory: str, make: Callable[[], FakeHost]) -> None:
    host = answering(make)
    host.directories["/nfs/crash"], host.free[directory] = 0o700, 4 << 20
    facts = read_facts(host, LookOptions())
    wanted = {"path": directory, "exists": True, "mode": "0700", "uid": 0, "free_bytes": 4 << 20}
    assert facts["dump_directory"] == wanted
    assert facts["dumps"]["directory"] == directory
    assert (facts["space"]["place"], facts["space"]["free_inodes"]) == (directory, 1000)
    assert host.commands.count(QUESTION) == 1


@pytest.mark.parametrize("make", [debian("KDUMP_COREDIR=/nfs/crash\n"), el9("nfs store:/export\npath /crash\n")])
def test_a_directory_that_a_server_does_not_have_is_missing_and_the_room_is_that_above_it(
    make: Callable[[], FakeHost],
) -> None:
    facts = read_facts(answering(make), LookOptions())
    assert facts["dump_directory"] == dict(NOTHING, path="/nfs/crash", exists=False)
    assert (facts["space"]["place"], facts["space"]["free_bytes"]) == ("/nfs", 4 << 20)


@pytest.mark.parametrize(
    "make",
    [
        debian("KDUMP_KERNEL=/nfs/vmlinuz\nKDUMP_INITRD=/nfs/initrd\nSSH=u@10.0.0.9\nSSH_KEY=/nfs/key\n"),
        debian("", {"/var/crash/20260101": "/nfs/dumps"}),
        el9("kdump_post /nfs/post\nextra_bins /nfs/a /nfs/b\nssh u@10.0.0.9\nsshkey /nfs/key\npath /x\n"),
        el9("core_collector /nfs/collect\n", {"/etc/kdump/post.d/x": "/nfs/x"}, **{"/etc/kdump/post.d/x": ""}),
    ],
)
def test_whatever_else_lies_on_a_server_that_is_gone_is_left_alone_too(make: Callable[[], FakeHost]) -> None:
    host = make()
    host.directories["/var/crash/20260101"] = 0o700
    host.answers[" ".join(QUESTION)] = silent
    looks = watched(host)
    read_facts(host, LookOptions(probe=False))
    assert [look for look in looks if (look[1] + "/").startswith(POINT + "/")] == []
    assert host.commands.count(QUESTION) == 1


def test_where_nothing_lies_on_a_server_no_server_is_asked() -> None:
    host = debian("")()
    read_facts(host, LookOptions())
    assert QUESTION not in host.commands


def test_a_path_that_is_not_absolute_ends_at_the_root() -> None:
    host = debian("KDUMP_COREDIR=crash\n")()
    assert read_facts(host, LookOptions())["space"]["place"] == "/"


def test_a_file_in_place_of_the_directory_is_seen_and_what_may_not_be_looked_at_is_not_called_missing() -> None:
    host = el9("path /var/file\n")()
    host.files["/var/file"] = ""
    facts = read_facts(host, LookOptions())
    assert facts["dump_directory"] == dict(NOTHING, path="/var/file", exists=False)
    assert [finding["rule"] for finding in facts["findings"]] == ["R20"]
    host, plain = el9("path /var/crash\n")(), FakeHost.stat

    def stat(path: str) -> Optional[FileFacts]:
        if path == "/var/crash":
            raise Failure("cannot look at /var/crash: Permission denied")
        return plain(host, path)

    host.replace_methods(stat=stat)
    facts = read_facts(host, LookOptions())
    assert facts["dump_directory"] == dict(NOTHING, path="/var/crash")
    assert facts["findings"] == []


OPTIONS = {"path": None, "newest": None, "after": None, "slack": 60, "check": True, "timeout": 300}


@pytest.mark.parametrize(("directory", "make"), SILENT)
def test_vmcore_info_fails_where_the_server_of_the_dumps_is_gone(directory: str, make: Callable[[], FakeHost]) -> None:
    for path in (None, directory):
        host = make()
        host.answers[" ".join(QUESTION)] = silent
        looks = watched(host)
        with pytest.raises(Failure, match="store:/export, mounted on /nfs, does not answer: stat did not end within"):
            vmcore_info.ensure(host, dict(OPTIONS, path=path), False)
        assert [look for look in looks if (look[1] + "/").startswith(POINT + "/")] == []


def test_vmcore_info_tells_of_a_directory_that_leads_to_a_server_that_is_gone_and_of_the_others() -> None:
    host = debian("", {"/var/crash/20260101": "/nfs/dumps"})()
    host.directories.update({"/var/crash/20260101": 0o700, "/var/crash/20260102": 0o700})
    host.files["/var/crash/20260102/dmesg.202601020000"] = ""
    host.answers[" ".join(QUESTION)] = silent
    looks = watched(host)
    dumps = vmcore_info.ensure(host, dict(OPTIONS, path="/var/crash"), False)["dumps"]
    assert [look for look in looks if (look[1] + "/").startswith(POINT + "/")] == []
    assert sorted(dump["directory"] for dump in dumps) == ["/var/crash/20260101", "/var/crash/20260102"]
    assert "does not answer" in {dump["directory"]: dump["reason"] for dump in dumps}["/var/crash/20260101"]
