# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of dracut_args are those that xargs makes of it."""

from typing import List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.dracut_options import (
    is_closed,
    split_words,
)


@pytest.mark.parametrize(
    ("value", "words", "closed"),
    [
        ("--omit \"a b\" --add-drivers='x y'", ["--omit", "a b", "--add-drivers=x y"], True),
        ('--omit-drivers "a b --add x', ["--omit-drivers"], False),
        ("--add it's", ["--add"], False),
        ('a"b c', [], False),
        (r"--install a\ b", ["--install", "a b"], True),
        ("", [], True),
    ],
)
def test_a_value_is_split_as_xargs_splits_it(value: str, words: List[str], closed: bool) -> None:
    assert (split_words(value), is_closed(value)) == (words, closed)
