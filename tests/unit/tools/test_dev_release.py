# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release is refused unless tag, version and changelog agree, and nothing that was downloaded is taken unseen."""

import hashlib
import http.server
import json
import re
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from tools.dev import fetch, galaxy_importer, release, staged
from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import REPOSITORY
from tools.dev.workshop import Workshop

CONTENT = b"an image"
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree that is ready to be released as 1.2.3."""
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("---\nnamespace: crashops\nversion: 1.2.3\n")
    (tmp_path / "changelogs" / "changelog.yaml").write_text(
        "---\nancestor: null\nreleases:\n  1.2.3:\n    changes: {}\n"
    )
    return tmp_path


def test_tree_that_is_ready_is_released(tree: Path) -> None:
    assert release.trouble("1.2.3", tree) == ""


def test_tag_that_is_not_the_version_is_refused(tree: Path) -> None:
    said = "the tag is 1.2.4 and galaxy.yml has the version 1.2.3; make them the same"
    assert release.trouble("1.2.4", tree) == said


def test_version_without_a_changelog_is_refused(tree: Path) -> None:
    (tree / "galaxy.yml").write_text("version: 1.3.0\n")
    said = "changelogs/changelog.yaml has no release 1.3.0; type antsibull-changelog release"
    assert release.trouble("1.3.0", tree) == said


def test_fragment_that_was_left_out_is_refused(tree: Path) -> None:
    (tree / "changelogs" / "fragments" / "late.yml").write_text("---\nminor_changes: [One.]\n")
    assert "changelogs/fragments still has late.yml" in release.trouble("1.2.3", tree)


def test_fragment_with_the_other_suffix_is_refused(tree: Path) -> None:
    (tree / "changelogs" / "fragments" / "late.yaml").touch()
    assert "changelogs/fragments still has late.yaml" in release.trouble("1.2.3", tree)


def test_only_the_commit_with_the_tag_is_released(tree: Path) -> None:
    person = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    staged.git(tree, "init", "--quiet")
    assert "is not as in the last commit" in release.trouble("1.2.3", tree)
    staged.git(tree, "add", ".")
    staged.git(tree, *person, "commit", "--quiet", "--message=a")
    said = "the commit that is checked out has no tag 1.2.3; type git checkout 1.2.3"
    assert release.trouble("1.2.3", tree) == said
    staged.git(tree, *person, "tag", "--annotate", "--message=a", "1.2.3")
    assert release.trouble("1.2.3", tree) == ""
    (tree / "left.py").touch()
    said = "left.py is not as in the last commit; commit it, or remove it from the tree"
    assert release.trouble("1.2.3", tree) == said


def test_version_of_this_tree_is_that_of_galaxy() -> None:
    assert release.version() == yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["version"]


def test_publishing_without_a_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GALAXY_TOKEN", raising=False)
    with pytest.raises(StepFailed, match="GALAXY_TOKEN is not set"):
        release.publish(Workshop(), "1.2.3", Log(tmp_path / "log", "publish"))


class Galaxy(http.server.BaseHTTPRequestHandler):
    """Galaxy as ansible-galaxy sees it when it publishes; `posts` are the tokens of what was sent."""

    posts: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        """Answer what there is, and that an import has ended."""
        self._answer({"available_versions": {"v3": "v3/"}, "state": "completed", "finished_at": "now", "messages": []})

    def do_POST(self) -> None:
        """Take an archive."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.append(self.headers["Authorization"])
        self._answer({"task": "/api/v3/imports/collections/1/"})

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _answer(self, data: dict[str, object]) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def galaxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a release that goes to a Galaxy of this test, by the real ansible-galaxy."""
    Galaxy.posts.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Galaxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(release, "GALAXY", f"http://127.0.0.1:{server.server_port}/api/")
        monkeypatch.setattr(release, "FOLDER", tmp_path / "release")
        monkeypatch.setattr("tools.dev.workshop.STAGED", tmp_path)
        monkeypatch.setenv("GALAXY_TOKEN", "do-not-show")
        monkeypatch.setenv("HOME", str(tmp_path))
        yield tmp_path / "release"
        server.shutdown()


def archive(folder: Path, text: str = "") -> Path:
    """Return an archive with one file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(text)
    with tarfile.open(folder / "crashops-kdump-1.2.3.tar.gz", "w:gz") as packed:
        packed.add(folder / "README.md", "README.md")
    return folder / "crashops-kdump-1.2.3.tar.gz"


def test_galaxy_gets_the_token_and_no_log_has_it(galaxy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_build_in", lambda folder, *_words: archive(folder))
    work, log = Workshop(), Log(tmp_path / "log", "publish")
    work.environments["main"] = Path(sys.prefix)
    release.publish(work, "1.2.3", log)
    assert Galaxy.posts == ["Token do-not-show"]
    assert "crashops-kdump-1.2.3.tar.gz" in log.text()
    assert "do-not-show" not in log.text()


@pytest.mark.parametrize(("text", "sent"), [("tested", ["Token do-not-show"]), ("other", [])])
def test_archive_that_was_tested_is_sent_and_only_if_it_is_of_this_tree(
    galaxy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sent: list[str]
) -> None:
    kept = archive(galaxy, "tested").read_bytes()
    monkeypatch.setattr(release, "_build_in", lambda *_words: archive(tmp_path / "again", text))
    work, log = Workshop(), Log(tmp_path / "log", "publish")
    work.environments["main"] = Path(sys.prefix)
    try:
        release.publish(work, "1.2.3", log)
    except StepFailed as refused:
        assert "holds other files than this tree" in str(refused)
    assert Galaxy.posts == sent
    assert (galaxy / "crashops-kdump-1.2.3.tar.gz").read_bytes() == kept


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for images; the network has one file."""
    monkeypatch.setattr(fetch, "IMAGES", tmp_path / "images")
    monkeypatch.setattr(fetch, "_download", lambda _address, target: target.write_bytes(CONTENT))
    return tmp_path / "images"


def test_image_is_kept_under_its_name(images: Path, tmp_path: Path) -> None:
    found = fetch.fetch("el9", "https://example.org/a.qcow2", SUM, Log(tmp_path / "log", "fetch"))
    assert found == images / "el9.qcow2"
    assert found.read_bytes() == CONTENT


def test_image_with_another_hash_is_not_kept(images: Path, tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="nothing was kept"):
        fetch.fetch("el9", "https://example.org/a.qcow2", "0" * 64, Log(tmp_path / "log", "fetch"))
    assert list(images.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("../el9", "https://example.org/a.qcow2", "is no name of an image"),
        ("9el", "https://example.org/a.qcow2", "is no name of an image"),
        ("el9", "http://example.org/a.qcow2", "must begin with https://"),
        ("el9", "file:///etc/passwd", "must begin with https://"),
    ],
)
def test_other_names_and_addresses_are_refused(
    images: Path, tmp_path: Path, name: str, address: str, said: str
) -> None:
    with pytest.raises(StepFailed, match=said):
        fetch.fetch(name, address, "", Log(tmp_path / "log", "fetch"))
    assert not images.exists()


class Images(http.server.BaseHTTPRequestHandler):
    """A server of images: one whole, one that breaks off, one that is elsewhere."""

    def do_GET(self) -> None:
        """Answer as the last word of the path says."""
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/whole")
        self.send_header("Content-Length", str(len(CONTENT) + (1000 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/whole", ""),
        ("/short", r"/short cannot be downloaded: it ended 1000 bytes too early"),
        ("/moved", r"/moved leads to http://127.0.0.1:\d+/whole, which is no address that can be trusted"),
    ],
)
def test_download_is_whole_and_only_by_https(tmp_path: Path, path: str, said: str) -> None:
    # the address itself is checked before the download: here it is one without TLS
    target = tmp_path / "el9.part"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Images) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            fetch._download(f"http://127.0.0.1:{server.server_port}{path}", target)
        except StepFailed as failed:
            assert said and re.search(said, str(failed))
        server.shutdown()
    assert target.exists() == (not said)


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("INFO: a\nImporter processing completed successfully\n", ""),
        ("WARNING: No changelog found.\nImporter processing completed successfully\n", "says: WARNING: No changelog"),
        ("INFO: a\n", "did not come to its end"),
    ],
)
def test_warning_of_galaxy_importer_is_a_complaint(printed: str, said: str) -> None:
    found = galaxy_importer.complaint(printed)
    assert said in found
    assert bool(found) == bool(said)
