# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-galaxy packs: the files that run and their documentation, whatever else lies in the checkout."""

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from tools.dev.places import REPOSITORY
from tools.dev.staged import wanted_files

# what lies in a checkout and must not leave it, the reports first: they name weaknesses of hosts
PLANTED = (
    "kdump-report/kdump-report.html",
    "reports/kdump-report.json",
    ".venv/lib/python3.13/site-packages/x.py",
    "venv/bin/activate",
    "hosts",
    "hosts.yml",
    "inventory/group_vars/all.yml",
    "host_vars/web1.yml",
    "playbooks/hosts.yml",
    "playbooks/group_vars/all.yml",
    "ansible.cfg",
    ".vault_pass",
    "docs/notes.txt",
    "plugins/modules/__pycache__/kdump_info.cpython-313.pyc",
    "plugins/modules/.kdump_info.py.swp",
    "roles/kdump/vars/.secret.yml",
    "roles/kdump/files/id_rsa",
    "crashops-kdump-0.0.9.tar.gz",
    "tests/output/log.txt",
    "extensions/eda/rulebooks/hosts.yml",
    "extensions/monitoring/alertmanager/secret.yml",
)
ROOMS = ("docs", "meta", "playbooks", "plugins", "roles")
# what a user copies
COPIED = (
    "extensions/awx/",
    "extensions/eda/",
    "extensions/execution-environment/",
    "extensions/molecule/default/",
    "extensions/monitoring/",
    "extensions/patterns/",
)
ALONE = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "COPYING",
    "README.md",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
}
# ansible-galaxy writes these two itself
WRITTEN = {"MANIFEST.json", "FILES.json"}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the files of the archive that is built of a checkout with all that is planted."""
    checkout = tmp_path_factory.mktemp("checkout") / "kdump"
    for path in wanted_files(REPOSITORY):
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / path, checkout / path)
    for name in PLANTED:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("secret\n")
    out = checkout.parent / "out"
    argv = ["ansible-galaxy", "collection", "build", str(checkout), "--output-path", str(out)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False, cwd=checkout.parent)
    assert done.returncode == 0, done.stderr
    (archive,) = out.iterdir()
    with tarfile.open(archive) as content:
        return {member.name for member in content.getmembers() if member.isfile()}


def test_the_archive_holds_what_runs_and_its_documentation_and_nothing_else(packed: set[str]) -> None:
    wanted = {path for path in wanted_files(REPOSITORY) if path.parts[0] in ROOMS or str(path).startswith(COPIED)}
    assert sorted(packed - WRITTEN) == sorted(ALONE | {str(path) for path in wanted})


def test_nothing_that_merely_lies_in_a_checkout_is_packed(packed: set[str]) -> None:
    assert not packed & set(PLANTED)


def test_an_execution_environment_is_told_the_needs_that_are_documented() -> None:
    meta = yaml.safe_load((REPOSITORY / "meta/execution-environment.yml").read_text())
    assert meta["dependencies"] == {"python": "meta/ee-requirements.txt", "system": "meta/ee-bindep.txt"}
    python = (REPOSITORY / "meta/ee-requirements.txt").read_text().splitlines()
    assert [line for line in python if not line.startswith("#")] == ["jmespath>=0.9.5"]


@pytest.mark.parametrize(("name", "series"), [("newest", "2.21"), ("el8", "2.16")])
def test_an_execution_environment_has_the_ansible_core_that_is_tested(name: str, series: str) -> None:
    folder = REPOSITORY / "extensions" / "execution-environment" / name
    definition = yaml.safe_load((folder / "execution-environment.yml").read_text())
    wanted = definition["dependencies"]["ansible_core"]["package_pip"]
    assert wanted.startswith(f"ansible-core>={series}")
    assert wanted.endswith(f",<2.{int(series[2:]) + 1}")
    environment = "main" if name == "newest" else "core216"
    assert f"ansible-core=={series}." in (REPOSITORY / f"tools/dev/requirements-{environment}.txt").read_text()


@pytest.mark.parametrize("name", ["newest", "el8"])
def test_an_execution_environment_takes_the_archive_of_this_version(name: str) -> None:
    folder = REPOSITORY / "extensions" / "execution-environment" / name
    version = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["version"]
    archive = f"crashops-kdump-{version}.tar.gz"
    definition = yaml.safe_load((folder / "execution-environment.yml").read_text())
    assert definition["additional_build_files"] == [{"src": archive, "dest": "archive"}]
    needed = yaml.safe_load((folder / "requirements.yml").read_text())
    assert needed == {"collections": [{"name": f"/build/archive/{archive}", "type": "file"}]}


def test_dependencies_stop_before_releases_that_the_oldest_ansible_core_cannot_run() -> None:
    galaxy = yaml.safe_load(Path(REPOSITORY / "galaxy.yml").read_text())
    runtime = yaml.safe_load((REPOSITORY / "meta/runtime.yml").read_text())
    assert runtime["requires_ansible"] == ">=2.16.0"
    assert galaxy["dependencies"] == {"ansible.posix": ">=1.6.2,<3.0.0", "community.crypto": ">=2.22.3,<3.0.0"}
