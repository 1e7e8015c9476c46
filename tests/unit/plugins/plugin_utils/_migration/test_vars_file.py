# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of variables as text: what is read, and what is written so that Ansible reads the same."""

from typing import Any

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.draft import VariableFate
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.translate import Translation
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.vars_file import file_of, variables_of


@pytest.mark.parametrize(
    "value",
    [
        "/srv/{{ inventory_hostname }}",
        "{{ a }}",
        "yes",
        "# no comment",
        "caf\u00e9: x",
        'it\'s "quoted"',
        'makedumpfile -l --message-level 1 -d 31 --dry-run "with more words than one line of a file can ever hold" -x',
        {"type": "nfs", "location": "[2001:db8::1]:/export"},
        [1, "1", True, None],
    ],
)
def test_value_is_read_again_as_it_was_written(value: Any) -> None:
    text = file_of(Translation({"kdump_path": value}, [], [], []))
    assert variables_of(text) == ({"kdump_path": value}, [])
    assert yaml.safe_load(text) == {"kdump_path": value}


def test_words_that_are_too_long_stay_comments() -> None:
    row = VariableFate("kdump_path", "taken", ("kdump_path",), "kdump_target: {type: local} " * 20)
    text = file_of(Translation({"kdump_path": "/x"}, [row], [], []))
    assert yaml.safe_load(text) == {"kdump_path": "/x"}
    assert max(map(len, text.splitlines())) <= 100
