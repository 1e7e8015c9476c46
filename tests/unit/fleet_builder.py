# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes up the short result of kdump_info, for one host or for a fleet: the same seed gives the same fleet."""

import copy
import random
from typing import Any, Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import CHECKS

MADE = 1795687020.0
DAY = 86400
MIB = 1 << 20
GIB = 1 << 30


class Kind(NamedTuple):
    """A check: its id, what it says where it does not pass, and how often that is, in percent."""

    id: str
    value: Optional[str]
    wanted: Optional[str]
    reason: str
    advice: str
    percent: float


KINDS = (
    Kind("armed", "0", "1", "No capture kernel is loaded.", "Run kdump_service, and see its message.", 0),
    Kind(
        "memory_reserved",
        "0",
        "more than 0",
        "No memory is reserved: the running kernel was booted without crashkernel=.",
        "Set it by crashkernel_reserve (kdump_crashkernel of the role), and reboot.",
        0,
    ),
    Kind(
        "reserved_enough",
        "%(reserved)d MiB",
        "%(needed)d MiB",
        "%(reserved)d MiB are reserved, and %(needed)d MiB are counted as needed (kernel 61 MiB, initramfs 88 MiB).",
        "Set kdump_crashkernel: estimate and reboot, or prove it by a test.",
        8,
    ),
    Kind(
        "entries_alike",
        "2 values",
        "one value",
        "Two boot entries have no crashkernel=: a boot of the older kernel would reserve nothing.",
        "Set it on all entries by crashkernel_reserve with kernels: all.",
        3,
    ),
    Kind(
        "configuration_valid",
        "R17",
        None,
        "/etc/kdump.conf, line 14: a colon stands before the server, so that none is named.",
        "Write it without the first colon (rule R17); kdump_config sets it.",
        2,
    ),
    Kind(
        "space",
        "%(free)d GiB",
        "%(room)d GiB",
        "%(free)d GiB are free in /var/crash, and a dump could take %(room)d GiB.",
        "Free some room, or let kdump_path name a larger file system.",
        6,
    ),
    Kind(
        "ssh_server",
        "no answer",
        "a login",
        "dumps.example.com did not answer within 20 s.",
        "Try ssh -i /root/.ssh/kdump_id_rsa kdump@dumps.example.com as root on the host.",
        1.5,
    ),
    Kind(
        "image_fresh",
        "older",
        "newer than /etc/kdump.conf",
        "The capture initramfs is older than /etc/kdump.conf: what was changed there is not in it.",
        "Run kdump_service with rebuild: auto.",
        4,
    ),
    Kind(
        "unit_enabled",
        "disabled",
        "enabled",
        "kdump.service is not enabled: the next boot would not arm the host.",
        "Run kdump_service with enabled: true.",
        2,
    ),
    Kind(
        "panic_on_oops",
        "0",
        "1",
        "kernel.panic_on_oops is 0: an oops leaves no dump.",
        "Set kdump_panic_policy: [oops].",
        22,
    ),
    Kind(
        "dump_directory_private",
        "0755",
        "0700",
        "/var/crash has the mode 0755: every user could read what was in memory.",
        "Run the role, which makes it 0700.",
        9,
    ),
    Kind(
        "dumps_complete",
        "1 of 4",
        "none",
        "1 of 4 dumps is not complete: the last crash did not write all of it.",
        "See its kexec-dmesg.log, and remove it.",
        3,
    ),
    Kind(
        "proof_exists",
        "never",
        "a crash test",
        "No crash has ever proven that this host leaves a dump.",
        "Run crashops.kdump.test at an hour of your choice.",
        0,
    ),
    Kind(
        "proof_current",
        "stale",
        "of this setup",
        "The proof is of another setup: the kernel has changed since.",
        "Run crashops.kdump.test again.",
        0,
    ),
)
GROUP_OF = {check.id: check.group for check in CHECKS}
FAILS = ("armed", "memory_reserved", "space", "configuration_valid", "ssh_server", "unit_enabled")
KERNELS = (
    ("5.14.0-570.26.1.el9_6.x86_64", "kdumpctl", "el9", 34),
    ("5.14.0-503.40.1.el9_5.x86_64", "kdumpctl", "el9", 12),
    ("4.18.0-553.58.1.el8_10.x86_64", "kdumpctl", "el8", 18),
    ("6.12.0-55.20.1.el10_0.x86_64", "kdumpctl", "current", 8),
    ("6.1.0-41-amd64", "kdump-tools", None, 12),
    ("6.12.48+deb13-amd64", "kdump-tools", None, 6),
    ("6.8.0-71-generic", "kdump-tools", None, 5),
    ("5.15.0-153-generic", "kdump-tools", None, 3),
    ("5.14.0-427.13.1.el9_4.aarch64", "kdumpctl", "el9", 1),
    ("4.18.0-477.27.1.el8_8.ppc64le", "kdumpctl", "el8", 1),
)
SUMMARIES = {
    "ready": "It would leave a dump, and a crash has proven it.",
    "ready_unproven": "It would leave a dump, though no crash has proven it.",
    "reboot_pending": "The memory is reserved by the next boot only.",
    "degraded": "It would leave a dump, and something is doubtful.",
    "not_ready": "It would leave no dump.",
    "disabled_by_policy": "kdump is switched off here on purpose: it is disabled, and nothing is reserved.",
    "unsupported": "This machine is a container, and has no kernel of its own.",
}
SHARES = (
    ("ready", 46),
    ("ready_unproven", 21),
    ("degraded", 12),
    ("not_ready", 8),
    ("reboot_pending", 5),
    ("unreachable", 3),
    ("disabled_by_policy", 3),
    ("failed", 1),
    ("unsupported", 0.6),
    ("not_contacted", 0.4),
)


def check(name: str, status: str = "fail", **changes: Any) -> Dict[str, Any]:
    """Return one check that did not pass, as kdump_info tells it."""
    numbers = changes.pop("numbers", {"reserved": 192, "needed": 256, "free": 3, "room": 16})
    kind = next((one for one in KINDS if one.id == name), Kind(name, None, None, "Why.", "What to do.", 0))
    texts = {key: value and value % numbers for key, value in kind._asdict().items() if key not in ("id", "percent")}
    base = {"id": name, "group": GROUP_OF.get(name, "kernel"), "status": status}
    return {key: value for key, value in {**base, **texts, **changes}.items() if value is not None}


def quiet_checks(found: Any) -> Dict[str, List[str]]:
    """Return the ids of all other checks: they passed, and some had nothing to say."""
    told = [one["id"] for one in found]
    quiet = [name for name in GROUP_OF if name not in told]
    return {
        "passed": [name for number, name in enumerate(quiet) if number % 8],
        "not_applicable": [name for number, name in enumerate(quiet) if number % 8 == 0],
    }


def info(verdict: str = "ready", checks: Any = (), **changes: Any) -> Dict[str, Any]:
    """Return kdump_info's result for a host; changes are of top-level keys, and of a level where both are dicts."""
    base = copy.deepcopy(READY)
    base["verdict"], base["summary"] = verdict, SUMMARIES[verdict]
    base["ready"] = verdict in ("ready", "ready_unproven", "degraded")
    base["armed"] = base["ready"]
    base.update(quiet_checks(checks), checks=list(checks))
    failed = [one for one in checks if one["status"] == "fail" and "waived" not in one]
    base["reasons"] = [one["reason"] for one in failed]
    base["decided_by"] = next((one["id"] for one in failed or checks if "waived" not in one), None)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        base[key] = known(dict(base[key], **value)) if both else value
    return known(base)


def known(values: Dict[str, Any]) -> Dict[str, Any]:
    """Return values without those that are null, which kdump_info leaves out."""
    return {key: value for key, value in values.items() if value is not None}


def unreachable(msg: str = "Failed to connect to the host via ssh: Connection timed out") -> Dict[str, Any]:
    """Return what is registered for a host that cannot be reached."""
    return {"unreachable": True, "changed": False, "msg": msg}


def failed(msg: str = "Missing sudo password") -> Dict[str, Any]:
    """Return what is registered for a host where the module failed."""
    return {"failed": True, "changed": False, "msg": msg}


READY = {
    "verdict": "ready",
    "summary": "",
    "ready": True,
    "reasons": [],
    "stack": {
        "name": "kdumpctl",
        "installed": True,
        "tool": "/usr/bin/kdumpctl",
        "unit": "kdump.service",
        "generation": "el9",
    },
    "bootloader": "grubby",
    "kernel": "5.14.0-570.26.1.el9_6.x86_64",
    "machine": "x86_64",
    "boot_id": "6f9e3f7c-6d0f-4a3f-9b43-0b8f4b0c2a11",
    "root": True,
    "capture_kernel": False,
    "armed": True,
    "memory": {
        "ram_bytes": 64 * GIB,
        "reserved_bytes": 256 * MIB,
        "will_reserve_bytes": 256 * MIB,
        "will_reserve_cma_bytes": 0,
        "needed_bytes": 192 * MIB,
    },
    "crashkernel": {
        "booted": ["256M"],
        "configured_consistent": True,
        "reboot_required": False,
        "reason": "the running kernel was booted with what is configured and has 256 MiB reserved",
    },
    "service": {
        "unit": "kdump.service",
        "enabled": True,
        "active": True,
        "moving": False,
        "masked": False,
        "condition": True,
        "changed_since": [],
    },
    "image": {"path": "/boot/initramfs-5.14.0-570.26.1.el9_6.x86_64kdump.img", "exists": True},
    "settings": {
        "target_type": "local",
        "path": "/var/crash",
        "dump_directory": "/var/crash",
        "core_collector": "makedumpfile -l --message-level 7 -d 31",
        "failure_action": "reboot",
        "loading": {"KDUMP_COMMANDLINE_APPEND": "irqpoll nr_cpus=1 reset_devices novmcoredd cma=0 hugetlb_cma=0"},
        "variables": {},
    },
    "dump_directory": {"path": "/var/crash", "exists": True, "mode": "0700", "uid": 0, "free_bytes": 40 * GIB},
    "space": {
        "place": "/var/crash",
        "free_bytes": 40 * GIB,
        "total_bytes": 50 * GIB,
        "free_inodes": 3000000,
        "dump_bytes": 2 * GIB,
        "recommended_bytes": 16 * GIB,
        "dump_bytes_from": "makedumpfile",
    },
    "probe": {"tried": False},
    "proof": {
        "state": "proven",
        "source": "crash_test",
        "time": MADE - 12 * DAY,
        "age_seconds": 12 * DAY,
        "stale_because": [],
        "panic": "sysrq triggered crash",
    },
    "dumps": {
        "directory": "/var/crash",
        "count": 1,
        "complete": 1,
        "incomplete": 0,
        "unjudged": 0,
        "unreadable": 0,
        "bytes": 80 * MIB,
        "newest_time": MADE - 12 * DAY,
        "newest_panic": "sysrq triggered crash",
    },
    "policy": {
        "profiles": ["oops"],
        "sysctls": [{"key": "kernel.panic_on_oops", "value": 1, "wanted": 1, "profile": "oops"}],
    },
    "findings": [],
    "unseen": [],
    "checks": [],
    "passed": [],
    "not_applicable": [],
    "commands": [["/usr/bin/kdumpctl", "showmem"]],
}  # type: Dict[str, Any]


def fleet(count: int, seed: int = 1) -> Dict[str, Any]:
    """Return made-up results of so many hosts, by name; a host that was not contacted has None."""
    dice = random.Random(seed)
    kinds = [word for word, dummy in SHARES]
    weights = [share for dummy, share in SHARES]
    names = _names(count, dice)
    verdicts = dice.choices(kinds, weights=weights, k=count)
    return {name: _result(verdict, dice) for name, verdict in zip(names, verdicts)}


def _names(count: int, dice: random.Random) -> List[str]:
    """Return names as fleets have them."""
    rooms, jobs = ("ber1", "fra2", "lon1", "sin3"), ("web", "db", "app", "cache", "hv", "build", "stor", "k8s-node")
    return ["%s%03d.%s.example.com" % (dice.choice(jobs), number + 1, dice.choice(rooms)) for number in range(count)]


def _result(verdict: str, dice: random.Random) -> Any:
    """Return a result of one verdict."""
    if verdict == "unreachable":
        why = ("Connection timed out", "Connection refused", "No route to host")
        return unreachable("Failed to connect to the host via ssh: %s" % dice.choice(why))
    if verdict == "failed":
        return failed(dice.choice(("Missing sudo password", "Timeout (12s) waiting for privilege escalation prompt")))
    if verdict == "not_contacted":
        return None
    kernel, stack, generation, dummy = dice.choices(KERNELS, weights=[one[3] for one in KERNELS])[0]
    sizes = _sizes(verdict, dice)
    proof = _proof(verdict, dice)
    found = _found(verdict, proof["state"], sizes, dice)
    bad = 1 if any(one["id"] == "dumps_complete" for one in found) else 0
    return info(
        verdict,
        found,
        kernel=kernel,
        stack={"name": stack, "generation": generation},
        memory={
            "ram_bytes": sizes["ram"] * GIB,
            "reserved_bytes": sizes["reserved"] * MIB,
            "will_reserve_bytes": max(sizes["reserved"], 0 if verdict == "disabled_by_policy" else 256) * MIB,
            "needed_bytes": sizes["needed"] * MIB,
        },
        space={
            "free_bytes": sizes["free"] * GIB,
            "recommended_bytes": sizes["room"] * GIB,
            "dump_bytes": sizes["room"] * GIB // 4,
        },
        proof=proof,
        dumps={"count": 3 * bad + dice.randrange(3), "incomplete": bad},
        settings=_settings(dice),
    )


def _sizes(verdict: str, dice: random.Random) -> Dict[str, int]:
    """Return sizes in MiB and GiB."""
    ram = dice.choice((4, 8, 16, 32, 64, 128, 256, 512, 1024))
    needed = dice.randrange(140, 240) + ram // 8
    reserved = dice.choice((192, 256, 256, 384, 512, 1024))
    if verdict in ("reboot_pending", "disabled_by_policy", "unsupported"):
        reserved = 0
    elif verdict == "ready":
        needed = min(needed, reserved)
    room = max(2, ram // 4)
    return {
        "ram": ram,
        "needed": needed,
        "reserved": reserved,
        "room": room,
        "free": int(room * dice.uniform(1.1, 6)) + 1,
    }


def _proof(verdict: str, dice: random.Random) -> Dict[str, Any]:
    """Return a proof that goes with the verdict."""
    state = {"ready": "proven", "degraded": dice.choice(("proven", "stale"))}.get(
        verdict, dice.choice(("never", "stale"))
    )
    if state == "never":
        return {"state": state, "source": None, "time": None, "age_seconds": None, "panic": None}
    age = int(dice.expovariate(1 / 80.0) * DAY) + 3600
    stale = ["kernel"] if state == "stale" else []
    return {"state": state, "time": MADE - age, "age_seconds": age, "stale_because": stale}


def _found(verdict: str, proof: str, sizes: Dict[str, int], dice: random.Random) -> List[Dict[str, Any]]:
    """Return checks that did not pass, as they go with the verdict."""
    if verdict in ("disabled_by_policy", "unsupported"):
        return []
    found = {}
    for kind in KINDS:
        if kind.percent and dice.uniform(0, 100) < kind.percent and (verdict != "ready" or kind.id not in FAILS):
            found[kind.id] = check(kind.id, "warn", numbers=sizes)
    if verdict == "reboot_pending" or (verdict == "not_ready" and dice.random() < 0.4):
        sizes["reserved"] = 0
        found.update({name: check(name) for name in ("armed", "memory_reserved")})
    elif verdict == "not_ready":
        name = dice.choice(FAILS)
        found[name] = check(name, numbers=sizes)
    if "space" in found:
        sizes["free"] = dice.randrange(max(1, sizes["room"]))
        found["space"] = check("space", found["space"]["status"], numbers=sizes)
    if sizes["reserved"] and sizes["reserved"] < sizes["needed"]:
        found["reserved_enough"] = check("reserved_enough", "warn", numbers=sizes)
    else:
        found.pop("reserved_enough", None)
    if proof in ("never", "stale"):
        name = "proof_exists" if proof == "never" else "proof_current"
        found[name] = check(name, "warn")
    if "panic_on_oops" in found and dice.random() < 0.1:
        found["panic_on_oops"]["waived"] = {"reason": "The vendor's driver oopses and goes on.", "until": "2027-03-31"}
    if dice.random() < 0.03:
        found["ssh_server"] = check("ssh_server", "unknown", value=None, reason="The target was not tried.")
    return list(found.values())


def _settings(dice: random.Random) -> Dict[str, Any]:
    """Return where dumps go."""
    kind = dice.choices(("local", "nfs", "ssh", "xfs"), weights=(75, 10, 10, 5))[0]
    locations = {
        "local": None,
        "nfs": "dumps.example.com:/export/crash",
        "ssh": "kdump@dumps.example.com",
        "xfs": "UUID=0b9ec28e-11f0-4b2b-8b8e-60ec6c3c9ab7",
    }
    return {"target_type": kind, "target_location": locations[kind]}
