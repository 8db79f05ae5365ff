
// ---- elements ----

// An element with attributes, listeners ("onclick": function) and children: elements, or anything else as text. null
// and false are left out.
function h(tag, attributes = {}, ...children) {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false)
            continue;
        if (typeof value === "function")
            e.addEventListener(name.slice(2), value);
        else if (name === "value")
            e.value = value;
        else
            e.setAttribute(name, value === true ? "" : value);
    }
    fill(e, children);
    return e;
}

function fill(e, children) {
    for (const child of children.flat(Infinity)) {
        if (child instanceof Node)
            e.append(child);
        else if (child !== null && child !== undefined && child !== false)
            e.append(document.createTextNode(String(child)));
    }
}

function replace(e, ...children) {
    e.replaceChildren();
    fill(e, children);
}

let ids = 0;

// A control with its visible name.
function labelled(text, control, hint = null) {
    control.id ||= `f${++ids}`;
    const hintId = hint ? `${control.id}-hint` : null;
    if (hintId)
        control.setAttribute("aria-describedby", hintId);
    return h("div", {class: "field"}, h("label", {for: control.id}, text), control,
        hint ? h("small", {id: hintId}, hint) : null);
}

// A table that becomes cards where the place is narrow (page.css): roles are said, because a table that is shown in
// another way loses them. `rows`: arrays of cells, the first one is the row's head; null: no such row.
function table(caption, heads, rows, more = {}) {
    const head = heads.map((text) => h("th", {scope: "col", role: "columnheader"}, text));
    const body = rows.map((cells) => h("tr", {role: "row", ...cells.attributes}, cells.map((cell, i) => {
        const attributes = {"data-label": heads[i], role: i ? "cell" : "rowheader", scope: i ? null : "row"};
        return h(i ? "td" : "th", attributes, h("div", {class: "cell"}, cell));
    })));
    return h("table", {role: "table", ...more}, h("caption", {class: more.hide ? "hidden" : null}, caption),
        h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, head)), h("tbody", {role: "rowgroup"}, body));
}

// State is told by a sign and a word, never by colour alone.
const SIGNS = {
    "isolated": ["●", "good"], "not isolated": ["○", "off"], "learning": ["◐", "info"], "ending": ["◐", "info"],
    "unverified": ["?", "warn"], "not covered": ["▲", "bad"], "stale": ["▲", "warn"], "failing": ["✕", "bad"],
};

function stateBadge(x, state) {
    const [sign, kind] = SIGNS[state] ?? ["?", "warn"];
    const key = `state.${state.replace(" ", "-")}`;
    return h("span", {class: `state ${kind}`, "data-state": state}, h("span", {"aria-hidden": "true"}, sign, " "), x.has(key) ? x.t(key) : state);
}

function domainText(name) {
    const shown = shownDomain(name);
    return [h("bdi", {class: "domain", title: name}, shown.name),
        shown.ascii ? h("small", {}, h("bdi", {}, shown.ascii)) : null];
}
