# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths that ./dev uses: the repository, what ./dev leaves in it, and the cache."""

from pathlib import Path

from tools.lab.cache import cache_dir

REPOSITORY = Path(__file__).resolve().parents[2]
LAB = REPOSITORY / ".lab"
LOGS = LAB / "logs"
# how each stage ended when it was run last, see last_run.py
LAST_RUN = LAB / "last-run.json"
# images of whole systems, see fetch.py
IMAGES = LAB / "images"
# machines that a story left armed, for the stages that go on from there
SAVED = LAB / "saved"
# ansible-test accepts a collection only where the real path ends so; hence a copy, see staged.py
COLLECTIONS = LAB / "collections"
STAGED = COLLECTIONS / "ansible_collections" / "crashops" / "kdump"
# links to the interpreters; not in the cache, which runs with another PATH may share
PYTHONS = LAB / "pythons"
# what Sphinx reads, and the site that it builds
DOCS = LAB / "docs"
CACHE = cache_dir()
VENVS = CACHE / "venvs"
# the collections that this one depends on, see community.py
COMMUNITY = CACHE / "community"
# ansible-test keeps its own environments under HOME and passes no PIP_* variable on; this HOME has the settings in it
ANSIBLE_TEST_HOME = CACHE / "ansible-test-home"
