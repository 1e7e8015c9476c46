# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that ./dev test vm is given by path."""

import re
from pathlib import Path

import pytest

from tools.dev import cores, gates
from tools.dev.given_images import GivenImage, Refused, given
from tools.dev.workshop import Workshop


def taken(folder: Path, *names: str) -> list[GivenImage]:
    """Return what is made of images that exist."""
    words = []
    for name in names:
        (folder / f"{name}.qcow2").touch()
        words.append(f"{name}={folder / name}.qcow2")
    return given(words, "cloud-user", None, True, "uefi")


def test_images_get_places_on_the_network_that_the_dump_server_does_not_have(tmp_path: Path) -> None:
    images = taken(tmp_path, "el8", "el9", "el10")
    assert [(image.name, image.number) for image in images] == [("el8", 1), ("el9", 2), ("el10", 4)]
    assert len({image.number for image in taken(tmp_path, *(f"web{number}" for number in range(7)))}) == 7


def test_the_scenario_gets_an_image_by_variables(tmp_path: Path) -> None:
    (image,) = taken(tmp_path, "el9")
    assert image.variables() == {
        "LAB_IMAGE": str(tmp_path / "el9.qcow2"),
        "LAB_NAME": "el9",
        "LAB_NUMBER": "1",
        "LAB_USER": "cloud-user",
        "LAB_FIRMWARE": "uefi",
        "LAB_SEED": "true",
    }
    assert image._replace(key=Path("/k")).variables()["LAB_KEY"] == "/k"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("el9", "'el9' is no NAME=PATH"),
        ("=/images/el9.qcow2", "'=/images/el9.qcow2' is no NAME=PATH"),
        ("EL9=/images/el9.qcow2", "'EL9=/images/el9.qcow2' is no NAME=PATH"),
        ("el9=", "'el9=' is no NAME=PATH"),
        ("store=/images/el9.qcow2", "there is a guest store already; give /images/el9.qcow2 another name"),
        ("el9=/images/el9.qcow2", "there is no file /images/el9.qcow2"),
    ],
)
def test_a_word_that_names_no_image_is_refused_before_anything_starts(word: str, said: str) -> None:
    with pytest.raises(Refused, match=re.escape(said)):
        given([word], "root", None, False, "bios")


def test_relative_path_begins_where_dev_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_CALLED_FROM", str(tmp_path))
    for name in ("el9.qcow2", "id"):
        (tmp_path / name).touch()
    (image,) = given(["el9=el9.qcow2"], "root", Path("id"), False, "bios")
    assert (image.path, image.key) == (tmp_path / "el9.qcow2", tmp_path / "id")


def test_key_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "el9.qcow2").touch()
    with pytest.raises(Refused, match="--key: there is no file /no/such; name the private key that logs in"):
        given([f"el9={tmp_path}/el9.qcow2"], "root", Path("/no/such"), False, "bios")


def test_another_file_login_or_core_makes_another_run(tmp_path: Path) -> None:
    (image,) = taken(tmp_path, "el9")
    found = [image.fingerprint("newest"), image.fingerprint("2.16"), image._replace(user="root").fingerprint("newest")]
    (tmp_path / "el9.qcow2").write_text("another image")
    found.append(image.fingerprint("newest"))
    assert len(set(found)) == 4


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is a guest el9 already"):
        taken(tmp_path, "el9", "el9")


def test_more_images_than_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="8 images are too many for one network; give at most 7"):
        taken(tmp_path, *(f"web{number}" for number in range(8)))


def test_each_image_has_a_story_and_a_verdict_and_all_have_one_dump_server(tmp_path: Path) -> None:
    core = next(core for core in cores.OLDER if core.series == "2.16")
    table = gates.stages_of_images(Workshop(), taken(tmp_path, "el8", "web1"), core)
    assert [stage.name for stage in table] == [
        "prepare",
        "prepare-2.16",
        "image-12",
        "story-el8",
        "verdict-el8",
        "story-web1",
        "verdict-web1",
        "dump-server-images",
    ]
    server = table[-1]
    assert server.needs == ("prepare", "prepare-2.16", "story-el8", "story-web1")
    assert all(stage.part == "vm" and stage.budget_s and stage.key for stage in table[3:])
    assert len({stage.key for stage in table[3:]}) == 3
