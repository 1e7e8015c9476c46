# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the two stacks, by which tests read and break whole machines."""

import re
import subprocess
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import IDS

from tools.dev.places import REPOSITORY
from tools.lab import stacks
from tools.lab.errors import LabError
from tools.lab.harms import Module, harms
from tools.lab.stacks import KDUMP_TOOLS, KDUMPCTL, STACKS, Stack, stack_of


def run(command: str, **variables: str) -> str:
    """Run a shell command of this machine."""
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True, env=variables or None
    ).stdout


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_a_machine_is_known_by_its_tool(stack: Stack) -> None:
    assert stack_of(lambda _command: f"/usr/sbin/{stack.tool}\n") == stack


def test_a_machine_without_a_tool_is_named_as_such() -> None:
    with pytest.raises(LabError, match="none of kdumpctl, kdump-config; was kdump installed"):
        stack_of(lambda _command: "\n")


def test_a_saved_machine_has_the_stack_that_its_story_noted(tmp_path: Path) -> None:
    assert stacks.stack_of_saved(tmp_path) == KDUMP_TOOLS
    (tmp_path / "stack").write_text("kdumpctl\n")
    assert stacks.stack_of_saved(tmp_path) == KDUMPCTL


def test_the_messages_next_to_a_dump_are_found_by_its_name() -> None:
    old = "/var/crash/202001010101/dump.202001010101"
    assert stacks.dmesg_of(KDUMP_TOOLS, old) == "/var/crash/202001010101/dmesg.202001010101"
    assert stacks.dmesg_of(KDUMPCTL, "/var/crash/127/vmcore.flat") == "/var/crash/127/vmcore-dmesg.txt"


@pytest.mark.parametrize(
    ("stack", "names"),
    [
        (KDUMP_TOOLS, {"dump.202611291000", "dump.202611291000.1"}),
        (KDUMPCTL, {"vmcore", "vmcore.flat"}),
    ],
    ids=["kdump-tools", "kdumpctl"],
)
def test_only_dumps_are_taken_for_dumps(stack: Stack, names: set[str], tmp_path: Path) -> None:
    others = {
        "dmesg.202611291000",
        "vmcore-dmesg.txt",
        "vmcore-dmesg-incomplete.txt",
        "vmcore-incomplete",
        "kexec-dmesg.log",
    }
    for name in {*others, "dump.202611291000", "dump.202611291000.1", "vmcore", "vmcore.flat"}:
        (tmp_path / name).touch()
    found = run(stacks.dumps_below(stack, str(tmp_path))).split()
    assert {Path(path).name for path in found} == names


def test_boot_entries_of_el8_get_their_words_from_grubenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries, tools = tmp_path / "entries", tmp_path / "tools"
    entries.mkdir()
    tools.mkdir()
    (entries / "0123-4.18.0-513.el8.x86_64.conf").write_text("title A\noptions $kernelopts $tuned_params\n")
    (entries / "0123-5.14.0-503.el9.x86_64.conf").write_text("title B\noptions root=/dev/vda2 ro crashkernel=1G\n")
    (entries / "0123-0-rescue.conf").write_text("title R\noptions root=/dev/vda1 ro\n")
    (tools / "grub2-editenv").write_text(
        "#!/bin/sh\necho saved_entry=x\necho kernelopts=root=/dev/vda1 ro crashkernel=2G\n"
    )
    (tools / "grub2-editenv").chmod(0o755)
    command = KDUMPCTL.entries.replace(stacks.BLS, str(entries))
    found = run(command, PATH=f"{tools}:/usr/bin:/bin").splitlines()
    assert sorted(found) == [
        "root=/dev/vda1 ro crashkernel=2G $tuned_params",
        "root=/dev/vda2 ro crashkernel=1G",
    ]


def test_boot_entries_of_grub_are_read_without_those_for_recovery(tmp_path: Path) -> None:
    text = "menuentry 'A' {\n\tlinux\t/boot/vmlinuz-6.1 root=LABEL=root ro crashkernel=1G\n}\n"
    text += "menuentry 'B' {\n\tlinux\t/boot/vmlinuz-6.1 root=LABEL=root ro single\n}\n"
    (tmp_path / "grub.cfg").write_text(text)
    found = run(KDUMP_TOOLS.entries.replace("/boot/grub", str(tmp_path))).splitlines()
    assert found == ["\tlinux\t/boot/vmlinuz-6.1 root=LABEL=root ro crashkernel=1G"]


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_an_idle_boot_tool_reads_and_writes_nothing(stack: Stack, tmp_path: Path) -> None:
    tool = tmp_path / stack.boot_tool
    tool.write_text('#!/bin/sh\necho "real: $*"\n')
    tool.chmod(0o755)
    begin, end = stacks.idle_boot_tool(stack)
    here = {"/root/": f"{tmp_path}/", "mount --bind": "true", "umount": "true"}
    for old, new in here.items():
        begin, end = begin.replace(old, new), end.replace(old, new)
    run(begin, PATH=f"{tmp_path}:/usr/bin:/bin")
    idle = tmp_path / f"idle-{stack.boot_tool}"
    assert run(f"{idle} --info=ALL") == "real: --info=ALL\n"
    assert run(f"{idle} --update-kernel=ALL --args=crashkernel=224M") == ""
    assert run(str(idle)) == ""
    run(end, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert sorted(path.name for path in tmp_path.iterdir()) == [stack.boot_tool]


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_every_harm_is_to_a_check_that_exists_and_is_done_and_undone(stack: Stack) -> None:
    found = harms(stack)
    checks = [harm.check for harm in found]
    assert set(checks) <= set(IDS) and len(set(checks)) == len(checks)
    assert all(harm.status in ("fail", "warn") and harm.words for harm in found)
    modules = {act.name for harm in found for act in (*harm.harm, *harm.mend) if isinstance(act, Module)}
    assert all((REPOSITORY / "plugins" / "modules" / f"{name}.py").exists() for name in modules)
    assert all(harm.harm and harm.mend for harm in found)


def test_tests_of_whole_machines_name_no_path_of_one_stack() -> None:
    own = re.compile(
        r"/etc/default|/etc/sysconfig|/etc/kdump\.conf|/boot/grub|/boot/loader|kdump-tools|kdump\.service|initramfs-tools"
    )
    tests = [*(REPOSITORY / "extensions/molecule").rglob("test_*.py"), *(REPOSITORY / "tests/guests").glob("test_*.py")]
    assert len(tests) > 5
    assert [path.name for path in tests if own.search(path.read_text())] == []
