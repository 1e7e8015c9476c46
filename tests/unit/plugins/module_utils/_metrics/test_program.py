# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that writes the metrics on a host, with a real directory and a real machine below it."""

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.program import (
    Machine,
    OutsideHost,
    collect,
    main,
    write,
)
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

FILE = "crashops_kdump.prom"


def armed(dummy: OutsideHost, options: Dict[str, Any]) -> Dict[str, Any]:
    """Read a host that is armed."""
    return {"armed": True}


def metrics(argv: List[str], read: Callable[..., Dict[str, Any]]) -> int:
    """Run the program and return its exit status."""
    return main(argv, subprocess.run, read)


def written(directory: Path) -> str:
    """Return the file of metrics."""
    with open(str(directory / FILE)) as stream:
        return stream.read()


def test_the_metrics_are_written_for_all_to_read(tmp_path: Path) -> None:
    assert metrics(["--directory", str(tmp_path)], armed) == 0
    assert "crashops_kdump_armed 1\n" in written(tmp_path)
    assert stat.S_IMODE(os.stat(str(tmp_path / FILE)).st_mode) == 0o644
    assert os.listdir(str(tmp_path)) == [FILE]


def test_an_older_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("x" * 100000)
    inode = os.stat(str(tmp_path / FILE)).st_ino
    assert metrics(["--directory", str(tmp_path)], armed) == 0
    assert "x" * 100 not in written(tmp_path)
    assert os.stat(str(tmp_path / FILE)).st_ino != inode


def test_a_link_that_somebody_put_there_leads_nowhere(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    directory = tmp_path / "metrics"
    directory.mkdir()
    os.symlink(str(target), str(directory / FILE))
    assert metrics(["--directory", str(directory)], armed) == 0
    assert target.read_text() == "precious"
    assert not os.path.islink(str(directory / FILE))


def test_metrics_can_be_looked_at_without_writing_any(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert metrics(["--stdout"], armed) == 0
    assert b"crashops_kdump_up 1\n" in capfdbinary.readouterr().out


def test_a_directory_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert metrics(["--directory", str(tmp_path / "none")], armed) == 1
    words = "crashops-kdump-metrics: cannot write %s in %s: No such file or directory\n"
    assert capsys.readouterr().err == words % (FILE, tmp_path / "none")


def fails(dummy: OutsideHost, options: Dict[str, Any]) -> Dict[str, Any]:
    """Read a host that cannot be read."""
    raise Failure("grubby did not end within 30 seconds\nand was stopped")


def breaks(dummy: OutsideHost, options: Dict[str, Any]) -> Dict[str, Any]:
    """Read a host on which the code itself is wrong."""
    nothing: Dict[str, Dict[str, Any]] = {}
    return nothing["armed"]


BROKEN = [
    (fails, "cannot read the host: grubby did not end within 30 seconds / and was stopped\n"),
    (breaks, "cannot read the host: KeyError: 'armed' (%s, line " % __file__.replace(".pyc", ".py")),
]


@pytest.mark.parametrize(("read", "words"), BROKEN)
def test_a_host_that_cannot_be_read_is_down_and_the_log_says_why(
    read: Callable[..., Dict[str, Any]], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert metrics(["--directory", str(tmp_path)], read) == 1
    assert "crashops_kdump_up 0\n" in written(tmp_path)
    assert "grubby" not in written(tmp_path)
    said = capsys.readouterr().err
    assert said.startswith("crashops-kdump-metrics: " + words)
    assert said.count("\n") == 1


@pytest.mark.parametrize("argv", [[], ["--stdout", "--directory", "/x"], ["--nonsense"]])
def test_an_odd_command_line_is_refused(argv: List[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        metrics(argv, armed)
    assert ended.value.code == 2
    assert "usage: crashops-kdump-metrics" in capsys.readouterr().err


def test_commands_run_in_the_c_locale_and_cannot_ask() -> None:
    done = Host(Machine(subprocess.run)).run(["sh", "-c", 'echo "$LC_ALL $(cat)"; echo no >&2; exit 3'], check=False)
    assert (done.rc, done.stdout, done.stderr) == (3, "C \n", "no\n")


def test_a_command_that_does_not_end_is_stopped() -> None:
    with pytest.raises(Failure, match="did not end within 1 seconds"):
        Host(Machine(subprocess.run)).run(["sleep", "20"], timeout_s=1)


def test_a_command_that_is_not_there_ends_unwell() -> None:
    assert Machine(subprocess.run).run_command(["/no/such/program"])[0] == 127


def test_programs_are_found_where_only_root_looks_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert Host(Machine(subprocess.run)).which("no-such-program") is None
    monkeypatch.setenv("PATH", "/nowhere:/usr/bin:/bin")
    assert Host(Machine(subprocess.run)).which("sh") in ("/usr/bin/sh", "/bin/sh")


def test_nothing_but_the_metrics_is_ever_written(tmp_path: Path) -> None:
    path = str(tmp_path / "kdump.conf")
    with pytest.raises(Failure, match="cannot write .*: the metrics program only reads the host"):
        OutsideHost(Machine(subprocess.run)).write(path, "path /x\n")
    with pytest.raises(Failure, match="cannot copy"):
        OutsideHost(Machine(subprocess.run)).copy(path, path + "~", 0o600)


def test_what_a_killed_run_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    old, young = ".crashops_kdump.prom.dead_123", ".crashops_kdump.prom.now_1234"
    others = [".crashops_kdump.prom.swp", ".other.prom.dead_123"]
    for name in (old, young, *others):
        (tmp_path / name).write_text("")
        os.utime(str(tmp_path / name), None if name == young else (1, 1))
    write(str(tmp_path / "crashops_kdump.prom"), b"up 1\n")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {young, *others, "crashops_kdump.prom"}


@pytest.mark.parametrize("path", ["/proc/self/mountinfo", "/proc/mounts"])
def test_mounts_are_those_outside_of_the_sandbox(path: str) -> None:
    assert OutsideHost(Machine(subprocess.run)).read(path)


def test_other_files_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("text")
    host = OutsideHost(Machine(subprocess.run))
    assert (host.read(str(tmp_path / "x")), host.read(str(tmp_path / "y"))) == ("text", None)


@pytest.mark.parametrize("host", [armed_debian, armed_el9])
def test_an_armed_host_is_told_as_kdump_info_tells_it(
    host: Callable[..., FakeHost], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert metrics(["--stdout"], lambda dummy, options: collect(host(), options)) == 0
    text = capfdbinary.readouterr().out.decode()
    for line in ("up 1", "armed 1", "ready 1", 'verdict{verdict="ready_unproven"} 1', 'proof{state="never"} 1'):
        assert "\ncrashops_kdump_%s\n" % line in text


JUDGED = [
    ({}, 0),
    ({"waivers": [{"id": "proof_exists", "reason": "it is being built", "until": "2999-01-01"}]}, 1),
    ({"waivers": [{"id": "armed", "reason": "an earlier release took it", "until": "2999-01-01"}]}, 0),
    ({"probe": False, "thresholds": {"proof_age_days": 10}, "panic_policy": ["oops"], "waivers": []}, 0),
]


@pytest.mark.parametrize(("options", "waived"), JUDGED)
def test_a_host_is_judged_by_the_options_in_the_file(options: Dict[str, Any], waived: int, tmp_path: Path) -> None:
    path = tmp_path / "options.json"
    path.write_text(json.dumps(options))
    host = armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"})
    argv = ["--directory", str(tmp_path), "--options", str(path)]
    assert metrics(argv, lambda dummy, said: collect(host, said)) == 0
    assert "crashops_kdump_checks_waived %d\n" % waived in written(tmp_path)


def test_the_interval_in_the_file_is_told_even_if_the_host_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "options.json"
    path.write_text('{"interval_seconds": 3600}')
    for read in (armed, fails):
        metrics(["--directory", str(tmp_path), "--options", str(path)], read)
        assert "\ncrashops_kdump_interval_seconds 3600\n" in written(tmp_path)


def test_the_panic_policy_is_judged_by_its_profiles(tmp_path: Path) -> None:
    host = armed_debian({"/proc/sys/kernel/softlockup_panic": "0\n"})
    keys = collect(host, {"panic_policy": ["lockups"]})["policy"]["sysctls"]
    assert [row["profile"] for row in keys] == [None, "lockups"]


@pytest.mark.parametrize("text", ["{", "[1]", '{"thresholds": {"nonsense": 1}}', '{"waivers": [{"id": "x"}]}'])
def test_options_that_cannot_be_read_leave_the_host_unread(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "options.json").write_text(text)
    argv = ["--directory", str(tmp_path), "--options", str(tmp_path / "options.json")]
    assert metrics(argv, lambda dummy, said: collect(armed_debian(), said)) == 1
    assert "crashops_kdump_up 0\n" in written(tmp_path)
    assert "cannot read the host: " in capsys.readouterr().err


def test_a_file_that_holds_no_options_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "options.json").write_text("{")
    assert metrics(["--directory", str(tmp_path), "--options", str(tmp_path / "options.json")], armed) == 1
    assert "%s holds no options: " % (tmp_path / "options.json") in capsys.readouterr().err


def test_options_that_are_not_there_are_kdump_infos_own(tmp_path: Path) -> None:
    argv = ["--directory", str(tmp_path), "--options", str(tmp_path / "none.json")]
    assert metrics(argv, lambda dummy, said: collect(armed_debian(), said)) == 0
