# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which the playbook gets all objects of AWX."""

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter import awx_objects

LEAST = {"kdump_awx_project_url": "x", "kdump_awx_inventory": "fleet", "kdump_awx_credentials": ["root"]}
filtered = awx_objects.FilterModule().filters()["awx_objects"]


def test_objects_of_a_site() -> None:
    assert filtered(LEAST)["inventory"] == {"name": "fleet", "organization": "Default"}


def test_all_that_is_wrong_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awx_objects, "installed", lambda: False)
    with pytest.raises(AnsibleFilterError) as raised:
        filtered({**LEAST, "kdump_awx_forks": 0}, apply=True)
    assert "kdump_awx_forks: 0 is refused" in str(raised.value)
    assert "lacks the collection awx.awx. Install it: ansible-galaxy collection install" in str(raised.value)


def test_collection_is_only_needed_to_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awx_objects, "installed", lambda: False)
    assert filtered(LEAST)


def test_collection_that_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awx_objects, "MODULES", "ansible_collections.nobody.nothing")
    assert not awx_objects.installed()
    monkeypatch.setattr(awx_objects, "MODULES", "ansible_collections.crashops.kdump")
    assert awx_objects.installed()
