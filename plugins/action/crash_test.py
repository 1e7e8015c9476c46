# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Crashes a host on purpose, waits for it, checks the dump that this crash made, and records the proof."""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, NamedTuple, NoReturn

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.executor.process import worker
from ansible.parsing.splitter import parse_kv
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import PROOF, record_of
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown, visible
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import (
    consent,
    dump_server,
    new_dump,
    refusals,
    trigger,
    waiting,
)
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.other_host import OtherHost, is_known
from ansible_collections.crashops.kdump.plugins.plugin_utils._metrics.copy_file import put

INFO = "crashops.kdump.kdump_info"
DUMPS = "crashops.kdump.vmcore_info"
PAUSE_S = 2
PROGRESS_S = 30
# a dump is read once, from its host's own disk; nobody has to wait for more than this
READING_S = 3600
CONSOLE_LINES = 30
# after the crash, a connection that breaks is made again for so long: the host, or the network, may start once more
RECONNECT_S = 300
# a session that was open when the kernel died ends by this, as nothing else would end it
KEEPALIVE = " -o ServerAliveInterval=5 -o ServerAliveCountMax=4"
OPTIONS = {
    "confirm": {"type": "raw", "default": ""},
    "trigger": {"type": "str", "default": "sysrq", "choices": ["sysrq"]},
    "delay": {"type": "int", "default": 2},
    "timeout": {"type": "int"},
    "rearm_timeout": {"type": "int", "default": 600},
    "record": {"type": "bool", "default": True},
    "console": {"type": "path"},
    "dumps_host": {"type": "str"},
    "dumps_path": {"type": "str"},
    "verdicts": {"type": "list", "elements": "str", "choices": list(refusals.NAMED_VERDICTS), "default": []},
    "connections": {"type": "list", "elements": "str", "default": []},
    "waivers": {"type": "list", "elements": "dict"},
    "thresholds": {"type": "dict"},
    "target": {"type": "dict"},
    "path": {"type": "str"},
}
ENDING = (signal.SIGINT, signal.SIGTERM)

display = Display()


class CrashTestFailed(Exception):
    """Why the crash test stops: one sentence, and details for the result."""

    def __init__(self, msg: str, **details: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.details = details


class NotReached(CrashTestFailed):
    """The dump server cannot be reached."""


class Before(NamedTuple):
    """The host before the crash: kdump_info's result, its dumps, its clock, and when its capture initramfs was built.

    path: where its dumps land, on the host itself or on a server. client: what tells them from others' dumps.
    """

    info: dict[str, Any]
    known: set[str]
    now: float
    image_mtime: float | None
    path: str
    client: dump_server.Client


class ActionModule(ActionBase):
    """The action of crash_test: only what touches the host; decisions are in plugin_utils/_crash_test."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    clock = staticmethod(time.monotonic)
    pause = staticmethod(time.sleep)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the crash test and return its result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        self._name = self._vars.get("inventory_hostname", "")
        self._crashed = False
        self._console_from = 0
        self._unanswered = "it was not asked"
        self._test_id = secrets.token_hex(8)
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        try:
            result.update(secret_words.masked(self._test(options)))
        except CrashTestFailed as failure:
            result.update(
                secret_words.masked(dict(failure.details, msg=failure.msg)), failed=True, changed=self._crashed
            )
        # messages, reasons and the console's last lines are a host's own words
        return dict(shown(result))

    def _test(self, options: dict[str, Any]) -> dict[str, Any]:
        """Run the whole crash test and return its result; in check mode, all that comes before the crash."""
        self._server = options["dumps_host"] or None
        self._refuse(self._consent(options["confirm"]))
        refused = refusals.connection_refusals(self._transport(), options["connections"], self._task.delegate_to)
        known = is_known(self._server or "", self._vars)
        refused += dump_server.server_refusals(self._name, self._server, known)
        self._refuse(refused + refusals.option_refusals(options) + refusals.place_refusals(options))
        self._asked = self.clock()
        before = self._before(options)
        limit = options["timeout"] or waiting.default_timeout_s(before.info["memory"]["ram_bytes"])
        if self._task.check_mode:
            return {"changed": True, "msg": "%s would be crashed and waited for, %d s at most" % (self._name, limit)}
        self._console_from = console_size(options["console"]) or 0
        self._trigger(options["delay"], before.info["boot_id"])
        # the kernel has just panicked; the delay is no time that it is away
        began = self.clock()
        boot_id = self._await_new_boot(before, began, limit, options["console"])
        down_s = round(self.clock() - began, 1)
        self._say("is back after %d s" % down_s)
        after = self._await_armed(options["rearm_timeout"])
        outcome = {
            "changed": True,
            "boot_id_before": before.info["boot_id"],
            "boot_id_after": boot_id,
            "kernel_before": before.info["kernel"],
            "kernel_after": after.get("kernel"),
            "seconds_down": down_s,
            "armed_after": after.get("armed"),
            "dump": None,
            "proof": None,
        }
        try:
            self._insist(lambda: self._judge(before, after, outcome, options["record"]))
        except CrashTestFailed as failure:
            raise CrashTestFailed(failure.msg, **dict(outcome, **failure.details)) from failure
        return outcome

    def _judge(self, before: Before, after: dict[str, Any], outcome: dict[str, Any], record: bool) -> None:
        """Put the dump and the proof into the outcome, or fail with what was found instead."""
        dump = outcome["dump"] = self._dump_of_this_crash(before, after)
        latest = before.now + self.clock() - self._asked + new_dump.CLOCK_SLACK_S
        trouble = new_dump.dump_trouble(dump, before.info["kernel"], latest)
        if trouble:
            raise CrashTestFailed("%s crashed and came back, but %s" % (self._name, trouble))
        self._low_level_execute_command(trigger.forget_all(), sudoable=True)
        if record:
            outcome["proof"] = self._record(record_of(before.info, before.image_mtime, dump, self._server))
        if outcome["armed_after"] is None:
            msg = "%s made a complete dump, but whether it is armed again could not be read: %s"
            raise CrashTestFailed(msg % (self._name, self._unanswered))
        if not outcome["armed_after"]:
            msg = "%s made a complete dump, but it is not armed again: the next crash would leave none" % self._name
            raise CrashTestFailed(msg)

    def _insist(self, judge: Callable[[], None]) -> None:
        """Judge the crash; if the connection breaks, make it again for a while, so that nothing learned is lost."""
        end = None
        while True:
            try:
                judge()
                return
            except (AnsibleConnectionFailure, OSError, EOFError, NotReached) as error:
                end = end or self.clock() + RECONNECT_S
                if self.clock() >= end:
                    msg = "%s crashed and came back, but then its dump could not be looked at: %s"
                    raise CrashTestFailed(msg % (self._name, error)) from error
                self._say("crashed and came back, and a connection broke (%s); the test tries again" % error)
                self.pause(PAUSE_S)
                self._sight()
            except AnsibleError as error:
                raise CrashTestFailed("%s crashed and came back, but then: %s" % (self._name, error)) from error

    # before the crash

    def _transport(self) -> str:
        return str(self._connection.transport)

    def _refuse(self, sentences: list[str]) -> None:
        """Stop the crash test before anything happened, if there is a refusal."""
        if sentences:
            raise CrashTestFailed(" ".join(sentences), refused=sentences)

    def _consent(self, confirm: Any) -> list[str]:
        """Return why the consent that somebody wrote does not allow to crash this host."""
        typed = self._typed()
        task = self._task.get_ds()
        given = consent.source(consent.written(task, self._task.action, parse_kv), typed)
        short = self._vars.get("inventory_hostname_short")
        refused = consent.host_refusals(self._name, self._real_name(), short, typed)
        return refused or consent.refusals(self._name, confirm, given)

    def _typed(self) -> dict[str, Any]:
        """Return the variables that were typed on the command line by -e."""
        return dict(load_extra_vars(self._loader))

    def _real_name(self) -> str | None:
        """Return the name of the host that this worker process serves, which no variable can hide."""
        host = getattr(getattr(worker, "current_worker", None), "_host", None)
        return str(host.name) if host is not None else None

    def _before(self, options: dict[str, Any]) -> Before:
        """Read the host before the crash, or refuse to crash it."""
        judged_by = {name: options[name] for name in ("waivers", "thresholds") if options[name] is not None}
        # the record of the proof takes more than a fleet's short result holds
        info = self._module(INFO, dict(judged_by, detail="full"))
        self._refuse(refusals.machine_refusals(info["boot_id"], self._own_boot_id()))
        self._refuse(refusals.host_refusals(info, self._server, options["verdicts"]))
        if info["settings"]["target_type"] not in refusals.SERVER_TARGETS:
            self._server = None
        wanted = dump_server.WantedPlace(options["dumps_path"], options["target"], options["path"])
        self._refuse(dump_server.path_refusals(info, wanted) if self._server else [])
        path = str(dump_server.server_path(info, wanted)) if self._server else new_dump.local_path(info)
        client = self._client()
        dumps = self._look({"path": path, "check": False})
        self._refuse([] if self._server else refusals.writing_refusals(dumps["dumps"], dumps["now"]))
        # KDUMP_INITRD may be a link
        linked = {"path": info["image"]["path"], "get_checksum": False, "follow": True}
        image = self._module("ansible.builtin.stat", linked)
        known = {dump["id"] for dump in dumps["dumps"]}
        return Before(info, known, client.now, image["stat"].get("mtime"), path, client)

    def _client(self) -> dump_server.Client:
        """Return what tells this host's dumps from those of other hosts in the same place."""
        done = self._low_level_execute_command(dump_server.WHO, sudoable=False)
        found = dump_server.client(done["stdout"])
        if found is None:
            raise CrashTestFailed("%s did not report its clock and its name: %r" % (self._name, done["stdout"][:200]))
        return found

    def _own_boot_id(self) -> str | None:
        """Return the boot id of the control node, empty where it runs no Linux, None where it cannot be read."""
        if os.uname().sysname != "Linux":
            return ""
        try:
            with open(trigger.BOOT_ID, encoding="utf-8") as stream:
                return stream.read().strip() or None
        except (OSError, ValueError):
            return None

    def _trigger(self, delay_s: int, boot_id: str) -> None:
        """Make the host's kernel panic a moment after this has returned."""
        self._remove_tmp_path(self._connection._shell.tmpdir)
        self._say("crashes in %d s; to call that off, on the host: %s" % (delay_s, trigger.CALL_OFF_BY_HAND))
        command = trigger.trigger_command(delay_s, boot_id, self._test_id)
        with self._called_off_on_failure(boot_id):
            try:
                done = self._low_level_execute_command(command, sudoable=True)
            except (AnsibleError, OSError, EOFError) as error:
                done = self._after_lost_connection(error, boot_id)
            if done["rc"] == 0:
                self._crashed = True
                # of the machine as it was before the panic
                self._connection._shell.tmpdir = None
                self._bound_connection()
                self.pause(delay_s + 3)
        if done["rc"] != 0:
            said = waiting.last_words((done.get("stderr") or "") + (done.get("stdout") or "")) or "it said nothing"
            raise CrashTestFailed("%s was not crashed: %s" % (self._name, said), refused=[said])

    def _after_lost_connection(self, error: Exception, boot_id: str) -> dict[str, Any]:
        """Call the crash off after the connection broke at the trigger. A silent host may have crashed."""
        why = " ".join(str(error).split())[-200:]
        self._bound_connection()
        if self._call_off(boot_id):
            msg = "the connection to %s broke while its crash was set off (%s); it was called off, and the host runs"
            raise CrashTestFailed(msg % (self._name, why))
        self._say(
            "lost its connection while its crash was set off (%s); it may have crashed, so the test waits for it" % why
        )
        return {"rc": 0}

    @contextmanager
    def _called_off_on_failure(self, boot_id: str) -> Iterator[None]:
        """Call the crash off if the block fails or the run is ended; Ansible's own handlers would leave the timer."""

        def end(number: int, dummy: Any) -> NoReturn:
            for ending in ENDING:
                signal.signal(ending, signal.SIG_IGN)
            raise KeyboardInterrupt("signal %d" % number)

        mine = threading.current_thread() is threading.main_thread()
        old = {number: signal.signal(number, end) for number in ENDING} if mine else {}
        try:
            yield
        except BaseException:
            self._crashed = not self._call_off(boot_id) and self._crashed
            raise
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)

    def _call_off(self, boot_id: str) -> bool:
        """Remove what would crash the host, and return whether the host answers and still runs."""
        try:
            self._connection.reset()
            command = trigger.call_off(boot_id, self._test_id)
            done = self._low_level_execute_command(command, sudoable=True)
        except (AnsibleError, OSError, EOFError) as error:
            display.vv(visible("%s: %s" % (self._name, error)))
            return False
        return boot_id in (done.get("stdout") or "")

    def _bound_connection(self) -> None:
        """Give ssh sessions a keepalive, so that none waits for ever for a machine that is gone."""
        if self._transport() == "ssh":
            extra = self._connection.get_option("ssh_extra_args") or ""
            self._connection.set_option("ssh_extra_args", (extra + KEEPALIVE).strip())

    # while it is away

    def _await_new_boot(self, before: Before, began: float, limit_s: int, console: str | None) -> str:
        """Wait until the crashed host runs a new kernel other than the capture kernel; return its boot id."""
        old, path = before.info["boot_id"], before.path
        told = began
        work = waiting.Work(limit_s, began)
        while True:
            seen = self._sight()
            if waiting.is_back(seen, old):
                return str(seen.boot_id)
            away_s, words = self.clock() - began, waiting.in_words(seen, old)
            if work.is_over(away_s, self.clock()):
                msg = "%s did not come back within %d s after the crash, and nothing grows any more; last seen: %s"
                self._lost(msg % (self._name, away_s, words), console)
            if waiting.still_old(seen, old) and seen.held:
                self._crashed = False
                raise CrashTestFailed("%s was not crashed: %s" % (self._name, seen.held), refused=[seen.held])
            if waiting.still_old(seen, old) and away_s > waiting.TRIGGER_LIMIT_S:
                self._crashed = not self._call_off(old)
                self._lost("%s did not crash within %d s: %s" % (self._name, away_s, words), console)
            if self.clock() - told >= PROGRESS_S:
                if work.is_watched(away_s):
                    work.note(self._sizes(path, console), self.clock())
                self._say("is not back yet, waited %d of at most %d s: %s" % (away_s, limit_s, words))
                told = self.clock()
            self.pause(PAUSE_S)

    def _sizes(self, path: str, console: str | None) -> list[int | None]:
        """Return what grows while a crashed host works: its console's log, and its dump on the server."""
        there = self._patient(lambda: self._look({"path": path, "check": False})) if self._server else None
        dumped = sum(dump["size_bytes"] or 0 for dump in there["dumps"]) if there else None
        return [console_size(console), dumped]

    def _sight(self) -> waiting.Sight:
        """Look at the crashed host once, through a new connection."""
        try:
            self._connection.reset()
            return waiting.sight(self._low_level_execute_command(waiting.LOOK, sudoable=False)["stdout"])
        except (AnsibleError, OSError, EOFError) as error:
            return waiting.Sight(None, False, str(error))

    def _lost(self, msg: str, console: str | None) -> None:
        """Fail for a host that is not back, with the last lines of its console since the trigger."""
        tail = console_tail(console, self._console_from) if console else []
        said = "; its console ends with:\n%s" % "\n".join(tail) if tail else ""
        raise CrashTestFailed(msg + said, console=tail)

    # after it is back

    def _await_armed(self, limit_s: int) -> dict[str, Any]:
        """Wait until the host is armed again or the limit has passed, and return kdump_info's last result."""
        info = {}  # type: dict[str, Any]
        end = self.clock() + limit_s
        told = self.clock()
        while True:
            answer = self._patient(lambda: self._module(INFO, {}))
            info = answer or info
            if info.get("armed") or self.clock() >= end:
                return info
            if answer:
                self.pause(PAUSE_S)
            if self.clock() - told >= PROGRESS_S:
                self._say("is back, and not armed yet")
                told = self.clock()

    def _patient(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """Return the answer of a machine that is still booting, None where it gives none."""
        try:
            return ask()
        except (AnsibleError, CrashTestFailed, OSError, EOFError) as error:
            self._unanswered = str(error)
            display.vv(visible("%s: %s" % (self._name, error)))
            self.pause(PAUSE_S)
            return None

    def _dump_of_this_crash(self, before: Before, after: dict[str, Any]) -> dict[str, Any]:
        """Return the dump that this crash made, or fail with the files that are there."""
        dumps = self._look({"path": before.path, "after": before.now, "timeout": READING_S})["dumps"]
        target_type = before.info["settings"]["target_type"]
        dumps = new_dump.believed(dumps, target_type)
        if target_type in new_dump.OWN_DISK:
            dumps = dump_server.not_of_others(dumps, before.client)
        else:
            dumps = dump_server.dumps_of(dumps, before.client, target_type)
            doubt = dump_server.ambiguity(dumps, before.known, before.now)
            if doubt:
                raise CrashTestFailed("%s crashed and came back, but %s" % (self._name, doubt))
        dump = new_dump.choose_dump(before.known, dumps, before.now)
        if dump is None and after and not self._server and new_dump.local_path(after) != before.path:
            msg = (
                "%s crashed and came back, but its target is not mounted, so its dumps in %s could not be looked at; %s"
            )
            remedy = "let the host mount it at boot (/etc/fstab), and run the test again"
            raise CrashTestFailed(msg % (self._name, before.path, remedy))
        if dump is None:
            there = self._look({"path": before.path, "newest": 5, "check": False})["dumps"]
            place = "%s:%s" % (self._server, before.path) if self._server else before.path
            msg = "%s crashed and came back, but the crash left no dump: %s"
            raise CrashTestFailed(msg % (self._name, new_dump.evidence(place, there)))
        return dump

    def _record(self, record: dict[str, Any]) -> str:
        """Write the proof on the host, as a whole or not at all, and return its path."""
        self._module("ansible.builtin.file", {"path": os.path.dirname(PROOF), "state": "directory", "mode": "0700"})
        args = {"content": json.dumps(record, indent=2, sort_keys=True) + "\n", "dest": PROOF, "mode": "0600"}
        done = self._copy(args)
        if done.get("failed"):
            raise CrashTestFailed("cannot record the proof in %s: %s" % (PROOF, done.get("msg")))
        return PROOF

    def _copy(self, args: dict[str, Any]) -> dict[str, Any]:
        return put(self, args, self._vars)

    # the two ways to reach the operator and the host

    def _say(self, words: str) -> None:
        """Show the operator how the crash test stands."""
        display.display(visible("%s %s" % (self._name, words)))

    def _look(self, args: dict[str, Any]) -> dict[str, Any]:
        """Return the dumps in the place where they land: on the host or on the dump server."""
        if not self._server:
            return self._module(DUMPS, args)
        try:
            result = self._on_server(args)
        except AnsibleError as error:
            kind = NotReached if isinstance(error, AnsibleConnectionFailure) else CrashTestFailed
            raise kind("cannot look at the dumps on %s: %s" % (self._server, error)) from error
        if result.get("failed"):
            raise CrashTestFailed("%s failed on %s: %s" % (DUMPS, self._server, reason_of(result)), module=DUMPS)
        return result

    def _on_server(self, args: dict[str, Any]) -> dict[str, Any]:
        """Run vmcore_info on the dump server."""
        return OtherHost(self, self._shared_loader_obj, self._server or "", self._vars).module(DUMPS, args)

    def _module(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Run a module on the host and return its result; its failure is the crash test's."""
        result: dict[str, Any] = self._execute_module(module_name=name, module_args=args, task_vars=self._vars)
        if result.get("failed"):
            raise CrashTestFailed("%s failed on %s: %s" % (name, self._name, reason_of(result)), module=name)
        return result


def reason_of(result: dict[str, Any]) -> str:
    """Return why a module failed; for one that died without a result, the last line of its traceback."""
    last = str(result.get("exception") or result.get("module_stderr") or "").strip().splitlines()[-1:]
    return result.get("msg") or "".join(last) or "it gave no reason"


def console_size(path: str | None) -> int | None:
    """Return the size of the console's log on the control node, None where there is none."""
    return os.path.getsize(path) if path and os.path.exists(path) else None


def console_tail(path: str, since: int = 0) -> list[str]:
    """Return the last lines of a serial console's log on the control node, none of those before an offset.

    A log that is shorter than the offset was replaced by a new one, which is read from its start.
    """
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as stream:
            stream.seek(max(since if size >= since else 0, size - 16384))
            text = stream.read().decode("utf-8", "replace")
    except OSError as error:
        return ["(the console %s cannot be read: %s)" % (path, error.strerror)]
    return [line.rstrip() for line in text.splitlines()][-CONSOLE_LINES:]
