# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the collection that leads to made-up machines, once for a run of tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.roles import sshd
from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet, copy_collection


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where Ansible finds the copy and the other collections."""
    folder = tmp_path_factory.mktemp("collections")
    copy_collection(folder)
    return os.pathsep.join([str(folder), os.environ["ANSIBLE_COLLECTIONS_PATH"]])


@pytest.fixture
def fleet(tmp_path: Path) -> Callable[..., Fleet]:
    """Return a function that makes a fleet of machines: fleet(web1="debian", db1="el9")."""
    return lambda groups=None, **machines: Fleet(tmp_path, machines, groups)


@pytest.fixture(scope="session")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root below which a real sshd is."""
    return sshd.programs(tmp_path_factory.mktemp("openssh"))
