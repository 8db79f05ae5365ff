
// ---- one site ----

const UNDOABLE = ["home", "limits", "php", "path"];

// The dialog with all of one site. `page` does what is asked: page.change(site, request, undo, done).
class SiteDialog {
    constructor(page, site) {
        this.page = page;
        this.x = page.x;
        this.site = site;
        this.period = "1d";
    }

    get may() {
        return this.page.overview.may_change && !this.page.busy;
    }

    open() {
        const {x} = this;
        this.body = h("div", {class: "sections"});
        this.title = h("h2", {id: "site-title", tabindex: "-1"});
        this.dialog = h("dialog", {"aria-labelledby": "site-title", class: "site", onclose: () => this.closed()},
            h("header", {}, this.title,
                h("button", {type: "button", class: "close", onclick: () => this.dialog.close()}, x.t("close"))),
            this.body);
        this.page.root.append(this.dialog);
        this.show(this.site);
        this.dialog.showModal();
        this.title.focus();
        this.loadUsage();
    }

    closed() {
        this.dialog.remove();
        this.page.dialogClosed(this.site.domain);
    }

    // Shows the site as it is now; what was typed meanwhile in other sections would be lost, so only after a change.
    show(site) {
        this.site = site;
        replace(this.title, domainText(site.domain));
        this.usage ??= h("section", {class: "usage", "aria-labelledby": "h-usage"});
        replace(this.body, this.stateSection(), this.homeSection(), this.limitsSection(), this.phpSection(),
            this.usage, this.learnSection(), this.troubleSection(), this.explainSection());
    }

    section(key, ...children) {
        return h("section", {"aria-labelledby": `h-${key}`, "data-section": key},
            h("h3", {id: `h-${key}`}, this.x.t(`section.${key}`)), children);
    }

    change(request, undo = null) {
        return this.page.change(this.site, {domain: this.site.domain, ...request}, undo && {domain: this.site.domain, ...undo});
    }

    stateSection() {
        const {x, site} = this;
        const same = site.aliases?.length ? h("p", {}, x.t("site.same"), " ", site.aliases.map((d, i) => [i ? ", " : "", h("bdi", {}, d)])) : null;
        return this.section("state", h("p", {}, stateBadge(x, site.state), " ", this.page.siteSwitch(site, "dialog-switch")),
            h("p", {}, h("code", {}, h("bdi", {}, site.document_root))), same, reasons(x, site),
            h("p", {}, x.t(site.isolated ? "site.sees-only" : "site.open")));
    }

    homeSection() {
        const {x, site} = this;
        if (!site.isolated)
            return this.section("home", h("p", {}, x.t("site.first")), this.pathsList());
        const choice = this.page.overview.server?.home_choice !== false && this.may;
        const radio = (word) => {
            const id = `home-${word}`;
            const box = h("input", {type: "radio", name: "home", id, value: word, checked: site.home === word, disabled: !choice,
                onchange: () => this.change({do: "home", home: word}, {do: "home", home: site.home_set ?? null})});
            return h("div", {class: "choice"}, box, h("label", {for: id}, x.t(`home.${word}`), h("small", {}, x.t(`home.${word}.hint`))));
        };
        return this.section("home", h("fieldset", {}, h("legend", {}, x.t("home.legend")), radio("private"), radio("shared")),
            this.pathsList());
    }

    pathsList() {
        const {x, site} = this;
        const rows = (site.paths ?? []).map((p) => h("li", {}, h("code", {}, h("bdi", {}, p.path)), " ", x.t(`mode.${p.mode}`), " ",
            h("button", {type: "button", disabled: !this.may, "aria-label": x.t("path.remove-which", {path: p.path}),
                onclick: () => this.change({do: "path", path: p.path, mode: null}, {do: "path", path: p.path, mode: p.mode})}, x.t("path.remove"))));
        const path = h("input", {type: "text", autocomplete: "off", spellcheck: "false", dir: "ltr", name: "path"});
        const mode = h("select", {name: "mode"}, h("option", {value: "ro"}, x.t("mode.ro")), h("option", {value: "rw"}, x.t("mode.rw")));
        const form = h("form", {class: "row", onsubmit: (event) => {
            event.preventDefault();
            if (path.value.trim())
                this.change({do: "path", path: path.value.trim(), mode: mode.value}, {do: "path", path: path.value.trim(), mode: null});
        }}, labelled(x.t("path.add-which"), path, x.t("path.hint")), labelled(x.t("path.mode"), mode),
        h("button", {type: "submit", disabled: !this.may}, x.t("path.add")));
        return [h("h4", {}, x.t("path.title")), rows.length ? h("ul", {class: "plain"}, rows) : h("p", {}, x.t("path.none")), form];
    }

    limitsSection() {
        const {x, site} = this, can = this.page.overview.server?.limits ?? [];
        if (!site.isolated)
            return this.section("limits", h("p", {}, x.t("site.first")));
        const inputs = Object.keys(LIMITS).filter((name) => can.includes(name)).map((name) => {
            const how = LIMITS[name], now = site.limits?.[name];
            const box = h("input", {type: "number", min: "0", step: "any", inputmode: "decimal", name, disabled: !this.may,
                value: now ? String(Number((now / how.factor).toFixed(how.digits))) : ""});
            return {name, box, how, field: labelled(x.t(`limit.${name}`), box, x.t("limit.hint", {unit: x.t(`${how.unit}.name`)}))};
        });
        const missing = Object.entries(this.page.overview.server?.limits_missing ?? {}).map(([name, why]) =>
            h("p", {class: "note"}, x.t("limit.missing", {name: x.t(`limit.${name}`), why})));
        return this.section("limits", h("form", {onsubmit: (event) => {
            event.preventDefault();
            this.saveLimits(inputs);
        }}, h("div", {class: "fields"}, inputs.map((one) => one.field)), missing,
        inputs.length ? h("button", {type: "submit", disabled: !this.may}, x.t("limit.save")) : h("p", {}, x.t("limit.none"))));
    }

    saveLimits(inputs) {
        const wanted = {}, before = {};
        for (const {name, box, how} of inputs) {
            const was = this.site.limits?.[name] ?? 0, shown = was ? Number((was / how.factor).toFixed(how.digits)) : 0;
            const now = Number(box.value || 0);
            if (!box.checkValidity() || now === shown)
                continue;
            wanted[name] = Math.round(now * how.factor);
            before[name] = was;
        }
        if (Object.keys(wanted).length)
            this.change({do: "limits", limits: wanted}, {do: "limits", limits: before});
    }

    phpSection() {
        const {x, site} = this, php = this.page.overview.server?.php;
        if (!php?.selector || !site.isolated)
            return this.section("php", h("p", {}, site.php?.version ? x.t("php.now", {version: site.php.version}) : "", " ",
                site.isolated ? x.t("php.no-choice") : x.t("site.first")));
        const versions = php.versions.filter((v) => !v.disabled || v.name === site.php?.version);
        const select = h("select", {name: "version", disabled: !this.may}, versions.map((v) =>
            h("option", {value: v.name, selected: v.name === site.php?.version},
                v.name === "native" ? x.t("php.native", {full: v.full}) : v.full ?? v.name)));
        select.value = site.php?.version ?? "native";
        const form = h("form", {class: "row", onsubmit: (event) => {
            event.preventDefault();
            if (select.value !== site.php?.version)
                this.change({do: "php", version: select.value}, {do: "php", version: site.php.version});
        }}, labelled(x.t("php.version"), select), h("button", {type: "submit", disabled: !this.may}, x.t("php.save")));
        return this.section("php", form, this.extensions(versions.find((v) => v.name === site.php?.version)));
    }

    extensions(version) {
        const {x, site} = this;
        if (!version?.choose_extensions)
            return h("p", {}, x.t("php.no-extensions"));
        const on = site.php.extensions, boxes = [];
        const list = version.extensions.map((e) => {
            const id = `ext-${e.name}`;
            const box = h("input", {type: "checkbox", id, value: e.name, disabled: e.fixed || !this.may, checked: e.fixed || (on ? on.includes(e.name) : e.on)});
            if (!e.fixed)
                boxes.push(box);
            return h("div", {class: "choice"}, box, h("label", {for: id}, e.name, e.fixed ? h("small", {}, x.t("php.fixed")) : null));
        });
        return h("form", {onsubmit: (event) => {
            event.preventDefault();
            this.change({do: "extensions", version: version.name, extensions: boxes.filter((b) => b.checked).map((b) => b.value)},
                {do: "extensions", version: version.name, extensions: on});
        }}, h("fieldset", {}, h("legend", {}, x.t("php.extensions")), h("div", {class: "grid"}, list)),
        h("button", {type: "submit", disabled: !this.may}, x.t("php.save-extensions")));
    }

    async loadUsage() {
        const {x, site} = this;
        const select = h("select", {onchange: () => {
            this.period = select.value;
            this.loadUsage();
        }}, ["1d", "7d", "30d"].map((p) => h("option", {value: p, selected: p === this.period}, x.t(`period.${p}`))));
        select.value = this.period;
        const place = h("div", {}, h("p", {}, x.t("loading")));
        replace(this.usage, h("h3", {id: "h-usage"}, x.t("section.usage")), site.isolated ? labelled(x.t("usage.period"), select) : null, place);
        if (!site.isolated) {
            replace(place, h("p", {}, x.t("site.first")));
            return;
        }
        try {
            const answer = await this.page.api.ask({do: "history", domain: site.domain, period: this.period});
            const series = (answer.domains ?? []).find((d) => d.name === site.domain)?.series;
            replace(place, usageNow(x, this.site), series ? plotsOf(x, this.site, series) : h("p", {}, x.t("usage.no-history")));
        } catch (why) {
            replace(place, this.page.errorBox(why));
        }
    }

    learnSection() {
        const {x, site} = this, learning = site.learn?.until;
        const report = h("div", {"aria-live": "polite"});
        const days = h("select", {name: "days"}, [1, 3, 7, 14, 30].map((n) => h("option", {value: String(n), selected: n === 7}, x.n("days", n))));
        days.value = "7";
        const begin = !site.isolated && !learning ? h("form", {class: "row", onsubmit: (event) => {
            event.preventDefault();
            this.change({do: "learn", days: Number(days.value)}, {do: "learn-stop"});
        }}, labelled(x.t("learn.days"), days), h("button", {type: "submit", disabled: !this.may}, x.t("learn.start"))) : null;
        return this.section("learn", h("p", {}, x.t("learn.what")),
            learning ? h("p", {}, x.t("learn.until", {time: x.time(learning)}), " ",
                h("button", {type: "button", disabled: !this.may, onclick: () => this.change({do: "learn-stop"})}, x.t("learn.stop"))) : begin,
            site.learn ? h("button", {type: "button", onclick: () => this.showReport(report)}, x.t("learn.report")) : null, report);
    }

    async showReport(place) {
        const {x, site} = this;
        replace(place, h("p", {}, x.t("loading")));
        try {
            const answer = await this.page.api.ask({do: "learn-report", domain: site.domain});
            const rows = answer.places.map((p) => [h("code", {}, h("bdi", {}, p.path)),
                p.uses.map((u) => x.t(`use.${u}`)).join(", "), x.n("times", p.count),
                p.by.map((by, i) => [i ? ", " : "", h("bdi", {}, by)]), this.grantCell(p)]);
            replace(place, answer.whole === false ? h("p", {class: "note"}, x.t("learn.not-whole")) : null,
                rows.length ? table(x.t("learn.table"), ["path", "use", "count", "by", "grant"].map((k) => x.t(`learn.${k}`)), rows, {hide: true})
                    : h("p", {}, x.t("learn.nothing")));
        } catch (why) {
            replace(place, this.page.errorBox(why));
        }
    }

    grantCell(p) {
        const {x, site} = this;
        if (!p.grant)
            return p.not_given ? x.t("learn.not-given", {why: p.not_given}) : "";
        const given = (site.paths ?? []).some((one) => one.path === p.grant.path && (one.mode === "rw" || p.grant.mode === "ro"));
        return given ? x.t("learn.given") : h("button", {type: "button", disabled: !this.may,
            "aria-label": x.t("learn.give-which", {path: p.path, mode: x.t(`mode.${p.grant.mode}`)}), onclick: (event) => {
                event.target.disabled = true;
                this.change({do: "path", path: p.grant.path, mode: p.grant.mode}, {do: "path", path: p.grant.path, mode: null});
            }}, x.t(`learn.give-${p.grant.mode}`));
    }

    troubleSection() {
        const {x, site} = this;
        const rows = (site.failures ?? []).map((f) => [x.time(f.last), x.n("times", f.count), f.status ?? "",
            [x.has(`cause.${f.code}`) ? x.t(`cause.${f.code}`) : f.code, h("small", {}, f.reason)]]);
        const heads = ["last", "count", "status", "cause"].map((k) => x.t(`failure.${k}`));
        return this.section("trouble",
            site.refused ? h("p", {}, x.n("refused.count", site.refused.requests), " ", site.refused.last ? x.t("refused.last", {time: x.time(site.refused.last)}) : "",
                h("small", {}, site.refused.reason ?? "")) : h("p", {}, x.t("refused.none")),
            rows.length ? table(x.t("failure.table"), heads, rows, {hide: true}) : h("p", {}, x.t("failure.none")),
            rows.length || site.reason ? [h("h4", {}, x.t("support.title")), h("p", {class: "support"}, supportSentence(x, site))] : null);
    }

    explainSection() {
        const {x, site} = this, place = h("div", {"aria-live": "polite"});
        const path = h("input", {type: "text", autocomplete: "off", spellcheck: "false", dir: "ltr", name: "explain"});
        return this.section("explain", h("form", {class: "row", onsubmit: async (event) => {
            event.preventDefault();
            try {
                const answer = await this.page.api.ask({do: "explain", domain: site.domain, path: path.value.trim()});
                replace(place, this.explained(answer.path));
            } catch (why) {
                replace(place, this.page.errorBox(why));
            }
        }}, labelled(x.t("explain.path"), path, x.t("explain.hint")), h("button", {type: "submit"}, x.t("explain.ask"))), place);
    }

    explained(p) {
        const {x} = this;
        if (!p)
            return null;
        const can = x.t(p.write ? "explain.write" : p.read ? "explain.read" : "explain.nothing");
        return [h("p", {}, h("code", {}, h("bdi", {}, p.path)), ": ", can), h("p", {}, p.reason),
            p.domains_json ? h("p", {}, x.t("explain.grant"), " ", h("code", {}, p.domains_json)) : p.nothing_opens_it ? h("p", {}, p.nothing_opens_it) : null];
    }
}

function reasons(x, site) {
    const lines = [site.reason, site.stale, site.failing?.reason, site.coverage !== "covered" ? site.coverage_reason : null];
    const once = [...new Set(lines.filter(Boolean))];
    const key = `code.${site.code}`;
    return once.length || site.code ? h("div", {class: "why"}, site.code && x.has(key) ? h("p", {}, x.t(key)) : null,
        once.map((text) => h("p", {class: "reason"}, text))) : null;
}

function supportSentence(x, site) {
    const last = site.failures?.[0];
    return x.t("support.sentence", {domain: site.domain, state: x.t(`state.${site.state.replace(" ", "-")}`),
        time: x.time(last?.last ?? Date.now() / 1000), reason: last?.reason ?? site.reason ?? ""});
}

// What it uses at the moment, with its limits.
function usageNow(x, site) {
    if (!site.usage)
        return null;
    const rows = Object.keys(LIMITS).filter((name) => name in site.usage && name !== "vmem").map((name) => [x.t(`limit.${name}`),
        limitText(x, name, site.usage[name]), site.peak ? limitText(x, name, site.peak[name] ?? 0) : "",
        site.limits?.[name] ? limitText(x, name, site.limits[name]) : x.t("limit.unlimited"),
        x.number(site.faults?.[name] ?? 0)]);
    return table(x.t("usage.table"), ["what", "now", "peak", "limit", "faults"].map((k) => x.t(`usage.${k}`)), rows);
}
