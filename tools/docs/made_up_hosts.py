# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kdump_info says of the made-up hosts of the unit tests: the texts on the pages of the checks."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

TESTS = "ansible_collections.crashops.kdump.tests.unit"
ALL_CHECKS = f"{TESTS}.plugins.module_utils._checks.test_all_checks"
# hosts that are right in every respect but for a proof, and what readers call them
RIGHT = {"EL 8": "armed_el8", "EL 9": "armed_el9", "EL 10": "armed_el10", "Debian": "armed_debian"}
RIGHT["Ubuntu"] = "armed_ubuntu"
GENERATIONS = {"el8": "EL 8", "el9": "EL 9", "current": "kdump-utils 1.0.60 and later"}
COMPLAINTS = ("fail", "warn", "unknown")
# reads of a host, whose first argument is a path or a command
READS = ("read", "read_bytes", "read_piece", "stat", "real_path", "link", "glob", "entries", "space", "label", "run")
COLLECT = "_facts/collect.py"


class Said(NamedTuple):
    """What a check says of one host: system is what the host runs, what is wrong with it in words where known."""

    id: str
    system: str
    status: str
    value: str
    wanted: str
    reason: str
    advice: str


class RightHost(NamedTuple):
    """What all checks say of a host that is right, and what was read for each subject of the facts."""

    system: str
    said: list[Said]
    reads: dict[str, list[str]]


def right_hosts() -> list[RightHost]:
    """Return what the checks say of hosts that are right."""
    makers = importlib.import_module(f"{TESTS}.armed_host")
    return [_right(system, getattr(makers, name)()) for system, name in RIGHT.items()]


def complaints() -> dict[str, list[Said]]:
    """Return what each check complains of, over all hosts that a test breaks: each complaint once."""
    found: dict[str, dict[tuple[str, str], Said]] = {}
    for make, options in _broken():
        for said in _judged(make(), **options):
            if said.status in COMPLAINTS:
                found.setdefault(said.id, {}).setdefault((said.status, _shape(said.reason)), said)
    order = COMPLAINTS.index
    return {name: sorted(said.values(), key=lambda one: order(one.status)) for name, said in found.items()}


def _broken() -> Iterator[tuple[Callable[[], Any], dict[str, Any]]]:
    """Yield what makes each host that is wrong, and the options that the module gets."""
    tests = importlib.import_module(ALL_CHECKS)
    for row in tests.BROKEN:
        yield row[3], {}
    for words in ("Host key verification failed.", 'Load key "x": error in libcrypto'):
        yield partial(tests.ssh_host, (255, "", words)), {}
    for situation in importlib.import_module(f"{TESTS}.situations.every").SITUATIONS:
        if situation.says:
            yield situation.host, {}
    yield from _others(tests, importlib.import_module(f"{TESTS}.armed_host"))


def _others(tests: Any, makers: Any) -> Iterator[tuple[Callable[[], Any], dict[str, Any]]]:
    """Yield hosts for the checks that no table of the tests breaks."""
    alias = {"ssh -G k@10.0.0.9": "hostname dumps.example.com\nport 22\n"}
    asking = {"/usr/sbin/kdumpctl": makers.armed_el10().files["/usr/sbin/kdumpctl"] + 'ssh -G "$1"\n'}
    ext4 = {"/etc/fstab": "/dev/vda1 / ext4 defaults 0 1\n"}
    pool = {"vda1/slaves/dm-3": "", "vda1/dm/uuid": "LVM-aabb\n", "dm-3": "", "dm-3/dm/uuid": "LVM-ccdd-tpool\n"}
    files = {f"/sys/class/block/{path}": text for path, text in {**pool, "dm-3/dm/name": "vg-pool\n"}.items()}
    full = {"dmsetup status vg-pool": "0 2097152 thin-pool 1 406/4161600 95/100 - rw no_discard_passdown\n"}
    el9 = makers.armed_el9
    yield lambda: _with(makers.armed_el10({**asking, "/etc/kdump.conf": "ssh k@10.0.0.9\n"}), alias), {"probe": False}
    yield lambda: el9({**ext4, "/etc/kdump.conf": "xfs /dev/vda1\npath /var/crash\n"}), {}
    yield lambda: el9({"/etc/kdump.conf": "raw /dev/vda1\n"}), {}
    yield lambda: _with(el9(files), full), {}
    yield makers.armed_debian, {"thresholds": {"free_inodes": 5000}}
    yield lambda: makers.armed_debian({"/proc/sys/kernel/softlockup_panic": "0\n"}), {"panic_policy": ["lockups"]}
    yield lambda: tests.proved(time=1600000000.0, ram_bytes=1 << 30), {}


def _with(host: Any, answers: dict[str, str]) -> Any:
    """Return a host that has the programs which answer so."""
    host.programs += sorted({line.split()[0] for line in answers})
    host.answers.update(answers)
    return host


def _right(system: str, host: Any) -> RightHost:
    """Return what the checks say of a host, and what was read of it."""
    reads = _recorded(host)
    said = _judged(host)
    return RightHost(system, said, {subject: sorted(names) for subject, names in reads.items()})


def _judged(host: Any, **options: Any) -> list[Said]:
    """Return what every check says of a host."""
    situation = importlib.import_module(f"{TESTS}.situations.situation")
    result = situation.judge(host, **options)
    return [_said(check, _system(result)) for check in result["checks"]]


def _said(check: dict[str, Any], system: str) -> Said:
    """Return a check of a result."""
    texts = [str(check[key] or "") for key in ("value", "wanted", "reason", "advice")]
    return Said(check["id"], system, check["status"], *texts)


def _system(result: dict[str, Any]) -> str:
    """Return what a host runs, as readers call it."""
    stack = result["stack"]
    if stack["name"] == "kdump-tools":
        return "Debian or Ubuntu"
    return GENERATIONS.get(stack.get("generation") or "", "EL or Fedora")


def _shape(reason: str) -> str:
    """Return a reason without its numbers: two that differ in nothing else say the same."""
    return "".join(sign for sign in reason if not sign.isdigit())[:60]


def _recorded(host: Any) -> dict[str, set[str]]:
    """Return what will be read of a host, by the subject of the facts that it is read for."""
    reads: dict[str, set[str]] = {}
    for name in READS:
        setattr(host, name, _noting(getattr(host, name), reads))
    return reads


def _noting(call: Callable[..., Any], reads: dict[str, set[str]]) -> Callable[..., Any]:
    """Return a read of a host that notes what it reads, and for which subject."""

    def noted(*words: Any, **options: Any) -> Any:
        subject = _subject()
        what = words[0] if words else ""
        if subject and what:
            reads.setdefault(subject, set()).add(" ".join(what) if isinstance(what, list) else str(what))
        return call(*words, **options)

    return noted


def _subject() -> str:
    """Return the module that collect() has called to read something; empty where another part reads."""
    frame, below = inspect.currentframe(), ""
    while frame is not None:
        if frame.f_code.co_filename.endswith(COLLECT):
            return below
        below = str(frame.f_globals.get("__name__", "")).rpartition(".")[2]
        frame = frame.f_back
    return ""
