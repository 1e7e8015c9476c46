# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From linux-system-roles.kdump: its vars files are translated and taken, and its names are refused before anything."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.crashops.kdump.tests.roles.documented import FENCED, ROOT
from ansible_collections.crashops.kdump.tests.roles.made_up import Done, Fleet

CHECK = "Check all variables on this host"
# the first host of a batch does it for all of them
REMEMBER = "Remember the hosts of this batch"
# in the shape of that role's README
LOCAL = """
kdump_path: /var/crash
kdump_core_collector: makedumpfile -l --message-level 1 -d 31
kdump_system_action: halt
kdump_auto_reset_crashkernel: false
kdump_dracut_args: --kernel-cmdline nopti
kdump_reboot_ok: true
"""
SSH = """
kdump_target:
  type: ssh
  location: "{{ kdump_ssh_user }}@{{ dump_address }}"
kdump_path: /srv/dumps/{{ inventory_hostname }}
kdump_ssh_user: kdump
kdump_ssh_server: dumps
kdump_sshkey: /root/.ssh/k
dump_address: dumps.example.com
"""
NFS = """
kdump_target:
  type: nfs
  location: dumps.example.com:/export/crash
kdump_path: /web
kdump_auto_reset_crashkernel: true
"""
FILES = {"local": LOCAL, "ssh": SSH, "nfs": NFS}
CONF = {
    "local": [
        "core_collector makedumpfile -l --message-level 1 -d 31",
        "dracut_args --kernel-cmdline nopti",
        "failure_action halt",
        "path /var/crash",
    ],
    "ssh": [
        "path /srv/dumps/ssh_el9",
        "ssh kdump@dumps.example.com",
        "sshkey /root/.ssh/k",
    ],
    "nfs": ["nfs dumps.example.com:/export/crash", "path /web"],
}


def translate(collections: str, folder: Path, text: str) -> dict[str, Any]:
    """Return the variables in the file that the playbook writes."""
    (folder / "old.yml").write_text(text, encoding="utf-8")
    fleet = Fleet(folder, {})
    arguments = ("-e", "kdump_migrate_from=old.yml", "-e", "kdump_migrate_to=new.yml")
    done = fleet.playbook(collections, "migrate", *arguments, check=False)
    assert done.rc == 0, done.output
    found: dict[str, Any] = yaml.safe_load((folder / "new.yml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def migrated(collections: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return a run of setup for hosts of three generations with each of the three files, translated."""
    hosts: dict[str, Any] = {"dumps": "debian"}
    for name, text in FILES.items():
        folder = tmp_path_factory.mktemp(name)
        variables = translate(collections, folder, text)
        for machine in ("el8", "el9", "el10"):
            hosts["%s_%s" % (name, machine)] = dict(variables, made_up=machine, dump_address="dumps.example.com")
    fleet = Fleet(tmp_path_factory.mktemp("migrated"), hosts)
    return fleet.playbook(collections, "setup", "--limit", "all:!dumps", "--diff")


@pytest.mark.parametrize("machine", ["el8", "el9", "el10"])
@pytest.mark.parametrize("name", sorted(FILES))
def test_translated_file_is_taken_by_every_generation(migrated: Done, name: str, machine: str) -> None:
    host = "%s_%s" % (name, machine)
    assert CHECK in migrated.of(host), migrated.failures(host)
    checked = migrated.of(host)[CHECK]
    assert checked["refused"] == []


@pytest.mark.parametrize("name", ["local", "ssh", "nfs"])
def test_kdump_conf_has_the_lines_of_the_other_role(migrated: Done, name: str) -> None:
    host = "%s_el9" % name
    (conf,) = [
        diff["after"]
        for diff in migrated.of(host)[CHECK]["plan"]["configuration"]["diff"]
        if diff["after_header"] == "/etc/kdump.conf"
    ]
    expected = CONF[name] + (["auto_reset_crashkernel no"] if name == "local" else [])
    assert sorted(conf.splitlines()) == sorted(expected)


def test_guide_shows_what_its_file_becomes(collections: str, tmp_path: Path) -> None:
    page = (ROOT / "docs/migration.md").read_text(encoding="utf-8")
    (old,) = [block[2] for block in FENCED.finditer(page) if block[1] == "yml"]
    new = next(block[2] for block in FENCED.finditer(page) if block[1] == "yaml")
    assert translate(collections, tmp_path, old) == yaml.safe_load(new)


# names that only that role has, and names that both have in the shape of that role
FOREIGN: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"kdump_system_action": "halt", "kdump_ssh_user": "kdump", "kdump_path": "/srv/crash"},
        [
            "kdump_ssh_user: 'kdump' is refused: it is a variable of linux-system-roles.kdump; write user@server "
            "into the location of kdump_target, or translate the whole file with crashops.kdump.migrate.",
            "kdump_system_action: 'halt' is refused: it is a variable of linux-system-roles.kdump; use "
            "kdump_failure_action, or translate the whole file with crashops.kdump.migrate.",
        ],
    ),
    (
        {"kdump_target": {"type": "nfs", "location": "nfs.example.com"}},
        [
            "kdump_target.location: 'nfs.example.com' is refused: it is not of the form host:/export; write the "
            "server, a colon and the exported path."
        ],
    ),
    (
        {"kdump_target": {"type": "ext4", "location": "12e3e25f-534e-4007-a40c-e7e080a933ad"}},
        [
            "kdump_target.location: '12e3e25f-534e-4007-a40c-e7e080a933ad' is refused: it is neither a device below "
            "/dev nor UUID=... or LABEL=...; write UUID=12e3e25f-534e-4007-a40c-e7e080a933ad."
        ],
    ),
    (
        {"kdump_target": {"type": "ssh"}, "kdump_ssh_server": "right"},
        ["kdump_target: 'ssh' is refused: a target of type ssh needs a location; give it one."],
    ),
]
GENERATIONS = ("el8", "el9", "bare_el9")
ALLOWED = {"kdump_system_action": "halt", "kdump_allow_unknown": ["kdump_system_action"]}


@pytest.fixture(scope="module")
def not_migrated(collections: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return a run of setup for hosts that still have the other role's variables."""
    hosts: dict[str, Any] = {"right": dict(ALLOWED, made_up="set_up_el9")}
    for machine in GENERATIONS:
        for index, (given, dummy) in enumerate(FOREIGN):
            hosts["%s_%d" % (machine, index)] = dict(given, made_up=machine)
    return Fleet(tmp_path_factory.mktemp("not_migrated"), hosts).playbook(collections, "setup")


@pytest.mark.parametrize("index", range(len(FOREIGN)))
@pytest.mark.parametrize("machine", GENERATIONS)
def test_host_with_the_other_roles_variables_is_refused_before_anything(
    not_migrated: Done, machine: str, index: int
) -> None:
    host = "%s_%d" % (machine, index)
    assert not_migrated.of(host, "failed")[CHECK]["refused"] == FOREIGN[index][1]
    assert set(not_migrated.of(host)) - {REMEMBER} == {"Set kdump up"}


def test_allowed_name_of_the_other_role_has_no_effect(not_migrated: Done) -> None:
    assert not_migrated.failures("right") == []
    assert "kdump_system_action" not in not_migrated.of("right")[CHECK]["variables"]


def test_file_that_cannot_be_translated_is_refused_and_nothing_is_written(collections: str, tmp_path: Path) -> None:
    (tmp_path / "old.yml").write_text("kdump_pth: /x\nkdump_system_action: off\n", encoding="utf-8")
    arguments = ("-e", "kdump_migrate_from=old.yml", "-e", "kdump_migrate_to=new.yml")
    done = Fleet(tmp_path, {}).playbook(collections, "migrate", *arguments)
    (message,) = done.failures("localhost")
    assert message.startswith("kdump_system_action: False is refused: YAML reads this word as a truth value")
    assert "kdump_pth: '/x' is refused: the role has no such variable; use kdump_path" in message
    assert "Write the translation" not in done.of("localhost")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "kdump_migrate_from is missing: name the file to translate"),
        (("-e", "kdump_migrate_from=old.yml", "-e", "kdump_migrate_to=./old.yml"), "it is the file to translate"),
    ],
)
def test_wrong_argument_of_the_playbook_is_refused(
    collections: str, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "old.yml").write_text(LOCAL, encoding="utf-8")
    done = Fleet(tmp_path, {}).playbook(collections, "migrate", *arguments)
    assert words in done.failures("localhost")[0]


def test_secrets_of_an_encrypted_file_are_neither_shown_nor_readable_by_all(collections: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("key", encoding="utf-8")
    text = LOCAL + "kdump_app_password: hunter2\nkdump_allow_unknown: [kdump_app_password]\n"
    (tmp_path / "old.yml").write_text(text, encoding="utf-8")
    fleet = Fleet(tmp_path, {})
    key = ("--vault-password-file", "key")
    # ansible-vault knows neither an inventory nor check mode
    encrypt = ["ansible-vault", "encrypt", *key, "old.yml"]
    subprocess.run(encrypt, cwd=tmp_path, capture_output=True, timeout=60, check=True)
    (tmp_path / "new.yml").write_text("kdump_app_password: hunter2\n", encoding="utf-8")
    arguments = ("-vvv", "--diff", *key, "-e", "kdump_migrate_from=old.yml", "-e", "kdump_migrate_to=new.yml")
    done = fleet.playbook(collections, "migrate", *arguments, check=False)
    assert done.rc == 0 and "hunter2" not in done.output, done.output
    assert "kdump_app_password: (hidden)" in done.said and "ansible-vault encrypt new.yml" in done.said
    assert yaml.safe_load((tmp_path / "new.yml").read_text(encoding="utf-8"))["kdump_app_password"] == "hunter2"
    assert (tmp_path / "new.yml").stat().st_mode & 0o777 == 0o600


def test_secret_of_a_variable_that_is_refused_is_not_shown(collections: str, tmp_path: Path) -> None:
    (tmp_path / "old.yml").write_text(LOCAL + "kdump_app_password: hunter2\n", encoding="utf-8")
    done = Fleet(tmp_path, {}).playbook(collections, "migrate", "-vvv", "-e", "kdump_migrate_from=old.yml")
    assert done.rc == 2 and "hunter2" not in done.output, done.output
    assert "kdump_app_password: (hidden) is refused" in done.failures("localhost")[0]
