# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump_config judges first, writes only what it is asked, and writes nothing twice."""

import pathlib
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from ansible.module_utils import basic
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import DIRECTORY
from ansible_collections.crashops.kdump.plugins.modules import kdump_config
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.kdump_machine import SHOW

FIXTURES = pathlib.Path(__file__).parent.parent.parent / "fixtures"
CONF, SYSCONFIG, DEFAULTS = "/etc/kdump.conf", "/etc/sysconfig/kdump", "/etc/default/kdump-tools"
KDUMPCTL_TEXTS = {
    CONF: (FIXTURES / "kdump-utils-1.0.61.conf").read_text(),
    SYSCONFIG: (FIXTURES / "kdump-utils-1.0.61.sysconfig").read_text(),
}
TOOLS_TEXTS = {DEFAULTS: (FIXTURES / "kdump-tools-1.8.1.default").read_text()}
OPTIONS = (
    "target", "path", "core_collector", "failure_action", "final_action", "kdump_pre", "kdump_post",
    "kdump_emergency", "extra_bins",
    "extra_modules", "dracut_args", "fence_kdump_nodes", "fence_kdump_args", "auto_reset_crashkernel", "force_rebuild",
    "directives", "sysconfig", "commandline_append", "commandline_remove", "commandline_default",
    "blocked_drivers",
)  # fmt: skip


# the unit of a host that was not armed since its boot
IDLE = "LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n"


def kdumpctl_host(**texts: str) -> FakeHost:
    return FakeHost(dict(KDUMPCTL_TEXTS, **texts), {SHOW % "kdump.service": IDLE}, programs=["kdumpctl"])


def el8_host(**texts: str) -> FakeHost:
    return kdumpctl_host(**{"/usr/sbin/kdumpctl": "core_collector"}, **texts)


def tools_host(**texts: str) -> FakeHost:
    answers = {SHOW % "kdump-tools.service": IDLE}
    return FakeHost(dict(TOOLS_TEXTS, **texts), answers, programs=["kdump-config", "dpkg"])


def run(host: FakeHost, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    params = dict.fromkeys(OPTIONS)
    params.update(options, exclusive=options.get("exclusive", False), backup=options.get("backup", False))
    return kdump_config.ensure(host, params, check_mode)


def changed_lines(before: str, after: str) -> Tuple[List[str], List[str]]:
    """Return what a change took away and what it brought, line by line."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


# what becomes a directory of dumps: the option, and the sentence for it
PLACES = [
    ("kdumpctl", {"path": "/usr/lib"}, "path: '/usr/lib' is refused: the system itself needs what is in /usr"),
    ("kdumpctl", {"path": "/srv/x/../../etc"}, "path: '/srv/x/../../etc' is refused: it leads elsewhere by . or .."),
    ("kdumpctl", {"path": "/var/crash/.."}, "path: '/var/crash/..' is refused: it leads elsewhere by . or .."),
    ("kdumpctl", {"path": "/proc/self/root"}, "the system itself needs what is in /proc"),
    ("kdumpctl", {"path": "/var/crash/kdump"}, "it leads to /home, and others need /home"),
    ("kdumpctl", {"directives": {"path": "/etc"}}, "directives.path: '/etc' is refused: the system itself needs"),
    ("kdump-tools", {"path": "/usr/lib"}, "path: '/usr/lib' is refused: the system itself needs what is in /usr"),
    ("kdump-tools", {"sysconfig": {"KDUMP_COREDIR": "/home"}}, "sysconfig.KDUMP_COREDIR: '/home' is refused: others"),
    ("kdump-tools", {"sysconfig": {"KDUMP_COREDIR": "/var/crash/.."}}, "it leads elsewhere by . or .."),
    ("kdump-tools", {"sysconfig": {"KDUMP_COREDIR": "/var/crash/kdump"}}, "it leads to /home, and others need /home"),
    ("kdump-tools", {"path": "/etc", "target": {"type": "ssh", "location": "a@b"}}, "what is in /etc"),
    ("kdump-tools", {"path": "/var", "target": {"type": "nfs", "location": "a:/b"}}, "others need /var"),
]


@pytest.mark.parametrize("stack, options, words", PLACES)
def test_a_directory_that_others_need_is_refused_before_anything_is_written(
    stack: str, options: Dict[str, Any], words: str
) -> None:
    host = kdumpctl_host() if stack == "kdumpctl" else tools_host()
    host.links["/var/crash/kdump"] = "/home"
    before = dict(host.files)
    for check_mode in (True, False):
        with pytest.raises(Refused) as refused:
            run(host, check_mode, **options)
        assert words in refused.value.msg
    assert host.files == before and host.written == []


def test_a_path_below_the_root_of_a_target_of_its_own_may_have_any_name() -> None:
    target = {"type": "nfs", "location": "store:/export"}
    assert run(kdumpctl_host(), target=target, path="/home")["changed"] is True


KDUMPCTL_CASES = [
    ({"path": "/var/dumps"}, CONF, (["path /var/crash"], ["path /var/dumps"])),
    (
        {"target": {"type": "nfs", "location": "[2001:db8::1]:/e"}, "path": "/web"},
        CONF,
        (["path /var/crash"], ["path /web", "nfs [2001:db8::1]:/e"]),
    ),
    (
        {"target": {"type": "ssh", "location": "kdump@h", "ssh_key": "/root/k"}},
        CONF,
        (
            ["core_collector makedumpfile -l --message-level 7 -d 31"],
            ["core_collector makedumpfile -F -l --message-level 7 -d 31", "ssh kdump@h", "sshkey /root/k"],
        ),
    ),
    ({"target": {"type": "ext4", "location": "UUID=1"}}, CONF, ([], ["ext4 UUID=1"])),
    ({"failure_action": "shell"}, CONF, ([], ["failure_action shell"])),
    ({"final_action": "halt", "kdump_pre": "/a", "kdump_post": "/b", "kdump_emergency": "/c"}, CONF,
     ([], ["final_action halt", "kdump_pre /a", "kdump_post /b", "kdump_emergency /c"])),
    ({"extra_bins": ["/bin/a", "/bin/b"], "extra_modules": ["m", "n"]}, CONF,
     ([], ["extra_bins /bin/a /bin/b", "extra_modules m n"])),
    ({"fence_kdump_nodes": ["n1", "n2"], "fence_kdump_args": "-p 7410"}, CONF,
     ([], ["fence_kdump_args -p 7410", "fence_kdump_nodes n1 n2"])),
    ({"dracut_args": '--omit-drivers "cfg80211 snd"'}, CONF, ([], ['dracut_args --omit-drivers "cfg80211 snd"'])),
    ({"auto_reset_crashkernel": False, "force_rebuild": True}, CONF,
     (["auto_reset_crashkernel yes"], ["auto_reset_crashkernel no", "force_rebuild 1"])),
    ({"directives": {"force_no_rebuild": True, "path": None, "auto_reset_crashkernel": False}}, CONF,
     (["auto_reset_crashkernel yes", "path /var/crash"], ["auto_reset_crashkernel no", "force_no_rebuild 1"])),
    ({"exclusive": True, "path": "/x"}, CONF,
     (["auto_reset_crashkernel yes", "path /var/crash", "core_collector makedumpfile -l --message-level 7 -d 31"],
      ["path /x"])),
    ({"sysconfig": {"KDUMP_IMG": "vmlinux", "KEXEC_ARGS": None}}, SYSCONFIG,
     (['KEXEC_ARGS="-s"', 'KDUMP_IMG="vmlinuz"'], ['KDUMP_IMG="vmlinux"'])),
    (
        {"commandline_append": ["rd.debug"], "commandline_remove": ["nr_cpus"], "blocked_drivers": ["nouveau", "mlx5"]},
        SYSCONFIG,
        (
            ['KDUMP_COMMANDLINE_APPEND="novmcoredd hugetlb_cma=0 irqpoll nr_cpus=1 reset_devices '
             'cgroup_disable=memory mce=off panic=10"'],
            ['KDUMP_COMMANDLINE_APPEND="novmcoredd hugetlb_cma=0 irqpoll reset_devices cgroup_disable=memory mce=off '
             'panic=10 rd.debug rd.driver.blacklist=nouveau,mlx5"'],
        ),
    ),
]  # fmt: skip

WORDS = "reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll usbcore.nousb"
TOOLS_CASES = [
    ({"path": "/srv/dumps"}, (['KDUMP_COREDIR="/var/crash"'], ['KDUMP_COREDIR="/srv/dumps"'])),
    ({"target": {"type": "nfs", "location": "h:/e"}}, ([], ['NFS="h:/e"'])),
    ({"target": {"type": "ssh", "location": "u@h", "ssh_key": "/root/k"}}, ([], ['SSH="u@h"', 'SSH_KEY="/root/k"'])),
    ({"core_collector": "makedumpfile -l -d 31"}, ([], ['MAKEDUMP_ARGS="-l -d 31"'])),
    ({"core_collector": "makedumpfile -F -c -d 17"}, ([], ['MAKEDUMP_ARGS="-F -c -d 17"'])),
    ({"failure_action": "poweroff"}, ([], ['KDUMP_FAIL_CMD="poweroff -f"'])),
    ({"sysconfig": {"USE_KDUMP": 0, "HOSTTAG": "hostname"}}, (["USE_KDUMP=1"], ["USE_KDUMP=0", 'HOSTTAG="hostname"'])),
    ({"commandline_append": ["panic=5"]}, ([], ['KDUMP_CMDLINE_APPEND="%s panic=5"' % WORDS])),
    (
        {"blocked_drivers": ["a", "b"], "commandline_remove": ["irqpoll"]},
        ([], ['KDUMP_CMDLINE_APPEND="%s modprobe.blacklist=a,b"' % WORDS.replace(" irqpoll", "")]),
    ),
]


@pytest.mark.parametrize(("options", "path", "expected"), KDUMPCTL_CASES)
def test_kdumpctls_files_change_in_the_lines_that_are_asked_for(
    options: Dict[str, Any], path: str, expected: Tuple[List[str], List[str]]
) -> None:
    host = kdumpctl_host()
    assert run(host, **options)["changed"]
    assert changed_lines(KDUMPCTL_TEXTS[path], host.files[path]) == expected
    assert host.written == [path]


@pytest.mark.parametrize(("options", "expected"), TOOLS_CASES)
def test_the_same_options_become_variables_of_kdump_tools(
    options: Dict[str, Any], expected: Tuple[List[str], List[str]]
) -> None:
    host = tools_host()
    assert run(host, **options)["changed"]
    assert changed_lines(TOOLS_TEXTS[DEFAULTS], host.files[DEFAULTS]) == expected


@pytest.mark.parametrize(
    ("make_host", "options"),
    [(kdumpctl_host, case[0]) for case in KDUMPCTL_CASES] + [(tools_host, case[0]) for case in TOOLS_CASES],
)
def test_check_mode_predicts_and_a_second_run_changes_nothing(
    make_host: Callable[..., FakeHost], options: Dict[str, Any]
) -> None:
    host = make_host()
    files = dict(host.files)
    predicted = run(host, check_mode=True, **options)
    assert (host.written, host.commands) == ([], []) and host.files == files
    real = run(host, **options)
    assert dict(predicted) == dict(real)
    host.written, host.commands = [], []
    second = run(host, **options)
    assert (second["changed"], second["diff"], host.written, host.commands) == (False, [], [], [])
    assert not (second["rebuild_required"] or second["reload_required"])


def test_without_options_nothing_changes() -> None:
    for host in (kdumpctl_host(), tools_host()):
        assert not run(host)["changed"]


@pytest.mark.parametrize(
    ("standing", "target", "expected"),
    [
        ("ext4 /dev/a\npath /x\n", {"type": "ssh", "location": "u@h"}, "ssh u@h\npath /x\n"),
        ("ssh u@h\ncore_collector makedumpfile -F -l\n", {"type": "local"}, "core_collector makedumpfile -l\n"),
        (
            "core_collector /usr/sbin/makedumpfile -l\n",
            {"type": "ssh", "location": "u@h"},
            "core_collector /usr/sbin/makedumpfile -F -l\nssh u@h\n",
        ),
        (
            "ssh u@h\ncore_collector /usr/sbin/makedumpfile -l -F\n",
            {"type": "nfs", "location": "h:/e"},
            "nfs h:/e\ncore_collector /usr/sbin/makedumpfile -l\n",
        ),
        ("default shell\n", None, "failure_action reboot\n"),
    ],
)
def test_what_stands_for_the_same_thing_is_replaced(
    standing: str, target: Optional[Dict[str, str]], expected: str
) -> None:
    host = kdumpctl_host(**{CONF: standing})
    options = {"target": target} if target else {"failure_action": "reboot"}
    run(host, **options)
    assert host.files[CONF] == expected


def test_a_target_of_kdump_tools_replaces_the_others() -> None:
    host = tools_host(**{DEFAULTS: 'USE_KDUMP=1\nSSH="u@h"\nFTP="f:/x"\n'})
    result = run(host, target={"type": "nfs", "location": "h:/e"})
    assert host.files[DEFAULTS] == 'USE_KDUMP=1\nNFS="h:/e"\n'
    assert result["effective"]["target_type"] == "nfs"
    run(host, target={"type": "local"})
    assert host.files[DEFAULTS] == "USE_KDUMP=1\n"


def test_the_commented_default_of_a_release_is_kept_when_a_word_is_added() -> None:
    host = tools_host(**{DEFAULTS: 'USE_KDUMP=1\n#KDUMP_CMDLINE_APPEND="%s nousb"\n' % WORDS})
    run(host, commandline_append=["x"])
    assert 'KDUMP_CMDLINE_APPEND="%s nousb x"\n' % WORDS in host.files[DEFAULTS]


def test_the_default_of_the_installed_kdump_config_is_kept_when_the_file_shows_none() -> None:
    script = 'KDUMP_CMDLINE_APPEND=${KDUMP_CMDLINE_APPEND:="%s special"}\n' % WORDS
    host = tools_host(**{DEFAULTS: "USE_KDUMP=1\n", "/usr/sbin/kdump-config": script})
    run(host, commandline_append=["x"])
    assert 'KDUMP_CMDLINE_APPEND="%s special x"\n' % WORDS in host.files[DEFAULTS]


EL9_RELEASE = {"/proc/sys/kernel/osrelease": "5.14.0-362.el9.x86_64\n"}
EL9_WORDS = (
    "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory mce=off numa=off udev.children-max=2 panic=10 "
    "acpi_no_memhotplug transparent_hugepage=never nokaslr hest_disable novmcoredd cma=0 hugetlb_cma=0"
)


def el9_host(sysconfig: str) -> FakeHost:
    script = {"/usr/sbin/kdumpctl": "auto_reset_crashkernel failure_action"}
    return kdumpctl_host(**dict(EL9_RELEASE, **script), **{SYSCONFIG: sysconfig})


@pytest.mark.parametrize(
    ("standing", "options", "words"),
    [
        ('KDUMP_IMG="vmlinuz"\n', {"commandline_append": ["x"]}, EL9_WORDS + " x"),
        ('KDUMP_IMG="vmlinuz"\n', {"blocked_drivers": ["a"]}, EL9_WORDS + " rd.driver.blacklist=a"),
        ('#KDUMP_COMMANDLINE_APPEND="nr_cpus=2"\n', {"commandline_append": ["x"]}, "nr_cpus=2 x"),
        ('KDUMP_COMMANDLINE_APPEND=""\n', {"commandline_append": ["x"]}, "x"),
        ('KDUMP_COMMANDLINE_APPEND="nr_cpus=2"\n', {"sysconfig": {"KDUMP_COMMANDLINE_APPEND": None}}, EL9_WORDS),
        (
            'KDUMP_COMMANDLINE_APPEND="nr_cpus=2"\n',
            {"sysconfig": {"KDUMP_COMMANDLINE_APPEND": None}, "commandline_append": ["x"]},
            EL9_WORDS + " x",
        ),
    ],
)
def test_words_that_kdumpctl_has_no_default_for_are_taken_from_its_package(
    standing: str, options: Dict[str, Any], words: str
) -> None:
    host = el9_host(standing)
    run(host, **options)
    assert 'KDUMP_COMMANDLINE_APPEND="%s"\n' % words in host.files[SYSCONFIG]
    assert not run(host, **options)["changed"]


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("KEXEC_ARGS", "-s"),
        (
            "KDUMP_COMMANDLINE_REMOVE",
            "hugepages hugepagesz slub_debug quiet log_buf_len swiotlb cma hugetlb_cma ignition.firstboot",
        ),
        ("KDUMP_IMG", "vmlinuz"),
    ],
)
def test_null_takes_what_only_the_packaged_file_has_from_the_package(name: str, default: str) -> None:
    host = el9_host('%s="mine"\n' % name)
    run(host, sysconfig={name: None})
    assert host.files[SYSCONFIG] == '%s="%s"\n' % (name, default)
    assert not run(host, sysconfig={name: None})["changed"]


def test_null_removes_a_variable_that_is_the_same_unset() -> None:
    host = el9_host('KDUMP_IMG="vmlinuz"\nKDUMP_KERNELVER="5.14"\n')
    run(host, sysconfig={"KDUMP_KERNELVER": None})
    assert host.files[SYSCONFIG] == 'KDUMP_IMG="vmlinuz"\n'


def test_a_file_without_the_words_is_warned_of_and_left_alone() -> None:
    result = run(el9_host('KDUMP_IMG="vmlinuz"\n'))
    assert not result["changed"]
    assert [(found["rule"], found["severity"]) for found in result["findings"] if found["path"] == SYSCONFIG] == [
        ("S11", "warning")
    ]


def test_what_a_file_names_and_the_host_has_not_is_found_and_refuses_nothing() -> None:
    sysconfig = KDUMPCTL_TEXTS[SYSCONFIG].replace('KDUMP_KERNELVER=""', 'KDUMP_KERNELVER="9.9"')
    found = run(kdumpctl_host(**{SYSCONFIG: sysconfig}), path="/x")["findings"]
    assert [(one["rule"], one["severity"], one["line"]) for one in found if one["path"] == SYSCONFIG] == [
        ("S3", "error", 2)
    ]
    text = 'USE_KDUMP=1\nKDUMP_COMPRESSION="lz4"\nKDUMP_KERNEL=/boot/gone\n'
    found = run(tools_host(**{DEFAULTS: text}), path="/x")["findings"]
    assert [(one["rule"], one["severity"], one["line"]) for one in found] == [
        ("T17", "warning", 2),
        ("T18", "error", 3),
    ]


@pytest.mark.parametrize(
    ("host", "options", "words"),
    [
        (kdumpctl_host(**{SYSCONFIG: 'KEXEC_ARGS="-s\n'}), {}, "a double quote is not closed"),
        (
            kdumpctl_host(**{SYSCONFIG: 'KDUMP_COMMANDLINE_APPEND+=" a"\n'}),
            {"commandline_append": ["x"]},
            "line 1: 'KDUMP_COMMANDLINE_APPEND+=\" a\"' is refused: KDUMP_COMMANDLINE_APPEND cannot be edited safely",
        ),
        (
            tools_host(**{DEFAULTS: "USE_KDUMP=1\nSSH=$(id -un)@h\n"}),
            {"target": {"type": "ssh", "location": "u@h"}},
            "cannot be edited safely",
        ),
        (tools_host(**{DEFAULTS: "USE_KDUMP=1\nexit 0\n"}), {}, "what follows may not be read"),
        (tools_host(**{DEFAULTS: "USE_KDUMP=1\n"}), {"sysconfig": {"HOSTTAG": "name"}}, "not one of ip, hostname"),
    ],
)
def test_what_cannot_be_edited_safely_is_refused_by_its_line(
    host: FakeHost, options: Dict[str, Any], words: str
) -> None:
    files = dict(host.files)
    with pytest.raises(Refused) as refused:
        run(host, **options)
    assert words in refused.value.msg
    assert (host.files, host.written) == (files, [])


def ssh(location: Optional[str]) -> Dict[str, Any]:
    return {"target": {"type": "ssh", "location": location}}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "var/crash"}, "path: 'var/crash' is refused: the path is not absolute; begin it with /."),
        ({"path": "~/crash"}, "~"),
        ({"path": "/a#b"}, "number sign"),
        ({"path": "/a\nnfs h:/e"}, "control characters"),
        ({"path": "/a\r"}, "control characters"),
        ({"path": "/a b"}, "blank"),
        ({"path": "/a\udcff"}, "UTF-8"),
        ({"fence_kdump_args": "-p\u2003"}, "other invisible characters"),
        ({"directives": {"core_collector x": "y"}}, "letters, digits and _ only"),
        ({"kdump_emergency": "run"}, "absolute"),
        ({"path": ""}, "empty"),
        ({"core_collector": '"makedumpfile -l"'}, "quotes"),
        ({"core_collector": "makedumpfile -F -l -d 31"}, "core_collector: 'makedumpfile -F -l -d 31' is refused"),
        ({"core_collector": "makedumpfile -l -d 32"}, "0 and 31"),
        (dict(ssh("u@h"), core_collector="makedumpfile -l -d 31"), "needs -F for a target of type ssh; add -F."),
        (ssh("h.example.com"), "target.location: 'h.example.com' is refused: it is not of the form user@host"),
        (ssh("u@[2001:db8::1]"), "without brackets"),
        (ssh("-oProxyCommand=x@h"), "user@host"),
        (ssh("u@h:/var/crash"), "path"),
        (ssh(None), "needs a location"),
        ({"target": {"type": "nfs", "location": ":server:/x"}}, "without the first colon"),
        ({"target": {"type": "nfs", "location": "2001:db8::1:/x"}}, "brackets"),
        ({"target": {"type": "nfs", "location": "server"}}, "host:/export"),
        ({"target": {"type": "xfs", "location": "sdb1"}}, "/dev"),
        ({"target": {"type": "local", "location": "/dev/a"}}, "no location"),
        ({"target": {"type": "nfs", "location": "h:/e", "ssh_key": "/k"}}, "ssh_key"),
        ({"target": {"type": "ssh", "location": "u@h", "ssh_key": "~/.ssh/id"}}, "target.ssh_key"),
        ({"kdump_pre": "/a --verbose"}, "one file"),
        ({"kdump_post": "post.sh"}, "absolute"),
        ({"extra_bins": ["lftp"]}, "lftp is not an absolute path"),
        ({"extra_modules": ["a b"]}, "entry of its own"),
        ({"directives": {"colour": "red"}}, "directives.colour"),
        ({"directives": {"blacklist": "nouveau"}}, "use blocked_drivers"),
        ({"directives": {"path": "/x"}, "path": "/y"}, "the option path sets path too"),
        ({"directives": {"nfs": "h:/e"}, "target": {"type": "local"}}, "directives.nfs"),
        ({"directives": {"nfs": "h:/e", "xfs": "UUID=1"}}, "more than one dump target"),
        ({"dracut_args": '--mount "/dev/a /m xfs x"', "target": {"type": "nfs", "location": "h:/e"}}, "--mount"),
        ({"force_rebuild": True, "directives": {"force_no_rebuild": "1"}}, "both 1"),
        ({"directives": {"extra_modules": ["a", "b"]}}, "directives.extra_modules: ['a', 'b'] is refused: a directive"),
        ({"directives": {"extra_modules": {"a": 1}}}, "holds one text; write it as a string."),
        ({"directives": {"path": []}}, "directives.path"),
        ({"core_collector": "makedumpfile -l --message-level=32"}, "the message level 32"),
        ({"core_collector": "makedumpfile -E -c -d 31"}, "-E together with -c"),
        ({"sysconfig": {"A B": "1"}}, "name"),
        ({"sysconfig": {"KEXEC_ARGS": "$(reboot)"}}, "sysconfig.KEXEC_ARGS"),
        ({"sysconfig": {"KEXEC_ARGS": 'a"b'}}, "sysconfig.KEXEC_ARGS"),
        ({"sysconfig": {"KEXEC_ARGS": ["a"]}}, "one text"),
        (
            {"sysconfig": {"VMCORE_CREATION_NOTIFICATION": True}},
            "sysconfig.VMCORE_CREATION_NOTIFICATION: True is refused: YAML makes true or false of this word",
        ),
        ({"sysconfig": {"KDUMP_STDLOGLVL": 5}}, "sysconfig.KDUMP_STDLOGLVL: 5 is refused: KDUMP_STDLOGLVL is not"),
        ({"commandline_append": ["a b"]}, "commandline_append: 'a b' is refused: it is not one word"),
        ({"commandline_append": ["x=`id`"]}, "commandline_append"),
        ({"blocked_drivers": ["a,b"]}, "blocked_drivers"),
    ],
)
def test_kdumpctl_refuses_before_anything_is_written(options: Dict[str, Any], words: str) -> None:
    host = kdumpctl_host()
    files = dict(host.files)
    with pytest.raises(Refused) as refused:
        run(host, **options)
    assert words in refused.value.msg
    assert len(refused.value.details["refused"]) == 1
    assert (host.files, host.written) == (files, [])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kdump_pre": "/a"}, "kdump_pre: '/a' is refused: kdump-tools has no equivalent of it"),
        ({"kdump_emergency": "/a"}, "kdump_emergency"),
        ({"extra_bins": ["/bin/a"]}, "extra_bins"),
        ({"dracut_args": "x"}, "dracut_args"),
        ({"final_action": "halt"}, "always reboots"),
        ({"directives": {"path": "/x"}}, "use sysconfig"),
        ({"force_rebuild": True}, "rebuild: always"),
        ({"failure_action": "shell"}, "failure_action: 'shell'"),
        ({"target": {"type": "ext4", "location": "/dev/a"}}, "target.type: 'ext4'"),
        ({"target": {"type": "nfs", "location": ":s:/x"}}, "without the first colon"),
        (ssh("h"), "user@host"),
        ({"core_collector": "scp"}, "makedumpfile only"),
        ({"core_collector": "makedumpfile -d 40"}, "0 and 31"),
        ({"core_collector": "makedumpfile --message-level 32 -d 31"}, "core_collector: 'makedumpfile --m"),
        ({"core_collector": "makedumpfile --mess=32"}, "the message level 32"),
        ({"core_collector": "makedumpfile -E -l"}, "-E together with -l"),
        ({"core_collector": "/usr/sbin/makedumpfile -l"}, "begin it with the word makedumpfile"),
        ({"path": "crash"}, "absolute"),
        ({"path": "/a$b"}, "path"),
        ({"sysconfig": {"USE_KDUMP": True}}, "sysconfig.USE_KDUMP: True is refused"),
        ({"sysconfig": {"USE_KDUMP": None}}, "USE_KDUMP is not set"),
        ({"sysconfig": {"KDUMP_DUMP_DMESG": "yes"}}, "not a number"),
        ({"sysconfig": {"KDUMP_CMDLINE_APPEND": "irqpoll"}}, "systemd.unit=kdump-tools-dump.service"),
        ({"sysconfig": {"FTP_PASSWORD": "hunter2"}}, "(hidden)"),
        ({"sysconfig": {"KDUMP_COREDIR": "/a"}, "path": "/b"}, "the option path is about KDUMP_COREDIR too"),
        ({"commandline_remove": ["systemd.unit"]}, "commandline_remove"),
    ],
)
def test_kdump_tools_refuses_before_anything_is_written(options: Dict[str, Any], words: str) -> None:
    host = tools_host()
    files = dict(host.files)
    with pytest.raises(Refused) as refused:
        run(host, **options)
    assert words in refused.value.msg
    assert "hunter2" not in refused.value.msg
    assert (host.files, host.written) == (files, [])


def test_what_kdump_tools_does_in_any_case_is_not_refused() -> None:
    options: Dict[str, Any] = {
        "final_action": "reboot",
        "extra_bins": [],
        "force_rebuild": False,
        "auto_reset_crashkernel": False,
    }
    assert not run(tools_host(), **options)["changed"]


def test_a_kdumpctl_of_el8_refuses_what_it_does_not_know() -> None:
    standing = "path /var/crash\n"
    with pytest.raises(Refused) as refused:
        run(el8_host(**{CONF: standing}), auto_reset_crashkernel=False, target={"type": "virtiofs", "location": "t"})
    assert "auto_reset_crashkernel" in refused.value.msg and "virtiofs" in refused.value.msg


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (kdumpctl_host(**{CONF: "# a\nfoo bar\n"}), "/etc/kdump.conf line 2: 'foo bar' is refused"),
        (
            kdumpctl_host(**{SYSCONFIG: "KEXEC_ARGS = -s\n"}),
            "/etc/sysconfig/kdump line 1: 'KEXEC_ARGS = -s' is refused",
        ),
        (tools_host(**{DEFAULTS: "USE_KDUMP=true\n"}), "/etc/default/kdump-tools line 1: 'USE_KDUMP=true' is refused"),
        (tools_host(**{DEFAULTS: "USE_KDUMP=1\nNFS = h:/e\n"}), "runs NFS as a command"),
    ],
)
def test_a_line_that_would_break_kdump_is_named(host: FakeHost, words: str) -> None:
    with pytest.raises(Refused) as refused:
        run(host)
    assert words in refused.value.msg
    assert host.written == []


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        (kdumpctl_host(**{CONF: "# a\nfoo bar\n"}), "R1"),
        (kdumpctl_host(**{CONF: "nfs :server:/export/cores\n"}), "R17"),
        (kdumpctl_host(**{CONF: "default reboot\nfailure_action reboot\n"}), "R11"),
        (tools_host(**{DEFAULTS: "USE_KDUMP=true\n"}), "T2"),
    ],
)
def test_check_mode_without_options_tells_what_is_wrong_and_fails_nothing(host: FakeHost, rule: str) -> None:
    result = run(host, check_mode=True)
    assert rule in [found["rule"] for found in result["findings"] if found["severity"] == "error"]
    assert (result["changed"], result["diff"], host.written) == (False, [], [])
    with pytest.raises(Refused):
        run(host)
    with pytest.raises(Refused):
        run(host, check_mode=True, sysconfig={"A": "1"})


@pytest.mark.parametrize(
    ("standing", "options", "expected"),
    [
        ("default shell\npath /x\n", {}, "default shell\npath /x\n"),
        ("default shell\npath /x\n", {"path": "/x"}, "default shell\npath /x\n"),
        ("default shell # why\npath /x\n", {"path": "/y"}, "# why\nfailure_action shell\npath /y\n"),
        ("default shell\npath /x\n", {"failure_action": "halt"}, "failure_action halt\npath /x\n"),
        ("default shell\n", {"exclusive": True, "path": "/y"}, "path /y\n"),
        ("path /x\n", {"directives": {"default": "shell"}}, "path /x\ndefault shell\n"),
        ("default shell\n", {"directives": {"default": None}}, ""),
    ],
)
def test_the_old_name_of_failure_action_is_replaced_where_the_file_is_written_in_any_case(
    standing: str, options: Dict[str, Any], expected: str
) -> None:
    host = kdumpctl_host(**{CONF: standing})
    run(host, **options)
    assert host.files[CONF] == expected
    host.written = []
    assert not run(host, **options)["changed"] and host.written == []


def test_a_kdumpctl_that_does_not_know_the_new_name_keeps_the_old_one() -> None:
    host = kdumpctl_host(**{CONF: "default shell\n", "/usr/sbin/kdumpctl": "default | core_collector"})
    run(host, path="/x")
    assert host.files[CONF] == "default shell\npath /x\n"


def test_a_broken_line_is_no_obstacle_to_the_option_that_mends_it() -> None:
    host = tools_host(**{DEFAULTS: "USE_KDUMP=true\n"})
    run(host, sysconfig={"USE_KDUMP": 1})
    assert host.files[DEFAULTS] == "USE_KDUMP=1\n"


def test_findings_that_break_nothing_are_returned() -> None:
    result = run(kdumpctl_host(**{CONF: "path /x\nauto_reset_crashkernel maybe\n"}))
    assert [(found["path"], found["rule"], found["severity"], found["line"]) for found in result["findings"]] == [
        (CONF, "R30", "warning", 2)
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sysconfig": {"USE_KDUMP": True}}, "sysconfig.USE_KDUMP"),
        ({"sysconfig": {"USE_KDUMP": "yes"}}, "compares USE_KDUMP with a number"),
        ({"path": "var/crash"}, "path: 'var/crash' is refused"),
        ({"sysconfig": {"KDUMP_COREDIR": "var/crash"}}, "KDUMP_COREDIR"),
        ({"sysconfig": {"KDUMP_NUM_DUMPS": "many"}}, "it is not a number"),
        ({"core_collector": "makedumpfile -d 99"}, "core_collector"),
    ],
)
def test_check_mode_before_the_package_refuses_what_a_run_will_refuse(options: Dict[str, Any], words: str) -> None:
    for host in (FakeHost({}, programs=["dpkg"]), tools_host()):
        with pytest.raises(Refused) as refused:
            run(host, check_mode=True, **options)
        assert words in refused.value.msg


@pytest.mark.parametrize("host", [FakeHost({}, programs=["rpm"]), FakeHost({}, programs=["dpkg"])])
def test_without_the_package_check_mode_predicts_and_a_real_run_says_what_to_install(host: FakeHost) -> None:
    options: Dict[str, Any] = {"target": {"type": "nfs", "location": "h:/e"}, "path": "/d"}
    predicted = run(host, check_mode=True, **options)
    assert predicted["changed"] and predicted["effective"]["target_type"] == "nfs"
    with pytest.raises(Failure) as failure:
        run(host, **options)
    assert "install k" in failure.value.msg
    assert host.written == []


def test_the_result_says_what_a_change_needs() -> None:
    conf = run(kdumpctl_host(), path="/x")
    assert (conf["rebuild_required"], conf["reload_required"]) == (True, True)
    words = run(kdumpctl_host(), commandline_append=["x"])
    assert (words["rebuild_required"], words["reload_required"]) == (False, True)
    tools = run(tools_host(), path="/x")
    assert (tools["rebuild_required"], tools["reload_required"]) == (False, True)


def test_a_backup_is_made_of_what_changes_only() -> None:
    host = kdumpctl_host()
    result = run(host, path="/x", backup=True)
    assert result["backup_files"] == ["/etc/kdump.conf.backup"]
    assert run(host, path="/x", backup=True)["backup_files"] == []


@pytest.mark.parametrize(
    "line",
    [
        'FTP_PASSWORD="hunter2"',
        'FTP_PASSWORD="a\nhunter2"',
        "export FTP_PASSWORD='hunter2' # x",
        "FTP_PASSWORD=hunter2",
    ],
)
def test_a_password_in_the_file_is_not_in_the_diff(line: str) -> None:
    host = tools_host(**{DEFAULTS: "USE_KDUMP=1\n%s\n" % line})
    result = run(host, path="/x")
    assert "hunter2" not in repr(result)
    assert line in host.files[DEFAULTS]


@pytest.mark.parametrize("line", ["FTP_PASSWORD = hunter2", "FTP_PASSWORD=a hunter2", "FTP_PASSWORD+=hunter2"])
def test_a_password_in_a_refused_line_is_not_in_the_message(line: str) -> None:
    with pytest.raises(Refused) as refused:
        run(tools_host(**{DEFAULTS: "USE_KDUMP=1\n%s\n" % line}), path="/x")
    assert "FTP_PASSWORD" in refused.value.msg
    assert "hunter2" not in repr((refused.value.msg, refused.value.details))


def test_the_module_itself_edits_a_real_file(
    run_module: Callable[..., Dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conf, sysconfig = tmp_path / "kdump.conf", tmp_path / "sysconfig"
    conf.write_text("# mine\npath /var/crash\n")
    sysconfig.write_text("")
    conf.chmod(0o600)
    stack = "ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack."
    monkeypatch.setattr(stack + "CONF", str(conf))
    monkeypatch.setattr(stack + "SYSCONFIG", str(sysconfig))
    monkeypatch.setattr(stack + "KdumpctlStack.config_files", (str(conf), str(sysconfig)))
    monkeypatch.setenv("PATH", str(tmp_path))
    first = run_module(kdump_config.main, path="/x", _ansible_diff=True)
    assert first["changed"] and conf.read_text() == "# mine\npath /x\n"
    assert conf.stat().st_mode & 0o777 == 0o600
    assert not run_module(kdump_config.main, path="/x")["changed"]
    refused = run_module(kdump_config.main, path="x")
    assert refused["failed"] and refused["refused"] == [refused["msg"]]


def test_a_password_in_an_option_is_neither_in_the_result_nor_in_the_journal(
    run_module: Callable[..., Dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda self, text, log_args=None: lines.append((text, log_args)))
    options = {"sysconfig": {"FTP_PASSWORD": "hunter2"}, "commandline_append": ["rd.iscsi.password=hunter2"]}
    result = run_module(kdump_config.main, **options)
    assert result["failed"]
    assert "rd.iscsi.password=(hidden)" in str(lines) and "hunter2" not in str(lines)
    assert "hunter2" not in str(result)


ARMED = {"/sys/kernel/kexec_crash_loaded": "1\n", "/proc/sys/kernel/osrelease": "6.1.0\n"}


def armed_host() -> FakeHost:
    host = kdumpctl_host(**ARMED)
    host.answers[SHOW % "kdump.service"] = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"
    return host


def test_what_a_change_of_an_armed_host_replaces_is_kept_before_it_is_written() -> None:
    host = armed_host()
    run(host, path="/var/dumps", blocked_drivers=["nouveau"])
    assert host.written == [DIRECTORY, undo.RECORD, CONF, SYSCONFIG]
    record = undo.decoded(host.files[undo.RECORD])
    assert record is not None
    assert [file.armed for file in record.files] == [KDUMPCTL_TEXTS[CONF], KDUMPCTL_TEXTS[SYSCONFIG]]
    assert [file.tried for file in record.files] == [[undo.digest(host.files[path])] for path in (CONF, SYSCONFIG)]


def test_check_mode_and_a_run_without_changes_keep_nothing() -> None:
    host = armed_host()
    run(host, check_mode=True, path="/var/dumps")
    run(host, path="/var/crash")
    assert host.written == []


def test_in_a_container_where_no_systemd_answers_the_files_change_all_the_same() -> None:
    host = armed_host()
    host.answers[SHOW % "kdump.service"] = (1, "", "System has not been booted with systemd as init system")
    assert run(host, path="/var/dumps")["changed"]
    assert host.written == [CONF]


@pytest.mark.parametrize("path", [CONF, SYSCONFIG])
def test_where_one_file_cannot_be_written_no_file_changes(path: str) -> None:
    host = armed_host()
    host.unwritable[path] = "Read-only file system"
    with pytest.raises(Failure, match="cannot write %s: Read-only file system; the configuration is as it was" % path):
        run(host, path="/var/dumps", blocked_drivers=["nouveau"])
    assert host.files[CONF] == KDUMPCTL_TEXTS[CONF] and host.files[SYSCONFIG] == KDUMPCTL_TEXTS[SYSCONFIG]
    assert undo.RECORD not in host.files


def test_where_what_is_replaced_cannot_be_kept_nothing_is_written() -> None:
    host = armed_host()
    host.unwritable[undo.RECORD] = "No space left on device"
    with pytest.raises(Failure, match="cannot write %s: No space left on device" % undo.RECORD):
        run(host, path="/var/dumps")
    assert host.files[CONF] == KDUMPCTL_TEXTS[CONF]


OWN = "irqpoll systemd.unit=kdump-tools-dump.service"


@pytest.mark.parametrize("standing", ["", "reset_devices", "reset_devices reset_devices", OWN, "reset_devices " + OWN])
@pytest.mark.parametrize("own", [OWN, "reset_devices " + OWN])
def test_words_that_are_taken_away_stay_away_and_a_second_run_changes_nothing(standing: str, own: str) -> None:
    script = 'KDUMP_CMDLINE_APPEND=${KDUMP_CMDLINE_APPEND:="%s"}\n' % own
    text = 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="%s"\n' % standing
    host = tools_host(**{DEFAULTS: text, "/usr/sbin/kdump-config": script})
    run(host, commandline_remove=["reset_devices"])
    said = host.files[DEFAULTS].partition('APPEND="')[2].partition('"')[0] or own
    assert said == OWN
    assert not run(host, commandline_remove=["reset_devices"])["changed"]


def test_to_take_every_word_away_is_refused_because_an_empty_value_would_bring_them_back() -> None:
    host = tools_host()
    with pytest.raises(Refused, match="commandline_remove: .* is refused: without systemd.unit"):
        run(host, commandline_remove=WORDS.split())
    assert host.written == []


def test_a_record_of_an_earlier_change_stays_as_it_is_where_a_later_change_cannot_be_written() -> None:
    host = armed_host()
    run(host, path="/var/dumps")
    record = host.files[undo.RECORD]
    host.unwritable[CONF] = "Operation not permitted"
    with pytest.raises(Failure, match="Operation not permitted; the configuration is as it was"):
        run(host, path="/var/other")
    assert host.files[undo.RECORD] == record


def test_what_could_not_be_written_is_named_though_the_record_cannot_be_written_either() -> None:
    host = armed_host()
    run(host, path="/var/dumps")
    host.unwritable[CONF] = "No space left on device"
    write = host.write_all

    def fills_up(contents: List[FileContent], backup: bool = False) -> List[str]:
        try:
            return write(contents, backup)
        except Failure:
            host.unwritable[undo.RECORD] = "No space left on device"
            raise

    host.replace_methods(write_all=fills_up)
    with pytest.raises(
        Failure, match="cannot write %s: No space left on device; the configuration is as it was" % CONF
    ):
        run(host, path="/var/other")


PANIC: Dict[str, Any] = {"commandline_default": ["panic=10"]}


@pytest.mark.parametrize(
    ("host", "options"),
    [
        (tools_host(**{DEFAULTS: 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="%s panic=30"\n' % WORDS}), {}),
        (tools_host(**{DEFAULTS: 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="%s panic=0"\n' % WORDS}), {}),
        (tools_host(**{"/proc/cmdline": "root=/dev/vda1 panic=60"}), {}),
        (tools_host(**{DEFAULTS: 'USE_KDUMP=1\nKDUMP_CMDLINE="root=/dev/vda1 panic=60"\n'}), {}),
        (tools_host(), {"commandline_remove": ["panic"]}),
        (kdumpctl_host(), {}),
        (kdumpctl_host(**{SYSCONFIG: 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND=""\n'}), {}),
    ],
)
def test_a_default_word_leaves_what_somebody_chose(host: FakeHost, options: Dict[str, List[str]]) -> None:
    assert run(host, **dict(PANIC, **options))["changed"] is False


@pytest.mark.parametrize(
    ("host", "path", "line"),
    [
        (tools_host(), DEFAULTS, 'KDUMP_CMDLINE_APPEND="%s panic=10"' % WORDS),
        (tools_host(**{"/proc/cmdline": "panic_on_warn=1"}), DEFAULTS, 'KDUMP_CMDLINE_APPEND="%s panic=10"' % WORDS),
        (
            kdumpctl_host(**{SYSCONFIG: 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND="nr_cpus=1 irqpoll"\n'}),
            SYSCONFIG,
            'KDUMP_COMMANDLINE_APPEND="nr_cpus=1 irqpoll panic=10"',
        ),
    ],
)
def test_a_default_word_is_added_once_and_beside_the_words_of_the_package(host: FakeHost, path: str, line: str) -> None:
    before = host.files[path]
    assert run(host, check_mode=True, **PANIC)["changed"] is True
    assert host.files[path] == before
    assert run(host, **PANIC)["changed"] is True
    assert line in host.files[path].splitlines()
    assert run(host, **PANIC)["changed"] is False


def test_a_default_word_that_is_no_word_is_refused() -> None:
    with pytest.raises(Refused, match="commandline_default"):
        run(tools_host(), commandline_default=["a b"])


DISK = "/sys/devices/pci0000:00/virtio1"
MACHINE = {
    "/proc/modules": "virtio_blk 28672 2 - Live 0x0\nmlx5_core 2097152 0 - Live 0x0\nnouveau 2400000 0 - Live 0x0\n",
    "/proc/self/mountinfo": "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n",
    "/proc/net/route": "Iface\tDestination\tGateway\neth0\t00000000\t0100000A\t0003\n",
    "/proc/cpuinfo": "flags\t\t: fpu vme\n",
    "/sys/class/block/vda1": "",
    DISK + "/block/vda/vda1": "",
}


def wired(host: FakeHost) -> FakeHost:
    """Return a host whose disk is one of virtio_blk and whose network card is one of mlx5_core."""
    host.files.update(MACHINE)
    host.links["/sys/class/block/vda1"] = DISK + "/block/vda/vda1"
    host.links[DISK + "/driver/module"] = "/sys/module/virtio_blk"
    host.links["/sys/class/net/eth0"] = "/sys/devices/pci0000:00/0000:00:07.0/net/eth0"
    host.links["/sys/devices/pci0000:00/0000:00:07.0/driver/module"] = "/sys/module/mlx5_core"
    return host


NEEDED = [
    (
        kdumpctl_host,
        {"blocked_drivers": ["virtio-blk"]},
        "blocked_drivers: 'virtio-blk' is refused: the dump target needs",
    ),
    (tools_host, {"blocked_drivers": ["virtio_blk"]}, "virtio_blk for vda1, and modprobe.blacklist"),
    (kdumpctl_host, {"commandline_append": ["module_blacklist=virtio_blk"]}, "commandline_append"),
    (kdumpctl_host, {"dracut_args": '--omit-drivers "virtio_blk"'}, "dracut_args"),
    (kdumpctl_host, {"dracut_args": "--omit kernel-modules"}, "needs kernel-modules, and omit_dracutmodules"),
    (
        lambda: el8_host(**{CONF: "path /var/crash\n"}),
        {"directives": {"dracut_args": "--omit-drivers virtio_blk"}},
        "directives",
    ),
    (kdumpctl_host, {"target": {"type": "nfs", "location": "s:/d"}, "blocked_drivers": ["mlx5_core"]}, "for eth0"),
    (
        kdumpctl_host,
        {"dracut_args": "--drivers nvme"},
        "dracut_args: '--drivers nvme' is refused: the dump target needs",
    ),
    (kdumpctl_host, {"directives": {"dracut_args": "--drivers nvme"}}, "directives: '--drivers nvme' is refused"),
    (kdumpctl_host, {"commandline_append": ["initcall_blacklist=virtio_blk_init"]}, "commandline_append"),
    (tools_host, {"commandline_append": ["initcall_blacklist=virtio_blk_init"]}, "commandline_append"),
]


@pytest.mark.parametrize(("make", "options", "words"), NEEDED)
def test_a_driver_that_the_target_needs_is_not_blocked(
    make: Callable[..., FakeHost], options: Dict[str, Any], words: str
) -> None:
    host = wired(make())
    with pytest.raises(Refused) as refused:
        run(host, **options)
    assert words in refused.value.msg
    assert host.written == []


def test_a_target_whose_driver_is_blocked_already_is_refused() -> None:
    host = wired(kdumpctl_host())
    run(host, blocked_drivers=["mlx5_core", "nouveau"])
    host.written.clear()
    with pytest.raises(Refused) as refused:
        run(host, target={"type": "ssh", "location": "k@store"})
    assert "target: 'ssh' is refused: the dump target needs mlx5_core for eth0" in refused.value.msg
    assert host.written == []


@pytest.mark.parametrize(
    "options",
    [
        {"blocked_drivers": ["nouveau", "mlx5_core"]},
        {"commandline_append": ["panic=5"]},
        {"commandline_append": ["initcall_blacklist=sysfb_init"]},
        {"dracut_args": "--drivers virtio_blk"},
    ],
)
def test_a_driver_that_the_target_does_not_need_may_be_blocked(options: Dict[str, Any]) -> None:
    assert run(wired(kdumpctl_host()), **options)["changed"] is True
