# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Files of kernel arguments in a bootc image, /usr/lib/bootc/kargs.d: what to write there, and what they say."""

import json
import re
from typing import Dict, List

DIRECTORY = "/usr/lib/bootc/kargs.d"
FILE = DIRECTORY + "/50-crashkernel.toml"
COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
VALUE = re.compile(r"[\"'\s]crashkernel=([^\"'\s]+)")


def kargs_d_text(wanted: List[str]) -> str:
    """Return the kargs.d file that gives a bootc image's hosts exactly the wanted crashkernel= values."""
    return "kargs = %s\n" % json.dumps(["crashkernel=%s" % value for value in wanted])


def kargs_d_values(texts: Dict[str, str]) -> Dict[str, List[str]]:
    """Return the crashkernel= values of each kargs.d file that has any."""
    found = {path: VALUE.findall(COMMENT.sub("", text)) for path, text in texts.items()}
    return {path: values for path, values in found.items() if values}
