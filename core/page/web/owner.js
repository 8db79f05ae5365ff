
// ---- the owner's page: all of his sites ----

class OwnerView {
    constructor(page) {
        this.page = page;
        this.x = page.x;
        this.filter = "";
        this.place = h("div", {class: "sites"});
    }

    render() {
        const {x, page} = this, all = page.overview.sites ?? [];
        const on = all.filter((site) => site.isolated).length;
        const search = h("input", {type: "search", autocomplete: "off", value: this.filter, oninput: () => {
            this.filter = search.value;
            this.list();
        }});
        this.list();
        return [h("h1", {}, x.t("title")), h("p", {class: "lead"}, x.t("lead")),
            h("p", {class: "summary"}, x.n("summary", all.length, {on: x.number(on)})),
            page.overview.why_not ? h("div", {class: "box note"}, h("p", {}, page.codeText(page.overview.why_not_code, page.overview.why_not))) : null,
            page.overview.locked ? h("div", {class: "box note"}, h("p", {}, x.t("locked"))) : null,
            (page.overview.notices ?? []).map((text) => h("div", {class: "box note"}, h("p", {}, text))),
            all.length > 8 ? labelled(x.t("search"), search) : null, this.place];
    }

    list() {
        const {x, page} = this, all = page.overview.sites ?? [];
        const wanted = this.filter.trim().toLowerCase();
        const sites = all.filter((site) => !wanted || site.domain.includes(wanted) || shownDomain(site.domain).name.includes(wanted) ||
            site.document_root.toLowerCase().includes(wanted));
        const rows = sites.map((site) => {
            const cells = [[domainText(site.domain), h("small", {}, h("bdi", {}, site.document_root))],
                [stateBadge(x, site.state), shortReason(x, site)], page.siteSwitch(site, "switch"),
                phpShort(x, page.overview.server, site), usageShort(x, site),
                h("button", {type: "button", class: "details", "data-details": site.domain,
                    "aria-label": x.t("details-which", {domain: site.domain}), onclick: () => page.openSite(site)}, x.t("details"))];
            cells.attributes = {"data-site": site.domain};
            return cells;
        });
        replace(this.place, rows.length ? table(x.t("title"), ["site", "state", "isolation", "php", "usage", "more"].map((k) => x.t(`column.${k}`)), rows, {hide: true, class: "list"})
            : h("p", {}, x.t(all.length ? "none-found" : "no-sites")));
    }

    update() {
        this.list();
    }
}

// The reasons are English: who reads another language gets the sentence for its kind, and the reason in the details,
// or where there are none, below it (`whole`).
function shortReason(x, site, whole = false) {
    if (["isolated", "not isolated"].includes(site.state))
        return null;
    const key = `code.${site.code}`, text = site.failing?.reason ?? site.reason ?? site.coverage_reason;
    const kind = x.has(key) ? x.t(key) : null;
    const first = x.lang === "en" ? text ?? kind : kind ?? text;
    return [h("small", {class: "reason"}, first ?? ""), whole && text && text !== first ? h("small", {class: "reason"}, text) : null];
}

function usageShort(x, site) {
    if (!site.usage)
        return "–";
    const of = site.limits?.pmem ? x.t("usage.of", {limit: x.bytes(site.limits.pmem)}) : "";
    return h("span", {}, `${x.bytes((site.usage.pmem ?? 0))} ${of}`, site.limits?.pmem ?
        h("meter", {min: "0", max: String(site.limits.pmem), value: String(site.usage.pmem ?? 0), "aria-label": x.t("limit.pmem")}) : null);
}

function phpShort(x, server, site) {
    const version = server?.php?.versions?.find((v) => v.name === site.php?.version);
    return (version?.full ?? site.php?.version ?? "–").replace(/^(\d+\.\d+).*/, "$1");
}
