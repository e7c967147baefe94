// A chart: its numbers from the page's rows, drawn, and opened into the rows again.
"use strict";
(function (unitmill) {
  const { grouped, summed, matches, shown, label, worded, OTHERS } = unitmill;
  const MOST = 9;
  // A heat map and a waterfall have a text in each column, so they scroll before they shrink.
  const LEAST = { heat: { aside: 200, column: 76 }, waterfall: { aside: 60, column: 62 } };
  const GOOD = /^(proven|within|within plan|tied|matches|equal|open|completed|done|succeeded|first half|low|best epoch|nothing billed)$/;
  const BAD = /(blocked|breached|failed|critical|high|unexplained|over|differs|disallowed|missing)/;
  const WARN = /(projected|passed|warning|medium|stretched|no invoice|unmetered|interrupted|estimated|assumed)/;

  function element(tag, text, classes) {
    const made = document.createElement(tag);
    if (text != null) made.textContent = text;
    if (classes) made.className = classes;
    return made;
  }

  function order(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  }

  // The dearest values of a column; the others become one that says how many they are.
  function dearest(rows, name, measure, most, wanted) {
    const groups = grouped(rows, [name]).map((g) => ({ value: g.values[0], size: Math.abs(summed(g.rows, measure) ?? 0) }));
    const at = (value) => (wanted.includes(value) ? wanted.indexOf(value) : wanted.length);
    groups.sort((a, b) => at(a.value) - at(b.value) || b.size - a.size || order(a.value, b.value));
    const kept = groups.length > most + 1 ? groups.slice(0, most) : groups;
    const names = new Map(kept.map((g) => [g.value, g.value ?? "unknown"]));
    const rest = groups.length - kept.length;
    return { order: [...names.values(), ...(rest ? [`${rest} ${OTHERS}`] : [])], of: (value) => names.get(value) ?? `${rest} ${OTHERS}` };
  }

  // The same value has the same colour in all charts of the page's rows.
  function colored(spec, names) {
    if (Array.isArray(spec)) return spec.map((one) => colored(one, names));
    if (!spec || typeof spec !== "object") return spec;
    const copy = Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, colored(value, names)]));
    if (copy.field === "by" && copy.scale && copy.scale.range) copy.scale = { ...copy.scale, domain: names, range: names.map((_, i) => copy.scale.range[i % copy.scale.range.length]) };
    return copy;
  }

  // One datum a number: x, by, value, how it is written, and which rows it is the sum of.
  function numbers(chart, rows, currency, all) {
    const { x, by, measure } = chart;
    const isTime = x === "month";
    rows = rows.filter((row) => matches(row, measure));
    const isRatio = Boolean(measure.of);
    const over = isRatio && chart.kind !== "ranked" || chart.kind === "waterfall" ? Infinity : chart.top;
    const xs = isTime ? null : dearest(rows, x, measure, over, chart.order);
    const bys = by ? dearest(isRatio ? rows : all, by, measure, isRatio || chart.kind === "heat" ? Infinity : MOST, chart.order) : null;
    const cells = new Map();
    for (const row of rows) {
      const at = xs ? xs.of(row[x]) : row[x], with_ = bys ? bys.of(row[by]) : null;
      const key = JSON.stringify([at, with_]);
      if (!cells.has(key)) cells.set(key, { x: at, by: with_, rows: [] });
      cells.get(key).rows.push(row);
    }
    const found = [...cells.values()].map((cell) => ({ ...cell, value: summed(cell.rows, measure) })).filter((cell) => cell.value != null && (cell.value || isRatio || chart.kind === "waterfall"));
    found.sort((a, b) => (xs ? xs.order.indexOf(a.x) - xs.order.indexOf(b.x) : order(a.x, b.x)) || (bys ? bys.order.indexOf(a.by) - bys.order.indexOf(b.by) : 0));
    found.forEach((cell, i) => Object.assign(cell, {
      key: i, place: bys ? bys.order.indexOf(cell.by) : 0,
      shown: shown(cell.value, measure.unit, currency),
      said: [worded(x, cell.x), ...(cell.by == null ? [] : [worded(by, cell.by)])].join(" · ") + `: ${shown(cell.value, measure.unit, currency, true)}`,
      x: worded(x, cell.x), by: cell.by == null ? null : worded(by, cell.by),
    }));
    found.names = bys ? bys.order.map((name) => worded(by, name)) : [];
    return found;
  }

  function totals(found, measure, currency) {
    for (const cell of found) {
      const row = found.filter((one) => one.x === cell.x);
      cell.is_last = cell === row.at(-1);
      cell.total = measure.of ? cell.value : row.reduce((sum, one) => sum + Math.max(one.value, 0), 0);
      cell.total_shown = measure.of && row.length > 1 ? "" : shown(row.reduce((sum, one) => sum + one.value, 0), measure.unit, currency);
    }
  }

  // Before and after are totals; what lies between starts where the one before it ends.
  function steps(found, chart) {
    let at = 0;
    const ends = [chart.order[0], chart.order.at(-1)].map((name) => worded(chart.x, name));
    found.forEach((cell) => {
      cell.is_total = ends.includes(cell.x);
      cell.foot = cell.is_total ? 0 : at;
      cell.head = cell.is_total ? cell.value : at + cell.value;
      cell.top = Math.max(cell.foot, cell.head);
      at = cell.head;
    });
  }

  function shades(found) {
    const logs = found.filter((c) => c.value > 0).map((c) => Math.log(c.value));
    const middle = (Math.min(...logs) + Math.max(...logs)) / 2;
    for (const cell of found) cell.is_dark = cell.value > 0 && Math.log(cell.value) > middle;
  }

  function config() {
    const style = getComputedStyle(document.documentElement);
    const [ink, dim, grid, line] = ["--ink", "--dim", "--grid", "--line"].map((name) => style.getPropertyValue(name).trim());
    const font = getComputedStyle(document.body).fontFamily;
    return {
      font, background: null, view: { stroke: null },
      axis: { gridColor: grid, domainColor: line, tickColor: line, labelColor: dim, titleColor: dim, titleFontWeight: 400, titleFontSize: 11, labelFontSize: 11, tickCount: 5 },
      axisX: { grid: false }, axisY: { domain: false, ticks: false },
      legend: { orient: "top", title: null, labelColor: dim, symbolType: "circle", symbolSize: 70, labelLimit: 150, padding: 0 },
      text: { fill: ink, fontSize: 11 },
    };
  }

  // A log axis has no place for 0; near it this one is linear.
  function unlogged(spec, found) {
    const constant = Math.min(...found.map((cell) => Math.abs(cell.value)).filter(Boolean), 1);
    const encoding = spec.layer ? spec.layer[0].encoding : spec.encoding;
    for (const channel of ["x", "color"]) if (encoding[channel].scale?.type === "log") encoding[channel].scale = { ...encoding[channel].scale, type: "symlog", constant };
  }

  async function picture(chart, box, found, open) {
    const width = box.clientWidth;
    const need = LEAST[chart.kind], columns = new Set(found.map((cell) => cell.x)).size;
    const least = need ? need.aside + need.column * columns : 0;
    const aside = ["ranked", "dots"].includes(chart.kind) ? 170 : 0;
    const drawn = colored(chart.spec, found.names || []);
    if (width < least) drawn.width = least;
    // A height by step would make Vega-Lite warn that it does not fit it to the page.
    if (drawn.height.step) drawn.height = drawn.height.step * new Set(found.map((cell) => (chart.kind === "heat" ? cell.by : cell.x))).size;
    if (chart.kind === "ranked") {
      const most = Math.max(...found.map((cell) => cell.total), 0), room = Math.max(width - 230, 90);
      drawn.layer[0].encoding.x.scale = { domainMax: most * (1 + 64 / room) };
      for (const layer of drawn.layer) layer.encoding.y.axis.labelLimit = Math.min(210, 0.36 * width);
    }
    if (["heat", "dots"].includes(chart.kind) && found.some((cell) => cell.value <= 0)) unlogged(drawn, found);
    if (chart.kind === "band" && !found.some((cell) => cell.limit != null)) drawn.layer.pop();
    const spec = { ...drawn, data: { name: "rows", values: found.map(({ rows, ...cell }) => cell) }, config: { ...config(), legend: { ...config().legend, columns: Math.max(2, Math.floor((width - aside) / 128)) } } };
    const made = await vegaEmbed(box, spec, { actions: false, renderer: "svg", ast: true, defaultStyle: false, tooltip: { theme: "custom" } });
    // Vega names every drawing alike; a reader is told what this one asks.
    box.setAttribute("aria-label", chart.question);
    made.view.addEventListener("click", (_, item) => {
      const cell = item && item.datum && found[item.datum.key];
      if (cell && cell.rows) open(item.mark.marktype === "text" && chart.kind === "ranked" ? whole(found, cell) : cell);
    });
  }

  // The text at the end of a stacked bar is the sum of its parts.
  function whole(found, cell) {
    const same = found.filter((one) => one.x === cell.x);
    if (same.length === 1 || cell.measure.of) return cell;
    return { ...cell, title: cell.x, rows: same.flatMap((one) => one.rows), value: same.reduce((sum, one) => sum + one.value, 0) };
  }

  function pill(text) {
    const kind = GOOD.test(text) ? "good" : BAD.test(text) ? "bad" : WARN.test(text) ? "warn" : "";
    return element("span", label(text), "pill " + kind);
  }

  // columns: {name, unit, isNumber}; a row's first cell is a button where rows open.
  function grid(columns, rows, open) {
    const table = element("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    for (const column of columns) {
      const cell = element("th", label(column.name), column.isNumber ? "n" : "");
      cell.scope = "col";
      head.append(cell);
    }
    for (const row of rows) {
      const line = body.insertRow();
      columns.forEach((column, i) => {
        const value = row.values[i], cell = line.insertCell();
        const text = value == null ? (column.isNumber ? "unknown" : "–") : column.isNumber ? shown(value, column.unit, row.currency, true) : worded(column.name, value);
        if (column.isNumber) cell.className = "n";
        if (value == null) cell.classList.add("unknown");
        if (text.length > 60) cell.className = "long";
        if (i === 0 && open) {
          const button = element("button", text);
          button.type = "button";
          cell.append(button);
        } else if (value != null && /verdict|status|effort|risk|severity|confidence|half/.test(column.name)) cell.append(pill(text));
        else cell.textContent = text;
        cell.title = text;
      });
      if (open) { line.className = "open"; line.addEventListener("click", () => open(row)); }
    }
    return table;
  }

  function tableOf(chart, rows, currency, open) {
    const measures = Object.entries(chart.measures);
    const columns = [...chart.columns.map((name) => ({ name })), ...measures.map(([name, m]) => ({ name, unit: m.unit, isNumber: true }))];
    if (columns.findIndex((c) => c.name === "currency") >= 0 && unitmill.currenciesOf(rows).length < 2) columns.splice(columns.findIndex((c) => c.name === "currency"), 1);
    const kept = columns.filter((c) => !c.isNumber).map((c) => c.name);
    const found = grouped(rows, kept).map((group) => ({
      rows: group.rows, currency: group.rows[0].currency || currency, title: group.values.filter((v) => v != null).slice(0, 2).join(" · "),
      values: [...group.values, ...measures.map(([, m]) => summed(group.rows, m))],
    }));
    const first = kept.length;
    const isListed = ["rank", "date", "month"].includes(kept[0]);
    const bySize = (a, b) => (b.values[first] ?? -Infinity) - (a.values[first] ?? -Infinity) || order(a.title, b.title);
    found.sort((a, b) => (isListed ? (kept[0] === "rank" ? 1 : -1) * order(a.values[0], b.values[0]) : 0) || bySize(a, b));
    return grid(columns, found, open);
  }

  function sparkline(values) {
    const known = values.filter((v) => v != null);
    if (known.length < 3 || known.length !== values.length) return null;
    const [low, high] = [Math.min(...known), Math.max(...known)], ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg"), line = document.createElementNS(ns, "polyline");
    svg.setAttribute("viewBox", "0 0 64 26");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("points", known.map((v, i) => `${2 + (60 * i) / (known.length - 1)},${23 - (20 * (v - low)) / (high - low || 1)}`).join(" "));
    svg.append(line);
    return svg;
  }

  function day(text) {
    return new Date(`${text}T12:00`).toLocaleString("en", { day: "numeric", month: "short" });
  }

  function change(tile, now, before, month) {
    if (now == null || before == null || (!before && tile.unit !== "percent")) return null;
    const points = tile.unit === "percent", by = points ? 100 * (now - before) : 100 * (now / before - 1);
    if (!points && before < 0) return null;
    const isLess = by < 0, better = tile.better === "less" ? isLess : !isLess;
    const before_ = new Date(`${month}-15`).toLocaleString("en", { month: "short" });
    const text = `${isLess ? "▼" : "▲"} ${Math.abs(by).toLocaleString("en", { maximumFractionDigits: 1 })}${points ? " points" : " %"} on ${before_}`;
    return element("span", text, Math.abs(by) < 0.05 || !tile.better ? "" : better ? "better" : "worse");
  }

  function tiles(chart, box, all, month, currency, open) {
    const months = all.has("month") ? [...new Set(all.rows.map((r) => r.month))].filter(Boolean).sort() : [];
    const upTo = months.filter((m) => !month || m <= month).slice(-6);
    const list = element("div", null, "tilebox");
    for (const tile of chart.tiles) {
      const rowsOf = (m) => (months.length && m ? all.rows.filter((r) => r.month === m) : all.rows);
      const has = (row) => matches(row, tile) && row[tile.of || tile.sum] != null;
      const now = summed(rowsOf(month), tile), card = element("button", null, "tile");
      card.type = "button";
      card.append(element("span", tile.label), element("b", shown(now, tile.unit, currency)));
      if (now == null) card.querySelector("b").className = "unknown";
      const series = upTo.map((m) => summed(rowsOf(m), tile));
      // A month that is not all there is compared with none.
      const part = [upTo.at(-1), upTo.at(-2)].find((m) => unitmill.about.partial[m]);
      if (part && upTo.at(-1) === month) {
        card.append(element("span", part === month ? `bills to ${day(unitmill.about.partial[part])}` : `${part} has bills to ${day(unitmill.about.partial[part])} only`));
      } else if (upTo.length > 1 && upTo.at(-1) === month) {
        const moved = change(tile, now, series.at(-2), upTo.at(-2));
        card.append(moved || element("span", "\u00a0"));
        const line = sparkline(series);
        if (line) card.append(line);
      }
      const rows = rowsOf(month).filter(has);
      card.disabled = !rows.length;
      card.addEventListener("click", () => open({ rows, value: now, title: tile.label, measure: tile }));
      list.append(card);
    }
    box.append(list);
  }

  // Draws into `box`; `open` gets what a number is the sum of.
  async function draw(chart, box, found, rows, state, currency, open) {
    box.replaceChildren();
    if (chart.kind === "tiles") return tiles(chart, box, { ...found, rows: unitmill.narrowed(found, { ...state, month: "" }, chart) }, found.has("month") ? state.month : "", currency, open);
    if (!rows.length) return void box.append(element("p", chart.is_trend || !found.has("month") ? "There are no rows of this." : `There are no rows of this in ${state.month || "these months"}.`, "empty"));
    if (chart.kind === "table") {
      const scroll = element("div", null, "scroll");
      scroll.tabIndex = 0;
      scroll.setAttribute("role", "region");
      scroll.setAttribute("aria-label", chart.question);
      scroll.append(tableOf(chart, rows, currency, open));
      return void box.append(scroll);
    }
    if (chart.kind === "band") {
      const cells = rows.map((row) => Object.fromEntries(Object.entries(chart.band).map(([name, column]) => [name, row[column]])));
      return picture(chart, box, cells, () => {});
    }
    const cells = numbers(chart, rows, currency, found.rows);
    if (!cells.length) return void box.append(nothing(chart, rows));
    if (chart.kind === "ranked") totals(cells, chart.measure, currency);
    if (chart.kind === "waterfall") steps(cells, chart);
    if (chart.kind === "heat") shades(cells);
    cells.forEach((cell) => { cell.title = [cell.x, cell.by].filter(Boolean).join(" · "); cell.measure = chart.measure; });
    return picture(chart, box, cells, open);
  }

  function nothing(chart, rows) {
    const { sum, of } = chart.measure;
    const isUnknown = !rows.some((row) => matches(row, chart.measure) && row[of || sum] != null);
    const some = rows.some((row) => row[of || sum] != null);
    return element("p", isUnknown && !(some && !of) ? `Unknown: no row has ${label(of || sum)}.` : "There is nothing of this.", "empty");
  }

  // The same numbers as a table, for keyboards and screen readers.
  function numbersTable(chart, rows, currency, all, open) {
    if (chart.kind === "band") {
      const names = Object.entries(chart.band).filter(([, column]) => rows.some((row) => row[column] != null));
      return grid(names.map(([name, column]) => ({ name: column, unit: "money", isNumber: name !== "at" })), rows.map((row) => ({ currency, values: names.map(([name, column]) => row[column] ?? (name === "at" ? null : "")) })));
    }
    const cells = numbers(chart, rows, currency, all);
    if (!cells.length) return nothing(chart, rows);
    const columns = [{ name: chart.x }, ...(chart.by ? [{ name: chart.by }] : []), { name: chart.measure.of ? `${chart.measure.sum} per ${chart.measure.of}` : chart.measure.sum, unit: chart.measure.unit, isNumber: true }];
    return grid(columns, cells.map((cell) => ({ ...cell, measure: chart.measure, currency, title: [cell.x, cell.by].filter(Boolean).join(" · "), values: [cell.x, ...(chart.by ? [cell.by] : []), cell.value] })), open);
  }

  Object.assign(unitmill, { element, grid, draw, numbersTable });
})(window.unitmill);
