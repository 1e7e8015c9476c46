# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dump targets on an ssh server: the test of a login and a directory, and what errors of ssh mean."""

import re
import shlex
from typing import Any, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed, FileFacts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._targets import ssh_client
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import Probe, Prober
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import ELSEWHERE, TRIAL, Trial

# ssh's own exit status where the login fails
NO_LOGIN = 255
CONNECT_LIMIT_S = 15


class LoginTrouble(NamedTuple):
    """An error of ssh, its word in the result, what it means, and what to do."""

    pattern: Any
    trouble: str
    meaning: str
    remedy: str


REASONS = (
    LoginTrouble(
        re.compile(r"IDENTIFICATION HAS CHANGED|Host key for .* has changed"),
        "host_key_changed",
        "{host} shows another host key than the one in known_hosts",
        "if the server was really reinstalled, remove the old line by ssh-keygen -R {host} and pin its new key",
    ),
    LoginTrouble(
        re.compile(r"Host key verification failed|No .* host key is known"),
        "host_key_unknown",
        "no host key of {host} is in /root/.ssh/known_hosts, under the name that the target has",
        "pin it there, from the server's own /etc/ssh/ssh_host_ed25519_key.pub; kdump asks nobody at a crash",
    ),
    LoginTrouble(
        re.compile(r"passphrase|Load key .* error in libcrypto"),
        "passphrase",
        "{key} is not a private key or has a passphrase, which the capture kernel cannot enter",
        "make a key without a passphrase for kdump alone",
    ),
    LoginTrouble(
        re.compile(r"Permission denied|Too many authentication failures"),
        "login_refused",
        "{host} does not let {user} in by the key {key}",
        "add this line to ~/.ssh/authorized_keys of {user} there: restrict {public}",
    ),
    LoginTrouble(
        re.compile(r"resolve hostname|Name or service not known"),
        "no_answer",
        "this host cannot resolve the name {host}",
        "write one that it can, or the address, which the capture kernel needs no resolver for",
    ),
    LoginTrouble(
        re.compile(r"Connection refused|timed out|No route|unreachable|Connection closed|Connection reset|banner"),
        "no_answer",
        "no ssh server answers on {host} within {limit} s",
        "see to its address, its state and the firewalls",
    ),
)


class Ssh(Prober):
    """A directory of an account on a dump server, reached by ssh with one key and nothing else."""

    def probe(self) -> Probe:
        """Log in as the capture kernel will, and test the dump directory."""
        directory = self.target.path.rstrip("/")
        if self.host.which("ssh") is None:
            return self.without("ssh", self.wish.delivery.ssh_package, Probe(None, directory))
        facts = self.host.stat(self._key())
        if facts is None and not self.wish.act:
            return Probe(None, directory, untried=self._key_problem(facts))
        problem = self._key_problem(facts)
        if problem:
            raise Failure("%s." % problem, trouble="key" if facts else "key_missing")
        done = self.run(self.argv(directory), self._sentence(REASONS[-1]))
        if done.rc == NO_LOGIN:
            self._no_login(done)
        trial = self._tried(done, directory)
        public = self.host.read(self._key() + ".pub") or ""
        return Probe(None, directory, None, trial, trial.free_bytes, public_key=public.strip() or None)

    def argv(self, directory: str) -> List[str]:
        """Return the command that tests an ssh target: this key only, no questions, and no unknown host key."""
        way = ssh_client.Destination(
            self.wish.delivery.has_all_of_ssh, self.target.location, self._key(), self._connect_limit_s()
        )
        own = [TRIAL, "write" if self.wish.act else "look", "create" if self.wish.create else "keep", directory]
        words = ["sh", "-c", self.script(directory, own=False), *own]
        remote = " ".join(shlex.quote(word) for word in words)
        return [*ssh_client.arguments(self.host, way), self.target.location, remote]

    def _tried(self, done: Completed, directory: str) -> Trial:
        """Return what the shell line found on the ssh server, or raise Failure if it ended early."""
        try:
            return self.tried(done, directory, self.target.location)
        except Failure as failure:
            if done.rc != ELSEWHERE:
                raise
            # the role can change the line that lets this host in, and needs its key for that
            raise Failure(failure.msg, trouble="elsewhere", public_key=self.public_key())

    def _connect_limit_s(self) -> int:
        """Return how many seconds the server of an ssh target may take to answer the test."""
        return min(self.wish.timeout_s, CONNECT_LIMIT_S)

    def _key(self) -> str:
        """Return the path of the private key."""
        return self.target.ssh_key or ""

    def _key_problem(self, facts: Optional[FileFacts]) -> Optional[str]:
        """Return why ssh would not use the key file, None if it would."""
        if facts is None:
            return "the key %s does not exist; make it by ssh-keygen -t ed25519 -N '' -f %s" % (
                self._key(),
                self._key(),
            )
        if facts.kind != "file":
            return "%s is not a file; name a private key" % self._key()
        if facts.mode & 0o077:
            return "ssh ignores the key %s, as others than root may read it; chmod 0600 it" % self._key()
        return None

    def _no_login(self, done: Completed) -> None:
        """Raise the Failure that explains why the ssh login failed."""
        for reason in REASONS:
            if reason.pattern.search(done.stderr):
                more = {"stderr": done.stderr, "public_key": self.public_key()}
                raise Failure(self._sentence(reason), trouble=reason.trouble, **more)
        words = " ".join(done.stderr.split()) or "it said nothing"
        raise Failure("ssh %s failed: %s." % (self.target.location, words), trouble="login", stderr=done.stderr)

    def public_key(self) -> str:
        """Return the public half of the target's key: from its .pub file, or else by ssh-keygen."""
        text = self.host.read(self._key() + ".pub")
        if text is None:
            text = self.host.run(["ssh-keygen", "-y", "-P", "", "-f", self._key()], check=False).stdout
        return text.strip()

    def _sentence(self, reason: LoginTrouble) -> str:
        """Return the message for a reason why ssh fails, with names and limits filled in."""
        user, dummy, server = self.target.location.partition("@")
        public = self.public_key() if "{public}" in reason.remedy else ""
        # a full stop after a key would be copied along with it
        words = "%s; %s%s" % (reason.meaning, reason.remedy, "" if public else ".")
        return words.format(host=server, user=user, key=self._key(), public=public, limit=self._connect_limit_s())
