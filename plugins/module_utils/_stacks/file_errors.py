# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Errors in a configuration file, as the options would leave it, as sentences that refuse the options or the file."""

from typing import Any, Dict, Iterable, Iterator, List, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, refusal

# an option, and the value that was given for it
Asked = Tuple[str, Any]


def error_sentences(
    path: str,
    lines: List[str],
    found: Iterable[Finding],
    asked: Dict[int, Asked],
    typed: Tuple[Tuple[str, str], ...] = (),
) -> Iterator[str]:
    """Return a sentence for each error in a configuration file: it names the option behind it, else the line.

    asked: the option behind a line, by the line's number.
    typed: rules and severities of what is refused only where an option caused it.
    """
    for finding in found:
        is_error, number = finding.severity == "error", finding.line or 0
        if number in asked and (is_error or (finding.rule, finding.severity) in typed):
            yield refusal(*asked[number], finding.message, finding.remedy)
        elif is_error and number:
            where = "%s line %d" % (path, number)
            yield refusal(where, lines[number - 1].strip(), finding.message, finding.remedy)
        elif is_error:
            yield refusal(path, "the whole file", finding.message, finding.remedy)
