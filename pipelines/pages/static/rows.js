// Rows of a page: unpacked, narrowed down, grouped and summed; numbers as text.
"use strict";
window.unitmill = window.unitmill || {};
(function (unitmill) {
  const FILTERS = ["month", "team", "project", "provider", "currency"];
  const OTHERS = "others";

  // What data/<page>.js brings: each column as values, or as texts and their places.
  function unpacked(packed) {
    const columns = packed.columns.map((column) =>
      column.texts
        ? { ...column, values: column.at.map((at) => (at < 0 ? null : column.texts[at])) }
        : column);
    const length = columns.length ? columns[0].values.length : 0;
    const rows = Array.from({ length }, (_, i) =>
      Object.fromEntries(columns.map((column) => [column.name, column.values[i]])));
    return { columns, rows, count: packed.count, has: (name) => columns.some((c) => c.name === name) };
  }

  // A filter holds where the rows have its column; rows without a value do not pass.
  function narrowed(found, filters, chart) {
    const kept = FILTERS.filter((name) => filters[name] && found.has(name)
      && !(name === "month" && chart.is_trend)
      && !(name === "currency" && currenciesOf(found.rows).length < 2));
    return found.rows.filter((row) => kept.every((name) => row[name] === filters[name]));
  }

  function currenciesOf(rows) {
    const seen = new Map();
    for (const row of rows) if (row.currency) seen.set(row.currency, (seen.get(row.currency) || 0) + 1);
    return [...seen.keys()].sort((a, b) => seen.get(b) - seen.get(a));
  }

  function matches(row, measure) {
    return Object.entries(measure.where).every(([name, value]) => row[name] === value);
  }

  // Unknown stays unknown: a sum of nothing is null, and a row without the quantity that
  // divides counts in neither sum. Where there are rows and none is of this kind, it is 0.
  function summed(rows, measure) {
    let above = null, below = null;
    for (const row of rows) {
      const value = row[measure.sum];
      if (!matches(row, measure)) {
        if (value != null && !measure.of) above = above || 0;
        continue;
      }
      if (measure.of) {
        const of = row[measure.of];
        if (of == null) continue;
        below = (below || 0) + of;
      }
      if (value != null) above = (above || 0) + value;
    }
    if (!measure.of) return above;
    return above == null || !below ? null : (measure.per * above) / below;
  }

  function grouped(rows, names) {
    const groups = new Map();
    for (const row of rows) {
      const key = JSON.stringify(names.map((name) => row[name]));
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(row);
    }
    return [...groups].map(([key, rows]) => ({ values: JSON.parse(key), rows }));
  }

  function digits(value, exact) {
    const size = Math.abs(value);
    if (exact && (size >= 0.01 || size === 0)) return { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    if (size >= 1000) return { maximumFractionDigits: 0 };
    if (size >= 1 || size < 1e-9) return { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return { minimumSignificantDigits: 2, maximumSignificantDigits: 3 };
  }

  // The same text in tiles, charts and rows; `exact` keeps the cents.
  function shown(value, unit, currency, exact) {
    if (value == null) return "unknown";
    if (typeof value !== "number") return String(value);
    if (unit === "percent") return (100 * value).toLocaleString("en", { maximumFractionDigits: 1 }) + " %";
    if (unit === "count") return value.toLocaleString("en", { maximumFractionDigits: 0, ...(exact || value < 1e6 ? {} : { notation: "compact", maximumFractionDigits: 1 }) });
    if (unit === "hours") return value.toLocaleString("en", { maximumFractionDigits: 1 }) + " h";
    if (unit === "number" || !currency) return value.toLocaleString("en", digits(value, exact));
    try {
      return value.toLocaleString("en", { style: "currency", currency, currencyDisplay: "narrowSymbol", ...digits(value, exact) });
    } catch {
      return value.toLocaleString("en", digits(value, exact)) + " " + currency;
    }
  }

  function label(name) {
    return String(name).replaceAll("_", " ");
  }

  // Columns of `about.words` have words of ours; names of others stay as they are written.
  // Vega keeps values as keys of plain objects, where a name of theirs breaks a chart.
  function worded(column, value) {
    const text = unitmill.about.words.includes(column) && typeof value === "string" ? label(value) : String(value);
    return text in Object.prototype ? text + "\u2060" : text;
  }

  Object.assign(unitmill, { FILTERS, OTHERS, unpacked, narrowed, currenciesOf, summed, matches, grouped, shown, label, worded });
})(window.unitmill);
