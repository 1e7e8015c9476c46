# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip downloads: every file is known by its hash, and another one is refused in one sentence."""

import hashlib
import re
import sys
import zipfile
from pathlib import Path

import pytest

from tools.dev import ansible_test, community, downloads
from tools.dev.log import Log
from tools.dev.outcome import StepFailed

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
WHEEL = "thing==1.0"


def names(text: str) -> set[tuple[str, str]]:
    """Return the pinned names and versions of a list; names in the one way that pip compares them by."""
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in PINNED.findall(text)}


@pytest.mark.parametrize("name", downloads.LOCKED)
def test_every_requirement_is_in_the_lock_file(name: str) -> None:
    listed = (downloads.LOCKS / f"requirements-{name}.txt").read_text()
    assert names(listed)
    assert names(listed) <= names(downloads.lock(name).read_text())


@pytest.mark.parametrize("name", downloads.LOCKED)
def test_every_version_in_the_lock_file_has_a_hash(name: str) -> None:
    lines = [line for line in downloads.lock(name).read_text().splitlines() if not line.startswith("#")]
    entries = "\n".join(lines).replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert re.search(r" --hash=sha256:[0-9a-f]{64}", entry), entry


def test_every_single_wheel_is_in_the_table() -> None:
    pips = {f"pip=={version}" for versions in ansible_test.PIPS.values() for version in versions}
    assert pips | {f"ansible=={version}" for version in (*community.VERSIONS.values(), community.LATER)} == set(
        downloads.WHEELS
    )
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in downloads.WHEELS.values())


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that pip downloads from instead of an index; it holds one wheel."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "thing-1.0-py3-none-any.whl", "w") as packed:
        packed.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        packed.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr("thing-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_wheel_with_the_listed_hash_is_taken(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (packed,) = index.iterdir()
    monkeypatch.setitem(downloads.WHEELS, WHEEL, digest(packed))
    found = downloads.wheel(Path(sys.executable), WHEEL, tmp_path / "wheels", Log(tmp_path / "log", "a"))
    assert found.read_bytes() == packed.read_bytes()


def test_wheel_with_another_hash_is_refused_in_one_sentence(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (packed,) = index.iterdir()
    monkeypatch.setitem(downloads.WHEELS, WHEEL, "0" * 64)
    with pytest.raises(StepFailed) as failure:
        downloads.wheel(Path(sys.executable), WHEEL, tmp_path / "wheels", Log(tmp_path / "log", "a"))
    assert str(failure.value) == (
        "the package index has another file for thing==1.0 than tools/dev/downloads.py lists "
        "(SHA-256 %s, expected %s); nothing was installed. If the new file is right, list its hash: ./dev lock"
    ) % (digest(packed), "0" * 64)
    assert list((tmp_path / "wheels").iterdir()) == []


def test_wheel_that_was_changed_in_the_cache_is_fetched_again(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (packed,) = index.iterdir()
    monkeypatch.setitem(downloads.WHEELS, WHEEL, digest(packed))
    cached = tmp_path / "wheels" / packed.name
    cached.parent.mkdir()
    cached.write_bytes(b"changed")
    assert downloads.wheel(Path(sys.executable), WHEEL, cached.parent, Log(tmp_path / "log", "a")) == cached
    assert digest(cached) == digest(packed)


def test_environment_with_another_file_than_the_lock_file_lists_is_refused(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "LOCKS", tmp_path)
    downloads.lock("main").write_text(f"{WHEEL} \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n")
    with pytest.raises(
        StepFailed, match=r"another file for thing==1.0 than requirements-main.lock lists .* or 1{64}\)"
    ):
        downloads.install(Path(sys.executable), "main", Log(tmp_path / "log", "a"))


def test_failure_for_another_reason_is_not_called_a_wrong_hash() -> None:
    assert downloads.explained("ERROR: No matching distribution found for thing==1.0\n", "a.lock") == ""
