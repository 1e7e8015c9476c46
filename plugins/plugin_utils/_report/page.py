# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The report as one HTML page that needs nothing from outside, so that it works as an attachment of a mail.

The page shows hosts' words only as text: jinja escapes, the embedded JSON cannot end its element, the script sets
textContent only. The policy allows no script and no style but these two, and no connection at all.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import changes as report_changes
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import charts, frequent_checks, trend
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values as report_words
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.page_data import packed
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.text_formats import notes_of
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.whole_report import is_worst_first, standing
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

ROOM = Path(__file__).parent
WORST = 50
CHANGED = 20
POLICY = (
    "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
    "object-src 'none'"
)


def page(report: dict[str, Any], title: str) -> str:
    """Return the HTML page of the fleet report."""
    css, js = _asset("page.css"), _asset("page.js")
    content = dict(
        _content(report),
        title=title,
        policy=POLICY % (_digest(css), _digest(js)),
        css=Markup(css),
        js=Markup(js),
        data=Markup(packed(report)),
    )
    return _environment().get_template("page.html.j2").render(content) + "\n"


def _asset(name: str) -> str:
    """Return the page's CSS or JavaScript, without the comment at its head, which the licence wants in the source."""
    text = (ROOM / name).read_text(encoding="utf-8")
    return text.split("*/", 1)[1].strip()


def _digest(text: str) -> str:
    """Return the hash by which a browser recognizes the page's inline style or script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _environment() -> Environment:
    """Return the jinja environment of the page's template."""
    environment = Environment(
        loader=FileSystemLoader(str(ROOM)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        advice=report_words.advice,
        number=report_words.number,
        size=report_words.size,
        hosts=lambda count: report_words.counted(count, "host", "hosts"),
        moment=lambda stamp: stamp[:16].replace("T", " "),
        change=report_changes.words_of,
        human=lambda name: name.replace("_", " "),
        height=charts.column_height,
        parts=charts.strip_parts,
        proof_words=lambda row: report_words.proof(row["proof_state"], row["proof_age_seconds"]),
    )
    return environment


def _content(report: dict[str, Any]) -> dict[str, Any]:
    """Return the values that the page's template shows."""
    rows = report["hosts"]
    memory = charts.ratios(rows, "reserved_bytes", "needed_bytes")
    space = charts.ratios(rows, "free_bytes", "recommended_bytes")
    proof, kernels, frequent = charts.proofs(rows), charts.kernels(rows), frequent_checks.frequent(rows)
    segments = charts.verdict_segments(report["totals"])
    counts = standing(rows)
    return {
        "report": report,
        "made": report["made"].replace("T", " ").replace("Z", " UTC"),
        "verdicts": report_words.VERDICTS,
        "standing": counts,
        "parts": _parts(counts),
        "segments": segments,
        "verdicts_in_words": "; ".join("%s: %s" % (one["name"], report_words.number(one["count"])) for one in segments),
        "memory": memory,
        "memory_words": _sentence(
            memory.bad, "has less than a capture kernel needs.", "have less than a capture kernel needs."
        ),
        "space": space,
        "space_words": _sentence(space.bad, "has less room than it should.", "have less room than they should."),
        "proof": proof,
        "proof_words": _sentence(proof.bad, "was never proven by a crash.", "were never proven by a crash."),
        "kernels": kernels,
        "kernel_words": report_words.counted(_kinds(rows), "kernel in use.", "different kernels in use."),
        "frequent": frequent,
        "no_problem_words": _no_problem(rows),
        "most_frequent": max([1, *(one.hosts for one in frequent)]),
        "notes": notes_of(report),
        "changed": _changed(report["changes"]),
        "most_changed": CHANGED,
        "points": trend.with_this(report),
        "curves": trend.curves(trend.with_this(report)),
        "box": (trend.WIDTH, trend.HEIGHT),
        "worst": rows[:WORST],
        "worst_first": is_worst_first(rows),
    }


def _changed(found: dict[str, Any] | None) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return for the HTML page each kind of change that there is: its key, its name and its hosts."""
    return [(kind, name, found[kind]) for kind, name in report_changes.KINDS.items() if found and found[kind]]


def _kinds(rows: list[dict[str, Any]]) -> int:
    """Return for the HTML page how many different kernels the fleet runs."""
    return len({row["kernel"] for row in rows if row["kernel"]})


def _sentence(count: int, one: str, many: str) -> str:
    """Return a sentence of the page about a number of hosts."""
    return "%s %s" % (report_words.counted(count, "host", "hosts") if count else "No host", one if count < 2 else many)


def _no_problem(rows: list[dict[str, Any]]) -> str:
    """Return what the page says if no check has an open problem on any host."""
    checked = [row for row in rows if row["verdict"] not in report_words.NOT_KNOWN]
    if not checked:
        return "No host was checked."
    waived = any(row["problems"] for row in checked)
    words = "Everything that a check found is waived." if waived else "No check found anything."
    missing = len(rows) - len(checked)
    return "%s %s" % (words, _sentence(missing, "was not checked.", "were not checked.")) if missing else words


def _parts(counts: dict[str, int]) -> list[str]:
    """Return the page's words about the hosts that would not leave a dump, or are not known."""
    words = (("would_not", "would not"), ("not_known", "not known"), ("not_meant", "not meant to"))
    return ["%s %s" % (report_words.number(counts[key]), said) for key, said in words if counts[key]]
