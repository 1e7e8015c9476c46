# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that try to become a command or another line, and a real shell that shows whether one did."""

import os
import subprocess
from pathlib import Path
from typing import List

# each runs the program `canary` where it is read as more than text
TEXTS = (
    "\ncanary",
    "\n",
    "\ncanary\n",
    "\r\ncanary",
    "\0canary",
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b31mred",
    "\u2028canary",
    "\u2029canary",
    "\x85canary",
    "\x0bcanary",
    "\x0ccanary",
    "\u202egpj",
    "\udcff",
    "'; canary; '",
    '"; canary; "',
    "'",
    '"',
    "$(canary)",
    "`canary`",
    "${HOME}",
    ";canary",
    "&canary",
    "|canary",
    ">canary",
    "<(canary)",
    "\\",
    "\\\ncanary",
    " #canary",
    "*",
    "%s%n",
)


def hostile_values(good: str) -> List[str]:
    """Return texts made of a good one: with each hostile text behind it, before it and alone."""
    return [value for text in TEXTS for value in (good + text, text + good, text)]


class Shell:
    """The shell of this machine in a directory of its own, with a program that leaves a trace where it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.trace = os.path.join(self.folder, "trace")
        program = os.path.join(self.folder, "canary")
        with open(program, "w") as stream:
            stream.write("#!/bin/sh\n: > '%s'\n" % self.trace)
        os.chmod(program, 0o755)
        self.before = sorted(os.listdir(self.folder))

    def said(self, script: str, *arguments: str) -> str:
        """Return what a script prints, as text; it must end well, run no canary and leave no file."""
        found = subprocess.run(
            ["/bin/sh", "-eu", "-c", script, "sh"] + list(arguments),
            check=False,
            cwd=self.folder,
            env={"PATH": self.folder + ":/usr/bin:/bin", "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert found.returncode == 0, found.stderr
        assert sorted(os.listdir(self.folder)) == self.before, "the text became a command"
        return found.stdout.decode("utf-8", "surrogateescape")

    def sourced(self, text: str, name: str) -> str:
        """Return what a variable holds after the shell has read a file."""
        script = (
            'file=$(mktemp -d)/settings; printf %s "$1" >"$file"; . "$file"; rm -r "${file%/*}"; printf %s "$' + name
        )
        return self.said(script + '"', text)
