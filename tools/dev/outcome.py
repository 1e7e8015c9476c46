# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a step of a stage can end other than well."""


class StepFailed(Exception):
    """The step ran and failed; the sentence says how. What led to it is in the log."""


class NotRun(Exception):
    """The step cannot run on this machine; the sentence says what is missing. This is no success."""
