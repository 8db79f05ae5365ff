
// ---- the element ----

class SitecagePage extends HTMLElement {
    async connectedCallback() {
        this.root = this.shadowRoot ?? this.attachShadow({mode: "open"});
        this.api = new Api(this.dataset);
        this.live = h("div", {class: "live", role: "status", "aria-live": "polite"});
        this.main = h("main", {class: "page"});
        // a refusal is said in words, too: they are waited for, however soon it comes
        const made = Promise.all([this.loadStyle(), this.loadTexts()]);
        const [ready, loaded] = await Promise.allSettled([made, this.load()]);
        if (ready.status === "fulfilled")
            this.root.adoptedStyleSheets = [ready.value[0]];
        this.x ??= new Texts({}, {}, "en");
        this.failed = ready.reason ?? loaded.reason;
        replace(this.root, this.main, this.live);
        this.render();
    }

    // The page's style as a sheet of the shadow root: the panel's own does not reach in, and this one not out.
    async loadStyle() {
        const style = new CSSStyleSheet();
        style.replaceSync(await (await this.api.file("page.css")).text());
        return style;
    }

    // The panel's language, else the browser's, else English.
    async loadTexts() {
        const english = this.api.file("lang/en.json").then((answer) => answer.json());
        const asked = [this.dataset.lang, ...navigator.languages].filter((l) => /^[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*$/.test(l ?? ""));
        let own = {}, lang = "en";
        for (const code of asked.map((l) => l.split(/[-_]/)[0].toLowerCase())) {
            const answer = code === "en" ? null : await this.api.file(`lang/${code}.json`);
            if (code === "en" || answer) {
                own = answer ? await answer.json() : {};
                lang = code;
                break;
            }
        }
        this.x = new Texts(await english, own, lang);
        this.lang = lang;
        this.dir = own[".direction"] ?? "ltr";
    }

    async load() {
        this.overview = await this.api.ask({do: "overview"});
    }

    render() {
        if (this.failed) {
            replace(this.main, h("h1", {}, this.x.t("title")), this.errorBox(this.failed),
                h("button", {type: "button", onclick: () => location.reload()}, this.x.t("again")));
            return;
        }
        this.view = this.dataset.admin ? new AdminView(this) : new OwnerView(this);
        replace(this.main, this.view.render());
    }

    // Loads all again and shows it; the focus stays on the control that has it, which may be another element now.
    async refresh() {
        await this.load();
        const focused = this.root.activeElement?.dataset ?? {};
        replace(this.main, this.view.render());
        if (this.dialog?.dialog.isConnected) {
            const site = (this.overview.sites ?? []).find((one) => one.domain === this.dialog.site.domain);
            site ? this.dialog.show(site) : this.dialog.dialog.close();
        }
        for (const kind of ["switch", "details", "lock", "choose"])
            if (focused[kind])
                this.find(`${this.dialog ? "dialog " : ""}[data-${kind}="${CSS.escape(focused[kind])}"]`)?.focus();
    }

    find(selector) {
        return this.root.querySelector(selector);
    }

    // ---- the switch ----

    // `account`: whose it is on the administrator's page, who may do what the account may not.
    siteSwitch(site, kind, account = null) {
        const {x} = this, {may_change: may, locked} = this.overview;
        const off = !account && (!may || (site.isolated && locked));
        return h("button", {type: "button", role: "switch", class: "switch", "aria-checked": String(site.isolated), "data-switch": site.domain,
            "data-kind": kind, "aria-disabled": off ? "true" : null, title: off ? this.whyNot(site) : null,
            "aria-label": x.t("switch-which", {domain: site.domain}), onclick: (event) => this.toggle(site, event.currentTarget)},
        h("span", {class: "track", "aria-hidden": "true"}), h("span", {"aria-hidden": "true"}, x.t(site.isolated ? "on" : "off")));
    }

    whyNot(site) {
        const {may_change: may, why_not: why, why_not_code: code} = this.overview;
        return may ? this.x.t("locked") : this.codeText(code, why);
    }

    toggle(site, button) {
        if (button.getAttribute("aria-disabled") === "true") {
            this.say(h("p", {}, this.whyNot(site)), "note");
            return;
        }
        const [doing, undoing] = site.isolated ? ["disable", this.restoring(site)] : ["enable", {do: "disable", domains: [site.domain]}];
        button.setAttribute("aria-busy", "true");
        this.change(site, {do: doing, domains: [site.domain]}, undoing)
            .finally(() => button.removeAttribute("aria-busy"));
    }

    // What makes an isolated site again as it is: with its isolation end that of its other names, and its settings.
    restoring(site) {
        const names = (this.overview.sites ?? [site]).filter((one) => one.isolated && one.document_root === site.document_root);
        const requests = [{do: "enable", domains: names.map((one) => one.domain), anyway: site.state === "not covered"}];
        if (this.dataset.admin) // settings are the owner's
            return requests;
        const about = {domain: site.domain};
        if (Object.keys(site.limits ?? {}).length)
            requests.push({do: "limits", ...about, limits: site.limits});
        if (site.home_set)
            requests.push({do: "home", ...about, home: site.home_set});
        for (const {path, mode} of site.paths ?? [])
            requests.push({do: "path", ...about, path, mode});
        if (site.php?.own)
            requests.push({do: "php", ...about, version: site.php.version});
        if (site.php?.own && site.php.extensions)
            requests.push({do: "extensions", ...about, version: site.php.version, extensions: site.php.extensions});
        return requests;
    }

    // ---- changes ----

    // Does it, or one after the other, loads all again, and says what came of it, with a way back.
    async change(site, requests, undo) {
        const [request, ...more] = [requests].flat();
        if (this.busy)
            return;
        this.busy = true;
        this.main.setAttribute("aria-busy", "true");
        this.say(h("p", {}, this.x.t("working")), "note");
        try {
            const answer = await this.api.ask(request);
            for (const one of more)
                await this.api.ask(one);
            await this.refresh();
            this.saySuccess(site, request, undo, answer);
        } catch (why) {
            this.sayFailure(site, request, undo, why);
        } finally {
            this.busy = false;
            this.main.removeAttribute("aria-busy");
        }
        if (this.dialog?.dialog.isConnected)
            this.dialog.show(this.dialog.site);
    }

    saySuccess(site, request, undo, answer) {
        const {x} = this, key = `done.${request.do}`;
        const notices = answer.notices?.length ? h("ul", {}, answer.notices.map((text) => h("li", {}, text))) : null;
        this.say([h("p", {}, x.t(key, {domain: site ? shownDomain(site.domain).name : "", user: request.users?.[0]})), notices,
            undo ? h("button", {type: "button", "data-undo": request.do, onclick: () => this.change(site, undo, null)}, x.t("undo")) : null], "good");
    }

    sayFailure(site, request, undo, why) {
        const {x} = this, anyway = request.do === "enable" && !request.anyway && why.code === "not_covered";
        this.say([this.errorBox(why), anyway ? h("button", {type: "button", onclick: () =>
            this.change(site, {...request, anyway: true}, undo)}, x.t("anyway")) : null], "bad");
    }

    // Into the place that screen readers read out; in a dialog that is open, there.
    say(content, kind) {
        const place = this.dialog?.dialog.isConnected ? this.dialog.dialog : this.root;
        place.append(this.live);
        this.live.className = `live ${kind}`;
        replace(this.live, content, h("button", {type: "button", class: "close", "aria-label": this.x.t("dismiss"), onclick: () => replace(this.live)}, "✕"));
    }

    codeText(code, message) {
        const key = `code.${code}`;
        return this.x.has(key) ? this.x.t(key) : message;
    }

    // What went wrong: the words for its code in the reader's language, and the command's own.
    errorBox(why) {
        const known = this.x.has(`code.${why.code}`);
        return h("div", {class: "box bad", "data-code": why.code ?? ""}, h("p", {}, known ? this.x.t(`code.${why.code}`) : why.message || this.x.t("code.system_error")),
            known && why.message ? h("small", {class: "reason"}, why.message) : null);
    }

    // ---- dialogs ----

    openSite(site) {
        this.dialog = new SiteDialog(this, site);
        this.dialog.open();
    }

    dialogClosed(domain) {
        this.dialog = null;
        this.root.append(this.live);
        this.find(`[data-details="${CSS.escape(domain)}"]`)?.focus();
    }
}

customElements.define("sitecage-page", SitecagePage);
