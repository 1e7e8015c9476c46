# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Takes hosts' results of kdump_info from hostvars, without templating them.

hostvars[host] templates each value that is read, and a result has a thousand; raw_get() does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Undefined

try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:
    wrap_var = None  # an ansible-core that trusts no text unless it is told to


def given_to(results: Mapping[str, Any], hosts: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield each host with its result from a dictionary, None for a host that it does not have."""
    return ((host, defined(results.get(host))) for host in hosts)


def results_of(hostvars: Any, hosts: Iterable[str], variable: str) -> Iterator[tuple[str, Any]]:
    """Yield each host with the result in a variable of it; None where the variable or the host does not exist."""
    for host in hosts:
        read = getattr(hostvars, "raw_get", hostvars.get)
        # asked for a host that it does not have, hostvars of ansible-core 2.19 and later raises outside of templates
        values = read(host) if host in hostvars else None
        yield host, defined(values.get(variable) if isinstance(values, Mapping) else None)


def is_unknown(hostvars: Any, found: list[tuple[str, Any]], variable: str) -> bool:
    """Return whether no host's results are in the variable: its name is misspelt, and the fleet may have some."""
    if not found or any(result is not None for dummy, result in found):
        return False
    return all(result is None for dummy, result in results_of(hostvars, list(hostvars), variable))


def defined(value: Any) -> Any:
    """Return a host's result, None where it is jinja's Undefined."""
    return None if isinstance(value, Undefined) else value


def untrusted(value: Any) -> Any:
    """Return a value made of hosts' results so that Ansible templates no text in it. Before 2.19, it would."""
    return wrap_var(value) if wrap_var else value
