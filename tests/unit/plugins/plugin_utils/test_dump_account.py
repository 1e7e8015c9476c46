# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account on a dump server lets in: one plain key for each host, with what the operator allows it."""

from typing import List, Union

import pytest
from ansible_collections.crashops.kdump.plugins.filter.dump_account_lines import dump_account_lines
from ansible_collections.crashops.kdump.plugins.plugin_utils import _dump_account

BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAILDm4VZi1Kk6wLHX4nyuQ0x2mSZmAuwJXrWMuyqpIcY3"
KEY = "ssh-ed25519 " + BLOB
NO_KEYS = [
    None,
    "",
    "http://attacker/keys",
    "file:///root/.ssh/id_rsa",
    'command="id" ' + KEY,
    "no-pty " + KEY,
    KEY + "\n" + KEY,
    KEY + " x\rssh-ed25519 " + BLOB,
    "ssh-rsa " + BLOB,
    "ssh-ed25519-cert-v01@openssh.com " + BLOB,
    "cert-authority " + KEY,
    "ssh-ed25519 AAAA",
    "ssh-ed25519 " + BLOB + "A",
    ["ssh-ed25519", BLOB],
]


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_not_one_plain_key_gets_no_line(text: Union[str, List[str], None]) -> None:
    assert dump_account_lines({"web1": text}) == []


def test_a_key_gets_a_comment_and_options_of_ours() -> None:
    assert dump_account_lines({"web1": KEY + ' command="id" x\n', "web 2\n": KEY}) == [
        "restrict %s kdump@web1" % KEY,
        "restrict %s kdump@web_2_" % KEY,
    ]


def test_a_host_without_a_key_takes_nothing_from_the_others() -> None:
    assert dump_account_lines({"web1": "rubbish", "web2": KEY}) == ["restrict %s kdump@web2" % KEY]


LOGIN = "dumps kdump@dumps"


def test_the_hosts_of_one_account_are_those_that_the_role_has_noted() -> None:
    hostvars = {
        "web1": {"__kdump_wants_login": LOGIN, "ansible_facts": {"date": 1}},
        "web2": {"__kdump_wants_login": "dumps root@dumps"},
        "web3": {"__kdump_wants_login": LOGIN, "ansible_facts": {"__kdump_wants_login": LOGIN}},
        "web4": {"__kdump_wants_login": LOGIN, "ansible_facts": {"__kdump_server_keys": {}}},
        "web5": {},
    }
    assert _dump_account.batch(hostvars, [*hostvars, "gone"], LOGIN) == ["web1"]
    assert _dump_account.batch({"web1": {"__kdump_wants_login": ""}}, ["web1"], "") == []


@pytest.mark.parametrize("directory", ["/srv/dumps/web1", "/srv/dumps/web1/"])
def test_with_a_directory_a_key_may_only_write_there(directory: str) -> None:
    assert dump_account_lines({"web1": KEY}, {"web1": directory}) == [
        'restrict,command="/usr/local/sbin/crashops-kdump-receive /srv/dumps/web1" %s kdump@web1' % KEY
    ]


@pytest.mark.parametrize(
    "directory", ["", "/srv", "/srv/dumps", "/srv/dumps/web1/", "/srv/dumps/web1/more", '/srv/a"b', "/srv/a b", "srv/a"]
)
def test_a_host_without_a_directory_of_its_own_gets_no_line(directory: str) -> None:
    directories = {"web1": directory, "web2": "/srv/dumps/web1"}
    assert dump_account_lines({"web1": KEY}, directories) == []
    assert "web1" in _dump_account.directory_refusals(directories)


def test_directories_next_to_each_other_are_fine() -> None:
    directories = {"web1": "/srv/dumps/web1", "web10": "/srv/dumps/web10", "web2": "/srv/dumps/web-2.example.org"}
    assert _dump_account.directory_refusals(directories) == {}
