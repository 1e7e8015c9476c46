# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile host among others: what it says opens nothing on another machine."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet

SSH = {"type": "ssh", "location": "kdump@dumps"}
PROGRAM = Path(__file__).resolve().parents[2] / "roles/kdump/files/crashops_kdump_receive.py"
OWN = "AAAAC3NzaC1lZDI1NTE5AAAAILDm4VZi1Kk6wLHX4nyuQ0x2mSZmAuwJXrWMuyqpIcY3"
ROLE = {"name": "crashops.kdump.kdump", "tasks_from": "setup", "rolespec_validate": False}
# any module brings a host's facts; the role then runs in a play of its own
FACTS_THEN_SETUP = [
    {"hosts": "web1", "gather_facts": False, "tasks": [{"name": "Look", "crashops.kdump.kdump_info": {}}]},
    {
        "hosts": "web1,web2",
        "gather_facts": False,
        "tasks": [{"name": "Set kdump up", "ansible.builtin.include_role": ROLE}],
    },
]


def hostile(machine: str = "debian", **facts: Any) -> dict[str, Any]:
    """Return a host that adds facts to all that it says."""
    return {"made_up": machine, "made_up_facts": json.dumps(facts)}


def test_an_account_that_only_the_hosts_own_file_names_opens_nothing(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = fleet(dumps="debian", web1="root_of_dumps").playbook(
        collections, "setup", "--limit", "web1", kdump_ssh_server="dumps"
    )
    (message,) = done.failures("web1")
    assert message.startswith("kdump_target: web1 names the ssh target itself, and it does not work")
    assert "Nothing was prepared on dumps: set kdump_target" in message
    assert "Configure kdump" not in done.of("web1")
    assert not [task for task in done.of("web1") if "ssh server" in task]


UNFIT = [
    ("let_in_by_dumps", {"kdump_ssh_write_only": True}, "its account lets this host do more than dump. Nothing"),
    ("root_of_dumps_without_ssh", {}, "it does not work (ssh is not on this host, and"),
]


@pytest.mark.parametrize("machine, variables, why", UNFIT, ids=[case[0] for case in UNFIT])
def test_why_an_account_of_the_hosts_own_file_does_not_do_is_said(
    collections: str, fleet: Callable[..., Fleet], machine: str, variables: dict[str, Any], why: str
) -> None:
    (message,) = fleet(web1=machine).playbook(collections, "setup", **variables).failures("web1")
    assert message.startswith("kdump_target: web1 names the ssh target itself, and %s" % why)


def test_the_account_that_the_operator_wrote_is_opened_with_one_key_that_may_not_do_more(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = fleet(web1="root_of_dumps").playbook(collections, "setup", kdump_target=dict(SSH, ssh_key="/root/.ssh/k"))
    shown = done.of("web1")["Show the authorized_keys lines for the ssh server"]["msg"]
    assert shown == [
        "~/.ssh/authorized_keys of kdump@dumps needs:",
        "restrict ssh-ed25519 %s kdump@web1" % OWN,
    ]


def test_a_fact_is_no_variable_of_the_role(collections: str, fleet: Callable[..., Fleet]) -> None:
    wanted = {"kdump_ssh_server": "dumps", "kdump_target": {"type": "ssh", "location": "root@dumps"}}
    machines = fleet(dumps="debian", web1=hostile("root_of_dumps", **wanted), web2="debian")
    done = machines.play(collections, FACTS_THEN_SETUP)
    sentences = done.of("web1", "failed")["Check all variables on this host"]["refused"]
    assert sentences == [
        "%s: %r is refused: the value is a fact that the host sent, and a host decides nothing here; set it in the "
        "inventory (set_fact with cacheable makes a fact of it)." % (name, value)
        for name, value in wanted.items()
    ]
    assert done.failures("web2") == []


def test_what_the_host_returns_is_not_what_the_operator_wrote(collections: str, fleet: Callable[..., Fleet]) -> None:
    facts: dict[str, Any] = {"kdump_crashkernel": "1M", "kdump_reboot_allowed": True}
    done = fleet(web1=hostile(**facts)).playbook(collections, "setup")
    checked = done.of("web1")["Check all variables on this host"]
    assert "ansible_facts" not in checked
    found = checked["variables"]
    assert (found["kdump_crashkernel"], found["kdump_reboot_allowed"]) == ("default", False)


def test_a_host_pins_no_host_key_on_others_and_lets_itself_in_nowhere(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    forged: dict[str, Any] = {
        "__kdump_wants_login": "dumps kdump@dumps",
        "__kdump_server_keys": {
            "stdout_lines": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIattackerattackerattackerattacke"]
        },
        "__kdump_public_key": "ssh-ed25519 " + OWN,
    }
    wanted = {"made_up": "ssh_client", "kdump_target": SSH, "kdump_ssh_server": "dumps"}
    machines = fleet(dumps="unreachable", web1=hostile(**forged), web2=wanted)
    done = machines.play(collections, FACTS_THEN_SETUP)
    (message,) = done.failures("web2")
    assert "its host keys could not be read" in message
    assert "Pin the host keys of the ssh server" not in done.of("web2")
    assert "attacker" not in str(list(done.of("web2").values()))


def write_only(path: str) -> dict[str, Any]:
    """Return the variables of a host whose key may only write into a directory."""
    return {"made_up": "root_of_dumps", "kdump_path": path, "kdump_ssh_write_only": True}


def test_a_host_may_only_write_into_the_directory_that_the_operator_gave_it(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    places = {"web1": "/srv/dumps/web1", "web2": "/srv/dumps/web3/more", "web3": "/srv/dumps/web3"}
    machines = fleet(**{host: write_only(path) for host, path in places.items()})
    done = machines.playbook(collections, "setup", kdump_target=dict(SSH, ssh_key="/root/.ssh/k"))
    shown = done.of("web1")["Show the authorized_keys lines for the ssh server"]["msg"]
    command = 'restrict,command="/usr/local/sbin/crashops-kdump-receive /srv/dumps/web1" ssh-ed25519 %s kdump@web1'
    assert shown[1:] == [command % OWN]
    for host in ("web2", "web3"):
        (message,) = done.failures(host)
        assert "each host needs a directory of its own" in message


def test_a_host_with_all_rights_opens_the_account_for_no_host_that_may_only_dump(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    free = dict(write_only("/srv/dumps/web1"), kdump_ssh_write_only=False)
    machines = fleet(web1=free, web2=write_only("/srv/dumps/web2"), web3=write_only("/srv/dumps/web1"))
    done = machines.playbook(collections, "setup", kdump_target=dict(SSH, ssh_key="/root/.ssh/k"))
    shown = {
        host: done.of(host)["Show the authorized_keys lines for the ssh server"]["msg"][1:] for host in ("web1", "web2")
    }
    command = 'restrict,command="/usr/local/sbin/crashops-kdump-receive /srv/dumps/web2" ssh-ed25519 %s kdump@web2'
    assert shown == {"web1": ["restrict ssh-ed25519 %s kdump@web1" % OWN], "web2": [command % OWN]}
    assert "each host needs a directory of its own, and web1 has" in done.failures("web3")[0]


def with_program(digest: str, **variables: Any) -> dict[str, Any]:
    """Return a host that may only write into its directory, by the program of that SHA-256 on the server."""
    return dict(write_only("/srv/dumps/web1"), made_up="takes_dumps:%s" % digest, **variables)


def test_an_older_program_on_the_server_is_replaced(collections: str, fleet: Callable[..., Fleet]) -> None:
    machines = fleet(dumps="debian", web1=with_program("0" * 64))
    done = machines.playbook(
        collections,
        "setup",
        "--limit",
        "web1",
        kdump_ssh_server="dumps",
        # an account that the machine which the tests run on has as well
        kdump_target=dict(SSH, location="root@dumps", ssh_key="/root/.ssh/k"),
    )
    assert done.of("web1")["Install the program that only takes dumps"]["changed"] is True
    assert not done.failures("web1")


def test_the_same_program_on_the_server_costs_no_task(collections: str, fleet: Callable[..., Fleet]) -> None:
    machines = fleet(dumps="unreachable", web1=with_program(hashlib.sha256(PROGRAM.read_bytes()).hexdigest()))
    done = machines.playbook(
        collections,
        "setup",
        "--limit",
        "web1",
        kdump_ssh_server="dumps",
        kdump_target=dict(SSH, ssh_key="/root/.ssh/k"),
    )
    assert not done.failures("web1")
    assert not [task for task in done.of("web1") if "ssh server" in task or "program" in task]


def test_an_older_program_on_a_server_that_setup_does_not_reach_is_shown(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = fleet(web1=with_program("0" * 64)).playbook(
        collections, "setup", kdump_target=dict(SSH, ssh_key="/root/.ssh/k")
    )
    shown = done.of("web1")["Show what setup decides by itself"]["msg"]
    assert shown[-1].startswith("/usr/local/sbin/crashops-kdump-receive on the ssh server is not the version of this")
