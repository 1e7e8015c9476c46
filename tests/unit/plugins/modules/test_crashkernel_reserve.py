# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""crashkernel_reserve: what it refuses, foretells, changes and tells."""

from typing import Any, Callable, Dict, List, Optional, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GIB, MIB
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import reservation
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.modules.crashkernel_reserve import ensure, main
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    EL8_ENTRIES,
    EL8_KERNELOPTS,
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    RHEL,
    DebianHost,
    GrubbyHost,
    kernel_files,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost

DEFAULTS = {
    "size": "default",
    "state": "present",
    "kernels": "all",
    "margin_percent": None,
    "minimum": None,
    "maximum": None,
    "timeout": 300,
}
ESTIMATE = """\
Reserved crashkernel:    256M
Recommended crashkernel: 301M

Kernel image size:   47M
Large modules: <none>
"""
SHOW = """\
DUMP_MODE:		kdump
USE_KDUMP:		1
current state:    ready to kdump
crashkernel suggested size: 301M
"""
GET_DEFAULT = "kdumpctl get-default-crashkernel"


def reserve(host: FakeHost, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return ensure(host, dict(DEFAULTS, **options), check_mode)


def el9(**more: Any) -> GrubbyHost:
    return GrubbyHost(programs=["kdumpctl"], **more)


def el8() -> GrubbyHost:
    return GrubbyHost(EL8_ENTRIES, kernelopts=EL8_KERNELOPTS, default="0", programs=["kdumpctl"])


@pytest.mark.parametrize("make", [GrubbyHost, DebianHost])
@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("256MB", "at most one letter of K, M, G, T, P, E"),
        (256, "it is less than 1 MiB"),
        ("1G-:256", "'1G-:256' is refused: 256 is less than 1 MiB; add a unit, such as M."),
        ("2G-64G:256,64G-:512M", "256 is less than 1 MiB; add a unit, such as M."),
        ("2G-:192K@64M", "192K is less than 1 MiB; give 1M or more."),
        ("512k,high", "512k is less than 1 MiB; give 1M or more."),
        (["512M,high", "128,low"], "'128,low' is refused: 128 is less than 1 MiB; add a unit, such as M."),
        ("4G-2G:256M", "ends where it starts or before"),
        (["auto"], "only the kernel of RHEL 8 knows it"),
        (["256M", "128M"], "takes the last of several"),
        (["256M", "128M,low"], "ignores ,high and ,low"),
        (["128M,low"], "counts only next to one with ,high"),
        ([], "an empty list"),
        ("4G", "would reserve nothing on this machine with 2048 MiB of RAM: 4096 MiB is not less"),
        ("64G-:512M", "with 2048 MiB of RAM: none of its ranges holds this RAM"),
        ("crashkernel=256M", "is no size"),
    ],
)
def test_values_that_would_leave_no_memory_are_refused_and_nothing_is_written(
    make: Callable[..., FakeHost], size: Any, words: str
) -> None:
    host = make()
    with pytest.raises(Refused) as refused:
        reserve(host, size=size)
    assert words in refused.value.msg
    assert refused.value.msg.startswith("size: ")
    assert not host.written
    assert not any("--update-kernel" in word for argv in host.commands for word in argv)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"margin_percent": 10}, "margin_percent: 10 is refused: it counts for an estimate only"),
        ({"size": "256M", "minimum": "1M", "maximum": "2M"}, "maximum: '2M' is refused"),
        ({"size": "estimate", "margin_percent": -1}, "it is below 0"),
        ({"size": "estimate", "minimum": "1X"}, "minimum: '1X' is refused"),
        ({"size": "estimate", "minimum": "2G", "maximum": "1G"}, "it is above the maximum 1G"),
        (
            {"size": "estimate", "maximum": "1024"},
            "maximum: '1024' is refused: it is less than 1 MiB; add a unit, such as M.",
        ),
        (
            {"size": "estimate", "maximum": "512K"},
            "maximum: '512K' is refused: it is less than 1 MiB; give 1M or more.",
        ),
        (
            {"size": "estimate", "minimum": "256"},
            "minimum: '256' is refused: it is less than 1 MiB; add a unit, such as M.",
        ),
        ({"size": "512K"}, "size: '512K' is refused: it is less than 1 MiB; give 1M or more."),
        ({"size": "256M", "kernels": "most"}, "neither all nor default"),
        ({"size": "256M", "kernels": []}, "it names no kernel"),
        ({"size": "256M", "kernels": ["/boot/nope"]}, "no boot entry has it"),
        ({"size": "256M", "timeout": 0}, "it is no time"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: Dict[str, Any], words: str) -> None:
    host = el9()
    with pytest.raises(Refused) as refused:
        reserve(host, **options)
    assert words in refused.value.msg
    assert not host.written


def test_nothing_is_changed_inside_a_capture_kernel() -> None:
    host = GrubbyHost(files={"/proc/vmcore": "x"})
    with pytest.raises(Failure, match="capture kernel"):
        reserve(host, size="256M")
    assert not host.commands


@pytest.mark.parametrize("make", [GrubbyHost, DebianHost])
@pytest.mark.parametrize("options", [{"size": "256M"}, {"size": ["512M,high", "128M,low"]}, {"state": "absent"}])
def test_check_mode_foretells_exactly_and_changes_nothing(
    make: Callable[..., FakeHost], options: Dict[str, Any]
) -> None:
    host, dry = make(), make()
    predicted = reserve(dry, check_mode=True, **options)
    assert not dry.written
    assert dry.files == make().files
    assert reserve(host, **options) == predicted


@pytest.mark.parametrize("make", [GrubbyHost, DebianHost])
@pytest.mark.parametrize("options", [{"size": "256M"}, {"size": ["512M,high", "128M,low"]}, {"state": "absent"}])
def test_a_second_run_changes_nothing(make: Callable[..., FakeHost], options: Dict[str, Any]) -> None:
    host = make(files={PACKAGE_DROP_IN: PACKAGE_TEXT})
    reserve(host, **options)
    host.written.clear()
    host.commands.clear()
    again = reserve(host, **options)
    assert (again["changed"], again["diff"]) == (False, [])
    assert not host.written
    assert ["update-grub"] not in host.commands
    assert not any("--update-kernel" in word for argv in host.commands for word in argv)


def test_the_diff_has_one_argument_per_line() -> None:
    entry = reserve(GrubbyHost(), check_mode=True, size="256M")["diff"][-1]
    assert entry["before_header"] == "kernel arguments of 0123456789abcdef0123456789abcdef-0-rescue"
    assert entry["after"] == "root=/dev/mapper/rhel-root\nro\nrescue.only=1\ncrashkernel=256M\n"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_value_that_cannot_be_put_into_default_grub_is_refused_before_anything_is_written(check_mode: bool) -> None:
    host = GrubbyHost(files={"/etc/default/grub": 'if x; then GRUB_CMDLINE_LINUX="crashkernel=auto"; fi\n'})
    before = dict(host.files)
    with pytest.raises(Failure, match="GRUB_CMDLINE_LINUX cannot be made to have crashkernel=256M: line 1 of"):
        reserve(host, check_mode, size="256M")
    assert host.files == before


PENDING = 'GRUB_CMDLINE_LINUX="mitigations=off"\n'
NEWER = "update-grub applies all of GRUB's settings as they stand, not crashkernel= alone: "


def pending_host(
    text: str = PENDING, always: str = "console=ttyS0 mitigations=off", path: str = "/etc/default/grub.d/50-ours.cfg"
) -> FakeHost:
    host = DebianHost(files={path: text})
    host.always = always
    return host


def arguments_after(result: Dict[str, Any]) -> List[str]:
    return [diff["after"].split() for diff in result["diff"] if diff["after_header"].startswith("kernel arguments")]


def test_a_pending_setting_of_an_admin_is_told_and_shown_and_no_failure() -> None:
    predicted = reserve(pending_host(), check_mode=True, size="256M")
    result = reserve(pending_host(), size="256M")
    for seen in (predicted, result):
        assert seen["messages"] == [NEWER + "it adds mitigations=off to the boot entries"]
        assert all("mitigations=off" in words and "crashkernel=256M" in words for words in arguments_after(seen))
        assert len(arguments_after(seen)) == 3


def test_a_pending_setting_by_itself_is_left_pending() -> None:
    host = DebianHost()
    reserve(host, size="256M")
    host.files["/etc/default/grub.d/50-ours.cfg"] = PENDING
    result = reserve(host, size="256M")
    assert (result["changed"], result["messages"], result["diff"]) == (False, [], [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT a=1 quiet"\nGRUB_CMDLINE_LINUX+=" b"',
            "it adds b a=1 to",
        ),
        ('B="x=\\"1 2\\""; GRUB_CMDLINE_LINUX="${B} crashkernel=77M \\\n console=ttyS0"', 'it adds x="1 2" to the'),
        ('GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0 quiet"', None),
        ('GRUB_CMDLINE_LINUX_DEFAULT=""', None),
        ('[ -e /x ] && GRUB_CMDLINE_LINUX="b"', None),
    ],
)
def test_check_mode_tells_a_setting_that_is_there_and_only_that(text: str, words: Optional[str]) -> None:
    messages = reserve(pending_host(text), check_mode=True, size="256M")["messages"]
    assert words in messages[0] if words else not messages


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0 b"',
            "it adds b to the boot entries, and may take quiet out of them",
        ),
        ('GRUB_CMDLINE_LINUX_DEFAULT="console=ttyS0"', ": it may take quiet out of the boot entries"),
        (
            '[ -e /x ] && GRUB_CMDLINE_LINUX="b"',
            "Only a shell can show what that changes besides crashkernel=, because line 1 of "
            "/etc/default/grub.d/50-ours.cfg is no plain assignment",
        ),
    ],
)
def test_check_mode_tells_what_may_go_where_a_file_changed_after_the_last_update_grub(text: str, words: str) -> None:
    host = pending_host(text)
    host.mtimes["/etc/default/grub.d/50-ours.cfg"] = host.clock + 1
    messages = reserve(host, check_mode=True, size="256M")["messages"]
    assert len(messages) == 1
    assert words in messages[0]


def test_the_real_run_tells_what_came_about() -> None:
    host = pending_host('[ -e /x ] && GRUB_CMDLINE_LINUX="b"', always="b")
    result = reserve(host, size="256M")
    words = "it adds b to the boot entries, and takes console=ttyS0 out of them"
    assert result["messages"] == [NEWER + words]
    assert all("console=ttyS0" not in words and "b" in words for words in arguments_after(result))


def test_what_is_configured_booted_and_reserved_is_told() -> None:
    result = reserve(DebianHost(), size="256M")
    assert result["configured"][0] == {
        "id": "gnulinux-simple-5d7cf7d1-9a3b-4a6f-8a16-0f0a3f1b7c11",
        "kernel": "/boot/vmlinuz-6.1.0-41-amd64",
        "args": ["256M"],
        "default": True,
    }
    assert (result["booted"], result["reserved_bytes"], result["will_reserve_bytes"]) == ([], 0, 256 * MIB)
    assert result["reboot_required"]
    assert "was booted with no crashkernel=" in result["reason"]


def test_each_value_is_worked_out_once_in_a_run() -> None:
    reservation.cache_clear()
    reserve(DebianHost(), size="256M")
    # the wanted value, and nothing at all, as it was booted
    assert reservation.cache_info().misses == 2


def test_after_the_reboot_none_is_needed() -> None:
    host = DebianHost(files=kernel_files("6.1.0-41-amd64", "crashkernel=256M", 256 * MIB))
    reserve(host, size="256M")
    result = reserve(host, size="256M")
    assert (result["changed"], result["reboot_required"]) == (False, False)


@pytest.mark.parametrize(
    ("host", "size", "value", "words"),
    [
        (el8(), "default", ["auto"], None),
        (el8(), "auto", ["auto"], None),
        (el9(commands={GET_DEFAULT: "1G-4G:192M,4G-:256M"}), "default", ["1G-4G:192M,4G-:256M"], None),
        (el9(commands={GET_DEFAULT: "1G-:192M"}), "auto", ["1G-:192M"], "the vendor's default is used"),
        (DebianHost(files={PACKAGE_DROP_IN: PACKAGE_TEXT}), "default", ["384M-:128M"], None),
        (DebianHost(files={PACKAGE_DROP_IN: "# crashkernel=1G\n"}), "default", ["384M-:128M"], None),
        (DebianHost(files={"/etc/os-release": "ID=debian\nVERSION_ID=13\n"}), "default", ["512M-:192M"], None),
        (
            DebianHost(files={"/etc/os-release": "ID=debian\nVERSION_CODENAME=forky\n"}),
            "default",
            ["512M-:192M"],
            None,
        ),
        (DebianHost(), "auto", ["384M-:128M"], "known to the RHEL 8 kernel only"),
        (el9(files={"/etc/kdump.conf": "path /var/crash\n"}), "256M", ["256M"], "auto_reset_crashkernel no"),
        (el9(files={"/etc/kdump.conf": "auto_reset_crashkernel no\n"}), "256M", ["256M"], None),
        (el9(files={"/etc/kdump.conf": "auto_reset_crashkernel no # keep ours\n"}), "256M", ["256M"], None),
        (el9(files={"/etc/kdump.conf": " \tauto_reset_crashkernel no\n"}), "256M", ["256M"], None),
        (el9(files={"/etc/kdump.conf": "auto_reset_crashkernel No\n"}), "256M", ["256M"], "auto_reset_crashkernel no"),
        (
            el9(files={"/etc/kdump.conf": "auto_reset_crashkernel no\nauto_reset_crashkernel yes\n"}),
            "256M",
            ["256M"],
            "auto_reset_crashkernel no",
        ),
        # kdumpctl of EL 9 takes the quotes for a part of the value, the current one does not
        (
            el9(
                files={
                    "/etc/kdump.conf": 'auto_reset_crashkernel "no"\n',
                    "/usr/sbin/kdumpctl": "auto_reset_crashkernel",
                }
            ),
            "256M",
            ["256M"],
            "auto_reset_crashkernel no",
        ),
        (el9(files={"/etc/kdump.conf": 'auto_reset_crashkernel "no"\n'}), "256M", ["256M"], None),
        # kdumpctl of EL 8 puts nothing back, also not beside another kernel
        (el9(files={"/etc/kdump.conf": "path /var/crash\n", "/usr/sbin/kdumpctl": "start"}), "256M", ["256M"], None),
    ],
)
def test_a_size_by_name_is_resolved_on_the_host(
    host: FakeHost, size: str, value: List[str], words: Optional[str]
) -> None:
    result = reserve(host, size=size)
    assert result["value"] == value
    assert result["configured"][0]["args"] == value
    assert words in result["messages"][0] if words else not result["messages"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ID=debian\nVERSION_ID=15\n", "and debian 15 is not a release whose default is known"),
        ("ID=debian\n", "and debian without a version is not a release"),
        ("", "and this system without a version is not a release"),
    ],
)
def test_a_release_whose_default_nobody_knows_is_named(text: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        reserve(DebianHost(files={"/etc/os-release": text}), size="default")


def test_a_kdumpctl_without_a_default_on_a_foreign_kernel_is_explained() -> None:
    host = GrubbyHost(
        programs=["kdumpctl"],
        commands={GET_DEFAULT: (1, "", "kdump: Usage: kdumpctl {estimate|start}")},
        files={"/proc/sys/kernel/osrelease": "5.15.0-200.el8uek.x86_64"},
    )
    with pytest.raises(Failure, match="no value for the kernel 5.15.0-200.el8uek.x86_64; name a size such as 256M"):
        reserve(host)


def test_before_kdumpctl_is_installed_check_mode_foretells_its_default() -> None:
    host = GrubbyHost()
    result = reserve(host, check_mode=True)
    assert result["value"] == ["1G-4G:192M,4G-64G:256M,64G-:512M"]
    assert "the real run asks it" in result["messages"][0]
    with pytest.raises(Failure, match="install kdump first"):
        reserve(GrubbyHost())


@pytest.mark.parametrize(
    ("host", "options"),
    [
        (el9(commands={GET_DEFAULT: "4G-64G:256M,64G-:512M"}), {}),
        (el9(commands={GET_DEFAULT: "4G-64G:256M,64G-:512M"}), {"size": "auto"}),
        (DebianHost(files={PACKAGE_DROP_IN: PACKAGE_TEXT.replace("384M-:128M", "4G-:1G")}), {}),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_host_below_the_floor_of_the_default_is_told_and_neither_changed_nor_to_be_rebooted(
    host: FakeHost, options: Dict[str, str], check_mode: bool
) -> None:
    result = reserve(host, check_mode, **options)
    assert (result["below_floor"], result["changed"], result["reboot_required"]) == (True, False, False)
    assert "is below the vendor's floor" in result["reason"]
    assert "reserves nothing with 2048 MiB of RAM (none of its ranges holds this RAM)" in result["reason"]
    assert result["diff"] == []
    assert not host.written


def test_a_reservation_that_a_host_below_the_floor_has_is_left_to_it() -> None:
    host = el9(commands={GET_DEFAULT: "4G-:256M"})
    host.files.update(kernel_files("5.14.0-503.el9.x86_64", "crashkernel=%s" % RHEL, 192 * MIB))
    result = reserve(host)
    assert (result["below_floor"], result["changed"], result["reserved_bytes"]) == (True, False, 192 * MIB)
    assert result["configured"][0]["args"] == [RHEL]


def test_a_host_above_the_floor_is_told_to_be() -> None:
    assert reserve(DebianHost(), size="256M")["below_floor"] is False


@pytest.mark.parametrize(
    ("release", "machine", "size", "words"),
    [
        ("6.12.0-55.el10.x86_64", "x86_64", ["256M", "1G,cma"], "kernels before 6.17"),
        ("6.12.0-55.el10.s390x", "s390x", ["512M,high"], "knows no value with ,high or ,low"),
        ("5.15.0-130-generic", "aarch64", "512M,high", "knows no value with ,high or ,low"),
    ],
)
def test_what_this_kernel_does_not_know_is_refused(
    release: str, machine: str, size: Union[str, List[str]], words: str
) -> None:
    host = DebianHost()
    host.files.update({"/proc/sys/kernel/osrelease": release, "/proc/sys/kernel/arch": machine})
    with pytest.raises(Refused, match=words):
        reserve(host, size=size)


def test_a_newer_kernel_takes_memory_that_stays_in_use() -> None:
    host = DebianHost(releases=("6.17.8+deb14-amd64", "6.17.7+deb14-amd64"))
    result = reserve(host, size=["256M", "1G,cma"])
    assert result["will_reserve_bytes"] == 256 * MIB
    assert result["messages"] == []


def test_cma_without_a_unit_is_refused() -> None:
    with pytest.raises(Refused, match="'320,cma' is refused: 320 is less than 1 MiB; add a unit, such as M"):
        reserve(DebianHost(releases=("6.17.8+deb14-amd64",)), size=["96M", "320,cma"])


@pytest.mark.parametrize("size", [["512M,high", "0,low"], "1G-1536M:0,1536M-:256M"])
def test_size_of_0_is_accepted_where_it_reserves_nothing_on_purpose(size: Union[str, List[str]]) -> None:
    assert reserve(DebianHost(), size=size)["changed"]


def test_value_that_an_older_kernel_of_the_menu_cannot_read_is_a_message() -> None:
    result = reserve(DebianHost(releases=("6.17.8+deb14-amd64", "6.1.0-40-amd64")), size=["256M", "1G,cma"])
    assert result["messages"] == [
        "the boot entry of /boot/vmlinuz-6.1.0-40-amd64 would reserve nothing with crashkernel=256M crashkernel=1G,cma"
        ": the kernel cannot read '1G,cma': it stops at ','"
    ]


def test_entry_of_another_release_is_judged_by_its_own_kernel() -> None:
    host = GrubbyHost(entries=EL8_ENTRIES, kernelopts=EL8_KERNELOPTS, default="0")
    host.files.update(kernel_files("5.14.0-503.el9.x86_64", "crashkernel=auto", 0))
    result = reserve(host, size="256M")
    assert (result["will_reserve_bytes"], result["reboot_required"]) == (256 * MIB, True)
    assert "for the kernel 4.18.0-553.el8_10.x86_64" in result["reason"]


CMA_RELEASE = "7.2.13+deb14-amd64"
CMA_LINE = "root=/dev/vda1 ro crashkernel=96M crashkernel=320M,cma"


def cma_host(**more: Any) -> FakeHost:
    host = DebianHost(releases=(CMA_RELEASE,), **more)
    host.files["/proc/cmdline"] = CMA_LINE + "\n"
    host.files["/sys/kernel/kexec_crash_size"] = "%d\n" % (96 * MIB)
    host.files["/sys/kernel/kexec/crash_cma_ranges"] = "40000000-53ffffff\n"
    host.files["/proc/sys/kernel/osrelease"] = CMA_RELEASE + "\n"
    reserve(host, size=["96M", "320M,cma"])
    return host


def test_cma_that_was_asked_for_needs_no_reboot_and_no_second_change() -> None:
    result = reserve(cma_host(), size=["320M,cma", "96M"])
    assert result["reboot_required"] is False
    assert (result["reserved_bytes"], result["reserved_cma_bytes"]) == (96 * MIB, 320 * MIB)
    assert (result["will_reserve_bytes"], result["will_reserve_cma_bytes"]) == (96 * MIB, 320 * MIB)
    assert reserve(cma_host(), size=["96M", "320M,cma"])["changed"] is False


def test_a_plain_size_keeps_the_cma_of_the_entries_and_says_so() -> None:
    result = reserve(cma_host(), size="128M")
    assert result["value"] == ["128M", "320M,cma"]
    assert 'to take it out, give a list without it, such as ["128M"]' in " ".join(result["messages"])
    assert result["reboot_required"] is True


def test_a_list_without_cma_takes_it_out() -> None:
    result = reserve(cma_host(), size=["128M"])
    assert result["value"] == ["128M"]
    assert result["will_reserve_cma_bytes"] == 0
    assert result["reboot_required"] is True


BEFORE_BOOT = START - UPTIME - 60
OWN_MENU = "menuentry 'x' {\n\tlinux /vmlinuz-5.14.0-503.el9.x86_64 root=/dev/sda1 ro\n}\n"


def test_entries_that_grub_does_not_read_are_refused_before_anything_is_written() -> None:
    host = el9()
    host.files["/boot/grub2/grub.cfg"] = OWN_MENU
    with pytest.raises(Failure, match="Set GRUB_ENABLE_BLSCFG=true in /etc/default/grub, and run grub2-mkconfig -o"):
        reserve(host, size="512M")
    assert host.written == []


@pytest.mark.parametrize("path", ["/boot/grub2/grub.cfg", "/boot/efi/EFI/redhat/grub.cfg"])
def test_entries_that_one_grub_cfg_reads_are_set(path: str) -> None:
    host = el9()
    host.files["/boot/grub2/grub.cfg"] = OWN_MENU
    host.files[path] = OWN_MENU + "insmod blscfg\nblscfg\n"
    assert reserve(host, size="512M")["changed"] is True


def test_what_the_last_boot_did_not_bring_asks_for_no_other_boot() -> None:
    host = el9(default="0")
    assert reserve(host, size="512M")["reboot_required"] is True
    for path in host.glob("/boot/loader/entries/*.conf"):
        host.mtimes[path] = BEFORE_BOOT
    result = reserve(host, size="512M")
    assert result["changed"] is False
    assert result["reboot_required"] is False
    assert "had crashkernel=512M before this boot" in result["reason"]
    assert "a reboot would not help" in result["reason"]


def test_an_entry_that_was_set_before_a_suspend_of_this_boot_still_asks_for_a_reboot() -> None:
    host = el9(default="0")
    host.suspended = 8 * 3600
    reserve(host, size="512M")
    for path in host.glob("/boot/loader/entries/*.conf"):
        host.mtimes[path] = START - UPTIME - 7 * 3600
    assert reserve(host, size="512M")["reboot_required"] is True


def test_a_pinned_kernel_that_reserves_nothing_asks_for_no_reboot_because_of_a_newer_one() -> None:
    value, older = "512M-:192M", "5.15.0-130-generic"
    host = DebianHost(("6.8.0-50-generic", older))
    reserve(host, size=value)
    host.files["/proc/sys/kernel/osrelease"] = older + "\n"
    host.files["/proc/cmdline"] = "root=/dev/vda1 ro crashkernel=%s\n" % value
    assert reserve(host, size=value)["reboot_required"] is True
    host.files["/boot/grub/grub.cfg"] = 'set default="1>2"\n' + host.files["/boot/grub/grub.cfg"]
    result = reserve(host, size=value)
    assert [entry["kernel"] for entry in result["configured"] if entry["default"]] == ["/boot/vmlinuz-" + older]
    assert result["reboot_required"] is False
    assert "look for crashkernel in the kernel log" in result["reason"]


def test_a_default_that_the_same_update_grub_applies_is_the_one_that_is_returned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = DebianHost(("6.8.0-50-generic", "5.15.0-130-generic"))
    reserve(host, size="256M")

    def pinned(made: FakeHost) -> Any:
        done = host.update_grub(made)
        host.files["/boot/grub/grub.cfg"] = 'set default="1>2"\n' + host.files["/boot/grub/grub.cfg"]
        return done

    monkeypatch.setitem(host.answers, "update-grub", pinned)
    result = reserve(host, size="512M")
    assert [entry["kernel"] for entry in result["configured"] if entry["default"]] == [
        "/boot/vmlinuz-5.15.0-130-generic"
    ]
    assert reserve(host, size="512M")["changed"] is False


def test_an_entry_that_update_grub_does_not_write_asks_for_no_reboot_and_is_named() -> None:
    host = DebianHost()
    reserve(host, size="256M")
    host.files["/boot/grub/grub.cfg"] = 'set default="1>1"\n' + host.files["/boot/grub/grub.cfg"]
    result = reserve(host, size="256M")
    assert (result["changed"], result["reboot_required"], result["will_reserve_bytes"]) == (False, False, None)
    assert "GRUB boots the entry 'Debian GNU/Linux' next" in result["reason"]


def test_what_the_ram_alone_does_not_tell_is_a_message() -> None:
    result = reserve(DebianHost(), size="1900M", check_mode=True)
    assert result["messages"] == ["crashkernel=1900M: it is reserved only if it fits below 4 GiB"]


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({}, "320M"),
        ({"margin_percent": 20}, "384M"),
        ({"minimum": "512M"}, "512M"),
        ({"maximum": "300M"}, "300M"),
        ({"margin_percent": 50, "maximum": "400M"}, "400M"),
        ({"margin_percent": 80}, "576M"),
        ({"margin_percent": 100, "minimum": "1000M"}, "1024M"),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        lambda: el9(commands={"kdumpctl estimate": ESTIMATE}, files={"/etc/kdump.conf": "auto_reset_crashkernel no\n"}),
        lambda: DebianHost(programs=["kdump-config"], commands={"kdump-config show": SHOW}),
    ],
)
def test_an_estimate_is_taken_with_its_margin_and_limits(
    make: Callable[..., FakeHost], options: Dict[str, Any], value: str
) -> None:
    assert reserve(make(), size="estimate", **options)["value"] == [value]


IMAGE = "x" * (30 * MIB)
KERNEL_IOMEM = """\
00001000-7fffffff : System RAM
  01000000-01ffffff : Kernel code
  02000000-026fffff : Kernel rodata
  02800000-02bfffff : Kernel data
  02f00000-033fffff : Kernel bss
"""
MODULES = "xfs 2097152 1 - Live 0x0000000000000000\nvirtio_blk 20480 3 - Live 0x0000000000000000\n"
COUNTED = {"/proc/iomem": KERNEL_IOMEM, "/proc/modules": MODULES}
OLD_ESTIMATE = """\
Reserved crashkernel:    192M
Recommended crashkernel: %sM

Kernel image size:   47M
Kernel modules size: 12M
Initramfs size:      30M
Runtime reservation: 64M
Large modules: <none>
WARNING: Current crashkernel size is lower than recommended size 192M.
"""


@pytest.mark.parametrize(("said", "value"), [(192, "192M"), (153, "192M"), (256, "256M")])
def test_an_estimate_that_counts_the_initramfs_once_is_counted_anew(said: int, value: str) -> None:
    # 48 + 13 + 3 x 31 + 16 and one for the cut runtime: 171
    result = reserve(el9(commands={"kdumpctl estimate": OLD_ESTIMATE % said}), size="estimate")
    assert result["value"] == [value]
    assert ("counts the initramfs once" in result["messages"][0]) == (said == 153)


def test_a_kdumpctl_that_builds_nothing_is_asked_in_check_mode_too() -> None:
    files = {"/usr/sbin/kdumpctl": 'derror "kdumpctl estimate: kdump initramfs is not built yet."\n'}
    host = el9(commands={"kdumpctl estimate": OLD_ESTIMATE % 256}, files=files)
    assert reserve(host, check_mode=True, size="estimate")["value"] == ["256M"]


@pytest.mark.parametrize(
    ("host", "value", "words"),
    [
        # kernel 33M, modules 2.02M, 3 x 30M and 16M
        (
            el9(
                commands={"kdumpctl estimate": (1, "", "kdump initramfs is not built yet."), GET_DEFAULT: "4G-:256M"},
                files=dict(COUNTED, **{"/boot/initramfs-5.14.0-503.el9.x86_64.img": IMAGE}),
            ),
            "160M",
            "not built yet; so it is counted here: kernel 32M",
        ),
        # 64M instead of 16M, as the whole system is started
        (
            DebianHost(
                programs=["kdump-config"],
                commands={"kdump-config show": "current state: ready to kdump\n"},
                files=dict(COUNTED, **{"/var/lib/kdump/initrd.img-6.1.0-41-amd64": IMAGE}),
            ),
            "192M",
            "three times /var/lib/kdump/initrd.img-6.1.0-41-amd64 of 30M, and 64M: 189M",
        ),
        # the vendor's default is more
        (
            DebianHost(
                programs=["kdump-config"],
                commands={"kdump-config show": "crashkernel suggested size: 100M\n"},
            ),
            "128M",
            "the vendor reserves 128 MiB on such a machine by default",
        ),
    ],
)
def test_where_the_tool_has_no_estimate_it_is_counted_here(host: FakeHost, value: str, words: str) -> None:
    result = reserve(host, size="estimate")
    assert result["value"] == [value]
    assert any(words in message for message in result["messages"]), result["messages"]


def test_a_maximum_below_what_is_suggested_is_told() -> None:
    host = DebianHost(programs=["kdump-config"], commands={"kdump-config show": SHOW})
    messages = reserve(host, size="estimate", maximum="200M")["messages"]
    assert any("the maximum keeps it below the 301 MiB that are suggested" in message for message in messages)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (el9(commands={"kdumpctl estimate": (1, "", "kdump: kdump initramfs is not built yet.")}), "not built yet"),
        (
            DebianHost(
                programs=["kdump-config"],
                commands={"kdump-config show": "crashkernel suggested size: Unknown (no memory information)\n"},
            ),
            r"Unknown \(no memory information\); start kdump once with size=default",
        ),
        (DebianHost(programs=["kdump-config"], commands={"kdump-config show": "DUMP_MODE: kdump\n"}), "nothing of a"),
        (DebianHost(), "neither is installed"),
        (
            DebianHost(
                programs=["kdump-config"],
                commands={"kdump-config show": ""},
                files={"/var/lib/kdump/initrd.img-6.1.0-41-amd64": IMAGE, "/proc/iomem": "0-0 : System RAM\n"},
            ),
            "has no answer here",
        ),
    ],
)
def test_where_no_estimate_is_to_be_had_the_error_says_what_to_do(host: FakeHost, words: str) -> None:
    with pytest.raises(Failure, match=words):
        reserve(host, size="estimate")
    assert not host.written


@pytest.mark.parametrize("host", [el9(), DebianHost(programs=["kdump-config"])])
def test_check_mode_does_not_ask_for_an_estimate_that_would_change_something(host: FakeHost) -> None:
    result = reserve(host, check_mode=True, size="estimate")
    assert (result["changed"], result["value"]) == (False, None)
    assert "check mode does not ask" in result["messages"][0]


def test_ram_is_counted_without_iomem_too() -> None:
    files = {"/proc/iomem": "00000000-00000000 : System RAM\n", "/proc/meminfo": "MemTotal:        1900000 kB\n"}
    result = reserve(DebianHost(files=files), size="1G-1900M:128M,1900M-:192M")
    assert result["will_reserve_bytes"] == 192 * MIB
    with pytest.raises(Refused, match="1920 MiB of RAM"):
        reserve(DebianHost(files=files), size="%d" % (2 * GIB))


def test_a_wrong_size_ends_the_module_with_one_sentence(run_module: Callable[..., Dict[str, Any]]) -> None:
    result = run_module(main, size="256MB")
    assert result["failed"]
    assert result["msg"].startswith("size: '256MB' is refused: ")
