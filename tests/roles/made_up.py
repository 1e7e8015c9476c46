# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs real Ansible against made-up machines, in check mode: no guest, no privilege, seconds.

A copy of the collection is made in which the one door to the machine, _machine/host.py, leads to a machine of
machines.py. Everything else is what a user installs: roles, playbooks, modules, action plugins and filters.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = Path(__file__).resolve().parent / "plugins"
# stand in for programs that a task of the role runs by itself
PROGRAMS = PLUGINS.parent / "programs"
SHIPPED = ("extensions", "plugins", "roles", "playbooks", "meta", "galaxy.yml")
IMPORTS = "ansible_collections.crashops.kdump."
LIMIT_S = 600
# every machine is reached as root, and its modules run on the Python that Ansible runs on
CONNECTION = {
    "ansible_connection": "made_up",
    "ansible_user": "root",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
# what leads to the made-up machine in place of the real one
DOOR = '''

class Host(Host):
    """The made-up machine in whose name this module answers."""

    def __new__(cls, _module):
        """Return it in place of the real one."""
        from ansible_collections.crashops.kdump.plugins.module_utils.made_up.machines import machine

        return machine(os.environ["MADE_UP"])
'''


class Done(NamedTuple):
    """A run that ended: its exit status, what the user saw, and each result as {how, host, task, result}.

    asked has the name of a machine for each command that Ansible ran on it.
    """

    rc: int
    output: str
    results: list[dict[str, Any]]
    asked: list[str]

    @property
    def said(self) -> str:
        """Return what the user saw on one line: some ways to print a result fold a long message."""
        return " ".join(self.output.split())

    def of(self, host: str, how: str = "ok") -> dict[str, dict[str, Any]]:
        """Return a host's results that ended in one way, by the names of their tasks."""
        rows = [row for row in self.results if row["host"] == host and row["how"] == how]
        return {row["task"].rpartition(" : ")[2]: row["result"] for row in rows}

    def failures(self, host: str) -> list[str]:
        """Return the messages of the tasks that failed on a host."""
        return [str(result.get("msg")) for result in self.of(host, "failed").values()]


def copy_collection(collections: Path) -> Path:
    """Make the copy below a folder of collections, and return it."""
    copy = collections / "ansible_collections/crashops/kdump"
    copy.mkdir(parents=True)
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    utils = copy / "plugins/module_utils"
    made_up = utils / "made_up"
    made_up.mkdir()
    (made_up / "__init__.py").touch()
    unit = ROOT / "tests/unit"
    for path in (
        *(unit / f"{name}.py" for name in ("fake_host", "fake_boot", "armed_host")),
        PLUGINS.parent / "machines.py",
    ):
        text = path.read_text(encoding="utf-8").replace(
            f"{IMPORTS}tests.unit", f"{IMPORTS}plugins.module_utils.made_up"
        )
        (made_up / path.name).write_text(text, encoding="utf-8")
    with open(utils / "_machine/host.py", "a", encoding="utf-8") as stream:
        stream.write(DOOR)
    return copy


class Fleet:
    """Made-up machines, and Ansible that manages them."""

    def __init__(self, folder: Path, machines: dict[str, Any], groups: dict[str, list[str]] | None = None) -> None:
        """Make an inventory in a folder: machines are those of machines.py by the name of the host.

        In place of a machine's name there may be the host's variables, made_up among them.
        """
        self.folder = folder
        self.inventory = folder / "hosts.yml"
        hosts = {name: value if isinstance(value, dict) else {"made_up": value} for name, value in machines.items()}
        children = {name: {"hosts": dict.fromkeys(members)} for name, members in (groups or {}).items()}
        fleet = {"hosts": hosts, "children": children, "vars": CONNECTION}
        self.inventory.write_text(yaml.safe_dump({"all": fleet}), encoding="utf-8")

    def play(self, collections: str, content: Any, *arguments: str) -> Done:
        """Run plays, given as data, in check mode."""
        (self.folder / "play.yml").write_text(yaml.safe_dump(content, sort_keys=False))
        return self.run(collections, "ansible-playbook", str(self.folder / "play.yml"), *arguments)

    def playbook(self, collections: str, name: str, *arguments: str, check: bool = True, **variables: Any) -> Done:
        """Run a playbook of the collection with variables of the role."""
        extra = ["--extra-vars", json.dumps(variables)] if variables else []
        argv = ["ansible-playbook", f"crashops.kdump.{name}", *extra, *arguments]
        return self.run(collections, *argv, check=check)

    def run(self, collections: str, *argv: str, check: bool = True) -> Done:
        """Run a command of Ansible; collections are the folders in which it finds them."""
        recorded = self.folder / "recorded.jsonl"
        asked = self.folder / "recorded.jsonl.asked"
        for path in (recorded, asked):
            path.unlink(missing_ok=True)
        settings = {
            "ANSIBLE_COLLECTIONS_PATH": collections,
            "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connection"),
            "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "recorded",
            "ANSIBLE_FORKS": str(os.cpu_count()),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_NOCOLOR": "true",
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "RECORDED": str(recorded),
        }
        done = subprocess.run(
            [*argv, "--inventory", str(self.inventory), *(["--check"] if check else [])],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            cwd=self.folder,
            env=dict(os.environ, **settings),
        )
        rows = recorded.read_text(encoding="utf-8").splitlines() if recorded.exists() else []
        machines = asked.read_text(encoding="utf-8").split() if asked.exists() else []
        return Done(done.returncode, done.stdout + done.stderr, [json.loads(row) for row in rows], machines)
