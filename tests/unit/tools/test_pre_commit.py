# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hook must not refuse what the lint stage accepts: both run the same versions."""

import re

import yaml

from tools.dev.places import REPOSITORY

TOOLS = {"https://github.com/astral-sh/ruff-pre-commit": "ruff", "https://github.com/adrienverge/yamllint": "yamllint"}


def test_hooks_run_the_versions_of_the_lint_stage() -> None:
    listed = (REPOSITORY / "tools/dev/requirements-main.txt").read_text()
    versions = dict(re.findall(r"^([a-z-]+)==(\S+)$", listed, re.MULTILINE))
    repositories = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]
    hooks = {one["repo"]: one["rev"] for one in repositories if one["repo"] != "local"}
    assert hooks == {url: f"v{versions[tool]}" for url, tool in TOOLS.items()}
