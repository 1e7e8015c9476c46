# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When each stage starts, and what stops what."""

import contextlib
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.unit.tools.made_up_stages import fails, row, says

from tools.dev import fetch, schedule, stages
from tools.dev.log import Log
from tools.dev.outcome import NotRun
from tools.dev.stages import FAILED, NOT_RUN, PASSED, Result, Stage, Step
from tools.dev.tallies import Tally
from tools.lab import cache


def lacks(log: Log) -> None:
    """Stand for a step that this machine cannot run."""
    raise NotRun("no such Python")


def test_a_failed_stage_stops_only_those_that_need_it(tmp_path: Path) -> None:
    table = [row("a", fails()), row("b", says("x"), needs=("a",)), row("c", says("x"))]
    outcomes = [(result.stage, result.outcome, result.tally) for result in schedule.run_all(table, tmp_path)]
    assert outcomes == [("a", FAILED, Tally(0, 1)), ("b", FAILED, Tally(0, 1)), ("c", PASSED, Tally(1))]


def test_a_failure_stops_what_needs_it_by_way_of_another_stage(tmp_path: Path) -> None:
    table = [row("a", fails()), row("b", says("x"), needs=("a",)), row("c", says("x"), needs=("b",))]
    assert [result.outcome for result in schedule.run_all(table, tmp_path)] == [FAILED, FAILED, FAILED]


def test_each_result_is_handed_over_as_soon_as_it_is_there(tmp_path: Path) -> None:
    seen: list[Result] = []
    table = [row("a", Step("looks", lambda _log: None)), row("b", Step("looks", lambda log: log.write(str(len(seen)))))]
    results = schedule.run_all(table, tmp_path, 1, seen.append)
    assert results == seen
    assert "1" in (tmp_path / "b.log").read_text()


def test_an_interrupt_ends_what_runs(tmp_path: Path) -> None:
    # the command itself says that it runs, by its process id
    running = tmp_path / "running"
    os.mkfifo(running)

    def sleeps(log: Log) -> None:
        log.run(["sh", "-c", f"echo $$ > {running}; exec sleep 3600"], tmp_path)

    def interrupts(_log: Log) -> None:
        (tmp_path / "process").write_text(running.read_text())
        raise KeyboardInterrupt

    table = [row("a", Step("sleeps", sleeps)), row("b", Step("interrupts", interrupts))]
    with pytest.raises(KeyboardInterrupt):
        schedule.run_all(table, tmp_path, 2)
    assert "stopped: the run was ended" in (tmp_path / "a.log").read_text()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)


def test_an_interrupt_ends_a_download(tmp_path: Path) -> None:
    begun = threading.Event()

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            self.send_response(200)
            self.end_headers()
            begun.set()
            with contextlib.suppress(OSError):
                # a minute at most, in case that the other end takes all of it
                for _number in range(600):
                    self.wfile.write(bytes(1000))
                    time.sleep(0.1)

        def log_message(self, *_words: object) -> None:
            pass

    def interrupts(_log: Log) -> None:
        begun.wait(60)
        raise KeyboardInterrupt

    server, target = ThreadingHTTPServer(("127.0.0.1", 0), Endless), tmp_path / "el9.part"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    downloads = Step("downloads", lambda _log: fetch._download(address, target))
    with pytest.raises(KeyboardInterrupt):
        schedule.run_all([row("a", downloads), row("b", Step("interrupts", interrupts))], tmp_path, 2)
    server.shutdown()
    assert "cannot be downloaded: the run was ended" in (tmp_path / "a.log").read_text()
    assert not target.exists()


def test_an_interrupt_ends_the_wait_for_another_work_tree(tmp_path: Path) -> None:
    waits = threading.Event()

    def waits_for_it(log: Log) -> None:
        def wait() -> None:
            waits.set()
            log.wait()

        with cache.locked(tmp_path / "lock", wait):
            log.write("never")

    def interrupts(_log: Log) -> None:
        assert waits.wait(60)
        raise KeyboardInterrupt

    table = [row("a", Step("waits", waits_for_it)), row("b", Step("interrupts", interrupts))]
    with cache.locked(tmp_path / "lock"), pytest.raises(KeyboardInterrupt):
        schedule.run_all(table, tmp_path, 2)
    assert "stopped: the run was ended" in (tmp_path / "a.log").read_text()


def test_what_this_machine_lacks_is_neither_passed_nor_failed(tmp_path: Path) -> None:
    table = [row("a", Step("lacks", lacks)), row("b", says("x"), needs=("a",))]
    results = schedule.run_all(table, tmp_path)
    assert [result.outcome for result in results] == [NOT_RUN, NOT_RUN]
    assert stages.total(results) == Tally()
    assert results[0].note == "no such Python"


@pytest.mark.parametrize(
    ("waiting", "running", "first"),
    [
        ([row("a"), row("b")], [], "a"),
        ([row("b", needs=("a",)), row("c")], [row("a")], "c"),
        ([row("b", needs=("c",)), row("c")], [], "c"),
        ([row("b", needs=("a",)), row("c")], [], "b"),
        ([row("wide", cores=2), row("c")], [row("a")], "c"),
        ([row("wide", cores=2), row("c")], [], "wide"),
        ([row("widest", cores=9)], [], "widest"),
        ([row("b", alone="x"), row("c", alone="y")], [row("a", alone="x")], "c"),
        ([row("b")], [row("a", cores=2)], None),
        ([], [row("a")], None),
    ],
    ids=[
        "the table's order",
        "what it needs runs",
        "what it needs waits itself",
        "what it needs has ended, in this run or in an earlier one",
        "only one of its two processors is free",
        "both are free",
        "more than there are",
        "one of its kind runs",
        "no processor is free",
        "nothing waits",
    ],
)
def test_the_first_stage_that_can_start_does(waiting: list[Stage], running: list[Stage], first: str | None) -> None:
    found = schedule.startable(waiting, running, 2)
    assert (found.name if found else None) == first


def test_stages_run_side_by_side_and_are_listed_in_the_tables_order(tmp_path: Path) -> None:
    # each waits for the other: one after the other they would never end
    meeting = threading.Barrier(2, timeout=60)
    table = [row(name, Step("meets", lambda _log: (meeting.wait(), None)[1])) for name in ("a", "b")]
    assert [result.stage for result in schedule.run_all(table, tmp_path, 2)] == ["a", "b"]
