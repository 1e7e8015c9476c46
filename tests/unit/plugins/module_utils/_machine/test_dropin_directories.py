# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drop-in directories: which file of a name is read, and in which order."""

from typing import List

from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import by_version, drop_ins
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

DIRECTORIES = ("/etc/x.d", "/run/x.d", "/usr/lib/x.d")


def paths(host: FakeHost) -> List[str]:
    return [one.path for one in drop_ins(host, DIRECTORIES)]


def test_files_are_read_by_name_over_all_directories() -> None:
    host = FakeHost(files={"/etc/x.d/20-b.conf": "", "/usr/lib/x.d/10-a.conf": "", "/run/x.d/30-c.conf": ""})
    assert paths(host) == ["/usr/lib/x.d/10-a.conf", "/etc/x.d/20-b.conf", "/run/x.d/30-c.conf"]


def test_file_of_an_earlier_directory_hides_its_namesakes() -> None:
    host = FakeHost(files={"/etc/x.d/a.conf": "", "/run/x.d/a.conf": "1", "/usr/lib/x.d/a.conf": "2"})
    assert paths(host) == ["/etc/x.d/a.conf"]


def test_link_to_nowhere_hides_nothing() -> None:
    host = FakeHost(files={"/etc/x.d/a.conf": "link", "/usr/lib/x.d/a.conf": "1"})
    host.links["/etc/x.d/a.conf"] = "/gone"
    assert paths(host) == ["/usr/lib/x.d/a.conf"]


def test_link_to_dev_null_hides_its_namesakes() -> None:
    host = FakeHost(files={"/etc/x.d/a.conf": "link", "/usr/lib/x.d/a.conf": "1"})
    host.links["/etc/x.d/a.conf"] = "/dev/null"
    assert paths(host) == ["/etc/x.d/a.conf"]


def test_hidden_and_other_files_are_passed_over() -> None:
    host = FakeHost(files={"/etc/x.d/.a.conf": "", "/etc/x.d/a.conf.rpmnew": "", "/etc/x.d/README": ""})
    assert paths(host) == []


def test_numbers_are_compared_as_numbers_by_version() -> None:
    host = FakeHost(files={"/etc/x.d/100-a.conf": "", "/etc/x.d/99-a.conf": "", "/etc/x.d/b.conf": ""})
    assert [one.name for one in by_version(drop_ins(host, DIRECTORIES))] == ["99-a.conf", "100-a.conf", "b.conf"]
