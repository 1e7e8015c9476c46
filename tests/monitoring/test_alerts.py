# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each alert fires where it must, when it must, and nowhere else: promtool runs the rules over made-up hosts."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import Run, exposition
from ansible_collections.crashops.kdump.tests.monitoring import machines, timeline
from ansible_collections.crashops.kdump.tests.monitoring.rules import alert_rules
from ansible_collections.crashops.kdump.tests.monitoring.timeline import CRASHED, DAY, HOUR, Host, Machine, Spell
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.dump_builder import CRASH_TIME
from ansible_collections.crashops.kdump.tests.unit.situations.every import SITUATIONS
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation, judge

# with the operator's own label, which an alert must keep
FIRING = 'max by (alertname, instance, rack) (ALERTS{alertstate="firing", instance="%s"})'
GIB = 1 << 30
# the made-up dump server answers nobody
NO_PROBE = {"probe": False}


def waived(*checks: str) -> Mapping[str, Any]:
    """Return the options of a metrics program on a host where these checks are waived."""
    return {"waivers": [{"id": check, "reason": "so be it", "until": "2999-01-01"} for check in checks]}


Fires = Mapping[int, Sequence[str]]


class Story(NamedTuple):
    """A host, and the alerts that fire on it at some minutes."""

    name: str
    machine: Machine
    fires: Fires


def lasting(name: str, host: Callable[[], Host] | None, fires: Fires, **spell: Any) -> Story:
    """Return the story of a host that stays as it is."""
    return Story(name, Machine([Spell(max(fires) + 10, host, **spell)]), fires)


# the host is down for ten minutes; when it is back, node_exporter shows the old file until the program has run
DOWN = Spell(10, runs=False, up=False)
BACK = Spell(5, runs=False)


def never(*minutes: int) -> Fires:
    """Return that no alert fires at some minutes."""
    return dict.fromkeys(minutes or (50, HOUR + 30, 8 * HOUR, 26 * HOUR), ())


def crash(before: Callable[[], Host], after: Callable[[], Host], fires: Fires, name: str) -> Story:
    """Return the story of a machine that crashes at CRASHED and comes back with a dump."""
    spells = [Spell(CRASHED, before), DOWN, BACK, Spell(max(fires) - CRASHED, after)]
    return Story(name, Machine(spells, booted=[CRASHED + 10]), fires)


def hourly(name: str, room: Sequence[float], fires: Fires) -> Story:
    """Return the story of a host that has so many GiB free for dumps, one number an hour."""
    spells = [Spell(HOUR, machines.with_room(machines.ready, int(gib * GIB))) for gib in room]
    return Story(name, Machine(spells), fires)


TESTED = machines.proved(machines.with_dump(armed_debian), CRASH_TIME)
UNPROVED = machines.with_dump(armed_debian)
STATES = [
    lasting("ready", machines.ready, never()),
    lasting("ready, kdumpctl", machines.ready_el9, never()),
    lasting("never proved", armed_el9, {23 * HOUR: (), 26 * HOUR: ["KdumpNeverProven"]}),
    lasting("stale proof", machines.stale, {23 * HOUR: (), 26 * HOUR: ["KdumpProofStale"]}),
    lasting("old proof", machines.old, {23 * HOUR: (), 26 * HOUR: ["KdumpDoubt"]}),
    lasting(
        "proof and doubts are waived",
        armed_el9,
        {2 * HOUR: ["KdumpWaived"], 26 * HOUR: ["KdumpWaived"]},
        options=waived("proof_exists", "capture_restarts"),
    ),
    lasting(
        "the proof is waived, and a doubt is left",
        armed_el9,
        {26 * HOUR: ["KdumpDoubt", "KdumpWaived"]},
        options=waived("proof_exists"),
    ),
    lasting("not armed", machines.unarmed, {50: (), HOUR + 10: ["KdumpNotReady"], 26 * HOUR: ["KdumpNotReady"]}),
    lasting("armed, and the next boot is not", machines.disabled_at_boot, {HOUR + 10: ["KdumpNotReady"]}),
    lasting("what matters most cannot be seen", machines.unseen, {HOUR + 10: ["KdumpNotReady"]}),
    lasting("switched off on purpose", machines.masked, never()),
    lasting("switched off on purpose, a check is waived", machines.masked, never(), options=waived("proof_exists")),
    lasting("a container", machines.container, never()),
    lasting("an incomplete dump", machines.cut_last_month, {5 * HOUR: (), 7 * HOUR: ["KdumpDegraded"]}),
    lasting(
        "a reboot is missing",
        machines.not_reserved,
        {50: (), HOUR + 10: ["KdumpRebootNeeded"], 26 * HOUR: ["KdumpRebootNeeded"]},
    ),
    lasting("armed, before a reboot", machines.pending, {23 * HOUR: (), 26 * HOUR: ["KdumpRebootPending"]}),
    lasting(
        "little room",
        machines.with_room(machines.ready, GIB - 1),
        {50: (), HOUR + 10: ["KdumpSpaceLow"], 8 * HOUR: ["KdumpSpaceLow"]},
    ),
    lasting(
        "little room, and that is waived",
        machines.with_room(machines.ready, GIB - 1),
        {8 * HOUR: ["KdumpWaived"]},
        options=waived("space_to_keep"),
    ),
    lasting(
        "little room, waived, and an incomplete dump",
        machines.with_room(machines.cut_last_month, GIB - 1),
        {8 * HOUR: ["KdumpDegraded", "KdumpWaived"]},
        options=waived("space_to_keep"),
    ),
    lasting("no room", machines.with_room(machines.ready, 100 << 20), {8 * HOUR: ["KdumpNotReady"]}),
]
SILENCE = [
    lasting("cannot be read", None, {20: (), 40: ["KdumpUnreadable"], 26 * HOUR: ["KdumpUnreadable"]}),
    lasting("its options cannot be read", None, {8 * HOUR: ["KdumpUnreadable"]}, interval=None),
    lasting("runs every six hours", machines.ready, never(), interval=6 * 3600),
    Story(
        "the timer stops",
        Machine([Spell(HOUR, machines.ready), Spell(DAY, runs=False)]),
        {HOUR + 45: (), 2 * HOUR: (), 2 * HOUR + 30: ["KdumpMetricsStale"], 23 * HOUR: ["KdumpMetricsStale"]},
    ),
    Story(
        "a timer of six hours stops",
        Machine([Spell(HOUR, machines.ready, interval=6 * 3600), Spell(27 * HOUR, runs=False)]),
        {2 * HOUR: (), 24 * HOUR: (), 27 * HOUR: ["KdumpMetricsStale"]},
    ),
    Story(
        "its options are gone, and the timer stops",
        Machine([Spell(HOUR, interval=None), Spell(8 * HOUR, runs=False)]),
        {8 * HOUR: ["KdumpMetricsStale", "KdumpUnreadable"]},
    ),
    Story(
        "metrics are expected and are not there",
        Machine([Spell(8 * HOUR, there=False)], expected=True),
        {50: (), HOUR + 10: ["KdumpMetricsMissing"], 7 * HOUR: ["KdumpMetricsMissing"]},
    ),
    Story(
        "metrics are expected, and it is down", Machine([Spell(DAY, up=False)], expected=True), never(HOUR, 23 * HOUR)
    ),
    Story(
        "metrics are expected and are there",
        Machine([Spell(8 * HOUR, machines.ready)], expected=True),
        never(HOUR, 7 * HOUR),
    ),
    Story("has no metrics", Machine([Spell(DAY, there=False)]), never(HOUR, 23 * HOUR)),
]
EVENTS = [
    Story(
        "reboots",
        Machine([Spell(HOUR, machines.ready), DOWN, BACK, Spell(27 * HOUR, machines.ready)], booted=[HOUR + 10]),
        never(HOUR + 5, HOUR + 10, HOUR + 15, HOUR + 30, 3 * HOUR, 26 * HOUR),
    ),
    Story(
        "was switched off for two days",
        Machine([Spell(HOUR, machines.ready), Spell(2 * DAY, runs=False, up=False), BACK, Spell(DAY, machines.ready)]),
        never(DAY, 2 * DAY + HOUR, 2 * DAY + HOUR + 5, 2 * DAY + 2 * HOUR, 2 * DAY + 20 * HOUR),
    ),
    Story(
        "is set up, with its reboot",
        Machine([Spell(HOUR, there=False), Spell(30, machines.not_reserved), DOWN, BACK, Spell(DAY, armed_el9)]),
        never(HOUR + 10, HOUR + 25, HOUR + 45, 3 * HOUR, DAY),
    ),
    Story(
        "gets a new kernel, and its capture initramfs a little later",
        Machine([Spell(HOUR, machines.ready), Spell(30, machines.unarmed), Spell(8 * HOUR, machines.ready)]),
        never(HOUR + 30, HOUR + 55, 3 * HOUR, 8 * HOUR),
    ),
    Story(
        "is switched off by others, who leave the metrics",
        Machine([Spell(HOUR, machines.ready), Spell(26 * HOUR, machines.masked)]),
        {HOUR + 30: (), 2 * HOUR + 30: ["KdumpSwitchedOff"], 24 * HOUR: ["KdumpSwitchedOff"], 26 * HOUR: ()},
    ),
    Story(
        "is switched off by disable, which removes the metrics",
        Machine([Spell(HOUR, machines.ready), Spell(DAY, runs=False, there=False)]),
        never(HOUR + 30, 3 * HOUR, DAY),
    ),
    crash(
        machines.ready,
        UNPROVED,
        {
            CRASHED + 5: (),
            CRASHED + 30: (),
            CRASHED + 45: ["HostPanicked"],
            CRASHED + 23 * HOUR: ["HostPanicked"],
            CRASHED + 26 * HOUR: ["KdumpNeverProven"],
        },
        "crashes, and is back with a dump",
    ),
    crash(
        machines.ready,
        machines.with_dump(armed_debian, machines.CUT),
        {CRASHED + 45: ["HostPanicked"], CRASHED + 8 * HOUR: ["HostPanicked", "KdumpDegraded"]},
        "crashes, and the dump is incomplete",
    ),
    crash(machines.ready, TESTED, never(CRASHED + 5, CRASHED + 30, CRASHED + 45, 26 * HOUR), "a crash test"),
    Story(
        "a crash test, which records its proof after the first run",
        Machine([Spell(CRASHED, machines.ready), DOWN, BACK, Spell(15, UNPROVED), Spell(DAY, TESTED)]),
        never(CRASHED + 20, CRASHED + 30, CRASHED + 45, 26 * HOUR),
    ),
    Story(
        "boots, and dumps to a server",
        Machine(
            [Spell(HOUR, machines.to_ssh, NO_PROBE), DOWN, BACK, Spell(27 * HOUR, machines.to_ssh, NO_PROBE)],
            booted=[HOUR + 10],
        ),
        {50: (), 2 * HOUR: ["HostRestarted"], 24 * HOUR: ["HostRestarted"], 27 * HOUR: ["KdumpNeverProven"]},
    ),
    hourly(
        "its disk fills up",
        [4 - 0.1 * hour for hour in range(30)],
        {8 * HOUR: (), 20 * HOUR: ["KdumpDiskFilling"], 29 * HOUR: ["KdumpDiskFilling"]},
    ),
    hourly(
        "its disk gets one large file", [*[4.0] * 10, *[1.2] * 20], never(11 * HOUR, 14 * HOUR, 20 * HOUR, 29 * HOUR)
    ),
    hourly(
        "its disk fills up and is freed again",
        [*(4 - 0.2 * hour for hour in range(10)), *[4.0] * 14],
        never(9 * HOUR, 11 * HOUR, 14 * HOUR, 23 * HOUR),
    ),
]
STORIES = [*STATES, *SILENCE, *EVENTS]
FLEET = {f"story{number}:9100": story for number, story in enumerate(STORIES)}


def firing(instance: str, alerts: Sequence[str]) -> tuple[str, Mapping[str, float]]:
    """Return the expression for what fires on a host, and the series that it has then."""
    series = {f'{{alertname="{alert}",instance="{instance}",rack="r1"}}': 1.0 for alert in alerts}
    return FIRING % instance, series


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> list[timeline.Failure]:
    """Return what differs from what is expected, with all hosts at once in one Prometheus."""
    series: timeline.Series = {}
    expected = []
    for instance, story in FLEET.items():
        series.update(timeline.scraped(instance, story.machine))
        for minute, alerts in story.fires.items():
            expression, wanted = firing(instance, alerts)
            expected.append((expression, minute, wanted))
    return timeline.run(tmp_path_factory.mktemp("stories"), series, expected)


@pytest.mark.parametrize("instance", FLEET, ids=[story.name for story in STORIES])
def test_alerts_fire_on_this_host_when_they_should_and_only_then(
    instance: str, failures: list[timeline.Failure]
) -> None:
    assert [failure for failure in failures if instance in failure.expression] == []


def test_every_alert_of_a_host_fires_in_some_story() -> None:
    fired = {alert for story in STORIES for alerts in story.fires.values() for alert in alerts}
    assert fired == {rule["alert"] for rule in alert_rules()} - {"KdumpFleetDrop", "KdumpFleetSwitchedOff"}


def by_verdict(situation: Situation, info: Mapping[str, Any]) -> Sequence[str]:
    """Return the alerts that fire after a day in a situation: one at most."""
    state, low = info["proof"]["state"], info["space"]["free_bytes"] is not None
    low = low and info["space"]["free_bytes"] < info["space"]["recommended_bytes"]
    unproved = {"never": "KdumpNeverProven", "stale": "KdumpProofStale"}.get(state, "KdumpDoubt")
    table = {
        "ready": [],
        "ready_unproven": [unproved],
        "reboot_pending": ["KdumpRebootPending" if info["ready"] else "KdumpRebootNeeded"],
        "degraded": ["KdumpSpaceLow" if low else "KdumpDegraded"],
        "not_ready": ["KdumpNotReady"],
        "disabled_by_policy": [],
        "unsupported": [],
    }
    return table[situation.verdict]


def test_each_situation_fires_one_alert_at_most_the_one_of_its_verdict(tmp_path: Path) -> None:
    hours, told = 27, {}
    for situation in SITUATIONS:
        info = judge(situation.host())
        samples = timeline.samples_of(exposition(info, Run(0.0, 1.0, 900)))
        # many situations look alike to the rules, and one of each kind is enough
        read = {name: value for name, value in samples.items() if "newest_dump" not in name and "checks{" not in name}
        told[frozenset(read.items())] = by_verdict(situation, info)
    series: timeline.Series = {}
    expected = []
    for number, (samples_of_kind, alerts) in enumerate(told.items()):
        labels = {**timeline.LABELS, "instance": f"situation{number}:9100"}
        series.update({timeline.with_labels(name, labels): [repr(value)] * hours for name, value in samples_of_kind})
        ran = timeline.with_labels("crashops_kdump_last_run_timestamp_seconds{}", labels)
        series[ran] = [repr(3600 * hour) for hour in range(hours)]
        expression, wanted = firing(labels["instance"], alerts)
        expected.append((expression, (hours - 1) * HOUR, wanted))
    assert len(told) > 20
    assert timeline.run(tmp_path, series, expected, step=HOUR) == []


def fleet(hosts: int, broken: int, after: Callable[[], Host]) -> timeline.Series:
    """Return a fleet. After a day and a half, some of its hosts change."""
    series: timeline.Series = {}
    good = Machine([Spell(2 * DAY, machines.ready)])
    bad = Machine([Spell(36 * HOUR, machines.ready), Spell(12 * HOUR, after)])
    for name, machine, count in (("good", good, hosts - broken), ("bad", bad, broken)):
        one = timeline.scraped("NAME", machine)
        for number in range(count):
            series.update({key.replace("NAME", f"{name}{number}:9100"): values for key, values in one.items()})
    return series


@pytest.mark.parametrize(
    ("after", "alert"), [(machines.unarmed, "KdumpFleetDrop"), (machines.masked, "KdumpFleetSwitchedOff")]
)
@pytest.mark.parametrize(
    ("hosts", "broken", "fires"), [(20, 3, True), (20, 2, False), (10, 2, True), (10, 10, True), (9, 4, False)]
)
def test_a_fleet_that_loses_many_hosts_fires(
    hosts: int, broken: int, fires: bool, after: Callable[[], Host], alert: str, tmp_path: Path
) -> None:
    firing = 'max by (alertname, job) (ALERTS{alertname=~"KdumpFleet.*", alertstate="firing"})'
    wanted = {f'{{alertname="{alert}",job="node"}}': 1.0} if fires else {}
    expected = [(firing, 35 * HOUR, {}), (firing, 36 * HOUR + 20, {}), (firing, 37 * HOUR, wanted)]
    assert timeline.run(tmp_path, fleet(hosts, broken, after), expected) == []


def test_the_fleet_adds_up_and_what_is_not_known_is_never_ready(tmp_path: Path) -> None:
    hour = {
        "ready": Spell(3 * HOUR, machines.ready),
        "unproven": Spell(3 * HOUR, armed_el9),
        "unarmed": Spell(3 * HOUR, machines.unarmed),
        "masked": Spell(3 * HOUR, machines.masked),
        "unreadable": Spell(3 * HOUR),
    }
    series: timeline.Series = {}
    for name, spell in hour.items():
        series.update(timeline.scraped(name, Machine([spell])))
    silent = Machine([Spell(HOUR, machines.ready), Spell(2 * HOUR, runs=False)])
    series.update(timeline.scraped("silent", silent))
    # no crash has proved it, and everything that says so is waived
    waiver = Spell(3 * HOUR, armed_el9, waived("proof_exists", "capture_restarts"))
    series.update(timeline.scraped("waived", Machine([waiver])))
    counts = {"ready": 2, "ready_unproven": 1, "not_ready": 1, "disabled_by_policy": 1, "unknown": 2}
    counts.update(reboot_pending=0, degraded=0, unsupported=0)
    name = "job:crashops_kdump_hosts:count"
    expected = [
        (name, 170, {f'{name}{{job="node",verdict="{verdict}"}}': float(count) for verdict, count in counts.items()}),
        ("job:crashops_kdump_expected:count", 170, {'job:crashops_kdump_expected:count{job="node"}': 6.0}),
        ("job:crashops_kdump_ready:ratio", 170, {'job:crashops_kdump_ready:ratio{job="node"}': 0.5}),
        ("job:crashops_kdump_proven:ratio", 170, {'job:crashops_kdump_proven:ratio{job="node"}': 1 / 6}),
    ]
    assert timeline.run(tmp_path, series, expected) == []
