# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The files of kernel arguments that a bootc image brings, /usr/lib/bootc/kargs.d: read here, written into images."""

import json
import re
from typing import Dict, List

DIRECTORY = "/usr/lib/bootc/kargs.d"
FILE = DIRECTORY + "/50-crashkernel.toml"
COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
VALUE = re.compile(r"[\"'\s]crashkernel=([^\"'\s]+)")


def kargs_d_text(wanted: List[str]) -> str:
    """Return the file that gives an image's hosts exactly the wanted crashkernel= values."""
    return "kargs = %s\n" % json.dumps(["crashkernel=%s" % value for value in wanted])


def kargs_d_values(texts: Dict[str, str]) -> Dict[str, List[str]]:
    """Return the crashkernel= values by file, of the files that have any."""
    found = {path: VALUE.findall(COMMENT.sub("", text)) for path, text in texts.items()}
    return {path: values for path, values in found.items() if values}
