
// ---- the administrator's page: accounts and their sites ----

const ROWS = 200; // shown at once; a filter finds the others
const CHUNK = 10; // sites of one request: what takes long can be seen, and stopped

const FILTERS = {
    "all": () => true,
    "isolated": (site) => site.isolated,
    "not-isolated": (site) => !site.isolated,
    "not-covered": (site) => site.state === "not covered" || site.state === "unverified",
    "failing": (site) => site.state === "failing" || (site.refused?.requests ?? 0) > 0,
    "stale": (site) => site.state === "stale",
    "at-limit": (site) => Object.values(site.faults ?? {}).some((n) => n > 0),
};

class AdminView {
    constructor(page) {
        this.page = page;
        this.x = page.x;
        this.reseller = page.dataset.reseller === "yes"; // his customers are all that there is, and he locks nobody
        this.filter = "all";
        this.wanted = "";
        this.rows = ROWS;
        this.chosen = new Set();
        this.place = h("div", {class: "sites"});
        this.count = h("p", {class: "summary", role: "status"});
        this.result = h("div", {class: "result"});
    }

    // Each site with its account, as the filter and the search say.
    sites() {
        const wanted = this.wanted.trim().toLowerCase(), fits = FILTERS[this.filter];
        return this.all().filter(({user, site}) => fits(site) && (!wanted || site.domain.includes(wanted) || user.user.toLowerCase().includes(wanted)));
    }

    all() {
        return this.page.overview.accounts.flatMap((user) => user.sites.map((site) => ({user, site})));
    }

    render() {
        const {x} = this, all = this.all();
        const search = h("input", {type: "search", autocomplete: "off", value: this.wanted, oninput: () => {
            this.wanted = search.value;
            this.list();
        }});
        const filter = h("select", {name: "filter", onchange: () => {
            this.filter = filter.value;
            this.rows = ROWS;
            this.list();
        }}, Object.keys(FILTERS).map((name) => h("option", {value: name}, x.t(`filter.${name}`))));
        filter.value = this.filter;
        this.list();
        return [h("h1", {}, x.t("admin.title")),
            h("p", {class: "summary"}, x.n("summary", all.length, {on: x.number(all.filter(({site}) => site.isolated).length)})),
            h("div", {class: "row"}, labelled(x.t("admin.search"), search), labelled(x.t("admin.filter"), filter)),
            h("div", {class: "row tools"}, this.button("choose", () => this.choose()), this.button("enable", () => this.preview("enable")),
                this.button("disable", () => this.preview("disable")), this.reseller ? null : [this.button("check", () => this.check()), this.button("log", () => this.log())]),
            this.result, this.count, this.place, this.reseller ? null : this.accounts()];
    }

    button(key, does) {
        return h("button", {type: "button", "data-tool": key, onclick: does}, this.x.t(`admin.${key}`));
    }

    list() {
        const {x, page} = this, sites = this.sites();
        const rows = sites.slice(0, this.rows).map(({user, site}) => {
            const box = h("input", {type: "checkbox", "data-choose": site.domain, checked: this.chosen.has(site.domain),
                "aria-label": x.t("admin.choose-which", {domain: site.domain}), onchange: () => {
                    this.chosen[box.checked ? "add" : "delete"](site.domain);
                    this.told(sites.length);
                }});
            const cells = [[h("div", {class: "choice"}, box, h("div", {}, domainText(site.domain), h("small", {}, h("bdi", {}, user.user))))],
                [stateBadge(x, site.state), shortReason(x, site, true)], page.siteSwitch(site, "switch", user), usageShort(x, site),
                faultsShort(x, site)];
            cells.attributes = {"data-site": site.domain};
            return cells;
        });
        const heads = ["site", "state", "isolation", "usage", "faults"].map((k) => x.t(`column.${k}`));
        this.told(sites.length);
        replace(this.place, rows.length ? table(x.t("admin.title"), heads, rows, {hide: true, class: "list"}) : h("p", {}, x.t("none-found")),
            sites.length > this.rows ? h("button", {type: "button", onclick: () => {
                this.rows += ROWS;
                this.list();
            }}, x.t("admin.more")) : null);
    }

    told(shown) {
        replace(this.count, this.x.t("admin.count", {shown: this.x.number(shown), chosen: this.x.number(this.chosen.size)}));
    }

    update() {
        this.list();
    }

    // All that the filter shows, or none of them.
    choose() {
        const names = this.sites().map(({site}) => site.domain);
        const all = names.every((name) => this.chosen.has(name));
        names.forEach((name) => this.chosen[all ? "delete" : "add"](name));
        this.list();
    }

    // ---- many at once ----

    // Says what would come of it, before anything is changed.
    async preview(verb) {
        const {x} = this;
        const on = verb === "disable";
        const names = this.all().filter(({site}) => this.chosen.has(site.domain) && site.isolated === on).map(({site}) => site.domain);
        if (!names.length) {
            this.page.say(h("p", {}, x.t(this.chosen.size ? "bulk.nothing" : "bulk.choose")), "note");
            return;
        }
        const go = h("button", {type: "button", "data-bulk": "go", onclick: () => this.run(verb, names)}, x.t(`bulk.${verb}`));
        const box = (content) => replace(this.result, h("div", {class: "box note"}, h("h2", {tabindex: "-1"}, x.t(`bulk.${verb}-title`)), content, h("div", {class: "row"}, go,
            h("button", {type: "button", onclick: () => replace(this.result)}, x.t("bulk.cancel")))));
        if (on) {
            box(h("p", {}, x.n("bulk.would-end", names.length)));
        } else {
            const found = await this.each(x.t("bulk.looking"), names, {do: "enable", dry_run: true});
            if (!found)
                return;
            box([h("p", {}, x.n("bulk.would", found.done.length)), troubles(x, found)]);
        }
        this.result.querySelector("h2")?.focus();
    }

    async run(verb, names) {
        const {x} = this;
        const found = await this.each(x.t("working"), names, {do: verb});
        await this.page.refresh();
        this.chosen.clear();
        this.list();
        if (found)
            replace(this.result, h("div", {class: found.failed.length ? "box bad" : "box note", "data-bulk": "done"},
                h("p", {}, x.n("bulk.done", found.done.length), found.stopped ? ` ${x.t("bulk.stopped")}` : ""), troubles(x, found)));
    }

    // Asks for a few at a time and shows how far it is; where some are refused together, for each alone. What is done
    // stays done: stopped, or after the page was loaded again, the rest is still in the filter.
    async each(text, names, request) {
        const {x} = this, found = {done: [], failed: [], notices: [], stopped: false};
        const bar = h("progress", {max: String(names.length), value: "0", "aria-label": text});
        const said = h("p", {role: "status"}, text);
        replace(this.result, h("div", {class: "box note"}, said, bar, h("button", {type: "button", onclick: () => {
            found.stopped = true;
        }}, x.t("bulk.stop"))));
        const queue = [];
        for (let i = 0; i < names.length; i += CHUNK)
            queue.push(names.slice(i, i + CHUNK));
        while (queue.length && !found.stopped) {
            const some = queue.shift();
            try {
                const answer = await this.page.api.ask({...request, domains: some});
                found.done.push(...some);
                found.notices.push(...(answer.notices ?? []));
            } catch (why) {
                if (some.length > 1 && why.answer?.result === "error")
                    queue.unshift(...some.map((one) => [one]));
                else
                    found.failed.push(...some.map((one) => ({domain: one, why})));
            }
            bar.value = found.done.length + found.failed.length;
            replace(said, `${text} ${x.t("bulk.progress", {n: x.number(bar.value), of: x.number(names.length)})}`);
        }
        return found;
    }

    // ---- accounts, check, log ----

    accounts() {
        const {x, page} = this;
        const rows = page.overview.accounts.map((user) => [h("bdi", {}, user.user), x.n("summary", user.sites.length, {on: x.number(user.sites.filter((s) => s.isolated).length)}),
            x.t(user.locked ? "admin.locked" : "admin.unlocked"),
            h("button", {type: "button", "data-lock": user.user, "aria-label": x.t(user.locked ? "admin.unlock-which" : "admin.lock-which", {user: user.user}),
                onclick: () => page.change(null, {do: user.locked ? "unlock" : "lock", users: [user.user]}, {do: user.locked ? "lock" : "unlock", users: [user.user]})},
            x.t(user.locked ? "admin.unlock" : "admin.lock"))]);
        return h("section", {"aria-labelledby": "accounts"}, h("h2", {id: "accounts"}, x.t("admin.accounts")), h("p", {}, x.t("admin.lock-what")),
            table(x.t("admin.accounts"), ["user", "sites", "lock", "change"].map((k) => x.t(`column.${k}`)), rows, {hide: true}));
    }

    async show(key, request, make) {
        const {x} = this;
        replace(this.result, h("p", {role: "status"}, x.t("working")));
        let answer;
        try {
            answer = await this.page.api.ask(request);
        } catch (why) {
            answer = why.answer ?? {};
            if (!make(answer)) {
                replace(this.result, this.page.errorBox(why));
                return;
            }
        }
        replace(this.result, h("section", {"data-result": key, class: "box"}, h("h2", {tabindex: "-1"}, x.t(`admin.${key}`)), make(answer),
            h("button", {type: "button", onclick: () => replace(this.result)}, x.t("close"))));
        this.result.querySelector("h2")?.focus();
    }

    check() {
        const {x} = this;
        return this.show("check", {do: "check"}, (answer) => answer.checks && table(x.t("admin.check"), ["what", "result", "says"].map((k) => x.t(`check.${k}`)),
            answer.checks.map((one) => [[one.name, one.domain ? h("small", {}, h("bdi", {}, one.domain)) : null],
                h("span", {class: one.result === "OK" ? "state good" : one.result === "FAILED" ? "state bad" : "state warn"}, one.result), h("span", {class: "reason"}, one.text ?? "")]), {hide: true}));
    }

    log() {
        return this.show("log", {do: "log"}, (answer) => answer.lines && h("pre", {tabindex: "0", class: "log"}, answer.lines.length ? answer.lines.join("\n") : this.x.t("admin.log-empty")));
    }
}

function faultsShort(x, site) {
    const n = Object.values(site.faults ?? {}).reduce((sum, one) => sum + one, 0);
    return n ? x.n("plot.faults", n) : "–";
}

// What went wrong with which site, and what they will miss.
function troubles(x, found) {
    return [found.failed.length ? [h("p", {}, x.n("bulk.failed", found.failed.length)), h("ul", {}, found.failed.map(({domain, why}) =>
        h("li", {}, h("bdi", {}, domain), ": ", why.message)))] : null,
    found.notices.length ? h("details", {}, h("summary", {}, x.n("bulk.notices", found.notices.length)),
        h("ul", {}, found.notices.map((text) => h("li", {class: "reason"}, text)))) : null];
}
