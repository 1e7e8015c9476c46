# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Options that either stack writes as shell variables: sysconfig, and those of the capture kernel's command line."""

from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._stacks import capture_cmdline
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import Asked
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    secret_words,
    shell_assignments,
    shell_variables,
    value_problems,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

COMMAND_LINE_OPTIONS = ("commandline_append", "commandline_remove", "blocked_drivers")
WORDS_OPTIONS = ("commandline_append", "commandline_remove", "commandline_default")


class CommandLine(NamedTuple):
    """The variable that holds the capture kernel's command line, and the word that blocks a driver there.

    default: the words that the package has in it.
    written: the tool has no such default itself, so that the words have to stand in the file.
    packaged: the other variables, by name, whose only default is in the package's file.
    inherited: what the capture kernel takes over from the running kernel's command line.
    """

    variable: str
    block_key: str
    default: str
    written: bool = False
    packaged: Dict[str, str] = {}
    inherited: List[str] = []

    def reset(self, name: str) -> Optional[str]:
        """Return what the option's null makes of a variable: its default; None where its line has to go."""
        if name == self.variable:
            return self.default or None if self.written else None
        return self.packaged.get(name)


def refusals(wanted: Dict[str, Any]) -> Iterator[str]:
    """Return a sentence for each value that a file for a shell cannot hold."""
    for name, value in (wanted.get("sysconfig") or {}).items():
        option = "sysconfig.%s" % name
        if value_problems.variable_problem(name):
            yield from value_problems.refused(option, value, value_problems.variable_problem(name))
        elif isinstance(value, bool):
            # its text would be True, which the tools read as neither yes nor 1
            rule = "YAML makes true or false of this word, and a variable holds a text"
            yield refusal(option, value, rule, "write the word in quotes, such as 'yes' or '1'")
        elif isinstance(value, (dict, list)):
            yield refusal(option, value, "a variable holds one text", "write it as a string")
        elif secret_words.is_secret(name) and value is not None:
            yield refusal(
                option, secret_words.HIDDEN, "a password in a task ends up in logs", "edit the file by other means"
            )
        elif value is not None:
            yield from value_problems.refused(option, value, value_problems.variable_value_problem(str(value)))
    for option in WORDS_OPTIONS:
        for word in wanted.get(option) or []:
            yield from value_problems.refused(option, word, value_problems.word_problem(word))
    for name in wanted.get("blocked_drivers") or []:
        yield from value_problems.refused("blocked_drivers", name, value_problems.name_problem(name))


def edited(text: str, wanted: Dict[str, Any], line: CommandLine) -> str:
    """Return the text of a file of shell variables as the options want it."""
    for name, value in (wanted.get("sysconfig") or {}).items():
        text = shell_variables.with_value(text, name, line.reset(name) if value is None else str(value))
    base = _standing_words(text, line)
    append, remove = wanted.get("commandline_append") or [], wanted.get("commandline_remove") or []
    words = capture_cmdline.edited_words(base, append, remove)
    if not words and not line.written:
        # the tool takes an empty value for none and uses its own words, from which the same ones have to go
        words = capture_cmdline.edited_words(_default_words(text, line), append, remove) or (base and " ")
    words = _with_defaults(words, wanted, line)
    words = capture_cmdline.with_listed(words, line.block_key, wanted.get("blocked_drivers") or [])
    return text if words == base else shell_variables.with_value(text, line.variable, words)


def _with_defaults(words: str, wanted: Dict[str, Any], line: CommandLine) -> str:
    """Return either stack's command line with the default words that no option has set or taken away."""
    standing = capture_cmdline.words_of(words)
    given = {word.split("=")[0] for word in standing + line.inherited + (wanted.get("commandline_remove") or [])}
    new = [word for word in wanted.get("commandline_default") or [] if word.split("=")[0] not in given]
    # where there are no words at all, somebody emptied the line, or the package will bring its own
    return " ".join(standing + new) if new and standing else words


def _standing_words(text: str, line: CommandLine) -> str:
    """Return the command line's words in either stack's file that options edit; without any, the package's."""
    standing = shell_variables.values(text).get(line.variable)
    if standing or (line.written and standing is not None):
        return standing
    return _default_words(text, line)


def _default_words(text: str, line: CommandLine) -> str:
    """Return the command line that options start from on either stack: as a comment shows it, or the tool has it."""
    return shell_variables.shown_defaults(text).get(line.variable) or line.default


def touched(wanted: Dict[str, Any], line: CommandLine) -> List[str]:
    """Return the shell variables that the options set."""
    words = any(wanted.get(option) for option in COMMAND_LINE_OPTIONS + ("commandline_default",))
    return list(wanted.get("sysconfig") or {}) + ([line.variable] if words else [])


def lines(text: str) -> List[str]:
    """Return the lines of either stack's shell variables, with the passwords hidden."""
    return secret_words.hidden_in_file(text).split("\n")


def asked(
    text: str, wanted: Dict[str, Any], line: CommandLine, more: Optional[Dict[str, Asked]] = None
) -> Dict[int, Asked]:
    """Return the option behind each line of the resulting file; more: a stack's own options, by variable."""
    options = dict(more or {})
    options.update((name, ("sysconfig.%s" % name, value)) for name, value in (wanted.get("sysconfig") or {}).items())
    words = [(option, wanted[option]) for option in COMMAND_LINE_OPTIONS if wanted.get(option)]
    options.update((line.variable, pair) for pair in words[-1:])
    return {one.line: options[one.name] for one in shell_assignments.assignments(text) if one.name in options}
