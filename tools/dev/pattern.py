# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes extensions/patterns/kdump from the templates and surveys of extensions/awx: ./dev pattern.

A controller that knows patterns reads pattern.json out of the collection's archive. The descriptions next to the
playbooks are in the form that ansible-lint checks.
"""

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx import surveys

# by its name, since it comes without types and mypy --strict takes no such import
yaml = importlib.import_module("yaml")
FOLDER = "extensions/patterns/kdump"
NAME = "kdump"
ENVIRONMENT = "kdump"
# PyYAML indents the entries of a list as little as the list's name, and yamllint wants more; only choices are lists
LIST_ENTRY = re.compile(r"(?m)^ +- ")
MADE = "# Made from extensions/awx by ./dev pattern.\n"
TITLE = "Set up, verify and crash-test kdump"
DESCRIPTION = (
    "Sets kdump up on a fleet of RHEL- and Debian-family hosts, judges with evidence whether each of them would leave "
    "a dump if it panicked, and proves that by a real panic of hosts that somebody names. The execution environment "
    "has to hold this collection. Choose the inventory and a Machine credential at each launch."
)
# it changes nothing
PRIMARY = "verify"


def files(repository: Path) -> dict[Path, str]:
    """Return the text of each file of the pattern that is made, by its path."""
    folder = repository / FOLDER
    made = {folder / "meta/pattern.json": json.dumps(pattern(), indent=2) + "\n"}
    for form in templates():
        name = form["playbook"].removesuffix(".yml")
        play = [{"name": form["description"], "ansible.builtin.import_playbook": f"../../../../playbooks/{name}.yml"}]
        made[folder / f"playbooks/{name}.yml"] = MADE + _yaml(play)
        made[folder / f"playbooks/{name}.meta.yml"] = MADE + _yaml(described(form))
    return made


def pattern() -> dict[str, Any]:
    """Return what pattern.json holds."""
    return {
        "schema_version": "1.0.0",
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "short_description": "kdump on a fleet, with evidence that it works",
        "tags": ["linux", "kdump", "kexec", "crash", "reliability"],
        "aap_resources": {
            "controller_project": {"name": NAME, "description": "The playbooks of crashops.kdump."},
            "controller_execution_environment": {
                "name": ENVIRONMENT,
                "description": "ansible-core with crashops.kdump and what it needs.",
                "image_name": "crashops/kdump-ee",
                "pull": "missing",
            },
            "controller_labels": [NAME],
            "controller_job_templates": [job_template(form) for form in templates()],
        },
    }


def templates() -> list[dict[str, Any]]:
    """Return the templates of the pattern. Nothing in a pattern makes a report in parts, so none merges them."""
    return [form for form in surveys.data("templates") if not form.get("merges")]


def job_template(form: dict[str, Any]) -> dict[str, Any]:
    """Return a job template of the pattern with its survey."""
    name = f"{NAME} {form['name']}"
    survey = surveys.survey(name, form["entry_point"], form)
    return {
        "name": name,
        "description": form["description"],
        "execution_environment": ENVIRONMENT,
        "playbook": form["playbook"],
        "primary": form["name"] == PRIMARY,
        "ask_inventory_on_launch": True,
        "ask_credential_on_launch": True,
        "ask_variables_on_launch": True,
        "labels": [NAME],
        "survey": {**survey, "spec": [_question(one) for one in survey["spec"]]},
    }


def _question(one: dict[str, Any]) -> dict[str, Any]:
    """Return a question of the pattern. Its schema has only texts as defaults, and AWX refuses those for a number."""
    if isinstance(one.get("default"), str) or "default" not in one:
        return one
    kept = {name: value for name, value in one.items() if name != "default"}
    counts = f"Without an answer, {one['default']} counts."
    return {**kept, "question_description": f"{one['question_description']} {counts}"}


def described(form: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a playbook's variables."""
    options = {name: _option(name, form) for name in form["questions"]}
    example = "".join(f"{name}: {'web1' if name == 'kdump_test_confirm' else 'all'}\n" for name in form["required"][:1])
    spec = {"short_description": form["description"].partition(".")[0], "options": options, "examples": example}
    return {
        "short_description": f"kdump {form['name']}",
        "description": form["description"],
        "argument_specs": {form["playbook"].removesuffix(".yml"): spec},
    }


def _option(name: str, form: dict[str, Any]) -> dict[str, Any]:
    """Return the description of one variable."""
    asked = surveys.data("questions")[name]
    spec = asked.get("spec") or _role_variables.options_of(form["entry_point"])[name]
    found = {"type": spec.get("type", "str"), "description": surveys.help_of(asked, spec)}
    if spec.get("choices"):
        found["choices"] = list(spec["choices"])
    if found["type"] == "list":
        found["elements"] = spec["elements"]
    if name in form["required"]:
        found["required"] = True
    return found


def _yaml(value: Any) -> str:
    """Return a value as YAML in the style of this repository."""
    text = str(yaml.safe_dump(value, sort_keys=False, width=110, allow_unicode=True))
    return "---\n" + LIST_ENTRY.sub(r"  \g<0>", text)


def main(repository: Path) -> None:
    """Write the files of the pattern."""
    for path, text in files(repository).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
