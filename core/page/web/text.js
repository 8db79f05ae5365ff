
// ---- words and numbers ----

// Sentences by key, from lang/CODE.json; English stands behind each other language.
class Texts {
    constructor(base, own, lang) {
        this.base = base;
        this.own = own;
        this.lang = lang;
        this.plural = new Intl.PluralRules(lang);
    }

    has(key) {
        return key in this.own || key in this.base;
    }

    // The sentence, with {name} filled in from `vars`.
    t(key, vars = {}) {
        const text = this.own[key] ?? this.base[key] ?? key;
        return text.replace(/\{(\w+)\}/g, (all, name) => (name in vars ? String(vars[name]) : all));
    }

    // The sentence for a count: "key.one", "key.other", as the language has them.
    n(key, count, vars = {}) {
        const form = `${key}.${this.plural.select(count)}`;
        return this.t(this.has(form) ? form : `${key}.other`, {n: this.number(count), ...vars});
    }

    number(value, digits = 0) {
        return new Intl.NumberFormat(this.lang, {maximumFractionDigits: digits}).format(value);
    }

    bytes(value) {
        const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
        let at = 0;
        for (; value >= 1024 && at < units.length - 1; at++)
            value /= 1024;
        const style = {style: "unit", unit: units[at], maximumFractionDigits: value < 10 ? 1 : 0};
        return new Intl.NumberFormat(this.lang, style).format(value);
    }

    time(seconds) {
        const style = {dateStyle: "medium", timeStyle: "short"};
        return new Intl.DateTimeFormat(this.lang, style).format(new Date(seconds * 1000));
    }
}

// How people see each limit: `unit` is a key of the languages, `factor` turns what is stored into it.
const LIMITS = {
    cpu: {unit: "unit.percent", factor: 100, digits: 2},
    pmem: {unit: "unit.mb", factor: 1048576, digits: 0},
    io: {unit: "unit.mbs", factor: 1024, digits: 2},
    nproc: {unit: "unit.processes", factor: 1, digits: 0},
    iops: {unit: "unit.iops", factor: 1, digits: 0},
    ep: {unit: "unit.requests", factor: 1, digits: 0},
    vmem: {unit: "unit.mb", factor: 1048576, digits: 0},
};

function limitText(x, name, value) {
    const how = LIMITS[name];
    return x.t(how.unit, {n: x.number(value / how.factor, how.digits)});
}

// The name as people write it, where it is one in another script: "xn--…" stays, the second line has it.
function shownDomain(name) {
    if (!name.split(".").some((label) => label.startsWith("xn--")))
        return {name, ascii: null};
    try {
        return {name: decodeDomain(name), ascii: name};
    } catch {
        return {name, ascii: null};
    }
}

// RFC 3492, 6.2: one label without its "xn--".
function decodeLabel(label) {
    const out = Array.from(label.slice(0, Math.max(0, label.lastIndexOf("-"))));
    let n = 128, i = 0, bias = 72;
    for (let at = out.length ? label.lastIndexOf("-") + 1 : 0; at < label.length;) {
        const before = i;
        for (let w = 1, k = 36; ; k += 36) {
            const c = label.charCodeAt(at++);
            const digit = c >= 97 && c <= 122 ? c - 97 : c >= 48 && c <= 57 ? c - 22 : NaN;
            const t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
            i += digit * w;
            if (!(i < 2 ** 31))
                throw new RangeError("not a label");
            if (digit < t)
                break;
            w *= 36 - t;
        }
        let delta = Math.floor((i - before) / (before === 0 ? 700 : 2));
        delta += Math.floor(delta / (out.length + 1));
        let k = 0;
        for (; delta > 455; k += 36)
            delta = Math.floor(delta / 35);
        bias = k + Math.floor(36 * delta / (delta + 38));
        n += Math.floor(i / (out.length + 1));
        i %= out.length + 1;
        out.splice(i++, 0, String.fromCodePoint(n));
    }
    return out.join("");
}

// Only letters and digits of one script with their marks are shown decoded: what could pass for another name, or turn
// the line around, stays as it is.
function decodeDomain(name) {
    const scripts = ["Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Han", "Devanagari", "Thai", "Hangul"];
    const labels = name.split(".").map((label) => {
        if (!label.startsWith("xn--"))
            return label;
        const text = decodeLabel(label.slice(4));
        const one = scripts.some((s) => new RegExp(`^[\\p{Script=${s}}\\p{Mn}0-9-]+$`, "u").test(text));
        const kana = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー0-9-]+$/u.test(text);
        if (!one && !kana)
            throw new RangeError("mixed scripts");
        return text;
    });
    return labels.join(".");
}
