# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is wrong with a kdump.conf, rule by rule: the rules' numbers, and the file as one generation reads it."""

from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._result import Finding, in_order
from ansible_collections.crashops.kdump.plugins.module_utils.kdumpconf import _kdumpconf
from ansible_collections.crashops.kdump.plugins.module_utils.kdumpconf.rules import _actions, _lines, _targets
from ansible_collections.crashops.kdump.plugins.module_utils.kdumpconf.rules._base import Document, Rule, Surroundings

# the numbers of the rules are those of docs/kdump_conf.md and stay what they are
RULES: Tuple[Tuple[str, Rule], ...] = (
    ("R1", _lines.unknown_names), ("R2", _lines.removed_names), ("R3", _lines.empty_values),
    ("R4", _lines.repeated_names), ("R5", _targets.several_targets), ("R6", _targets.mounts_and_target),
    ("R7", _targets.several_mounts), ("R8", _targets.mount_form), ("R9", _actions.failure_actions),
    ("R10", _actions.final_actions), ("R11", _actions.old_name), ("R12", _actions.flag_values),
    ("R13", _actions.both_flags), ("R14", _targets.ssh_form), ("R15", _targets.ssh_alias), ("R16", _targets.ssh_form),
    ("R17", _targets.nfs_form), ("R18", _targets.ssh_key_path), ("R19", _targets.dump_path),
    ("R20", _targets.dump_directory), ("R21", _actions.missing_flattening), ("R22", _actions.needless_flattening),
    ("R23", _actions.collector_arguments), ("R24", _actions.scp_elsewhere), ("R25", _actions.streaming),
    ("R26", _actions.hook_files), ("R27", _actions.extra_files), ("R28", _actions.own_name),
    ("R29", _actions.own_address_end), ("R30", _actions.reset_words), ("R31", _lines.newer_names),
    ("R32", _lines.newer_names), ("R33", _lines.newer_names), ("R34", _lines.cut_values),
    ("R35", _lines.quoted_values), ("R36", _lines.blanks), ("R37", _lines.line_ends), ("R38", _targets.real_type),
    ("R39", _targets.steady_names), ("R40", _targets.raw_with_files), ("R41", _targets.raw_on_opal),
    ("R42", _targets.second_try), ("R43", _lines.raw_bytes), ("R44", _lines.open_quotes),
    ("R45", _actions.added_drivers),
)  # fmt: skip


def lint(text: str, generation: str = "current", host: Optional[Surroundings] = None) -> List[Finding]:
    """Return what the rules find in a kdump.conf, in the order of its lines."""
    document = Document(text, _kdumpconf.entries(text, generation), generation, host or Surroundings())
    return in_order(finding for name, check in RULES for finding in check(document, name))
