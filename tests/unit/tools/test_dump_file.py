# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of dumps that the tests of whole machines use, on dumps built byte by byte."""

import subprocess
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.unit import dump_builder

from tools.lab.dump_file import DumpFile


def run(command: str) -> str:
    """Run a shell command of this machine."""
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout


def read(folder: Path, content: bytes) -> DumpFile:
    """Return the reader of a dump with this content."""
    (folder / "dump").write_bytes(content)
    return DumpFile(run, str(folder / "dump"))


WHOLE = dump_builder.kdump_compressed()
FORMATS = {"compressed": WHOLE, "flattened": dump_builder.flattened(WHOLE)}


@pytest.mark.parametrize("form", FORMATS)
def test_a_whole_dump_says_whose_it_is(form: str, tmp_path: Path) -> None:
    dump = read(tmp_path, FORMATS[form])
    assert (dump.is_flattened, dump.has_signature(), dump.is_whole()) == (form == "flattened", True, True)
    assert (dump.nodename(), dump.release()) == ("web1", "6.1.0-41-cloud-amd64")


@pytest.mark.parametrize("form", FORMATS)
def test_a_dump_that_lost_its_last_byte_is_not_whole(form: str, tmp_path: Path) -> None:
    assert not read(tmp_path, FORMATS[form][:-1]).is_whole()


def test_a_dump_that_makedumpfile_calls_incomplete_is_not_whole(tmp_path: Path) -> None:
    assert not read(tmp_path, dump_builder.kdump_compressed(status=0x1 | 0x8)).is_whole()


def test_a_file_of_another_kind_has_no_signature(tmp_path: Path) -> None:
    assert not read(tmp_path, b"some text\n" * 100).has_signature()
