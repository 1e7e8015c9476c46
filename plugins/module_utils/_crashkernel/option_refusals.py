# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The refusals of crashkernel_reserve's options: which values are refused, and why."""

from typing import Any, Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel import option_grammar
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import Kernel
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.wanted_reservation import WantedReservation
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

LIMITS = ("minimum", "maximum")
NAMED_SIZES = ("default", "estimate", "auto")
REMEDY = "give a size such as 256M, a list of ranges such as 2G-64G:256M,64G-:512M, or default"


def size_refusals(size: Any, kernel: Kernel) -> List[str]:
    """Return the refusal of each crashkernel= value in option size that the kernel would not read as it is meant."""
    if size in NAMED_SIZES:
        return []
    found = []
    arguments = []
    for value in size if isinstance(size, list) else [size]:
        try:
            arguments.append(option_grammar.parse_argument(value))
        except option_grammar.GrammarError as error:
            found.append(refusal("size", value, str(error), REMEDY))
            continue
        found += _kind_refusals(arguments[-1], kernel)
    if not found:
        found += _together_refusals(size, arguments)
    return found


def _kind_refusals(argument: option_grammar.Argument, kernel: Kernel) -> List[str]:
    """Return the refusal of a valid crashkernel= value that would have no effect with this kernel."""
    if argument.kind == "auto" and kernel.auto is None:
        return [refusal("size", argument.text, "only the kernel of RHEL 8 knows it", "say default")]
    if argument.kind in ("high", "low") and kernel.high == "never":
        rule = "the kernel of this machine knows no value with ,high or ,low"
        return [refusal("size", argument.text, rule, "leave the suffix out")]
    if argument.kind == "cma" and "cma" not in kernel.places:
        rule = "kernels before 6.17 take it for a wrong value and reserve nothing at all"
        return [refusal("size", argument.text, rule, "leave it out")]
    if argument.kind == "cma" and kernel.cma is False:
        rule = "the kernel of this machine reserves nothing for it (x86 does since 6.17, powerpc since 6.19)"
        return [refusal("size", argument.text, rule, "leave it out and give a larger size")]
    return [_too_small("size", argument.text, size) for size in _sizes(argument) if _is_too_small(size)][:1]


def _sizes(argument: option_grammar.Argument) -> List[str]:
    """Return the sizes that a valid crashkernel= value asks to reserve, as they are written."""
    if argument.kind == "auto":
        return []
    parts = argument.text.partition("@")[0].split(",")
    return [part.rpartition(":")[2] for part in parts] if argument.kind == "ranges" else parts[:1]


def _is_too_small(size: str) -> bool:
    """Return whether a size is below 1 MiB. In a range and before ,low, 0 is no mistake: it reserves nothing."""
    return 0 < option_grammar.parse_size(size) < option_grammar.MIB


def _too_small(option: str, text: str, size: str) -> str:
    """Return the refusal of an option's size below 1 MiB, which usually lacks its unit."""
    remedy = "give 1M or more" if size[-1:].upper() in option_grammar.UNITS else "add a unit, such as M"
    return refusal(option, text, "%s is less than 1 MiB" % ("it" if size == text else size), remedy)


def _together_refusals(size: Any, arguments: List[option_grammar.Argument]) -> List[str]:
    """Return the refusal of crashkernel= values in option size that do not go together."""
    if not arguments:
        return [refusal("size", size, "it is an empty list", "give a value, or say state: absent")]
    try:
        option_grammar.check_together(arguments)
    except option_grammar.GrammarError as error:
        remedy = 'give one value, or one ",high" with one ",low"'
        return [refusal("size", size, str(error), remedy)]
    return []


def limit_refusals(params: Dict[str, Any]) -> List[str]:
    """Return the refusal of each option of an estimate that is wrong, or given without size: estimate."""
    found = []
    given = [name for name in ("margin_percent",) + LIMITS if params[name] is not None]
    if params["size"] != "estimate":
        remedy = "leave it out or say size: estimate"
        return [refusal(name, params[name], "it counts for an estimate only", remedy) for name in given]
    if (params["margin_percent"] or 0) < 0:
        found.append(refusal("margin_percent", params["margin_percent"], "it is below 0", "give 0 or more"))
    found += _size_limit_refusals(params, "minimum") + _size_limit_refusals(params, "maximum")
    limits = [] if found else [limit_bytes(params, name) or 0 for name in LIMITS]
    if limits and params["maximum"] is not None and limits[0] > limits[1]:
        rule = "it is above the maximum %s" % params["maximum"]
        found.append(refusal("minimum", params["minimum"], rule, "lower it or raise the maximum"))
    return found


def _size_limit_refusals(params: Dict[str, Any], name: str) -> List[str]:
    """Return the refusal of option minimum or maximum: it is not a size, or not one that could be meant."""
    try:
        limit = limit_bytes(params, name)
    except option_grammar.GrammarError as error:
        return [refusal(name, params[name], str(error), "give a size")]
    return [] if limit is None or limit >= option_grammar.MIB else [_too_small(name, params[name], params[name])]


def limit_bytes(params: Dict[str, Any], name: str) -> Optional[int]:
    """Return crashkernel_reserve's option minimum or maximum in bytes; None where it is not given."""
    return None if params[name] is None else option_grammar.parse_size(params[name])


def refusals(params: Dict[str, Any], running: Running) -> List[str]:
    """Return the refusal of each option of crashkernel_reserve that is wrong, before the boot loader is asked."""
    found = []
    if params["timeout"] < 1:
        found.append(refusal("timeout", params["timeout"], "it is no time", "give 1 or more seconds"))
    kernels = params["kernels"]
    if isinstance(kernels, list) and not kernels:
        found.append(refusal("kernels", kernels, "it names no kernel", "name a path, or say all"))
    if isinstance(kernels, str) and kernels not in ("all", "default"):
        found.append(refusal("kernels", kernels, "it is neither all nor default", "give paths as a list"))
    if params["state"] == "present":
        found += limit_refusals(params) + size_refusals(params["size"], running.reader())
    return found


def nothing_refusal(found: WantedReservation, size: Any, running: Running) -> List[str]:
    """Return the refusal of option size where it would reserve nothing with this machine's RAM."""
    if found.expected is None or found.expected.size or found.below_floor:
        return []
    rule = "%s would reserve nothing on this machine with %s of RAM: %s" % (
        " ".join(found.values or []) if size in NAMED_SIZES else "it",
        option_grammar.mib(running.ram_bytes or 0),
        found.expected.reason,
    )
    return [refusal("size", size, rule, "give a size that this RAM has room for")]
