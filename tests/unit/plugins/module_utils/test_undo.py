# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change replaced is kept until the host is armed, and put back without harm to what others wrote since."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils import _undo
from ansible_collections.crashops.kdump.plugins.module_utils._service import Service, Unit
from ansible_collections.crashops.kdump.plugins.module_utils._undo import Kept, Record
from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Image
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

RECORD = Record([Kept("/a", "one\udcff\n", "two\n", 10), Kept("/b", None, "new\n", None)], "/image", 5000000000)


def test_a_record_is_read_back_as_it_was_written():
    assert _undo.decoded(_undo.encoded(RECORD)) == RECORD


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '{"files": [{}]}', '{"files": 3}', '{"files": []}', "\x00"]
)
def test_rubbish_holds_no_record(text):
    assert _undo.decoded(text) is None


def test_two_changes_are_undone_to_what_there_was_before_the_first():
    newer = Record([Kept("/a", "two\n", "three\n", 20), Kept("/c", "x\n", "y\n", 30)], "/image", 6000000000)
    expected = [Kept("/b", None, "new\n", None), Kept("/a", "one\udcff\n", "three\n", 10), Kept("/c", "x\n", "y\n", 30)]
    assert _undo.merged(RECORD, newer) == Record(expected, "/image", 5000000000)


def test_files_are_put_back_with_their_times_and_new_ones_are_removed():
    host = FakeHost({"/a": "two\n", "/b": "new\n"})
    assert _undo.put_back(host, RECORD.files) == ["/a", "/b"]
    assert host.files == {"/a": "one\udcff\n"}
    assert host.mtimes["/a"] == 10 / 1e9


def test_what_others_wrote_since_is_left_alone():
    host = FakeHost({"/a": "an admin's\n", "/b": "new\n"})
    assert _undo.put_back(host, RECORD.files) == ["/b"]
    assert host.files == {"/a": "an admin's\n"}


@pytest.mark.parametrize(("mtime", "untouched"), [(5, True), (6, False), (None, False)])
def test_an_image_is_untouched_if_it_has_its_time(mtime, untouched):
    host = FakeHost({} if mtime is None else {"/image": ""})
    host.mtimes["/image"] = mtime or 0
    assert _undo.image_is_untouched(host, RECORD) is untouched


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
def test_of_a_record_that_is_left_which_is_younger_than_what_is_loaded(armed, changed_since, perhaps_since, left):
    unit = Unit(True, armed, False, True, False, None, None)
    service = Service(unit, armed, True, Image("/image", True, None), changed_since, perhaps_since)
    found = _undo.unarmed(FakeHost({_undo.RECORD: _undo.encoded(RECORD)}), service)
    assert (found and [file.path for file in found.files]) == left
    assert found is None or found.image == "/image"
