# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No option's text becomes a command or another line: it is refused, or a real shell reads exactly that text."""

import re
from pathlib import Path
from typing import Any, Callable, Dict, Optional

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_generations, conf_lines
from ansible_collections.crashops.kdump.plugins.modules import crashkernel_reserve, kdump_config, kdump_target
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.hostile import Shell, hostile_values
from ansible_collections.crashops.kdump.tests.unit.kdump_machine import SHOW

CONF, SYSCONFIG, DEFAULTS = "/etc/kdump.conf", "/etc/sysconfig/kdump", "/etc/default/kdump-tools"
BEFORE = {CONF: "path /var/crash\nfailure_action reboot\n", SYSCONFIG: 'KDUMP_COMMANDLINE_APPEND="irqpoll"\n'}
NOTHING = {
    "kdump_config": dict.fromkeys(yaml.safe_load(kdump_config.DOCUMENTATION)["options"]),
    "kdump_target": {"target": None, "path": None, "create": True, "timeout": 60, "must_work": True},
    "crashkernel_reserve": dict.fromkeys(yaml.safe_load(crashkernel_reserve.DOCUMENTATION)["options"]),
}


def ssh(location: str, key: str = "/root/.ssh/kdump") -> Dict[str, Any]:
    """Return a target on an ssh server, with the collector that it needs."""
    target = {"type": "ssh", "location": location, "ssh_key": key}
    return {"target": target, "core_collector": "makedumpfile -F -l -d 31"}


def on(kind: str, location: str) -> Dict[str, Any]:
    """Return a target of some kind."""
    return {"target": {"type": kind, "location": location}}


# option: a good value, what makes options of a value, the file, and the name that the value has there
KDUMPCTL = [
    ("path", "/srv/dumps", lambda value: {"path": value}, CONF, "path"),
    ("core_collector", "makedumpfile -l -d 31", lambda value: {"core_collector": value}, CONF, "core_collector"),
    ("kdump_pre", "/usr/local/bin/pre", lambda value: {"kdump_pre": value}, CONF, "kdump_pre"),
    ("kdump_post", "/usr/local/bin/post", lambda value: {"kdump_post": value}, CONF, "kdump_post"),
    ("kdump_emergency", "/usr/local/bin/last", lambda value: {"kdump_emergency": value}, CONF, "kdump_emergency"),
    ("extra_bins", "/usr/bin/lftp", lambda value: {"extra_bins": [value]}, CONF, "extra_bins"),
    ("extra_modules", "gfs2", lambda value: {"extra_modules": [value]}, CONF, "extra_modules"),
    ("dracut_args", "--omit-drivers snd", lambda value: {"dracut_args": value}, CONF, "dracut_args"),
    ("fence_kdump_nodes", "node1", lambda value: {"fence_kdump_nodes": [value]}, CONF, "fence_kdump_nodes"),
    ("fence_kdump_args", "-p 7410", lambda value: {"fence_kdump_args": value}, CONF, "fence_kdump_args"),
    ("target", "kdump@store", ssh, CONF, "ssh"),
    ("target", "/root/.ssh/kdump", lambda value: ssh("kdump@store", value), CONF, "sshkey"),
    ("target", "store:/export", lambda value: on("nfs", value), CONF, "nfs"),
    ("target", "UUID=1234", lambda value: on("ext4", value), CONF, "ext4"),
    ("target", "dumps", lambda value: on("virtiofs", value), CONF, "virtiofs"),
    ("directives", "1", lambda value: {"directives": {"force_rebuild": value}}, CONF, "force_rebuild"),
    ("directives", "/srv/dumps", lambda value: {"directives": {"path": value}}, CONF, "path"),
    ("sysconfig", "-s", lambda value: {"sysconfig": {"KEXEC_ARGS": value}}, SYSCONFIG, "KEXEC_ARGS"),
]
TOOLS = [
    ("path", "/srv/dumps", lambda value: {"path": value}, DEFAULTS, "KDUMP_COREDIR"),
    ("target", "kdump@store", lambda value: on("ssh", value), DEFAULTS, "SSH"),
    ("target", "/root/.ssh/kdump", lambda value: {"target": dict(ssh("a@b", value)["target"])}, DEFAULTS, "SSH_KEY"),
    ("target", "store:/export", lambda value: on("nfs", value), DEFAULTS, "NFS"),
    ("sysconfig", "-s", lambda value: {"sysconfig": {"KDUMP_KEXEC_ARGS": value}}, DEFAULTS, "KDUMP_KEXEC_ARGS"),
    ("sysconfig", "/srv/dumps", lambda value: {"sysconfig": {"KDUMP_COREDIR": value}}, DEFAULTS, "KDUMP_COREDIR"),
    ("sysconfig", "kdump@store", lambda value: {"sysconfig": {"SSH": value}}, DEFAULTS, "SSH"),
]
# one word of a command line; the variable holds others as well
WORDS = [
    ("commandline_append", "panic=5", lambda value: {"commandline_append": [value]}),
    ("commandline_default", "panic=5", lambda value: {"commandline_default": [value]}),
    ("commandline_remove", "irqpoll", lambda value: {"commandline_remove": [value]}),
    ("blocked_drivers", "e1000", lambda value: {"blocked_drivers": [value]}),
]
# names of what a mapping holds
NAMES = [
    ("directives", "extra_modules", lambda name: {"directives": {name: "a"}}),
    ("sysconfig", "KEXEC_ARGS", lambda name: {"sysconfig": {name: "a"}}),
]
# Ansible itself takes nothing but its choices or a truth value
CLOSED = {
    "failure_action", "final_action", "auto_reset_crashkernel", "force_rebuild", "exclusive", "backup", "private_dumps",
}  # fmt: skip


def machine(tools: bool) -> FakeHost:
    """Return a made-up machine with one of the stacks."""
    if tools:
        never_started = {SHOW % "kdump-tools.service": "LoadState=loaded\nActiveState=inactive\n"}
        return FakeHost({DEFAULTS: "USE_KDUMP=1\n"}, programs=["kdump-config"], commands=never_started)
    never_started = {SHOW % "kdump.service": "LoadState=loaded\nActiveState=inactive\n"}
    return FakeHost(dict(BEFORE), programs=["kdumpctl"], commands=never_started)


def configured(tools: bool, options: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """Return the files as kdump_config leaves them, None where it refuses the options and writes nothing."""
    host = machine(tools)
    before = dict(host.files)
    params = dict(NOTHING["kdump_config"], exclusive=False, backup=False)
    params.update(options)
    try:
        kdump_config.ensure(host, params, False)
    except Refused as refused:
        assert host.files == before and host.written == []
        assert refused.msg.isprintable(), "the refusal itself steers the terminal: %r" % refused.msg
        return None
    return host.files


def read_back(shell: Shell, files: Dict[str, Any], path: str, name: str) -> str:
    """Return a value as whatever reads its file reads it, and check that it brought no other line."""
    text = files[path]
    if path != CONF:
        value = shell.sourced(text, name)
        # kdump-config evals the command by which it loads the capture kernel
        shell.said('eval "set -- $1"', value)
        return value
    lines = [line for line in text.split("\n") if line]
    read = {generation: conf_lines.entries(text, generation) for generation in conf_generations.GENERATIONS}
    assert {len(entries) for entries in read.values()} == {len(lines)}
    values = {entry.value for entries in read.values() for entry in entries if entry.name == name}
    assert len(values) == 1
    value = values.pop()
    loop = 'while read -r name value; do [ "$name" != "$2" ] || printf %s "$value"; done <<END\n$1\nEND\n'
    assert shell.said(loop, text, name) == value
    if name not in ("core_collector", "dracut_args", "fence_kdump_args"):
        # kdump of EL 8 dumps by an eval of such words
        shell.said('eval "set -- $1"', value)
    return value


@pytest.mark.parametrize("tools", [False, True])
def test_every_option_of_the_configuration_is_among_the_cases(tools: bool) -> None:
    tested = {case[0] for case in (TOOLS if tools else KDUMPCTL) + WORDS + NAMES} | CLOSED
    missing = set(NOTHING["kdump_config"]) - tested
    # core_collector on Debian has its own test below; the others have no equivalent there and are refused whole
    assert missing <= ({name for name, *rest in KDUMPCTL} if tools else set())


ONE_FILE = [(False,) + case for case in KDUMPCTL] + [(True,) + case for case in TOOLS]
IDS = ["%s-%s-%s" % ("kdump_tools" if case[0] else "kdumpctl", case[1], case[5]) for case in ONE_FILE]


@pytest.mark.parametrize("tools, option, good, options, path, name", ONE_FILE, ids=IDS)
def test_a_hostile_value_is_refused_or_read_back_as_it_is(
    tmp_path: Path, tools: bool, option: str, good: str, options: Callable[..., Any], path: str, name: str
) -> None:
    shell = Shell(tmp_path)
    files = configured(tools, options(good))
    assert files is not None and read_back(shell, files, path, name) == good
    for value in hostile_values(good):
        files = configured(tools, options(value))
        if files is not None:
            assert read_back(shell, files, path, name) == (value.strip(" ") if path == CONF else value)


@pytest.mark.parametrize("value", hostile_values("makedumpfile -c -d 31"))
def test_a_hostile_collector_of_kdump_tools_is_refused_or_read_back_as_it_is(tmp_path: Path, value: str) -> None:
    files = configured(True, {"core_collector": value})
    if files is not None:
        assert "makedumpfile " + Shell(tmp_path).sourced(files[DEFAULTS], "MAKEDUMP_ARGS") == value.strip(" ")


@pytest.mark.parametrize("tools", [False, True])
@pytest.mark.parametrize("option, good, options", WORDS)
def test_a_hostile_word_of_a_command_line_is_refused_or_read_back_as_it_is(
    tmp_path: Path, tools: bool, option: str, good: str, options: Callable[..., Any]
) -> None:
    shell = Shell(tmp_path)
    path = DEFAULTS if tools else SYSCONFIG
    name = "KDUMP_CMDLINE_APPEND" if tools else "KDUMP_COMMANDLINE_APPEND"
    assert configured(tools, options(good)) is not None
    for value in hostile_values(good):
        files = configured(tools, options(value))
        if files is not None and option in ("commandline_append", "commandline_default"):
            assert value in shell.sourced(files[path], name).split(" ")
        elif files is not None:
            shell.sourced(files[path], name if name in files[path] else "PATH")


@pytest.mark.parametrize("option, good, options", NAMES)
def test_a_hostile_name_is_refused(option: str, good: str, options: Callable[..., Any]) -> None:
    assert configured(False, options(good)) is not None
    for name in hostile_values(good):
        assert configured(False, options(name)) is None, repr(name)


def test_a_name_with_a_line_break_does_not_become_a_command() -> None:
    with pytest.raises(
        Refused, match=r"sysconfig.id\\n: 'x' is refused: a variable's name has letters, digits and _ only"
    ):
        kdump_config.ensure(machine(True), dict(NOTHING["kdump_config"], sysconfig={"id\n": "x"}), False)


@pytest.mark.parametrize("driver", ["e1000\n", "e1000\r", "e1000\x1b[0m"])
@pytest.mark.parametrize("tools", [False, True])
def test_a_driver_with_a_line_break_is_refused(tools: bool, driver: str) -> None:
    assert configured(tools, {"blocked_drivers": [driver]}) is None


PLAIN = re.compile(r"[A-Za-z0-9/.:@%-]+\Z")
TARGETS = [
    lambda value: {"path": value},
    lambda value: dict(ssh(value), path="/srv/dumps"),
    lambda value: dict(ssh("kdump@store", value), path="/srv/dumps"),
    lambda value: on("nfs", value),
    lambda value: on("xfs", value),
    lambda value: on("raw", value),
    lambda value: on("virtiofs", value),
]


@pytest.mark.parametrize("options", TARGETS)
def test_a_hostile_target_is_refused_before_any_command_runs(options: Callable[..., Any]) -> None:
    for value in [text for good in ("/srv/dumps", "a@b", "store:/e", "/dev/vdz") for text in hostile_values(good)]:
        if PLAIN.match(value):
            continue
        host = FakeHost({CONF: "path /var/crash\n"}, programs=["kdumpctl", "ssh", "mount.nfs"])
        given = {name: found for name, found in options(value).items() if name in NOTHING["kdump_target"]}
        with pytest.raises(Failure) as failure:
            kdump_target.ensure(host, dict(NOTHING["kdump_target"], **given), False)
        assert isinstance(failure.value, Refused), repr(value)
        assert host.commands == [], repr(value)


RESERVATIONS = [
    ("size", "256M"),
    ("size", "2G-64G:256M,64G-:512M"),
    ("minimum", "256M"),
    ("maximum", "1G"),
    ("kernels", "/boot/vmlinuz-5.14.0-1.el9.x86_64"),
]


@pytest.mark.parametrize("option, good", RESERVATIONS)
@pytest.mark.parametrize("make", [armed_el9, armed_debian])
def test_a_hostile_reservation_is_refused(make: Callable[..., FakeHost], option: str, good: str) -> None:
    params = dict(NOTHING["crashkernel_reserve"], size="256M", kernels="all", state="present", timeout=60)
    if option in ("minimum", "maximum"):
        params["size"] = "estimate"
    for value in hostile_values(good):
        host = make()
        before = dict(host.files)
        given = dict(params, **{option: [value] if option == "kernels" else value})
        with pytest.raises(Refused) as refused:
            crashkernel_reserve.ensure(host, given, False)
        assert host.files == before and refused.value.msg.isprintable(), repr(value)
