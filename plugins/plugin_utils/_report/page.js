/* Copyright (c) 2026, The crashops.kdump authors
   GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later
   Private to this collection: no promise is made to code outside it.
   Whatever a host said is set as textContent; there is no innerHTML here, and none may come. */
"use strict";
(() => {
  const PAGE = 100;
  const NONE = "\u2013";
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const verdicts = data.verdicts;
  const collator = new Intl.Collator("en", { numeric: true });

  // reading the rows: texts are numbers into data.texts, -1 is null

  const textOf = (number) => (number < 0 ? null : data.texts[number]);

  function unpacked(values, index) {
    const row = { index };
    data.columns.forEach((name, at) => { row[name] = values[at]; });
    data.texts_of_rows.forEach((name) => { row[name] = textOf(row[name]); });
    row.failed = 0;
    row.doubtful = 0;
    row.problems.forEach((one) => {
      if (one.length > 2 + data.said.length) return;
      const status = data.statuses[one[1]];
      if (status === "fail") row.failed += 1;
      if (status === "warn") row.doubtful += 1;
    });
    return row;
  }

  function problemOf(values) {
    const said = {};
    data.said.forEach((name, at) => { said[name] = textOf(values[at + 2]); });
    const [id, group] = data.checks[values[0]];
    const waiver = values.slice(2 + data.said.length);
    return Object.assign(said, {
      id,
      group,
      status: waiver.length ? "waived" : data.statuses[values[1]],
      waiver: waiver.length ? { reason: textOf(waiver[0]), until: textOf(waiver[1]) } : null,
    });
  }

  const rows = data.rows.map(unpacked);

  // words

  const number = (value) => value.toLocaleString("en-US");
  const human = (name) => name.replace(/_/g, " ");

  function size(value) {
    if (value < 0) return NONE;
    const units = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];
    const unit = units.find(([bytes]) => value >= bytes);
    if (!unit) return value ? value + " B" : "0";
    const tenths = Math.floor((value / unit[0]) * 10);
    return (tenths >= 100 || tenths % 10 === 0 ? Math.floor(tenths / 10) : tenths / 10) + " " + unit[1];
  }

  // one unit serves both; two are a letter each, or the column were too narrow for them
  function sizes(first, second) {
    const [[amount, unit], [, other]] = [first.split(" "), second.split(" ")];
    if (unit === other) return [amount, second];
    return unit && other ? [first.replace("iB", ""), second.replace("iB", "")] : [first, second];
  }

  function age(seconds) {
    if (seconds < 0) return NONE;
    if (seconds < 3600) return Math.floor(seconds / 60) + " min";
    return seconds < 172800 ? Math.floor(seconds / 3600) + " h" : Math.floor(seconds / 86400) + " d";
  }

  // a time that no calendar has would throw in toISOString
  function moment(seconds) {
    const date = new Date(seconds * 1000);
    if (seconds < 0 || Number.isNaN(date.getTime())) return NONE;
    return date.toISOString().replace("T", " ").replace(/:\d\d\.\d+Z$/, " UTC");
  }

  function proof(row) {
    if (row.proof_state === "proven") return row.proof_age_seconds < 0 ? "proven" : age(row.proof_age_seconds);
    return row.proof_state === "stale" || row.proof_state === "never" ? row.proof_state : NONE;
  }

  const yesNo = (flag) => (flag < 0 ? NONE : flag ? "yes" : "no");
  const dash = (text) => (text === null || text === "" ? NONE : text);

  // building elements

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => element.setAttribute(name, value));
    children.forEach((child) => element.append(child));
    return element;
  }

  function drawn(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    children.forEach((child) => element.append(child));
    return element;
  }

  function icon(name, tone) {
    const use = drawn("use", { href: "#i-" + name });
    return drawn("svg", { class: "icon " + tone, viewBox: "0 0 16 16", "aria-hidden": "true" }, use);
  }

  // how much there is of what there should be; the tick is at the whole of it, the end at twice as much
  function gauge(have, want) {
    const filled = Math.min(1, have / want / 2);
    const tone = have < want ? "tone-bad" : "tone-good";
    return drawn("svg", { class: "gauge", viewBox: "0 0 40 8", "aria-hidden": "true" },
      drawn("rect", { class: "track", width: 40, height: 8, rx: 1 }),
      drawn("rect", { class: tone, width: (40 * filled).toFixed(1), height: 8, rx: 1, fill: "currentColor" }),
      drawn("rect", { class: "tick", x: 19.5, width: 1, height: 8 }));
  }

  function pair(have, want) {
    const box = make("span");
    if (have < 0 && want < 0) return make("span", { class: "dim" }, NONE);
    const short = have >= 0 && want > 0 && have < want;
    const said = sizes(size(have), size(want));
    box.append(make("span", short ? { class: "below" } : {}, (short ? "\u25be\u00a0" : "") + said[0]));
    box.append(make("span", { class: "dim" }, " / " + said[1]));
    if (have >= 0 && want > 0) box.append(gauge(have, want));
    if (short) box.append(make("span", { class: "unseen" }, " (less than it should be)"));
    return box;
  }

  // columns: what each is sorted by (null goes last in both directions, a verdict's number is its rank), what it shows

  const ratio = (have, want) => (have < 0 || want <= 0 ? (have === 0 ? 0 : null) : have / want);
  const ranks = new Map([...rows].sort((a, b) => collator.compare(a.host, b.host)).map((row, at) => [row, at]));
  const PROOFS = { never: 1e12, stale: 1e11 };

  const proofOrder = (row) => {
    if (row.proof_state === "proven") return row.proof_age_seconds < 0 ? null : row.proof_age_seconds;
    return PROOFS[row.proof_state] || null;
  };

  const columns = [
    { key: "host", name: "Host", by: (row) => ranks.get(row) },
    { key: "verdict", name: "Verdict", by: (row) => row.verdict },
    { key: "armed", name: "Armed", by: (row) => (row.armed < 0 ? null : row.armed), show: (row) => yesNo(row.armed) },
    {
      key: "memory", name: "Reserved / needed", numeric: true,
      by: (row) => ratio(row.reserved_bytes, row.needed_bytes),
      show: (row) => pair(row.reserved_bytes, row.needed_bytes),
    },
    {
      key: "space", name: "Free / recommended", numeric: true,
      by: (row) => ratio(row.free_bytes, row.recommended_bytes),
      show: (row) => pair(row.free_bytes, row.recommended_bytes),
    },
    { key: "proof", name: "Proof", numeric: true, by: proofOrder, show: proof },
    {
      key: "dumps", name: "Dumps", numeric: true, by: (row) => (row.dumps_count < 0 ? null : row.dumps_count),
      show: (row) => (row.dumps_count < 0 ? NONE : number(row.dumps_count)),
    },
    { key: "kernel", name: "Kernel", by: (row) => row.kernel, show: (row) => dash(row.kernel) },
    { key: "problems", name: "Problems", by: (row) => row.failed * 1000 + row.doubtful, falling: true },
  ];

  // what is shown: the state, and the rows that it selects

  const state = { text: "", check: "", verdicts: new Set(), sort: "", falling: false, page: 0, open: new Set(), printing: false, left: 0 };
  let shown = rows;

  function haystack(row) {
    if (row.haystack === undefined) {
      const words = [row.host, verdicts[row.verdict][1], row.summary, row.kernel, row.target, row.stack];
      row.problems.forEach((one) => words.push(data.checks[one[0]][0], textOf(one[2])));
      row.haystack = words.join("\n").toLowerCase();
    }
    return row.haystack;
  }

  function select() {
    const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
    const check = data.checks.findIndex(([id]) => id === state.check);
    shown = rows.filter((row) =>
      (!state.verdicts.size || state.verdicts.has(verdicts[row.verdict][0]))
      && (!state.check || row.problems.some((one) => one[0] === check || data.checks[one[0]][0] === state.check))
      && words.every((word) => haystack(row).includes(word)));
    const column = columns.find((one) => one.key === state.sort);
    if (column) order(shown, column);
  }

  function order(list, column) {
    const sign = state.falling ? -1 : 1;
    const keys = new Map(list.map((row) => [row, column.by(row)]));
    list.sort((a, b) => {
      const left = keys.get(a);
      const right = keys.get(b);
      if (left === null || right === null) return (left === null) - (right === null) || a.index - b.index;
      const result = typeof left === "string" ? collator.compare(left, right) : left - right;
      return sign * result || a.index - b.index;
    });
  }

  // drawing

  function cell(row, column) {
    if (column.key === "host") {
      const open = String(state.open.has(row));
      const button = make("button", { type: "button", "aria-expanded": open }, row.host);
      return make("th", { scope: "row", role: "rowheader", class: "host" }, button);
    }
    const box = make("td", { role: "cell", "data-name": column.name, class: "k-" + column.key + (column.numeric ? " n" : "") });
    if (column.key === "verdict") {
      const [word, name] = verdicts[row.verdict];
      box.classList.add("verdict");
      box.append(icon(word, "v-" + word), name);
    } else if (column.key === "problems") {
      box.append(tally(row));
    } else {
      box.append(column.show(row));
    }
    if (column.key === "kernel" && row.kernel) box.title = row.kernel;
    if (column.key === "dumps" && row.dumps_incomplete > 0) {
      box.append(count("fail", row.dumps_incomplete, "not complete"));
      box.title = row.dumps_incomplete + " not complete";
    }
    return box;
  }

  function count(status, value, word) {
    const one = make("span", { class: "tally" }, icon(status, "s-" + status), number(value));
    one.append(make("span", { class: "unseen" }, " " + word));
    return one;
  }

  function tally(row) {
    const box = make("span");
    if (row.failed) box.append(count("fail", row.failed, "failed"));
    if (row.doubtful) box.append(count("warn", row.doubtful, "doubtful"));
    if (!row.failed && !row.doubtful) box.append(make("span", { class: "dim" }, NONE));
    return box;
  }

  function drawHead() {
    const line = document.querySelector("#rows thead tr");
    columns.forEach((column) => {
      const button = make("button", { type: "button" }, column.name);
      const kind = "w-" + column.key + " k-" + column.key + (column.numeric ? " n" : "");
      const head = make("th", { scope: "col", role: "columnheader", class: kind, "aria-sort": "none" }, button);
      button.addEventListener("click", () => sortBy(column.key));
      line.append(head);
      column.head = head;
      byId("order").append(make("option", { value: column.key }, "Order: " + column.name + " \u2191"));
      byId("order").append(make("option", { value: "-" + column.key }, "Order: " + column.name + " \u2193"));
    });
  }

  function drawRows() {
    const length = state.printing ? Math.max(1, shown.length) : PAGE;
    const pages = Math.max(1, Math.ceil(shown.length / length));
    state.page = Math.min(Math.max(0, state.page), pages - 1);
    const body = document.createDocumentFragment();
    shown.slice(state.page * length, (state.page + 1) * length).forEach((row) => {
      const line = make("tr", { role: "row", class: "row" }, ...columns.map((column) => cell(row, column)));
      line.row = row;
      body.append(line);
      if (state.open.has(row)) expand(line);
    });
    if (!shown.length) {
      const none = make("td", { role: "cell", colspan: columns.length, class: "empty" }, "No host matches.");
      body.append(make("tr", { role: "row", class: "detail" }, none));
    }
    document.querySelector("#rows tbody").replaceChildren(body);
    byId("page").textContent = "Page " + number(state.page + 1) + " of " + number(pages);
    byId("back").disabled = state.page === 0;
    byId("forth").disabled = state.page === pages - 1;
    document.querySelector(".pages").hidden = pages === 1;
  }

  function drawStatus() {
    const all = shown.length === rows.length;
    const noun = rows.length === 1 ? " host" : " hosts";
    byId("status").textContent = all ? number(rows.length) + noun : number(shown.length) + " of " + number(rows.length) + noun;
    columns.forEach((column) => {
      const sorted = column.key === state.sort ? (state.falling ? "descending" : "ascending") : "none";
      column.head.setAttribute("aria-sort", sorted);
    });
    byId("order").value = (state.falling ? "-" : "") + state.sort;
    document.querySelectorAll("#chips button").forEach((chip) => {
      chip.setAttribute("aria-pressed", String(state.verdicts.has(chip.value)));
    });
  }

  function draw() {
    select();
    drawRows();
    drawStatus();
  }

  // one row's details

  function expand(line) {
    const row = line.row;
    line.classList.add("open");
    const box = make("td", { role: "cell", colspan: columns.length });
    if (row.summary) box.append(make("p", { class: "summary" }, row.summary));
    if (row.kernel || row.stack) box.append(facts(row));
    if (row.problems.length) {
      box.append(make("ul", { class: "problems" }, ...row.problems.map((one) => problemItem(problemOf(one), row.host))));
    }
    line.after(make("tr", { role: "row", class: "detail" }, box));
  }

  function facts(row) {
    const time = moment(row.proof_time);
    const incomplete = row.dumps_incomplete > 0 ? ", " + number(row.dumps_incomplete) + " not complete" : "";
    const counts = data.statuses.map((status, at) => row.checks[at] + " " + status).join(", ");
    const list = [
      ["Stack", dash(row.stack)],
      ["Kernel", dash(row.kernel)],
      ["Armed", yesNo(row.armed)],
      ["Memory", size(row.ram_bytes)],
      ["Reserved, needed", size(row.reserved_bytes) + ", " + size(row.needed_bytes)],
      ["Reserved after the next boot", size(row.will_reserve_bytes)],
      ["Dumps go to", dash(row.target)],
      ["Free, recommended", size(row.free_bytes) + ", " + size(row.recommended_bytes)],
      ["A dump would take", size(row.dump_bytes)],
      ["Proof", dash(row.proof_state) + (time === NONE ? "" : ", " + time)],
      ["Dumps", row.dumps_count < 0 ? NONE : number(row.dumps_count) + incomplete],
      ["Checks", counts],
    ];
    return make("dl", { class: "facts" }, ...list.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
  }

  const WORDS = { fail: "failed", warn: "doubtful", unknown: "not known", waived: "waived" };

  function problemItem(problem, host) {
    const box = make("div", {}, make("code", { class: "name" }, problem.id));
    box.append(make("span", { class: "where" }, human(problem.group) + ", " + WORDS[problem.status]));
    if (problem.reason) box.append(make("p", {}, problem.reason));
    const seen = [["Found ", problem.value], ["wanted ", problem.wanted]].filter(([, text]) => text).map((words) => words.join(""));
    if (seen.length) box.append(make("p", { class: "seen" }, seen.join(", ") + "."));
    if (problem.waiver) {
      const until = problem.waiver.until ? " until " + problem.waiver.until : "";
      box.append(make("p", { class: "seen" }, "Waived" + until + ": " + problem.waiver.reason));
    }
    // the module on the host does not know the host's name in the inventory
    const advice = make("p", {}, problem.advice ? problem.advice.replace(/\bHOST\b/g, () => host) + " " : "");
    if (problem.reference && problem.reference.startsWith("https://")) {
      const link = make("a", { href: problem.reference, rel: "noreferrer noopener", target: "_blank" }, "Reference");
      link.append(make("span", { class: "unseen" }, " for " + problem.id));
      advice.append(link);
    }
    if (advice.childNodes.length) box.append(advice);
    return make("li", {}, icon(problem.status, "s-" + problem.status), box);
  }

  function toggle(line) {
    const open = !state.open.has(line.row);
    line.querySelector("button").setAttribute("aria-expanded", String(open));
    if (open) {
      state.open.add(line.row);
      expand(line);
    } else {
      state.open.delete(line.row);
      line.classList.remove("open");
      line.nextSibling.remove();
    }
  }

  // what a reader does

  function change(values) {
    Object.assign(state, { page: 0 }, values);
    draw();
    remember();
  }

  function sortBy(key) {
    const column = columns.find((one) => one.key === key);
    change({ sort: key, falling: state.sort === key ? !state.falling : Boolean(column.falling) });
  }

  function turn(step) {
    state.page += step;
    drawRows();
    byId("hosts").scrollIntoView();
  }

  // paper has no next page: all selected hosts are printed
  function print(printing) {
    if (printing) state.left = state.page;
    else state.page = state.left;
    state.printing = printing;
    drawRows();
  }

  function clear() {
    state.verdicts.clear();
    byId("text").value = "";
    byId("check").value = "";
    change({ text: "", check: "", sort: "", falling: false });
  }

  // the part of the address after # holds the selection, so that it can be passed on; a preview may forbid that

  function remember() {
    const words = new URLSearchParams();
    if (state.verdicts.size) words.set("verdict", [...state.verdicts].join(","));
    if (state.check) words.set("check", state.check);
    if (state.text) words.set("text", state.text);
    if (state.sort) words.set("sort", (state.falling ? "-" : "") + state.sort);
    try {
      history.replaceState(null, "", "#" + words);
    } catch {
      // the address stays as it is
    }
  }

  function recall(hash) {
    const words = new URLSearchParams(hash.slice(1));
    const known = ["verdict", "check", "text", "sort"].filter((name) => words.has(name));
    if (!known.length) return false;
    const sort = words.get("sort") || "";
    state.verdicts = new Set((words.get("verdict") || "").split(",").filter((word) => verdicts.some(([one]) => one === word)));
    state.check = data.checks.some(([id]) => id === words.get("check")) ? words.get("check") : "";
    state.text = words.get("text") || "";
    state.falling = sort.startsWith("-");
    state.sort = columns.some((one) => one.key === sort.replace(/^-/, "")) ? sort.replace(/^-/, "") : "";
    state.page = 0;
    byId("text").value = state.text;
    byId("check").value = state.check;
    return true;
  }

  function drawTools() {
    const counts = new Map();
    rows.forEach((row) => {
      const ids = new Set(row.problems.map((one) => data.checks[one[0]][0]));
      ids.forEach((id) => counts.set(id, (counts.get(id) || 0) + 1));
    });
    [...counts].sort((a, b) => b[1] - a[1] || collator.compare(a[0], b[0])).forEach(([id, hosts]) => {
      byId("check").append(make("option", { value: id }, id + " (" + number(hosts) + ")"));
    });
    verdicts.forEach(([word, name], at) => {
      const hosts = rows.filter((row) => row.verdict === at).length;
      if (!hosts) return;
      const chip = make("button", { type: "button", value: word, "aria-pressed": "false" }, icon(word, "v-" + word), name);
      chip.append(make("span", { class: "count" }, number(hosts)));
      byId("chips").append(chip);
    });
  }

  function listen() {
    let waiting = 0;
    byId("text").addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => change({ text: event.target.value }), 120);
    });
    byId("check").addEventListener("change", (event) => change({ check: event.target.value }));
    byId("order").addEventListener("change", (event) => {
      const [sign, key] = /^(-?)(.*)$/.exec(event.target.value).slice(1);
      change({ sort: key, falling: sign === "-" });
    });
    byId("chips").addEventListener("click", (event) => {
      const chip = event.target.closest("button");
      if (!chip) return;
      if (!state.verdicts.delete(chip.value)) state.verdicts.add(chip.value);
      change({});
    });
    document.querySelector(".tools").addEventListener("submit", (event) => event.preventDefault());
    document.querySelector(".tools").addEventListener("reset", (event) => { event.preventDefault(); clear(); });
    document.querySelector("#rows tbody").addEventListener("click", (event) => {
      const line = event.target.closest("tr.row");
      if (line && (event.target.closest("button") || !String(getSelection()))) toggle(line);
    });
    byId("back").addEventListener("click", () => turn(-1));
    byId("forth").addEventListener("click", () => turn(1));
    window.addEventListener("beforeprint", () => print(true));
    window.addEventListener("afterprint", () => print(false));
    window.addEventListener("hashchange", () => visit(location.hash));
    document.querySelector("main").addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#"]');
      if (link && visit(link.getAttribute("href"))) event.preventDefault();
    });
  }

  function visit(hash) {
    if (!recall(hash)) return false;
    change({});
    byId("hosts").scrollIntoView();
    byId("hosts").focus({ preventScroll: true });
    return true;
  }

  drawHead();
  drawTools();
  listen();
  recall(location.hash);
  draw();
  byId("worst").remove();
  byId("fleet").hidden = false;
})();
