# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Ansible against guests for the tests: a playbook or one module, and what it said."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tools.lab.commands import follow

# one task may take long on a guest that is emulated
SILENCE_LIMIT_S = 1800
# Ansible adds it to the facts of the first module where no Python is given
FOUND_PYTHON = "discovered_interpreter_python"


def playbook(
    inventory: Path, name: str, limit: str = "all", check: bool = False, **variables: Any
) -> "subprocess.CompletedProcess[str]":
    """Run a playbook of the collection with variables of the role, print its output, return the finished process.

    check: only predict the changes, and show them.
    """
    argv = ["ansible-playbook", "-i", str(inventory), "--limit", limit, f"crashops.kdump.{name}"]
    argv += ["--extra-vars", json.dumps(variables), *(["--check", "--diff"] if check else [])]
    done = _run(argv)
    print(done.stdout, done.stderr)
    return done


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """Return what a playbook said on one line: some ways to print a result fold a long message."""
    return " ".join((done.stdout + done.stderr).split())


def module(inventory: Path, host: str, name: str, **options: Any) -> dict[str, Any]:
    """Run one module on a host and return its result; one that failed is a result too."""
    argv = ["ansible", host, "-i", str(inventory), "-m", name]
    argv += ["-a", json.dumps(options)] if options else []
    done = _run(argv)
    # for a failure, more words come before the result
    answer = re.search(rf"^{re.escape(host)} \| .*? => ({{.*}})", done.stdout, re.MULTILINE | re.DOTALL)
    if not answer:
        raise AssertionError(f"{name} on {host} gave no result: {done.stdout}{done.stderr}")
    return without_discovered_python(dict(json.loads(answer[1])))


def without_discovered_python(result: dict[str, Any]) -> dict[str, Any]:
    """Return a module's result without the Python that Ansible itself found on an image of somebody else."""
    facts = {name: one for name, one in result.get("ansible_facts", {}).items() if name != FOUND_PYTHON}
    others = {name: value for name, value in result.items() if name != "ansible_facts"}
    return others | ({"ansible_facts": facts} if facts else {})


def _run(argv: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command of Ansible with settings of its own.

    Pipelining saves a slow guest one copy for each task. JSON keeps a message as it is: YAML doubles its quotes.
    """
    settings = {"ANSIBLE_PIPELINING": "true", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    return follow(argv, SILENCE_LIMIT_S, env={**os.environ, **settings})
