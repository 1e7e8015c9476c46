# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The metrics program: a timer runs it on a host, which it reads as kdump_info does. It needs no Ansible."""

import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from typing import Any, Callable, Dict, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import (
    JudgeOptions,
    Thresholds,
    Waiver,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import read_facts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import Run, exposition
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

NAME = "crashops-kdump-metrics"
FILE = "crashops_kdump.prom"
OPTIONS = "/etc/crashops-kdump/metrics.json"
# what a run that was killed left is older than this
LEFT_S = 3600
SBIN = ["/usr/sbin", "/sbin", "/usr/local/sbin"]
# The unit's sandbox shows its programs a mount table in which all is read-only. The host's own is that of process 1.
OUTSIDE = {"/proc/self/mountinfo": "/proc/1/mountinfo", "/proc/mounts": "/proc/1/mounts"}

# reads a host by options, as collect() does
Reading = Callable[[Host, Dict[str, Any]], Dict[str, Any]]


class Machine:
    """What _machine.host.Host asks an AnsibleModule for, by the standard library alone.

    `start` is subprocess.run, passed in: what lies in module_utils may become part of a module, which must not call it.
    """

    def __init__(self, start: Any) -> None:
        self._start = start

    def get_bin_path(self, name: str, required: bool = False, opt_dirs: Optional[List[str]] = None) -> Optional[str]:
        """Return the path of a program that the metrics program runs, None where it is not found."""
        places = (opt_dirs or []) + [os.environ.get("PATH", os.defpath)] + SBIN
        return shutil.which(name, path=os.pathsep.join(places))

    def run_command(
        self, argv: List[str], environ_update: Optional[Dict[str, str]] = None, handle_exceptions: bool = False
    ) -> Tuple[int, str, str]:
        """Run a command for the metrics program, without Ansible; return its exit status, stdout and stderr."""
        try:
            done = self._start(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(os.environ, **(environ_update or {})),
                check=False,
            )
        except OSError as error:
            return 127, "", "%s: %s" % (argv[0], error.strerror)
        return done.returncode, _text(done.stdout), _text(done.stderr)


class OutsideHost(Host):
    """The host outside of the metrics unit's sandbox, for reading only."""

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        """Return a file's bytes to the metrics program; mounts are those of process 1 if they can be read."""
        if path in OUTSIDE:
            try:
                return super().read_bytes(OUTSIDE[path], offset, size)
            except Failure:
                pass
        return super().read_bytes(path, offset, size)

    def write_all(self, contents: Any, backup: bool = False) -> List[str]:
        """Refuse to replace a file, as the metrics program only reads."""
        raise Failure("cannot write %s: the metrics program only reads the host" % contents[0].path)

    def copy(self, source: str, destination: str, mode: int) -> None:
        """Refuse to copy a file, as the metrics program only reads."""
        raise Failure("cannot copy %s: the metrics program only reads the host" % source)


def collect(host: Host, said: Dict[str, Any]) -> Dict[str, Any]:
    """Return kdump_info's full result, judged by the options of the metrics program."""
    look = LookOptions(probe=said.get("probe", True), panic_policy=tuple(said.get("panic_policy", [])))
    judge = JudgeOptions(
        thresholds=Thresholds(**said.get("thresholds", {})),
        waivers=tuple(Waiver(**waiver) for waiver in said.get("waivers", [])),
    )
    return read_facts(host, look, judge)


def main(argv: List[str], start: Any, read: Reading = collect) -> int:
    """Write the metrics and return the exit status: 1 if the host could not be read or the file not be written."""
    options = _parser().parse_args(argv)
    began = time.monotonic()
    info, interval = _attempt(OutsideHost(Machine(start)), read, options.options)
    run = Run(round(time.time(), 3), round(time.monotonic() - began, 3), interval)
    content = exposition(info, run).encode("utf-8", "replace")
    if options.stdout:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        try:
            write(os.path.join(options.directory, FILE), content)
        except OSError as error:
            _say("cannot write %s in %s: %s" % (FILE, options.directory, error.strerror))
            return 1
    return 0 if info is not None else 1


def write(path: str, content: bytes) -> None:
    """Put the metrics program's file, which everybody may read, in place as a whole or not at all."""
    _remove_left(path)
    # A new file under a name that nobody can guess: the directory may belong to node_exporter's user, and what that
    # user puts there must not lead root elsewhere. The collector reads no name that does not end with .prom.
    handle, temporary = tempfile.mkstemp(prefix="." + FILE + ".", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            os.fchmod(handle, 0o644)
            stream.flush()
            os.fsync(handle)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _remove_left(path: str) -> None:
    """Remove temporary files of runs of the metrics program that were killed; a live one ends within the hour."""
    for left in glob.glob(os.path.join(os.path.dirname(path), "." + FILE + ".????????")):
        try:
            if os.lstat(left).st_mtime < time.time() - LEFT_S:
                os.unlink(left)
        except OSError:
            continue


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the metrics program's command line."""
    parser = argparse.ArgumentParser(prog=NAME, description="Write metrics of kdump for node_exporter.")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--directory", help="the directory of node_exporter's textfile collector; gets %s" % FILE)
    place.add_argument("--stdout", action="store_true", help="show the metrics and write nothing")
    words = "a JSON file with probe, panic_policy, thresholds and waivers of kdump_info, and with interval_seconds"
    words += "; left out, it is %s" % OPTIONS
    parser.add_argument("--options", default=OPTIONS, help=words)
    return parser


def _options(host: Host, path: str) -> Dict[str, Any]:
    """Return the metrics program's options from a JSON file, none where there is no file."""
    try:
        return dict(json.loads(host.read(path) or "{}"))
    except (TypeError, ValueError) as error:
        raise Failure("%s holds no options: %s; run setup again, which writes it" % (path, error))


def _attempt(host: Host, read: Reading, path: str) -> Tuple[Optional[Dict[str, Any]], Any]:
    """Read the host by the options in a file, and return what was read and the interval that the file names.

    Where reading fails, what was read is None, and the log says why.
    """
    interval = None
    try:
        options = _options(host, path)
        interval = options.get("interval_seconds")
        return read(host, options), interval
    except Failure as failure:
        _say("cannot read the host: %s" % failure.msg)
    # Whatever else it is: metrics of an earlier run that stay as they are would go on saying that all is well.
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        _say("cannot read the host: %s: %s (%s, line %s)" % (type(error).__name__, error, last.filename, last.lineno))
    return None, interval


def _text(raw: bytes) -> str:
    """Return as text what a command of the metrics program has put out; bytes that are not UTF-8 survive."""
    return raw.decode("utf-8", "surrogateescape")


def _say(words: str) -> None:
    """Write a message of the metrics program to its log, on one line."""
    sys.stderr.write("%s: %s\n" % (NAME, visible(" / ".join(words.split("\n")))))
