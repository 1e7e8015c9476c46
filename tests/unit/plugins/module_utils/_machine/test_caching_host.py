# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is read once and a program asked once, and both again once the module may have changed the answer."""

from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import CachingHost, caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import Answer, FakeHost

CONF, FSTAB, LOADED = "/etc/kdump.conf", "/etc/fstab", "/sys/kernel/kexec_crash_loaded"
SHOW = ["systemctl", "show", "-p", "ActiveState", "kdump.service"]
RESTART = ["systemctl", "restart", "kdump.service"]


class CountedHost(FakeHost):
    """A host that says which files were read, in order."""

    def __init__(
        self, files: Optional[Mapping[str, Union[str, bytes]]], commands: Optional[Mapping[str, Answer]] = None
    ) -> None:
        super().__init__(files, commands)
        self.seen: List[str] = []
        self.unreadable: Dict[str, str] = {}

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        self.seen.append(path)
        if path in self.unreadable:
            raise Failure(self.unreadable[path])
        return super().read_bytes(path, offset, size)


def machine(**commands: Any) -> Tuple[CountedHost, CachingHost]:
    """Return a host, and the same one with a memory."""
    answers = {"systemctl show -p ActiveState kdump.service": "ActiveState=active\n", " ".join(RESTART): ""}
    files = {CONF: "path /var/crash\n", FSTAB: "/dev/vda1 / ext4 defaults 0 1\n", LOADED: "0\n"}
    host = CountedHost(files, dict(answers, **commands))
    return host, CachingHost(host)


def read_all(host: CachingHost) -> List[Optional[str]]:
    """Return the texts of the three files."""
    return [host.read(path) for path in (CONF, FSTAB, LOADED)]


def test_file_is_read_once() -> None:
    host, seen = machine()
    assert [seen.read(CONF) for dummy in range(3)] == ["path /var/crash\n"] * 3
    assert host.seen == [CONF]


def test_absent_file_is_looked_for_once() -> None:
    host, seen = machine()
    assert [seen.read("/etc/none") for dummy in range(2)] == [None, None]
    assert host.seen == ["/etc/none"]


def test_unreadable_file_is_tried_once_and_refused_each_time() -> None:
    host, seen = machine()
    host.unreadable[CONF] = "cannot read /etc/kdump.conf: Input/output error"
    for dummy in range(2):
        with pytest.raises(Failure, match="Input/output error"):
            seen.read(CONF)
    assert host.seen == [CONF]


def test_bytes_of_a_known_text_are_not_read_again() -> None:
    host, seen = machine()
    host.files[CONF] = b"caf\xe9\n"
    assert seen.read(CONF) == "caf\udce9\n"
    assert [seen.read_bytes(CONF), seen.read_bytes(CONF, 3, 1), seen.read_bytes(CONF, 4)] == [
        b"caf\xe9\n",
        b"\xe9",
        b"\n",
    ]
    assert host.seen == [CONF]


def test_part_of_an_unknown_file_is_read_alone() -> None:
    host, seen = machine()
    assert seen.read_bytes(CONF, 5, 4) == b"/var"
    host.files[CONF] = "raw /dev/vdb\n"
    assert seen.read(CONF) == "raw /dev/vdb\n"


def test_bytes_of_an_absent_file_are_none() -> None:
    dummy, seen = machine()
    assert seen.read_bytes("/etc/none") is None


def test_writing_drops_the_file_and_what_is_live_and_nothing_else() -> None:
    host, seen = machine()
    read_all(seen)
    host.files[LOADED] = "1\n"
    seen.write(CONF, "raw /dev/vdb\n")
    assert read_all(seen) == ["raw /dev/vdb\n", "/dev/vda1 / ext4 defaults 0 1\n", "1\n"]
    assert host.seen == [CONF, FSTAB, LOADED, CONF, LOADED]


def test_writing_through_a_link_drops_the_file_by_either_name() -> None:
    host, seen = machine()
    host.links["/etc/link"] = CONF
    assert [seen.read(CONF), seen.read("/etc/link")] == ["path /var/crash\n"] * 2
    seen.write("/etc/link", "raw /dev/vdb\n")
    assert [seen.read(CONF), seen.read("/etc/link")] == ["raw /dev/vdb\n"] * 2
    seen.write(CONF, "path /dumps\n")
    assert [seen.read(CONF), seen.read("/etc/link")] == ["path /dumps\n"] * 2


@pytest.mark.parametrize(
    ("act", "after"),
    [
        (lambda host: host.write_all([FileContent(CONF, None), FileContent(FSTAB, "x\n")]), [None, "x\n", "0\n"]),
        (lambda host: host.remove(CONF), [None, "/dev/vda1 / ext4 defaults 0 1\n", "0\n"]),
        (
            lambda host: host.copy(FSTAB, CONF, 0o644),
            ["/dev/vda1 / ext4 defaults 0 1\n", "/dev/vda1 / ext4 defaults 0 1\n", "0\n"],
        ),
    ],
    ids=["write_all", "remove", "copy"],
)
def test_changed_file_is_read_again(
    act: Callable[[CachingHost], Optional[List[Any]]], after: List[Optional[str]]
) -> None:
    dummy, seen = machine()
    read_all(seen)
    act(seen)
    assert read_all(seen) == after


def test_file_whose_write_fails_is_read_again() -> None:
    host, seen = machine()
    seen.read(CONF)
    host.unwritable[CONF] = "No space left on device"
    host.files[CONF] = "half\n"
    with pytest.raises(Failure, match="No space left"):
        seen.write(CONF, "whole\n")
    assert seen.read(CONF) == "half\n"


def test_program_that_only_reads_is_asked_once() -> None:
    host, seen = machine()
    assert [seen.run(SHOW).stdout for dummy in range(2)] == ["ActiveState=active\n"] * 2
    assert host.commands == [SHOW]


def test_known_answer_that_ended_unwell_fails_where_that_counts() -> None:
    host, seen = machine(**{"blkid -p /dev/vdb": (2, "", "no signature")})
    assert seen.run(["blkid", "-p", "/dev/vdb"], check=False).rc == 2
    with pytest.raises(Failure, match="blkid -p /dev/vdb exited with 2 and said: no signature"):
        seen.run(["blkid", "-p", "/dev/vdb"])
    assert host.commands == [["blkid", "-p", "/dev/vdb"]]


def test_any_other_program_drops_all_that_is_known() -> None:
    def restart(host: CountedHost) -> None:
        host.files.update({LOADED: "1\n", CONF: "path /new\n"})
        host.answers[" ".join(SHOW)] = "ActiveState=failed\n"

    dummy, seen = machine(**{" ".join(RESTART): restart})
    read_all(seen), seen.run(SHOW)
    seen.run(RESTART)
    assert read_all(seen) == ["path /new\n", "/dev/vda1 / ext4 defaults 0 1\n", "1\n"]
    assert seen.run(SHOW).stdout == "ActiveState=failed\n"


def test_program_that_fails_drops_all_that_is_known() -> None:
    def restart(host: CountedHost) -> Tuple[int, str, str]:
        host.files[LOADED] = "1\n"
        return 1, "", "Job failed"

    dummy, seen = machine(**{" ".join(RESTART): restart})
    read_all(seen)
    with pytest.raises(Failure, match="Job failed"):
        seen.run(RESTART)
    assert seen.read(LOADED) == "1\n"


@pytest.mark.parametrize(
    "argv",
    [
        ["rpm-ostree", "kargs", "--append=crashkernel=1G"],
        ["hostname", "web1"],
        ["grubby", "--update-kernel=ALL", "--args=crashkernel=1G"],
        ["kdumpctl", "estimate"],
        ["kdump-config", "show"],
        ["systemctl", "start", "kdump.service"],
        ["sh", "-c", "lsblk"],
    ],
)
def test_command_that_begins_like_one_that_reads_counts_as_an_act(argv: List[str]) -> None:
    host, seen = machine(**{" ".join(argv): ""})
    seen.read(CONF)
    seen.run(argv)
    host.files[CONF] = "path /new\n"
    assert seen.read(CONF) == "path /new\n"
    seen.run(argv)
    assert host.commands == [argv, argv]


def test_waiting_reads_the_host_again_each_time() -> None:
    host, seen = machine()

    def armed() -> bool:
        host.files[LOADED] = "1\n" if host.clock > 1700000002 else "0\n"
        return seen.read(LOADED) == "1\n"

    assert seen.read(LOADED) == "0\n"
    assert seen.wait_until(armed, 10)
    assert seen.read(LOADED) == "1\n"


def test_lock_drops_what_was_read_before_it() -> None:
    host, seen = machine()
    seen.read(CONF)
    host.files[CONF] = "path /of-another-task\n"
    seen.lock("kdump_config")
    assert seen.read(CONF) == "path /of-another-task\n"


def test_planned_and_tolerant_host_share_what_is_known() -> None:
    host, seen = machine()
    planned, tolerant = PlannedHost(seen, [FileChange(CONF, None, "raw /dev/vdb\n")]), TolerantHost(seen, 5)
    assert [planned.read(CONF), tolerant.read(CONF), seen.read(CONF)] == ["raw /dev/vdb\n"] + ["path /var/crash\n"] * 2
    assert [one.read(FSTAB) for one in (planned, tolerant, seen)] == ["/dev/vda1 / ext4 defaults 0 1\n"] * 3
    assert (host.seen.count(CONF), host.seen.count(FSTAB)) == (1, 1)


def test_host_with_a_memory_gets_no_second_one() -> None:
    host, seen = machine()
    assert caching(seen) is seen
    assert caching(host).read(CONF) == "path /var/crash\n"


def test_real_file_is_read_again_after_a_write_through_its_folders_link(tmp_path: Path) -> None:
    seen = CachingHost(Host(None))
    (tmp_path / "etc").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "etc")
    path, other = str(tmp_path / "etc" / "file"), str(tmp_path / "link" / "file")
    seen.write(path, "one\n")
    assert [seen.read(path), seen.read(other)] == ["one\n", "one\n"]
    seen.write(other, "two\n")
    assert [seen.read(path), seen.read(other)] == ["two\n", "two\n"]
