
// ---- plots ----

const SVG = "http://www.w3.org/2000/svg";
const PLOT = {width: 640, height: 190, left: 8, right: 8, top: 18, bottom: 24};

function s(tag, attributes, text = null) {
    const e = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes))
        e.setAttribute(name, value);
    if (text !== null)
        e.textContent = text;
    return e;
}

// A round number at or above `value`: 1, 2 or 5 and zeros.
function roundUp(value) {
    if (!(value > 0))
        return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((m) => m * power).find((v) => v >= value * 0.9999);
}

// `rows`: {t, value, max, faults} in the unit that is shown. A time without a row was idle.
function drawLine(svg, series, scale, key) {
    let path = "", last = null;
    for (const row of series.rows) {
        if (last !== null && row.t > last + series.step * 1.5)
            path += `L${scale.x(last + series.step)},${scale.y(0)}L${scale.x(row.t)},${scale.y(0)}`;
        else if (last === null && row.t > series.from)
            path += `M${scale.x(series.from)},${scale.y(0)}L${scale.x(row.t)},${scale.y(0)}`;
        path += `${path ? "L" : "M"}${scale.x(row.t)},${scale.y(row[key])}`;
        last = row.t;
    }
    if (last !== null && last + series.step < series.to)
        path += `L${scale.x(last + series.step)},${scale.y(0)}L${scale.x(series.to)},${scale.y(0)}`;
    svg.append(s("path", {class: `line ${key}`, d: path || "M0,0"}));
}

function drawFaults(svg, series, scale, x) {
    for (const row of series.rows.filter((one) => one.faults > 0)) {
        const at = scale.x(row.t), y = PLOT.height - PLOT.bottom;
        const mark = s("path", {class: "fault", d: `M${at - 5},${y}L${at + 5},${y}L${at},${y - 9}Z`});
        mark.append(s("title", {}, `${x.time(row.t)}: ${x.n("plot.faults", row.faults)}`));
        svg.append(mark);
    }
}

function drawPlot(x, series) {
    const most = Math.max(series.limit ?? 0, ...series.rows.map((row) => Math.max(row.max, row.value)));
    const top = roundUp(most * 1.05), span = Math.max(1, series.to - series.from);
    const inner = {w: PLOT.width - PLOT.left - PLOT.right, h: PLOT.height - PLOT.top - PLOT.bottom};
    const scale = {
        x: (t) => Math.round((PLOT.left + inner.w * (t - series.from) / span) * 10) / 10,
        y: (v) => Math.round((PLOT.top + inner.h * (1 - v / top)) * 10) / 10,
    };
    const svg = s("svg", {viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "img", class: "plot",
        "aria-label": plotSentence(x, series)});
    for (const part of [0, 0.5, 1]) {
        svg.append(s("line", {class: "grid", x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: scale.y(top * part), y2: scale.y(top * part)}));
        svg.append(s("text", {class: "tick", x: PLOT.left, y: scale.y(top * part) - 3}, series.format(top * part)));
    }
    svg.append(s("text", {class: "tick", x: PLOT.left, y: PLOT.height - 6}, x.time(series.from)));
    svg.append(s("text", {class: "tick end", x: PLOT.width - PLOT.right, y: PLOT.height - 6}, x.time(series.to)));
    drawLine(svg, series, scale, "max");
    drawLine(svg, series, scale, "value");
    if (series.limit) {
        const y = scale.y(series.limit);
        svg.append(s("line", {class: "limit", x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: y, y2: y}));
        svg.append(s("text", {class: "limit-text", x: PLOT.width - PLOT.right, y: y - 4},
            x.t("plot.limit", {value: series.format(series.limit)})));
    }
    drawFaults(svg, series, scale, x);
    return svg;
}

// What a person who does not see the plot is told.
function plotSentence(x, series) {
    const faults = series.rows.reduce((sum, row) => sum + row.faults, 0);
    const peak = Math.max(0, ...series.rows.map((row) => Math.max(row.max, row.value)));
    const limit = series.limit ? x.t("plot.limit", {value: series.format(series.limit)}) : x.t("plot.no-limit");
    return x.t("plot.sentence", {what: series.name, peak: series.format(peak), limit, faults: x.n("plot.faults", faults)});
}

// The plot, and the same in a table.
function plot(x, series) {
    const rows = series.rows.filter((row) => row.value || row.max || row.faults).map((row) =>
        [x.time(row.t), series.format(row.value), series.format(row.max), x.number(row.faults)]);
    const heads = [x.t("plot.time"), x.t("plot.mean"), x.t("plot.peak"), x.t("plot.fault-column")];
    return h("figure", {"data-plot": series.key}, h("figcaption", {}, series.name), drawPlot(x, series),
        h("details", {}, h("summary", {}, x.t("plot.table", {what: series.name})),
            rows.length ? table(series.name, heads, rows, {hide: true}) : h("p", {}, x.t("plot.idle"))));
}

// The plots of one site from the columns of its history. pmem is in pages of 4096 bytes there.
function plotsOf(x, site, series) {
    const at = (name) => series.columns.indexOf(name);
    const kinds = [["cpu", "cpu_max", "f_cpu", 1], ["pmem", "pmem_max", "f_pmem", 4096], ["io", null, null, 1],
        ["nproc_max", "nproc_max", "f_nproc", 1], ["ep_max", "ep_max", "f_ep", 1]];
    return kinds.filter(([column]) => at(column) >= 0).map(([column, most, faults, scale]) => {
        const key = column.replace("_max", ""), factor = LIMITS[key].factor / scale;
        const value = (point, name) => (name && at(name) >= 0 ? point[at(name)] ?? 0 : 0);
        return plot(x, {
            key, name: x.t(`limit.${key}`), from: series.from, to: series.to, step: series.step,
            limit: site.limits?.[key] ? site.limits[key] / LIMITS[key].factor : null,
            format: (v) => x.t(LIMITS[key].unit, {n: x.number(v, v < 10 ? 2 : 0)}),
            rows: series.points.map((point) => ({
                t: point[at("t")], value: value(point, column) / factor,
                max: value(point, most ?? column) / factor, faults: value(point, faults),
            })),
        });
    });
}
