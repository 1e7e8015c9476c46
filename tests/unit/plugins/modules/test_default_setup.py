# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role sets unasked leaves no warning that it could have mended."""

import pathlib
from typing import Any, Callable, Dict, Set, Tuple

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import config_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.modules import kdump_config
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import DebianHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.set_up_host import looked_at, planned
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge

ROLE = pathlib.Path(__file__).parents[4] / "roles" / "kdump"
DEFAULTS = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
DROP_IN = "/etc/systemd/system/kdump-tools-dump.service.d/50-crashops-kdump.conf"
ON_KDUMP_TOOLS = "/etc/default/kdump-tools"
MOUNTED = "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n23 22 254:2 / /var/crash rw - ext4 /dev/vdb1 rw\n"


def ubuntu_with_apport(files: Dict[str, Any]) -> DebianHost:
    """Return an Ubuntu host whose apport has opened /var/crash to every user."""
    host = armed_ubuntu(files)
    host.directories["/var/crash"] = 0o3777
    return host


MAKERS = (armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10, ubuntu_with_apport)
# only a newer makedumpfile, or a crash, takes these away
BEYOND_SETUP = {"collector_kernel", "proof_exists"}


def for_host(given: Dict[str, Any], own_directory: bool) -> Dict[str, Any]:
    """Return the variables as the control node makes them for a host that gives its dumps a directory of their own."""
    return dict(given, kdump_path=given["kdump_own_path"]) if own_directory else given


def set_up(host: FakeHost, check_mode: bool = False, **variables: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """Run what setup runs to configure a host, and return what the variables came to and what kdump_config said."""
    given = dict(DEFAULTS, **variables)
    plan = planned(looked_at(host), check_mode, **given)
    assert plan["refused"] == []
    given = for_host(given, plan["own_directory"])
    done = kdump_config.ensure(host, config_options(given, find_stack(host)), check_mode)
    assert done["changed"] == plan["configuration"]["changes"]
    path = done["effective"]["path"]
    if path not in host.directories and not check_mode:
        host.directories[path], host.free[path] = 0o700, 4 << 30  # as kdump_target makes it
    return plan, done


def complaints(host: FakeHost) -> Set[str]:
    return {check["id"] for check in judge(host)["checks"] if check["status"] in ("warn", "fail", "unknown")}


@pytest.mark.parametrize("make", MAKERS)
def test_a_default_setup_leaves_no_warning_that_it_could_mend(make: Callable[..., FakeHost]) -> None:
    host = make({})
    set_up(host)
    assert complaints(host) - BEYOND_SETUP == set()
    assert judge(host)["verdict"] == "ready_unproven"


@pytest.mark.parametrize("make", MAKERS)
def test_a_second_default_setup_changes_nothing_and_says_nothing(make: Callable[..., FakeHost]) -> None:
    host = make({})
    set_up(host)
    written = list(host.written)
    checked, done = set_up(host)
    assert (checked["notes"], done["changed"], done["diff"], host.written) == ([], False, [], written)


@pytest.mark.parametrize("make", MAKERS)
def test_what_the_role_switches_off_is_a_warning(make: Callable[..., FakeHost]) -> None:
    host = make({})
    set_up(host, kdump_capture_panic=0)
    assert "capture_restarts" in complaints(host)


def test_dumps_leave_the_directory_that_apport_opens_and_the_reason_is_said() -> None:
    host = ubuntu_with_apport({})
    checked, done = set_up(host)
    assert done["effective"]["path"] == "/var/kdump"
    assert checked["notes"] == [
        "Every user may write to /var/crash (mode 3777), as apport needs it. "
        "So dumps go to /var/kdump from now on, which is for root alone. "
        "Dumps that are in /var/crash already stay there. To keep dumping there, set kdump_path: "
        "/var/crash."
    ]
    assert host.directories["/var/crash"] == 0o3777


def test_dumps_of_an_exclusive_setup_stay_in_their_own_directory() -> None:
    host = ubuntu_with_apport({})
    for changed in (True, False):
        done = set_up(host, kdump_exclusive=True)[1]
        assert (done["changed"], done["effective"]["path"]) == (changed, "/var/kdump")


@pytest.mark.parametrize("variables", [{"kdump_own_path": ""}, {"kdump_path": "/var/crash"}])
def test_dumps_stay_with_apport_where_the_operator_says_so(variables: Dict[str, Any]) -> None:
    host = ubuntu_with_apport({})
    assert set_up(host, **variables)[1]["effective"]["path"] == "/var/crash"
    assert "dump_directory_private" in complaints(host)


@pytest.mark.parametrize(
    ("files", "mode", "path"),
    [
        ({}, 0o755, "/var/crash"),
        ({ON_KDUMP_TOOLS: "USE_KDUMP=1\nKDUMP_COREDIR=/srv/dumps\n"}, 0o3777, "/srv/dumps"),
        ({ON_KDUMP_TOOLS: "USE_KDUMP=1\nNFS=store:/dumps\n"}, 0o3777, "/var/crash"),
        ({"/proc/self/mountinfo": MOUNTED}, 0o1777, "/var/crash"),
    ],
    ids=["private", "chosen", "on a server", "a mount"],
)
def test_dumps_stay_where_somebody_chose_the_place(files: Dict[str, str], mode: int, path: str) -> None:
    host = armed_ubuntu(files)
    host.directories["/var/crash"] = mode
    host.answers["getent ahosts store"] = (2, "", "")
    checked, done = set_up(host)
    assert (done["effective"]["path"], checked["notes"]) == (path, [])


def test_dumps_stay_where_a_link_leads() -> None:
    host = ubuntu_with_apport({})
    host.links["/var/crash"], host.directories["/big/crash"] = "/big/crash", 0o3777
    assert set_up(host)[1]["effective"]["path"] == "/var/crash"


def test_dumps_of_kdumpctl_stay_where_they_are() -> None:
    host = armed_el9({})
    host.directories["/var/crash"] = 0o3777
    assert set_up(host)[1]["effective"]["path"] == "/var/crash"


@pytest.mark.parametrize("make", [armed_debian, armed_ubuntu])
def test_new_dumps_of_kdump_tools_are_for_root_alone_unless_the_role_is_told_otherwise(
    make: Callable[..., FakeHost],
) -> None:
    host = make({})
    set_up(host)
    assert "[Service]\nUMask=0077\n" in host.files[DROP_IN]
    assert host.directories[DROP_IN.rpartition("/")[0]] == 0o755
    set_up(host, kdump_private_dumps=False)
    assert DROP_IN not in host.files
    assert DROP_IN.rpartition("/")[0] not in host.directories


def test_directory_of_the_drop_in_stays_where_it_holds_a_file_of_somebody_else() -> None:
    host, other = armed_debian({}), DROP_IN.replace("50-crashops-kdump", "90-own")
    set_up(host)
    host.files[other] = "[Service]\n"
    set_up(host, kdump_private_dumps=False)
    assert DROP_IN not in host.files
    assert host.directories[DROP_IN.rpartition("/")[0]] == 0o755


@pytest.mark.parametrize("make", [armed_el8, armed_el9, armed_el10])
def test_kdumpctl_needs_no_file_for_private_dumps(make: Callable[..., FakeHost]) -> None:
    host = make({})
    set_up(host)
    assert [path for path in host.written if path.startswith("/etc/systemd")] == []


def test_check_mode_predicts_the_own_directory_and_the_private_dumps() -> None:
    host, real = ubuntu_with_apport({}), ubuntu_with_apport({})
    predicted = set_up(host, check_mode=True)[1]
    assert (host.written, predicted["diff"]) == ([], set_up(real)[1]["diff"])
    assert [entry["after_header"] for entry in predicted["diff"]] == [ON_KDUMP_TOOLS, DROP_IN]


def test_private_dumps_alone_load_nothing_anew_and_leave_no_record() -> None:
    host = armed_debian({})
    done = kdump_config.ensure(host, dict(config_options({}, find_stack(host)), private_dumps=True), False)
    assert (done["changed"], done["reload_required"], done["rebuild_required"]) == (True, False, False)
    assert [path for path in host.written if path != DROP_IN] == [DROP_IN.rpartition("/")[0]]


def test_a_drop_in_that_cannot_be_written_leaves_all_as_it_was() -> None:
    host = armed_debian({})
    host.unwritable[DROP_IN] = "Read-only file system"
    before = host.files[ON_KDUMP_TOOLS]
    with pytest.raises(Failure, match="the configuration is as it was"):
        set_up(host)
    assert (host.files[ON_KDUMP_TOOLS], DROP_IN in host.files) == (before, False)
