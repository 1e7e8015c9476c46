# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change replaced is kept until the host is armed, and put back without harm to what others wrote since."""

import json
from typing import Any, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import Service, Unit
from ansible_collections.crashops.kdump.plugins.module_utils._service.undo import ChangeRecord, Kept
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Image
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

ONE, TWO, THREE, NEW = [undo.digest(text) for text in ("one\udcff\n", "two\n", "three\n", "new\n")]
RECORD = ChangeRecord([Kept("/a", "one\udcff\n", 10, [TWO]), Kept("/b", None, None, [NEW])], "/image", 5000000000)


def test_a_record_is_read_back_as_it_was_written() -> None:
    assert undo.decoded(undo.encoded(RECORD)) == RECORD


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '{"files": [{}]}', '{"files": 3}', '{"files": []}', "\x00"]
)
def test_rubbish_holds_no_record(text: str) -> None:
    assert undo.decoded(text) is None


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ({"path": 5}, {}),
        ({"armed": ["x"]}, {}),
        ({"mtime_ns": "1"}, {}),
        ({"tried": [1]}, {}),
        ({}, {"image": None}),
        ({}, {"image_mtime_ns": "x"}),
    ],
)
def test_a_record_with_a_value_of_another_type_holds_nothing_to_put_back(
    file: Dict[str, Any], more: Dict[str, Any]
) -> None:
    whole = {"path": "/a", "armed": "x", "mtime_ns": 1, "tried": ["x"]}
    record = {"files": [whole], "image": "/image", "image_mtime_ns": 1}
    assert undo.decoded(json.dumps(record)) is not None
    assert undo.decoded(json.dumps(dict(record, files=[dict(whole, **file)], **more))) is None


def test_two_changes_are_undone_to_what_there_was_before_the_first() -> None:
    newer = ChangeRecord([Kept("/a", "two\n", 20, [THREE, TWO]), Kept("/c", "x\n", 30, [NEW])], "/image", 6000000000)
    expected = [
        Kept("/a", "one\udcff\n", 10, [TWO, THREE]),
        Kept("/b", None, None, [NEW]),
        Kept("/c", "x\n", 30, [NEW]),
    ]
    assert undo.merged(RECORD, newer) == ChangeRecord(expected, "/image", 5000000000)


def host_with(files: Dict[str, str]) -> FakeHost:
    """Return a host whose capture initramfs is the one of the record."""
    host = FakeHost(dict(files, **{"/image": ""}))
    host.mtimes["/image"] = 5
    return host


def test_files_are_put_back_with_their_times_and_new_ones_are_removed() -> None:
    host = host_with({"/a": "two\n", "/b": "new\n"})
    assert undo.put_back(host, RECORD, "/image") == ["/a", "/b"]
    assert host.files == {"/a": "one\udcff\n", "/image": ""}
    assert host.mtimes["/a"] == 10 / 1e9


def test_files_get_a_new_time_where_the_image_was_built_from_what_was_tried() -> None:
    host = host_with({"/a": "two\n"})
    host.mtimes["/image"] = 6
    assert undo.put_back(host, RECORD, "/image") == ["/a"]
    assert host.mtimes["/a"] == host.clock


@pytest.mark.parametrize("text", ["two\n", "three\n"])
def test_each_text_that_was_tried_is_taken_back(text: str) -> None:
    record = RECORD._replace(files=[RECORD.files[0]._replace(tried=[TWO, THREE])])
    host = host_with({"/a": text})
    assert undo.put_back(host, record, "/image") == ["/a"]


def test_what_others_wrote_since_is_left_alone() -> None:
    host = host_with({"/a": "an admin's\n", "/b": "new\n"})
    assert undo.put_back(host, RECORD, "/image") == ["/b"]
    assert host.files == {"/a": "an admin's\n", "/image": ""}


def test_files_that_cannot_all_be_put_back_all_stay() -> None:
    host = host_with({"/a": "two\n", "/b": "new\n"})
    host.unwritable["/b"] = "Read-only file system"
    with pytest.raises(Failure, match="cannot write /b"):
        undo.put_back(host, RECORD, "/image")
    assert host.files["/a"] == "two\n"


@pytest.mark.parametrize(
    ("mtime", "image", "untouched"),
    [(5, "/image", True), (6, "/image", False), (None, "/image", False), (5, "/image-of-another-kernel", False)],
)
def test_an_image_is_untouched_if_it_is_the_same_and_has_its_time(
    mtime: Optional[int], image: str, untouched: bool
) -> None:
    host = FakeHost({} if mtime is None else {image: ""})
    host.mtimes[image] = mtime or 0
    assert undo.image_is_untouched(host, RECORD, image) is untouched


@pytest.mark.parametrize(
    ("armed", "changed_since", "perhaps_since", "left"),
    [
        (False, [], [], ["/a", "/b"]),
        (True, ["/a", "/b", "/image"], [], ["/a", "/b"]),
        (True, ["/b"], [], ["/b"]),
        (True, [], ["/a"], ["/a"]),
        (True, ["/image", "/c"], [], None),
        (True, [], [], None),
    ],
)
def test_record_left_behind_has_only_files_newer_than_what_is_loaded(
    armed: bool, changed_since: List[str], perhaps_since: List[str], left: Optional[List[str]]
) -> None:
    unit = Unit(True, armed, False, True, False, None, None)
    service = Service(unit, armed, True, Image("/image", True, None), changed_since, perhaps_since)
    found = undo.unarmed(FakeHost({undo.RECORD: undo.encoded(RECORD)}), service)
    assert (found and [file.path for file in found.files]) == left
    assert found is None or found.image == "/image"


@pytest.mark.parametrize(
    "text", ["[" * 100000, '{"files": [1]}', '{"files": [{}]}', "9" * 5000], ids=["nested", "1", "2", "number"]
)
def test_a_record_that_is_rubbish_is_none_and_no_traceback(text: str) -> None:
    assert undo.decoded(text) is None
