# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of all files beside this one."""

import importlib
import os

PACKAGE = __name__.rpartition(".")[0]
NAMES = sorted(name[: -len(".py")] for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py"))
SUBJECTS = [importlib.import_module("%s.%s" % (PACKAGE, name)) for name in NAMES if name not in ("every", "__init__")]
SITUATIONS = [one for subject in SUBJECTS for one in getattr(subject, "SITUATIONS", [])]
