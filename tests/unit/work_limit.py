# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit for work, by the speed that the processor has at the time: a slow or busy machine fails no test."""

from contextlib import contextmanager
from time import process_time
from typing import Iterator

# what counting to a million takes where the limits were set
USUAL_S = 0.05


@contextmanager
def within(limit_s: float) -> Iterator[None]:
    """Fail the test if the block takes more processor time than a limit, in seconds of a usual processor."""
    start = process_time()
    yield
    took = process_time() - start
    if took > limit_s:
        slowness = max(1.0, _counting() / USUAL_S)
        assert took / slowness <= limit_s, "took %.1f s, by a processor %.1f times as slow as usual" % (took, slowness)


def _counting() -> float:
    """Return the seconds of processor time that counting to a million takes now."""
    start, number = process_time(), 0
    while number < 1000000:
        number += 1
    return process_time() - start
