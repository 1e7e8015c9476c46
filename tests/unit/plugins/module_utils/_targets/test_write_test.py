# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell lines that try a directory, run by a real shell, and the reading of what they say."""

import os
import subprocess
from pathlib import Path
from typing import Callable, List, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._targets import write_test
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import Trial


def run(script: str) -> Tuple[int, str, str]:
    """Return (exit status, standard output, standard error) of a line in the shell of this machine."""
    process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stdout, stderr = process.communicate()
    return process.returncode, stdout.decode(), stderr.decode()


def tried(script: str) -> Trial:
    """Return what a line that must come to its end found."""
    rc, stdout, stderr = run(script)
    assert rc == 0, stderr
    return write_test.outcome(stdout)


@pytest.fixture
def directory(tmp_path: Path) -> str:
    """Return the name of a directory that a shell could stumble over."""
    return str(tmp_path / "it's" / "a $(dir)")


def test_a_missing_directory_is_made_for_its_owner_alone(directory: str) -> None:
    looked = tried(write_test.look_script(directory, True, False))
    assert (write_test.changes(looked), os.path.exists(directory)) == (["made"], False)
    made = tried(write_test.trial_script(directory, True, False))
    assert (write_test.changes(made), made.mode, os.stat(directory).st_mode & 0o7777) == (["made"], "0700", 0o700)
    assert os.listdir(directory) == []


def test_a_second_trial_changes_nothing(directory: str) -> None:
    tried(write_test.trial_script(directory, True, False))
    before = os.stat(directory).st_mode
    assert write_test.changes(tried(write_test.trial_script(directory, True, False))) == []
    assert write_test.changes(tried(write_test.look_script(directory, True, False))) == []
    assert os.stat(directory).st_mode == before


def test_the_file_of_a_trial_that_was_cut_off_is_removed_an_hour_later(tmp_path: Path) -> None:
    for name, age_s in ((".crashops-kdump-aB3xY9", 3700), (".crashops-kdump-now123", 10), ("vmcore", 10**6)):
        path = str(tmp_path / name)
        open(path, "w").close()
        os.utime(path, (os.stat(path).st_mtime - age_s,) * 2)
    tried(write_test.trial_script(str(tmp_path), True, False))
    assert sorted(os.listdir(str(tmp_path))) == [".crashops-kdump-now123", "vmcore"]


MODES = [(0o755, ["mode"], 0o700), (0o1777, [], 0o1777), (0o2770, [], 0o2770), (0o500, ["mode"], 0o700)]


@pytest.mark.parametrize("mode, changes, after", MODES)
def test_a_directory_that_others_may_read_becomes_private_unless_it_is_shared_on_purpose(
    tmp_path: Path, mode: int, changes: List[str], after: int
) -> None:
    path = str(tmp_path / "crash")
    os.mkdir(path)
    os.chmod(path, mode)
    if mode != 0o500:
        assert write_test.changes(tried(write_test.look_script(path, True, False))) == changes
    trial = tried(write_test.trial_script(path, True, False))
    assert (write_test.changes(trial), os.stat(path).st_mode & 0o7777) == (changes, after)
    assert int(trial.mode, 8) == after


def test_what_is_free_is_told(tmp_path: Path) -> None:
    free = os.statvfs(str(tmp_path))
    told = tried(write_test.look_script(str(tmp_path), True, False)).free_bytes
    assert told is not None and abs(told - free.f_bavail * free.f_frsize) < 2**30


@pytest.mark.parametrize("script", [write_test.trial_script, write_test.look_script])
def test_a_directory_that_must_not_be_made_and_is_missing_is_complained_of(
    directory: str, script: Callable[..., str]
) -> None:
    rc, stdout, stderr = run(script(directory, False, False))
    sentence = write_test.complaint(rc, stdout, stderr, directory, "this host")
    assert "does not exist, and create is false" in sentence


def test_a_directory_that_cannot_be_made_is_complained_of_in_the_shells_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / "file" / "crash")
    rc, stdout, stderr = run(write_test.trial_script(path, True, False))
    sentence = write_test.complaint(rc, stdout, stderr, path, "store")
    assert sentence.startswith("%s on store cannot be made (mkdir: " % path)


OUTPUTS = [
    ((22, "step=make\nexisted=1\n", ""), "cannot be written to"),
    (
        (1, "step=mode\nbefore=755\n", "chmod: Operation not permitted\n"),
        "has the mode 755, and cannot be made private",
    ),
    ((1, "step=write\n", "mktemp: failed to create file: Permission denied\n"), "nothing can be written to"),
    (
        (1, "step=write\n", "dd: error writing 'x': No space left on device\n16+0 records in\n1+0 records out\n"),
        "(dd: error writing 'x': No space left on device)",
    ),
    ((1, "step=write\n", ""), "(it said nothing)"),
]


@pytest.mark.parametrize("output, words", OUTPUTS)
def test_each_step_that_fails_has_its_sentence(output: Tuple[int, str, str], words: str) -> None:
    rc, stdout, stderr = output
    assert words in write_test.complaint(rc, stdout, stderr, "/srv/crash", "store")


def test_root_takes_a_local_directory_over() -> None:
    stdout = "step=make\nexisted=1\nbefore=700\nowner=1000\nmode=700\n"
    assert write_test.changes(write_test.outcome(stdout)) == ["owner"]


def test_the_line_has_no_exclamation_mark_and_no_line_break() -> None:
    for script in (write_test.trial_script("/srv/crash", True, True), write_test.look_script("/srv/crash", True, True)):
        assert "!" not in script and "\n" not in script
