# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The ssh options by which the capture kernel reaches a server: its configuration, and only the target's key.

kdump-tools boots the real root file system, so every file of ssh is there. kdumpctl's image has what dracut's module
ssh-client copies: the key, /root/.ssh/config, /etc/ssh/ssh_config without ProxyCommand, and files of known hosts. It
has no /etc/ssh/ssh_config.d, no other key, no certificate. Neither has an agent, a shared connection or a ticket.

ssh adds the keys of its configuration to that of -i, and no option takes them away again. So ssh -G first shows what
the configuration says. Then ssh runs without any (-F none), with the options that decide how the server is reached.
"""

import re
from typing import Dict, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

SYSTEM_CONFIGURATION = "/etc/ssh/ssh_config"
# What the image has of the configuration, as one text; `Host *` ends a section of the first file.
IMAGE_CONFIGURATION = (
    "{ cat /root/.ssh/config; echo; echo 'Host *'; "
    "sed 's/^[[:space:]]*ProxyCommand/#&/' /etc/ssh/ssh_config; } 2>/dev/null | "
    "grep -vi '^[[:space:]]*include[[:space:]=\"]' | "
    'ssh -G -F /dev/stdin "$1"'
)
# the files of known hosts that dracut copies unasked; others must be named in SYSTEM_CONFIGURATION itself
KNOWN_HOSTS = {"userknownhostsfile": "/root/.ssh/known_hosts", "globalknownhostsfile": "/etc/ssh/ssh_known_hosts"}
NAMED_KNOWN_HOSTS = re.compile(r"^[ \t]*(?:User|Global)KnownHostsFile[ \t]+(.+?)[ \t]*$", re.MULTILINE)
# what decides whether and how a server is reached; all else of a configuration is left out
REACHES = ("addressfamily", "bindaddress", "bindinterface", "hostname", "ipqos", "port", "proxycommand", "proxyjump")
KNOWS = (
    "casignaturealgorithms", "globalknownhostsfile", "hostkeyalgorithms", "hostkeyalias", "knownhostscommand",
    "nohostauthenticationforlocalhost", "userknownhostsfile", "verifyhostkeydns",
)  # fmt: skip
AGREES = ("ciphers", "compression", "kexalgorithms", "macs", "rekeylimit", "requiredrsasize", "tcpkeepalive")
PROVES = ("certificatefile", "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes", "pubkeyauthentication")
KEPT = REACHES + KNOWS + AGREES + PROVES
NOT_IN_IMAGE = ("certificatefile", "knownhostscommand")
CERTIFICATES = "-*-cert-v01@openssh.com"
# ssh writes without being asked. UpdateHostKeys adds all keys of the server to known_hosts, CheckHostIP (on by default
# before OpenSSH 8.5) a line for its address; the capture initramfs holds a copy of known_hosts and is then older than
# that. ControlMaster leaves a socket, and an open connection proves neither the key nor the host key.
FIXED = {
    "AddKeysToAgent": "no",
    "BatchMode": "yes",
    "ChallengeResponseAuthentication": "no",
    "CheckHostIP": "no",
    "ControlMaster": "no",
    "ControlPath": "none",
    "GSSAPIAuthentication": "no",
    "HostbasedAuthentication": "no",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "LogLevel": "ERROR",
    "PKCS11Provider": "none",
    "PasswordAuthentication": "no",
    "PermitLocalCommand": "no",
    "PreferredAuthentications": "publickey",
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",
}


class Destination(NamedTuple):
    """Who logs in where: user@server, the private key, and how long the server may take.

    has_all_of_ssh: the capture kernel has all files of ssh that the running system has.
    """

    has_all_of_ssh: bool
    location: str
    key: str
    connect_limit_s: int


def arguments(host: Host, destination: Destination) -> List[str]:
    """Return the ssh command up to the destination: the key alone, and the way that the capture kernel takes."""
    chosen = dict(FIXED, ConnectTimeout=str(destination.connect_limit_s))
    words = ["ssh", "-i", destination.key, "-F", "none"]
    for name, value in sorted(chosen.items()):
        words += ["-o", "%s=%s" % (name, value)]
    for name, values in sorted(_way(host, destination).items()):
        for value in values:
            words += ["-o", "%s=%s" % (name, value)]
    return words


def _way(host: Host, destination: Destination) -> Dict[str, List[str]]:
    """Return the options that ssh's configuration changes about reaching the server, by their names in ssh -G."""
    location = destination.location
    plain = _asked(host, ["ssh", "-G", "-F", "none", location])
    if destination.has_all_of_ssh:
        found = _asked(host, ["ssh", "-G", location])
    else:
        found = _asked(host, ["sh", "-c", IMAGE_CONFIGURATION, "configuration", location])
    way = {name: found[name] for name in KEPT if name in found and found[name] != plain.get(name)}
    return way if destination.has_all_of_ssh else _in_image(host, way, found)


def _in_image(host: Host, way: Dict[str, List[str]], found: Dict[str, List[str]]) -> Dict[str, List[str]]:
    """Return ssh options without what kdumpctl's image lacks: certificates, and most files of known hosts."""
    kept = {name: values for name, values in way.items() if name not in NOT_IN_IMAGE}
    named = " ".join(NAMED_KNOWN_HOSTS.findall(host.read(SYSTEM_CONFIGURATION) or "")).replace("~/", "/root/").split()
    for name, copied in KNOWN_HOSTS.items():
        files = " ".join(found.get(name, [copied])).replace("~/", "/root/").split()
        kept[name] = [" ".join(path for path in files if path == copied or path in named) or "none"]
    # ssh takes a certificate next to the key unasked, and only this option prevents that
    accepted = [name for name in ("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes") if name in way]
    for name in accepted:
        plain = [word for word in way[name][0].split(",") if "-cert-v0" not in word]
        kept[name] = [",".join(plain)]
    return kept if accepted else dict(kept, PubkeyAcceptedKeyTypes=[CERTIFICATES])


def _asked(host: Host, argv: List[str]) -> Dict[str, List[str]]:
    """Return the values of each option that ssh -G prints."""
    try:
        done = host.run(argv, check=False)
    except Failure as failure:
        raise Failure("%s; look into the configuration of ssh on this host." % failure.msg.rstrip("."), trouble="login")
    if done.rc != 0:
        said = " ".join((done.stderr or done.stdout).split())[:300] or "it said nothing"
        msg = "ssh cannot read its configuration on this host (%s); mend it, then try: %s" % (
            said,
            "ssh -G " + argv[-1],
        )
        raise Failure(msg + ".", trouble="login", stderr=done.stderr)
    found = {}  # type: Dict[str, List[str]]
    for line in done.stdout.splitlines():
        name, dummy, value = line.partition(" ")
        if value:
            found.setdefault(name.lower(), []).append(value.strip())
    return found
