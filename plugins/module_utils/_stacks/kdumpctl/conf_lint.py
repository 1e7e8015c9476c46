# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is wrong with kdump.conf, rule by rule: the numbers of the rules, R1 to R45, and their functions."""

from typing import List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_rules_actions as actions
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_rules_collector as collector
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_rules_lines as lines
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_rules_targets as targets
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_document import Document
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_host_facts import Surroundings
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, found_by, in_order

# the numbers of the rules are those of docs/kdump_conf.md and stay what they are
RULES = (
    ("R1", lines.unknown_names), ("R2", lines.removed_names), ("R3", lines.empty_values),
    ("R4", lines.repeated_names), ("R5", targets.several_targets), ("R6", targets.mounts_and_target),
    ("R7", targets.several_mounts), ("R8", targets.mount_form), ("R9", actions.failure_actions),
    ("R10", actions.final_actions), ("R11", actions.old_name), ("R12", lines.flag_values),
    ("R13", lines.both_flags), ("R14", targets.ssh_form), ("R15", targets.ssh_alias), ("R16", targets.ssh_form),
    ("R17", targets.nfs_form), ("R18", targets.ssh_key_path), ("R19", targets.dump_path),
    ("R20", targets.dump_directory), ("R21", collector.missing_flattening), ("R22", collector.needless_flattening),
    ("R23", collector.collector_arguments), ("R24", collector.scp_elsewhere), ("R25", collector.streaming),
    ("R26", actions.hook_files), ("R27", actions.extra_files), ("R28", actions.own_name),
    ("R29", actions.own_address_end), ("R30", lines.reset_words), ("R31", lines.newer_names),
    ("R32", lines.newer_names), ("R33", lines.newer_names), ("R34", lines.cut_values),
    ("R35", lines.quoted_values), ("R36", lines.blanks), ("R37", lines.line_ends), ("R38", targets.real_type),
    ("R39", targets.steady_names), ("R40", targets.raw_with_files), ("R41", targets.raw_on_opal),
    ("R42", targets.second_try), ("R43", lines.raw_bytes), ("R44", lines.open_quotes),
    ("R45", actions.added_drivers),
)  # fmt: skip


def lint(text: str, generation: str = "current", host: Optional[Surroundings] = None) -> List[Finding]:
    """Return the findings of all rules of the lint of kdump.conf, in the order of its lines."""
    document = Document(text, conf_lines.entries(text, generation), generation, host or Surroundings())
    return in_order(found_by(RULES, document))
