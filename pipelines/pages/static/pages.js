// The document: which page, which filters, which rows are open. Its address holds all three.
"use strict";
(function (unitmill) {
  const { FILTERS, element, draw, grid, narrowed, numbersTable, shown, summed, label, unpacked, currenciesOf } = unitmill;
  const about = unitmill.about, arrived = new Map(), waiting = new Map();
  const live = document.body.dataset.live || "";
  const main = document.getElementById("main"), dialog = document.getElementById("rows");
  const SHOWN = 500;
  let state = {}, page = null, drawing = 0;

  unitmill.arrived = (name, data) => {
    arrived.set(name, { ...data, rows: Object.fromEntries(Object.entries(data.rows).map(([rows, packed]) => [rows, packed.error ? packed : unpacked(packed)])) });
    (waiting.get(name) || (() => {}))();
  };

  for (const [name, data] of unitmill.early || []) unitmill.arrived(name, data);

  function load(name) {
    if (arrived.has(name)) return Promise.resolve(arrived.get(name));
    return new Promise((done, failed) => {
      waiting.set(name, () => done(arrived.get(name)));
      const script = element("script");
      script.src = `${live}data/${name}.js`;
      script.onerror = () => failed(new Error(`data/${name}.js cannot be read`));
      document.head.append(script);
    });
  }

  function read() {
    const [name, query] = location.hash.slice(1).split("?");
    const asked = new URLSearchParams(query || "");
    const known = about.pages.map((one) => one.name);
    state = { month: about.month, ...Object.fromEntries(FILTERS.filter((f) => asked.get(f)).map((f) => [f, asked.get(f)])) };
    return known.includes(name) ? name : known[0];
  }

  function address(name, next) {
    const query = new URLSearchParams(FILTERS.filter((f) => next[f] && !(f === "month" && next[f] === about.month)).map((f) => [f, next[f]]));
    return name + (query.size ? `?${query}` : "");
  }

  function go(changes) {
    location.hash = address(page.name, { ...state, ...changes });
  }

  function filters() {
    const box = document.getElementById("filters"), focused = document.activeElement?.dataset?.filter;
    const sets = Object.values(page.rows).filter((found) => found.rows && found.columns);
    box.replaceChildren();
    for (const name of FILTERS) {
      const values = [...new Set(sets.flatMap((found) => (found.has(name) ? found.rows.map((r) => r[name]) : [])))].filter((v) => v != null && v !== "").sort();
      if (name === "currency" && !values.includes(state[name])) delete state[name];
      if (state[name] && !values.includes(state[name])) values.push(state[name]);
      if (name === "month") values.reverse();
      if (!values.length || (name === "currency" && values.length < 2)) continue;
      const choice = element("label", label(name)), select = element("select");
      select.dataset.filter = name;
      if (name !== "month" && name !== "currency") select.append(new Option(`all ${label(name)}s`, ""));
      if (name === "currency" && !state.currency) state.currency = values.includes(about.currency) ? about.currency : currenciesOf(sets.flatMap((found) => found.rows))[0];
      for (const value of values) select.append(new Option(value, value));
      select.value = state[name] || "";
      select.addEventListener("change", () => go({ [name]: select.value }));
      choice.append(select);
      box.append(choice);
    }
    if (FILTERS.some((f) => state[f] && f !== "currency" && !(f === "month" && state.month === about.month))) {
      const reset = element("button", "Reset");
      reset.addEventListener("click", () => { location.hash = page.name; });
      box.append(reset);
    }
    if (focused) box.querySelector(`[data-filter="${focused}"]`)?.focus();
  }

  // What a reader may not see from the chart: a filter that it has no column for, a currency.
  function notes(chart, found, currency) {
    const isMoney = Object.values(chart.measures).some((measure) => measure.unit === "money") || chart.kind === "band";
    const said = [chart.measure ? unitOf(chart.measure, currency) : isMoney ? currency : ""];
    for (const name of FILTERS) if (state[name] && name !== "currency" && !found.has(name) && !(name === "month")) said.push(`not split by ${name}`);
    if (!found.has("month")) said.push("as of the newest day");
    const others = currenciesOf(found.rows).filter((one) => one !== currency);
    if (others.length && currency) said.push(`in ${currency}; ${others.join(", ")} by the filter`);
    return said.filter(Boolean).join(" · ");
  }

  function unitOf(measure, currency) {
    if (measure.unit !== "money") return measure.of ? "" : label(measure.unit);
    const per = measure.per > 1 ? `${measure.per.toLocaleString("en")} ${label(measure.of)}` : label(measure.of || "").replace(/s$/, "");
    return measure.of ? `${currency} per ${per}` : currency;
  }

  function explanation(chart) {
    const details = element("details"), list = element("dl");
    details.append(element("summary", "How is this computed?"));
    for (const [term, text] of [["Definition", chart.says], ["Trap", chart.trap], ["Months", `${page.months}${chart.is_trend ? ", all of the newest 13" : ""}`]]) if (text) list.append(element("dt", term), element("dd", text));
    const sql = element("pre", chart.sql);
    sql.tabIndex = 0;
    details.append(list, sql);
    return details;
  }

  async function card(chart) {
    const found = page.rows[chart.rows], box = element("section", null, `${chart.kind}${chart.is_wide || chart.columns.length + Object.keys(chart.measures).length > 5 ? " wide" : ""}`);
    box.id = `${page.name}-${chart.id}`;
    box.append(element("h2", chart.question));
    const picture = element("div", null, "picture"), foot = element("div", null, "foot");
    if (found.error) {
      picture.append(element("p", `This cannot be asked of this version: ${found.error}`, "empty"));
      box.append(picture);
      return { box, drawn: () => {} };
    }
    const rows = narrowed(found, state, chart), sets = currenciesOf(found.rows);
    const currency = sets.length > 1 ? state.currency || sets[0] : sets[0] || "";
    const note = notes(chart, found, currency), open = (number) => drill(chart, found, number, currency);
    if (note) box.append(element("p", note, "note"));
    if (!["tiles", "table"].includes(chart.kind)) {
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", chart.question);
    }
    foot.append(explanation(chart));
    if ((chart.measure || chart.kind === "band") && rows.length) {
      const toggle = element("button", "As table");
      toggle.type = "button";
      toggle.addEventListener("click", async () => {
        const isTable = toggle.textContent === "As table";
        toggle.textContent = isTable ? "As chart" : "As table";
        picture.setAttribute("role", isTable ? "group" : "img");
        if (!isTable) return draw(chart, picture, found, rows, state, currency, open);
        const scroll = element("div", null, "scroll");
        scroll.append(numbersTable(chart, rows, currency, found.rows, open));
        picture.replaceChildren(scroll);
      });
      foot.append(toggle);
    }
    box.append(picture, foot);
    return { box, drawn: () => draw(chart, picture, found, rows, state, currency, open) };
  }

  // Rows of one number: as many as the page carries, the others as one row of their sum.
  async function drill(chart, found, number, currency) {
    const measure = number.measure, sum = dialog.querySelector("#rows-sum"), scroll = dialog.querySelector(".scroll");
    dialog.querySelector("h2").textContent = [chart.question, number.title].filter(Boolean).join(" ");
    sum.textContent = "…";
    let columns = found.columns, rows = number.rows;
    if (live) ({ columns, rows } = await asked(chart, number, columns, rows));
    const used = columns.filter((c) => c.name !== "row_count" && rows.some((row) => row[c.name] != null));
    const measures = [...(chart.measure ? [chart.measure] : []), ...chart.tiles, ...Object.values(chart.measures)];
    const units = new Map([...measures.filter((m) => m.of).map((m) => [m.of, m.unit === "percent" ? "money" : "number"]), ...measures.filter((m) => !m.of).map((m) => [m.sum, m.unit])]);
    const first = measure ? measure.sum : used.find((c) => c.kind === "measure")?.name;
    rows = [...rows].sort((a, b) => (a.row_count > 1) - (b.row_count > 1) || Math.abs(b[first] ?? 0) - Math.abs(a[first] ?? 0));
    const count = rows.reduce((all, row) => all + (row.row_count || 1), 0);
    const heads = used.map((c) => ({ name: c.name, isNumber: c.kind === "measure", unit: units.get(c.name) || "money" }));
    const lines = rows.slice(0, SHOWN).map((row) => ({ currency: row.currency || currency, values: used.map((c) => (c.kind === "measure" && c.name !== first && row[c.name] == null ? "" : row.row_count > 1 && c.kind === "detail" && row[c.name] == null ? `${row.row_count} other rows` : row[c.name])) }));
    const said = [`${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}`];
    if (measure) {
      const total = summed(rows, measure);
      said.push(`together ${shown(total, measure.unit, currency, true)}`, `shown ${shown(number.value, measure.unit, currency, true)}`);
    }
    if (rows.length > SHOWN) {
      const rest = rows.slice(SHOWN), left = rest.reduce((all, row) => all + (row.row_count || 1), 0);
      const total = (name) => rest.reduce((all, row) => (row[name] == null ? all : (all || 0) + row[name]), null);
      lines.push({ currency, values: used.map((c, i) => (c.kind === "measure" ? total(c.name) : i === 0 ? `${left.toLocaleString("en")} other rows` : "")) });
    }
    sum.textContent = said.join(" · ");
    scroll.replaceChildren(grid(heads, lines));
    const saved = rows.some((row) => row.row_count > 1) ? [...used, { name: "row_count" }] : used;
    document.getElementById("save").onclick = () => save(chart, saved, rows);
    if (!dialog.open) dialog.showModal();
  }

  // A server has the rows that the page does not carry.
  async function asked(chart, number, columns, rows) {
    const keys = columns.filter((c) => c.kind === "key").map((c) => c.name);
    const body = JSON.stringify({ page: page.name, rows: chart.rows, keys: [...new Set(rows.map((row) => JSON.stringify(keys.map((k) => [k, row[k]]))))].map((one) => Object.fromEntries(JSON.parse(one))) });
    try {
      const answer = await fetch(`${live}rows`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
      if (!answer.ok) throw new Error(await answer.text());
      const found = unpacked(await answer.json());
      return { columns: found.columns, rows: found.rows };
    } catch {
      return { columns, rows };
    }
  }

  // A text that a spreadsheet would run as a formula gets an apostrophe.
  function save(chart, columns, rows) {
    const cell = (value) => {
      const text = value == null ? "" : typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const lines = [columns.map((c) => c.name), ...rows.map((row) => columns.map((c) => row[c.name]))].map((line) => line.map(cell).join(","));
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
    link.download = `${page.name}-${chart.id}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function menu() {
    const role = document.getElementById("role").value;
    for (const link of document.querySelectorAll("#nav a")) {
      link.classList.toggle("later", Boolean(role) && !link.dataset.roles.split(" ").includes(role) && link.dataset.page !== page?.name);
      link.href = `#${address(link.dataset.page, state)}`;
      if (link.dataset.page === page?.name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  async function show() {
    const turn = ++drawing, name = read();
    document.body.removeAttribute("data-ready");
    let data;
    try { data = await load(name); } catch (error) {
      const hint = live ? "the server does not answer" : "open the page from the folder that it was written to";
      main.replaceChildren(element("p", `${error.message}; ${hint}.`, "empty"));
      return;
    }
    if (turn !== drawing) return;
    page = { name, ...data };
    document.title = `${page.title} · Unitmill`;
    menu();
    filters();
    const cards = await Promise.all(page.charts.map(card)), box = element("div", null, "grid");
    box.append(...cards.map((one) => one.box));
    const isEmpty = Object.values(page.rows).every((found) => !found.count);
    const needs = isEmpty ? [element("p", `Nothing of this was delivered yet. It needs: ${page.needs}`, "needs")] : [];
    main.replaceChildren(element("h1", page.title), element("p", page.question, "question"), ...needs, box);
    await Promise.all(cards.map((one) => one.drawn()));
    document.body.dataset.ready = name;
  }

  // Only where a server answers: a newer version is shown at once, an older one by choice.
  async function versionsNow() {
    try {
      const answer = await fetch("/versions");
      document.getElementById("news").hidden = true;
      return await answer.json();
    } catch {
      const news = document.getElementById("news");
      news.textContent = "The server does not answer; what is shown stays as it was.";
      news.hidden = false;
      return null;
    }
  }

  async function follow() {
    const first = await versionsNow();
    if (!first) return;
    const { versions, current } = first;
    const select = element("select"), shownNow = about.version;
    select.setAttribute("aria-label", "Version");
    for (const one of versions) select.append(new Option(one === current ? `${one.slice(0, 16)} (current)` : one.slice(0, 16), one));
    select.value = shownNow;
    select.addEventListener("change", () => { location.href = select.value === current ? `/${location.hash}` : `/v/${select.value}/${location.hash}`; });
    document.getElementById("version").append(select);
    setInterval(async () => {
      const newest = await versionsNow();
      if (newest && newest.current !== shownNow && location.pathname === "/" && !dialog.open) location.reload();
    }, 5000);
  }

  window.addEventListener("hashchange", show);
  document.getElementById("role").addEventListener("change", menu);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  let width = innerWidth;
  window.addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; clearTimeout(unitmill.later); unitmill.later = setTimeout(show, 200); } });
  if (live) follow();
  show();
})(window.unitmill);
