# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The containers of the scenario `containers`: which image each takes, and what runs without one."""

import os
from pathlib import Path

import pytest

from tools.dev import container_gates, schedule
from tools.dev.stages import NOT_RUN, Stage
from tools.dev.tallies import Tally
from tools.dev.workshop import Workshop
from tools.lab import containers, podman
from tools.lab.containers import PLATFORMS
from tools.lab.errors import LabError


@pytest.fixture
def images(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the images that podman has, in a made-up machine where every image is complete."""
    there: set[str] = set()
    monkeypatch.setattr(containers, "has", there.__contains__)
    monkeypatch.setattr(containers, "_complete", lambda _platform, reference: reference)
    monkeypatch.setattr(containers, "_built", lambda platform: f"built-{platform.name}")
    for platform in PLATFORMS.values():
        monkeypatch.delenv(containers.variable(platform), raising=False)
    return there


def test_an_image_that_podman_has_is_taken_and_none_is_pulled(images: set[str]) -> None:
    images.add("quay.io/almalinuxorg/9-init:latest")
    assert containers.image("el9") == "quay.io/almalinuxorg/9-init:latest"
    assert containers.image("deb13") == "built-deb13"


def test_a_variable_names_another_image(images: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTAINER_EL9", "localhost/rocky-9")
    assert containers.image("el9") == "localhost/rocky-9"


def test_an_archive_is_loaded_once(images: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    archive, ran = tmp_path / "el9.tar", []

    def run(*words: str) -> str:
        ran.append(words[0])
        images.update(words[-1:] if words[0] == "tag" else [])
        return "Loaded image: localhost/el9:latest\n"

    archive.touch()
    monkeypatch.setattr(containers, "podman", run)
    monkeypatch.setenv("CONTAINER_EL9", str(archive))
    first = containers.image("el9")
    assert first.startswith("localhost/crashops-el9:")
    assert containers.image("el9") == first
    assert ran == ["load", "tag"]


# a podman that runs nothing with its own settings, and an image without an init
PODMAN = """\
#!/bin/sh
test "$1 $2" != "image exists" || exit 1
test "$1" != image || exec echo id
test "$CONTAINERS_CONF" || exit 126
echo "$1" >> {said}
case "$*" in *command*) exit 1;; esac
"""


def test_pulled_image_is_completed_where_podman_needs_modest_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    (tmp_path / "podman").write_text(PODMAN.format(said=said))
    (tmp_path / "podman").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("CRASHOPS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CONTAINERS_CONF", raising=False)
    found = containers._complete(PLATFORMS["el9"], "quay.io/almalinuxorg/9-init:latest")
    assert found.startswith("localhost/crashops-el9:")
    # the trial of the settings, the look for an init and a Python, and the build
    assert said.read_text().split() == ["run", "run", "build"]


def test_without_an_image_a_line_brings_it(images: set[str]) -> None:
    line = "podman pull quay.io/almalinuxorg/10-init:latest && ./dev test containers-el10"
    with pytest.raises(containers.NoImage, match=line):
        containers.image("el10")


def test_an_unknown_container_is_refused() -> None:
    with pytest.raises(LabError, match="there is no container 'sles'; there are: deb12, deb13, py36"):
        containers.image("sles")


def stage(name: str) -> Stage:
    """Return a stage that has no step before the one that looks for its image."""
    found = next(one for one in container_gates.stages(Workshop()) if one.name == name)
    return found._replace(steps=found.steps[1:], needs=())


def test_a_container_without_an_image_is_not_run_and_does_not_count(images: set[str], tmp_path: Path) -> None:
    (result,) = schedule.run_all([stage("containers-fedora")], tmp_path)
    assert (result.outcome, result.tally) == (NOT_RUN, Tally())
    assert "podman pull registry.fedoraproject.org/fedora:latest && ./dev test containers-fedora" in result.note


def test_a_container_without_its_python_is_not_run(images: set[str], tmp_path: Path) -> None:
    (result,) = schedule.run_all([stage("containers-py36")], tmp_path)
    assert (result.outcome, result.tally) == (NOT_RUN, Tally())
    assert "this machine has no Python 3.6" in result.note


def test_podman_gets_modest_settings_only_where_its_own_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(podman, "runs", lambda _image, _settings: "")
    assert podman.settings("image", tmp_path) == {}
    monkeypatch.setattr(podman, "runs", lambda _image, settings: "" if settings else "crun: setrlimit")
    modest = podman.settings("image", tmp_path)
    assert 'runtime = "runc"' in Path(modest["CONTAINERS_CONF"]).read_text()
    monkeypatch.setattr(podman, "runs", lambda _image, _settings: "first\nno cgroups")
    with pytest.raises(LabError, match="podman runs no container on this machine: no cgroups"):
        podman.settings("image", tmp_path)
