# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What keeps drivers and dracut modules out of the capture kernel: each door by which that is said."""

import re
from typing import Any, Iterator, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Details, Stack

# the words of a command line that list drivers, by stack; the second says whether the kernel loads them in no way at
# all, or udev and the kernel only do not load them by themselves
WORDS = {"module_blacklist": True, "modprobe.blacklist": False}
STACK_WORDS = {
    # modules.d/90kernel-modules/parse-kernel.sh of dracut
    "kdumpctl": {"rd.driver.blacklist": False, "rdblacklist": False},
    # scripts/init-top/blacklist of initramfs-tools, which does not know rd.driver.blacklist (seen on Debian 12)
    "kdump-tools": {"blacklist": False},
}
NO_USB = ("usbcore.nousb", "nousb", "usbcore.nousb=1", "usbcore.nousb=Y")
USB = "usb"
COMMAND_LINE = "on the capture kernel's command line"
# the later directories go before the earlier ones where a file has the same name
MODPROBE = ("/lib/modprobe.d", "/usr/lib/modprobe.d", "/run/modprobe.d", "/etc/modprobe.d")
MODPROBE_LINE = re.compile(r"^[ \t]*(blacklist|install)[ \t]+(\S+)(?:[ \t]+(\S+))?", re.MULTILINE)
NOTHING = re.compile(r"(?:/usr)?(?:/s?bin/)?(?:false|true)\Z")
DRACUT = ("/usr/lib/dracut/dracut.conf.d", "/etc/dracut.conf.d")
DRACUT_CONF = "/etc/dracut.conf"
DRACUT_LINE = re.compile(r"^[ \t]*(\w+)\+?=[ \t]*(?:\"([^\"]*)\"|'([^']*)'|([^\s#]*))", re.MULTILINE)
# the options of dracut, and the names by which its configuration files call them
DRACUT_OPTIONS = {
    "-o": "omit_dracutmodules",
    "--omit": "omit_dracutmodules",
    "--omit-drivers": "omit_drivers",
    "--add-drivers": "add_drivers",
    "--force-drivers": "force_drivers",
    "--no-kernel": "no_kernel",
}


class Block(NamedTuple):
    """A driver or a dracut module that is kept out: where that is said, and what to do about it.

    wholly: nothing can load it; else it is only not loaded by itself. sure: it acts in the capture kernel alone, so
    that this boot proves nothing.
    """

    name: str
    where: str
    advice: str
    wholly: bool = True
    sure: bool = True
    is_module_of_dracut: bool = False


def plain(name: str) -> str:
    """Return a driver's name as /proc/modules has it."""
    return name.replace("-", "_")


def blocks(host: Any, stack: Stack, details: Details) -> List[Block]:
    """Return all that is kept out of the capture kernel."""
    found = list(_of_words(stack, details.capture_words)) + list(_of_modprobe(host))
    return found + (list(_of_dracut(host, details)) if stack.name == "kdumpctl" else [])


def _of_words(stack: Stack, words: List[str]) -> Iterator[Block]:
    """Return what the capture kernel's command line keeps out."""
    known = dict(WORDS, **STACK_WORDS[stack.name])
    for word in words:
        key, dummy, names = word.partition("=")
        for name in names.strip("\"'").split(",") if key in known else []:
            if name:
                yield Block(plain(name), "%s %s" % (key, COMMAND_LINE), _take_out(key), known[key])
        if word in NO_USB:
            yield Block(USB, "%s %s" % (word, COMMAND_LINE), _take_out(word))


def _take_out(key: str) -> str:
    """Return what to do about a word of the command line."""
    words = "Set kdump_commandline_remove: [%s] and block the other drivers again, or take it out of the booted one."
    return words % key


def _of_modprobe(host: Any) -> Iterator[Block]:
    """Return what modprobe's own files keep out, which both stacks take over."""
    for path in _files(host, MODPROBE):
        for key, name, program in MODPROBE_LINE.findall(host.read(path) or ""):
            if key == "blacklist" or NOTHING.match(program):
                where = "%s in %s" % (key, path)
                yield Block(plain(name), where, "Remove the line from %s." % path, key == "install", sure=False)


def _files(host: Any, directories: Any) -> List[str]:
    """Return the files of drop-in directories; a file hides those of its name in earlier directories."""
    found = {}  # type: Dict[str, str]
    for directory in directories:
        found.update((path.rpartition("/")[2], path) for path in host.glob(directory + "/*.conf"))
    return [found[name] for name in sorted(found)]


def _of_dracut(host: Any, details: Details) -> Iterator[Block]:
    """Return what dracut leaves out of the image: by kdump.conf, and by its own files."""
    said = [("dracut_args in /etc/kdump.conf", "Change kdump_dracut_args.", _options(details.dracut_args))]
    for path in [DRACUT_CONF] + _files(host, DRACUT):
        pairs = [(name, one or two or three) for name, one, two, three in DRACUT_LINE.findall(host.read(path) or "")]
        said.append((path, "Change %s." % path, pairs))
    added = {plain(one) for dummy, advice, pairs in said for one in _listed(pairs, ("add_drivers", "force_drivers"))}
    added.update(plain(name) for name in details.extra_modules)
    for where, advice, pairs in said:
        for name in _listed(pairs, ("omit_drivers",)):
            if plain(name) not in added:
                yield Block(plain(name), "omit_drivers of " + where, advice)
        for name in _listed(pairs, ("omit_dracutmodules",)):
            yield Block(name, "omit_dracutmodules of " + where, advice, is_module_of_dracut=True)
        if ("no_kernel", "yes") in pairs:
            yield Block("kernel-modules", "no_kernel of " + where, advice, is_module_of_dracut=True)


def _options(words: List[str]) -> List[Any]:
    """Return dracut's options as pairs of the names in its files and their values."""
    found = []
    left = list(words)
    while left:
        key, sign, value = left.pop(0).partition("=")
        name = DRACUT_OPTIONS.get(key)
        if name == "no_kernel":
            found.append((name, "yes"))
        elif name is not None:
            found.append((name, value if sign else left.pop(0) if left else ""))
    return found


def _listed(pairs: List[Any], names: Any) -> List[str]:
    """Return the words of all values that have one of the names."""
    return [word for name, value in pairs if name in names for word in value.split()]
