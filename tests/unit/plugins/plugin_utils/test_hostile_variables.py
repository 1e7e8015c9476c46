# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text of a role variable becomes a command or another line: it is refused, or goes where it is only text."""

from typing import Any, Callable, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.hostile import hostile_values
from ansible_collections.crashops.kdump.tests.unit.set_up_host import looked_at, planned

SSH = {"type": "ssh", "location": "kdump@store"}
# variable: a good value, and what makes a value of the variable of a text
TEXTS = [
    ("kdump_target", "kdump@store", lambda text: dict(SSH, location=text)),
    ("kdump_target", "/root/.ssh/kdump", lambda text: dict(SSH, ssh_key=text)),
    ("kdump_ssh_host_keys", "ssh-ed25519 AAAAC3Nz", lambda text: [text]),
    ("kdump_path", "/srv/dumps", lambda text: text),
    ("kdump_own_path", "/var/kdump", lambda text: text),
    ("kdump_core_collector", "makedumpfile -l -d 31", lambda text: text),
    ("kdump_pre", "/usr/local/bin/pre", lambda text: text),
    ("kdump_post", "/usr/local/bin/post", lambda text: text),
    ("kdump_emergency", "/usr/local/bin/last", lambda text: text),
    ("kdump_extra_bins", "/usr/bin/lftp", lambda text: [text]),
    ("kdump_extra_modules", "gfs2", lambda text: [text]),
    ("kdump_dracut_args", "--omit-drivers snd", lambda text: text),
    ("kdump_fence_kdump_nodes", "node1", lambda text: [text]),
    ("kdump_fence_kdump_args", "-p 7410", lambda text: text),
    ("kdump_directives", "/srv/dumps", lambda text: {"path": text}),
    ("kdump_directives", "path", lambda text: {text: "/srv/dumps"}),
    ("kdump_sysconfig", "-s", lambda text: {"KEXEC_ARGS": text}),
    ("kdump_sysconfig", "KEXEC_ARGS", lambda text: {text: "-s"}),
    ("kdump_commandline_append", "panic=5", lambda text: [text]),
    ("kdump_commandline_remove", "irqpoll", lambda text: [text]),
    ("kdump_blocked_drivers", "e1000", lambda text: [text]),
    ("kdump_crashkernel", "256M", lambda text: text),
    ("kdump_crashkernel_kernels", "/boot/vmlinuz-5.14.0", lambda text: [text]),
    ("kdump_packages", "kdump-utils", lambda text: [text]),
    ("kdump_on_kdumpctl", "/usr/local/bin/pre", lambda text: {"kdump_pre": text}),
    ("kdump_on_kdump_tools", "panic=5", lambda text: {"kdump_commandline_append": [text]}),
    ("kdump_metrics_directory", "/var/lib/node_exporter", lambda text: text),
    ("kdump_metrics_interval", "15min", lambda text: text),
    ("kdump_dumps_path", "/srv/dumps", lambda text: text),
    ("kdump_test_console", "/var/log/console", lambda text: text),
]
# words of Ansible's own modules, names of the inventory, the operator's own consent, and what goes into JSON alone
ELSEWHERE = {
    "kdump_allow_unknown", "kdump_failure_action", "kdump_final_action", "kdump_package_state", "kdump_ssh_server",
    "kdump_dump_server", "kdump_test_confirm", "kdump_test_connections", "kdump_thresholds", "kdump_waivers",
    "kdump_crashkernel_minimum", "kdump_crashkernel_maximum",
    # where the report goes, which test_places.py is about, and paths and words of the control node
    "kdump_report_to_host", "kdump_report_to_s3", "kdump_report_to_git", "kdump_report_directory", "kdump_report_name",
    "kdump_report_title", "kdump_report_query", "kdump_report_earlier", "kdump_report_slices",
}  # fmt: skip


def refused(variables: Dict[str, Any]) -> List[str]:
    """Return what the control node and two kinds of hosts say against variables."""
    values, wrong = _role_variables.converted(variables, "setup")
    wrong = wrong + _role_variables.refusals(values, lambda name: True, [])
    return wrong or [
        one for make in (armed_el9, armed_debian) for one in planned(looked_at(make()), **values)["refused"]
    ]


def test_every_variable_with_a_text_is_among_the_cases() -> None:
    specs = _role_variables.options_of("setup")
    texts = {
        name
        for name, spec in specs.items()
        if spec.get("type", "str") in ("str", "path", "raw", "list", "dict") and not spec.get("choices")
    }
    assert texts - {name for name, *rest in TEXTS} - ELSEWHERE == set()


# what is a command to a shell, in a file or a command line where no quotes protect it
IN_SHELL = ["\n", "\r", "\0", "\x1b", "\x9b", "\u2028", "\u202e", "`", "$(", "\udcff"]


@pytest.mark.parametrize("name, good, of", TEXTS, ids=["%s-%s" % (case[0], case[1]) for case in TEXTS])
def test_a_text_that_steers_a_shell_or_a_terminal_is_refused(
    name: str, good: str, of: Callable[[str], Dict[str, str]]
) -> None:
    for text in hostile_values(good):
        if any(sign in text for sign in IN_SHELL) and name not in ("kdump_ssh_host_keys", "kdump_test_console"):
            sentences = refused({name: of(text)})
            assert sentences, repr(text)
            assert all(sentence.isprintable() for sentence in sentences)


HOST_KEYS = [
    "ssh-ed25519 AAAA\ncanary",
    "ssh-ed25519 AAAA root@store\nssh-rsa BBBB",
    "ssh-ed25519 $(canary)",
    "ssh-`canary` AAAA",
    '@cert-authority,command="canary" ssh-ed25519 AAAA',
    "ssh-ed25519 AAAA \x1b[31m",
    "ssh-ed25519",
]


@pytest.mark.parametrize("key", HOST_KEYS)
def test_a_host_key_that_is_more_than_one_line_of_a_key_is_refused(key: str) -> None:
    assert refused({"kdump_ssh_host_keys": [key]})


@pytest.mark.parametrize(
    "key", ["ssh-ed25519 AAAAC3Nz+/= root@store\n", "ecdsa-sha2-nistp256 AAAA", "ssh-rsa AAAA a b"]
)
def test_a_host_key_as_its_file_has_it_is_taken(key: str) -> None:
    values = _role_variables.converted({"kdump_ssh_host_keys": [key]}, "setup")[0]
    assert _role_variables.refusals(values, lambda name: True, []) == []


@pytest.mark.parametrize("package", ["kexec-tools >= 2.0.26", "kdump-utils>=1.0.50-1.el10", "makedumpfile=1:1.7.2*"])
def test_a_package_of_a_version_is_taken(package: str) -> None:
    assert refused({"kdump_packages": [package]}) == []


@pytest.mark.parametrize("package", ["kdump-utils >", "kdump-utils > /etc/passwd", "kdump-utils <(canary)"])
def test_a_redirection_is_no_package(package: str) -> None:
    assert refused({"kdump_packages": [package]})


UNITS = [("kdump_metrics_directory", "/var/lib/node_exporter"), ("kdump_metrics_interval", "15min")]


@pytest.mark.parametrize("name, good", UNITS)
def test_nothing_but_plain_signs_reaches_a_unit_of_systemd(name: str, good: str) -> None:
    assert refused({name: good}) == []
    for text in hostile_values(good):
        assert refused({name: text}), repr(text)


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ("/usr/lib", "it belongs to the system, and other programs keep their files there"),
        ("/home", "it belongs to the system, and other programs keep their files there"),
        ("/proc/self/root", "it belongs to the system, and other programs keep their files there"),
        ("/srv/x/../../etc", "it leads elsewhere by . or .."),
        ("/run/../etc", "it leads elsewhere by . or .."),
    ],
)
def test_metrics_go_into_no_directory_of_the_system(place: str, rule: str) -> None:
    (sentence,) = refused({"kdump_metrics_directory": place})
    assert sentence == (
        "kdump_metrics_directory: %r is refused: %s; name a directory for metrics alone, such as "
        "/var/lib/node_exporter/textfile_collector." % (place, rule)
    )


@pytest.mark.parametrize(
    "place", ["/var/lib/node_exporter", "/run/node_exporter/textfile", "/srv/metrics", "/opt/ne/tc"]
)
def test_metrics_go_into_a_directory_of_their_own(place: str) -> None:
    assert refused({"kdump_metrics_directory": place}) == []
