# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot entries by grubby and by update-grub: read, planned, set and read back."""

import shutil
import subprocess
from pathlib import Path
from typing import Callable, List, Optional, Tuple, Type, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootPlan, consistent
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grub_dropin import drop_in_text
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    DROP_IN,
    EL8_ENTRIES,
    EL8_KERNELOPTS,
    EL9_ENTRIES,
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    RHEL,
    DebianHost,
    GrubbyHost,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

ZIPL = {"zipl": "Using config file '/etc/zipl.conf'\n"}
SHELLS = [[shell] for shell in ("sh", "dash", "bash") if shutil.which(shell)]


def el8_host() -> GrubbyHost:
    return GrubbyHost(EL8_ENTRIES, kernelopts=EL8_KERNELOPTS, default="0")


def arguments(host: FakeHost) -> List[List[str]]:
    return [values(entry.cmdline) for entry in find_bootloader(host).entries()]


def put(host: FakeHost, wanted: List[str], kernels: Union[str, List[str]] = "all") -> BootPlan:
    bootloader = find_bootloader(host)
    plan = bootloader.plan(wanted, kernels)
    bootloader.apply(plan)
    return plan


@pytest.mark.parametrize(
    ("host", "name"), [(GrubbyHost(), "grubby"), (DebianHost(), "grub-dropin"), (el8_host(), "grubby")]
)
def test_the_boot_loader_is_found_by_its_tool(host: FakeHost, name: str) -> None:
    assert find_bootloader(host).name == name


def test_a_host_without_a_known_boot_loader_is_a_failure() -> None:
    with pytest.raises(Failure, match="neither grubby nor"):
        find_bootloader(FakeHost())


def test_grubbys_output_is_read() -> None:
    entries = find_bootloader(GrubbyHost()).entries()
    assert [entry.default for entry in entries] == [False, True, False]
    assert entries[0].kernel == "/boot/vmlinuz-5.14.0-503.el9.x86_64"
    assert entries[0].cmdline.split() == [
        "root=/dev/mapper/rhel-root",
        "ro",
        "crashkernel=" + RHEL,
        "rd.lvm.lv=rhel/root",
        "$tuned_params",
    ]
    assert consistent(entries)


def test_el8_entries_are_read_with_their_kernelopts() -> None:
    assert arguments(el8_host()) == [["auto"], ["auto"]]


def test_no_boot_entry_at_all_is_a_failure() -> None:
    host = GrubbyHost()
    host.names = []
    with pytest.raises(Failure, match="is /boot mounted"):
        find_bootloader(host).entries()


@pytest.mark.parametrize("make", [GrubbyHost, el8_host, DebianHost])
@pytest.mark.parametrize("wanted", [["256M"], ["512M,high", "128M,low"], []])
def test_all_entries_get_exactly_the_values_and_a_second_plan_is_empty(
    make: Union[Callable[[], GrubbyHost], Type[FakeHost]], wanted: List[str]
) -> None:
    host = make()
    put(host, wanted)
    assert set(map(tuple, arguments(host))) == {tuple(wanted)}
    assert not find_bootloader(host).plan(wanted, "all").changed()


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [("default", [[RHEL], ["1G"], []]), (["/boot/vmlinuz-5.14.0-503.el9.x86_64"], [["1G"], [RHEL], []])],
)
def test_chosen_kernels_alone_are_set(kernels: Union[str, List[str]], expected: List[List[str]]) -> None:
    host = GrubbyHost()
    before = dict(host.files)
    put(host, ["1G"], kernels)
    assert arguments(host) == expected
    for path in ("/etc/default/grub", "/etc/kernel/cmdline"):
        assert host.files.get(path) == before.get(path)


def test_grubbys_damage_on_the_side_does_not_come_about() -> None:
    host = GrubbyHost()
    plan = put(host, ["256M"])
    assert host.files["/etc/default/grub"] == (
        "GRUB_TIMEOUT=5\n"
        'GRUB_CMDLINE_LINUX="rd.lvm.lv=rhel/root crashkernel=256M"\n'
        'GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"   # mine\n'
    )
    expected = "root=/dev/mapper/rhel-root ro rd.lvm.lv=rhel/root crashkernel=256M\n"
    assert host.files["/etc/kernel/cmdline"] == expected
    assert {change.path: change.after for change in plan.files} == {
        path: host.files[path] for path in ("/etc/default/grub", "/etc/kernel/cmdline")
    }


def test_el8_gets_no_file_that_it_did_without() -> None:
    host = el8_host()
    put(host, ["256M"])
    assert "/etc/kernel/cmdline" not in host.files
    assert host.field(EL8_ENTRIES[0][0], "options") == "$kernelopts $tuned_params"


def test_el8_entries_with_arguments_of_their_own_do_not_hide_what_new_kernels_get() -> None:
    own = ((EL8_ENTRIES[0][0], EL8_ENTRIES[0][1], "root=/dev/vda1 ro crashkernel=256M"),)
    host = GrubbyHost(own, "root=/dev/vda1 ro", "0")
    future = find_bootloader(host).future()
    assert future is not None
    assert (future.source, future.values) == ("/boot/grub2/grubenv", [])
    assert [command[1] for command in put(host, ["256M"]).commands] == ["--update-kernel=ALL"]
    assert host.kernelopts() == "root=/dev/vda1 ro crashkernel=256M"
    assert find_bootloader(host).plan(["256M"], "all").commands == []


def test_el8_kernels_do_not_take_their_arguments_from_the_file_that_grubby_leaves() -> None:
    host = el8_host()
    host.files["/etc/kernel/cmdline"] = "ro crashkernel=512M\n"
    future = find_bootloader(host).future()
    assert future is not None
    assert (future.source, future.values) == ("/boot/grub2/grubenv", ["auto"])


@pytest.mark.parametrize(
    ("packaged", "made"),
    [
        ("root=/dev/sda1 ro\n", "root=/dev/sda1 ro crashkernel=%s\n" % RHEL),
        ("crashkernel=128M quiet\n", "quiet crashkernel=%s\n" % RHEL),
        ("", "crashkernel=%s\n" % RHEL),
    ],
)
def test_a_packages_file_for_new_kernels_is_replaced_where_it_has_another_value(packaged: str, made: str) -> None:
    host = GrubbyHost(files={"/proc/cmdline": "ro crashkernel=%s\n" % RHEL, "/usr/lib/kernel/cmdline": packaged})
    put(host, [RHEL])
    assert host.files["/etc/kernel/cmdline"] == made
    assert host.files["/usr/lib/kernel/cmdline"] == packaged
    assert not find_bootloader(host).plan([RHEL], "all").changed()


def test_a_packages_file_for_new_kernels_that_has_the_value_is_enough() -> None:
    host = GrubbyHost(files={"/usr/lib/kernel/cmdline": "ro crashkernel=256M\n"})
    put(host, ["256M"])
    del host.files["/etc/kernel/cmdline"]
    assert not find_bootloader(host).plan(["256M"], "all").changed()
    future = find_bootloader(host).future()
    assert future is not None
    assert (future.source, future.values) == ("/usr/lib/kernel/cmdline", ["256M"])


def test_el8_on_s390x_gives_new_kernels_their_arguments_by_the_file() -> None:
    host = GrubbyHost(EL8_ENTRIES, EL8_KERNELOPTS, "0", files={"/etc/zipl.conf": ""}, programs=["zipl"], commands=ZIPL)
    put(host, ["256M"])
    assert host.files["/etc/kernel/cmdline"] == "root=/dev/mapper/rhel-root ro rd.lvm.lv=rhel/root crashkernel=256M\n"


@pytest.mark.parametrize("kernels", ["all", "default", ["/boot" + EL8_ENTRIES[0][1]]])
def test_el8_entries_that_refer_to_missing_arguments_are_a_failure(kernels: Union[str, List[str]]) -> None:
    host = GrubbyHost(EL8_ENTRIES, default="0")
    with pytest.raises(Failure, match=r"takes its arguments from kernelopts.*run grub2-mkconfig"):
        put(host, ["256M"], kernels)
    assert host.field(EL8_ENTRIES[0][0], "options") == "$kernelopts $tuned_params"


def test_a_chosen_el8_entry_with_arguments_of_its_own_is_set_next_to_one_that_refers_to_missing_ones() -> None:
    own = ((EL8_ENTRIES[0][0], EL8_ENTRIES[0][1], "root=/dev/vda1 ro"), EL8_ENTRIES[1])
    host = GrubbyHost(own, default="0")
    put(host, ["256M"], "default")
    assert arguments(host) == [["256M"], []]


def test_a_run_that_was_cut_off_before_grubby_is_finished() -> None:
    host = GrubbyHost()
    plan = find_bootloader(host).plan(["256M"], "all")
    for change in plan.files:
        host.files[change.path] = change.after
    again = put(host, ["256M"])
    assert (again.files, again.commands) == ([], plan.commands)
    assert arguments(host) == [["256M"]] * 3


def test_a_grubby_that_leaves_no_file_alone_is_used_all_the_same() -> None:
    host = GrubbyHost()
    host.too_old = True
    put(host, ["256M"])
    assert host.commands.count(["grubby", "--update-kernel=ALL", "--args=crashkernel=256M"]) == 1
    assert arguments(host) == [["256M"]] * 3


@pytest.mark.parametrize("wanted", [["256M"], []])
def test_kernels_that_are_installed_before_the_reboot_get_the_new_value_too(wanted: List[str]) -> None:
    words = " ".join("crashkernel=%s" % value for value in wanted)
    host = GrubbyHost([(name, kernel, "root=/dev/sda1 ro " + words) for name, kernel, _options in EL9_ENTRIES])
    host.files["/proc/cmdline"] = "BOOT_IMAGE=/vmlinuz ro crashkernel=1G\n"
    put(host, wanted)
    assert values(host.files["/etc/kernel/cmdline"]) == wanted


@pytest.mark.parametrize("name", ["memtest", "uki"])
def test_entries_without_arguments_are_left_out(name: str) -> None:
    host = GrubbyHost()
    host.names.insert(2, name)
    host.files["/boot/loader/entries/%s.conf" % name] = "title x\nlinux /memtest.bin\n"
    put(host, ["256M"])
    assert arguments(host) == [["256M"]] * 3
    host.default = "2"
    with pytest.raises(Failure, match="the boot entry %s has no line of options" % name):
        find_bootloader(host).entries()


def test_an_existing_kernel_cmdline_keeps_its_words() -> None:
    host = GrubbyHost(files={"/etc/kernel/cmdline": "root=/dev/sda1 crashkernel=1M  mine=1\n"})
    put(host, ["256M"])
    assert host.files["/etc/kernel/cmdline"] == "root=/dev/sda1  mine=1 crashkernel=256M\n"


def test_the_kernel_cmdline_does_not_become_the_older_file() -> None:
    host = GrubbyHost(files={"/etc/kernel/cmdline": "ro crashkernel=256M\n"})
    host.clock += 100
    put(host, ["256M"])
    assert host.mtime_ns("/etc/kernel/cmdline") >= host.mtime_ns("/etc/default/grub")


def test_a_grubby_that_did_nothing_is_found_out_and_undone() -> None:
    host = GrubbyHost()
    host.broken = True
    before = dict(host.files)
    with pytest.raises(Failure, match=r"has crashkernel=1G-4G:192M.* instead of crashkernel=256M.*put back"):
        put(host, ["256M"])
    assert host.files == before


def test_complaints_of_a_grubby_that_ended_well_are_shown() -> None:
    host = GrubbyHost()
    host.broken = True
    host.complaint = "sed: couldn't open temporary file /boot/loader/entries/sedX1: Read-only file system\n"
    with pytest.raises(Failure, match="it said: sed: .*Read-only file system; the boot entries were put back"):
        put(host, ["256M"])


def test_zipl_copies_the_arguments_where_the_machine_boots_by_it() -> None:
    host = GrubbyHost(files={"/etc/zipl.conf": "[defaultboot]\n"}, programs=["zipl"], commands=ZIPL)
    put(host, ["256M"])
    assert host.commands.count(["zipl"]) == 1


def test_a_run_that_was_cut_off_before_zipl_is_finished() -> None:
    files = {"/etc/zipl.conf": "[defaultboot]\n", "/boot/bootmap": ""}
    host = GrubbyHost(files=files, programs=["zipl"], commands=ZIPL)
    put(host, ["256M"])
    assert not find_bootloader(host).plan(["256M"], "all").changed()
    host.mtimes["/boot/loader/entries/%s.conf" % host.names[0]] = host.clock + 1
    assert find_bootloader(host).plan(["256M"], "all").commands == [["zipl"]]


def test_zipl_runs_again_when_entries_are_put_back() -> None:
    host = GrubbyHost(files={"/etc/zipl.conf": "[defaultboot]\n"}, programs=["zipl"], commands=ZIPL)
    host.broken = True
    with pytest.raises(Failure, match="put back as they were"):
        put(host, ["256M"])
    assert host.commands.count(["zipl"]) == 2


def test_entries_that_cannot_be_put_back_into_the_boot_record_are_reported() -> None:
    failing = {"zipl": (1, "", "Error: Could not open device")}
    host = GrubbyHost(files={"/etc/zipl.conf": "[defaultboot]\n"}, programs=["zipl"], commands=failing)
    with pytest.raises(Failure, match=r"Could not open device; nor could the boot entries be put back.*Could not open"):
        put(host, ["256M"])


@pytest.mark.parametrize(
    ("kernels", "default", "words"),
    [(["/boot/nope"], "1", "no boot entry has it"), ("default", "", "grubby knows no default entry")],
)
def test_kernels_that_are_not_there_are_refused(kernels: Union[str, List[str]], default: str, words: str) -> None:
    assert words in find_bootloader(GrubbyHost(default=default)).refusals(kernels)[0]


@pytest.mark.parametrize(
    ("releases", "boot"),
    [(["6.1.0-41-amd64", "6.1.0-40-amd64"], "/boot"), (["6.12.57+deb13-amd64"], "")],
)
def test_grub_cfg_is_read_without_recovery_entries_and_other_systems(releases: List[str], boot: str) -> None:
    entries = find_bootloader(DebianHost(releases, boot)).entries()
    assert [entry.kernel for entry in entries] == ["/boot/vmlinuz-" + one for one in [releases[0]] + releases]
    assert [entry.default for entry in entries] == [True] + [False] * len(releases)
    assert all(entry.cmdline.endswith("ro console=ttyS0 quiet") for entry in entries)


def test_the_packages_own_value_is_replaced_and_its_file_left_alone() -> None:
    host = DebianHost(files={PACKAGE_DROP_IN: PACKAGE_TEXT})
    host.update_grub(host)
    put(host, ["256M"])
    assert arguments(host) == [["256M"]] * 3
    assert host.files[PACKAGE_DROP_IN] == PACKAGE_TEXT
    assert host.written == [DROP_IN]


def test_a_run_that_was_cut_off_before_update_grub_is_finished() -> None:
    host = DebianHost(files={DROP_IN: drop_in_text(["256M"])})
    plan = put(host, ["256M"])
    assert (plan.files, plan.commands) == ([], [["update-grub"]])
    assert arguments(host) == [["256M"]] * 3


def test_nothing_is_written_to_take_out_what_nobody_set() -> None:
    assert not find_bootloader(DebianHost()).plan([], "all").changed()


def test_absence_outlives_the_package_that_sets_a_value() -> None:
    host = DebianHost(files={PACKAGE_DROP_IN: PACKAGE_TEXT})
    put(host, [])
    host.update_grub(host)
    assert arguments(host) == [[]] * 3


@pytest.mark.parametrize("old", [None, drop_in_text(["128M"])])
def test_a_failed_update_grub_leaves_no_trace(old: Optional[str]) -> None:
    host = DebianHost(files={} if old is None else {DROP_IN: old})
    before = dict(host.files)

    def run_out_of_space(host: FakeHost) -> Tuple[int, str, str]:
        host.files["/boot/grub/grub.cfg.new"] = "### BEGIN /etc/gr"
        return (1, "", "cat: write error: No space left on device")

    host.answers["update-grub"] = run_out_of_space
    with pytest.raises(Failure, match="No space left on device; the boot entries were put back as they were"):
        put(host, ["256M"])
    assert host.files == before


def test_a_later_drop_in_that_adds_a_value_is_found_out_and_ours_undone() -> None:
    host = DebianHost(files={"/etc/default/grub.d/zzz.cfg": "crashkernel=77M"})
    before = dict(host.files)
    words = r"crashkernel=256M crashkernel=77M instead of.*take crashkernel= out of /etc/default/grub.d/zzz.cfg"
    with pytest.raises(Failure, match=words + ".*put back as they were"):
        put(host, ["256M"])
    assert host.files == before
    assert host.commands == [["update-grub"]]


def test_a_script_that_adds_a_value_is_looked_for() -> None:
    host = DebianHost()
    host.always = "crashkernel=1M"
    host.update_grub(host)
    with pytest.raises(Failure, match=r"crashkernel=1M crashkernel=256M instead of.*look for a script in /etc/grub.d"):
        put(host, ["256M"])


@pytest.mark.parametrize("text", [None, "### BEGIN ###\n"])
def test_a_grub_cfg_without_entries_is_a_failure(text: Optional[str]) -> None:
    host = DebianHost()
    del host.files["/boot/grub/grub.cfg"]
    if text:
        host.files["/boot/grub/grub.cfg"] = text
    with pytest.raises(Failure, match="update-grub"):
        find_bootloader(host).entries()


@pytest.mark.parametrize("kernels", ["default", ["/boot/vmlinuz-6.1.0-41-amd64"]])
def test_one_drop_in_holds_for_all_kernels(kernels: Union[str, List[str]]) -> None:
    assert "gives every kernel" in find_bootloader(DebianHost()).refusals(kernels)[0]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("before", "wanted", "linux", "default"),
    [
        (
            'GRUB_CMDLINE_LINUX="a  crashkernel=1M crashkernel=2M,low b"\nGRUB_CMDLINE_LINUX_DEFAULT=crashkernel=3M',
            ["512M,high", "128M,low"],
            "a  b",
            "crashkernel=512M,high crashkernel=128M,low",
        ),
        (
            "GRUB_CMDLINE_LINUX_DEFAULT='quiet d=\"* a  b\" x$y crashkernel=384M-:128M'",
            ["256M"],
            "",
            'quiet d="* a  b" x$y crashkernel=256M',
        ),
        ("GRUB_CMDLINE_LINUX='crashkernel=1M'", [], "", ""),
        ("GRUB_CMDLINE_LINUX='notcrashkernel=1 crashkernels=2'", [], "notcrashkernel=1 crashkernels=2", ""),
        ("", ["256M"], "", "crashkernel=256M"),
    ],
)
def test_a_shell_that_sources_the_drop_in_has_exactly_the_values(
    shell: List[str], before: str, wanted: List[str], linux: str, default: str, tmp_path: Path
) -> None:
    script = tmp_path / "all.sh"
    tail = 'printf \'%s\\n\' "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT"'
    script.write_text("set -eu\n%s\n%s\n%s\n" % (before, drop_in_text(wanted), tail))
    said = subprocess.check_output(shell + [str(script)], universal_newlines=True)
    assert said.splitlines() == [linux, default]
