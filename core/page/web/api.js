
// ---- the endpoint ----

class Refusal extends Error {
    constructor(message, code, answer = {}) {
        super(message);
        this.code = code;
        this.answer = answer;
    }
}

// Asks sitecage-page. Every request is a POST with the page's token: a GET changes nothing, and gets nothing but the
// page's own files.
class Api {
    constructor(data) {
        this.url = new URL(data.endpoint || location.pathname, location.href);
        this.data = data;
    }

    // The address of one of the page's files.
    asset(name) {
        if (this.data.assets)
            return new URL(this.data.assets + name, location.href);
        const url = new URL(this.url);
        url.search = `?asset=${encodeURIComponent(name)}&v=${encodeURIComponent(this.data.version ?? "")}`;
        return url;
    }

    async file(name) {
        const answer = await fetch(this.asset(name), {credentials: "same-origin"});
        return answer.ok ? answer : null;
    }

    async ask(request) {
        const token = this.data.token ?? "";
        // in the document only where headers may not arrive: a panel may hand the document on as an argument (Plesk), which all can see
        const document_ = JSON.stringify(this.data.form ? {...request, token} : request);
        const headers = {"X-Sitecage-Token": token, "X-Requested-With": "XMLHttpRequest"};
        let body = document_;
        const forgery = document.getElementById("forgery_protection_token")?.content;
        if (forgery) // the panel's own token, which its own code checks
            headers["X-Forgery-Protection-Token"] = forgery;
        if (this.data.form) {
            // escaped in JSON too: this panel decodes and encodes what it hands on
            const safe = document_.replace(/[%&+<>'\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
            headers["Content-Type"] = "application/x-www-form-urlencoded";
            body = `q=${encodeURIComponent(safe)}`;
        } else {
            headers["Content-Type"] = "application/json";
        }
        return Api.read(await this.send({method: "POST", headers, body, cache: "no-store", credentials: "same-origin"}));
    }

    async send(options) {
        try {
            return await fetch(this.url, options);
        } catch (why) {
            throw new Refusal(why.message, "unreachable");
        }
    }

    static async read(answer) {
        let document_;
        try {
            document_ = await answer.json();
        } catch {
            throw new Refusal(`${answer.status} ${answer.statusText}`, answer.status === 403 ? "bad_token" : "no_answer");
        }
        if (document_.result !== "success")
            throw new Refusal(document_.message ?? "", document_.code ?? "system_error", document_);
        return document_;
    }
}
