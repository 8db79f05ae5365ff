# SPDX-License-Identifier: GPL-2.0-or-later
"""How the page looks and is worked, without a panel: python3 look.py CHECK. Fails with what is wrong.
With a folder behind it, screenshots are put there for people to look at."""
import os
import sys

import browser
import mock

SHADOW = "document.querySelector('sitecage-page').shadowRoot"


def no_barriers(b, where):
    found = b.barriers()
    assert not found, f"{where}: {found}"


def shot(b, name):
    if len(sys.argv) > 2:
        b.screenshot(os.path.join(sys.argv[2], name + ".png"))


def no_sideways(b, where):
    wide = b.eval("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{where}: {wide[0]} wide where {wide[1]} is"


def opened(b, m, domain):
    b.goto(m.url)
    b.click(f'[data-details="{domain}"]')
    b.wait("!" + SHADOW + ".textContent.includes('Loading')")


def barriers():
    """axe-core finds nothing, in each colour scheme and width, with the dialog open and closed."""
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(mock.all_states())) as m:
        b.goto(m.url)
        b.wait_for("[data-site]")
        b.eval(SHADOW + ".querySelector('main').append(Object.assign(document.createElement('button'), {id: 'x'}))")
        assert "button-name" in b.barriers(), "control: a button without a name is not found"
        for width in (360, 1280):
            for dark in (False, True):
                where = f"{width}-{'dark' if dark else 'light'}"
                b.viewport(width, 800)
                b.dark(dark)
                b.goto(m.url)
                b.wait_for("[data-site]")
                no_barriers(b, "list " + where)
                no_sideways(b, "list " + where)
                shot(b, "list-" + where)
                opened(b, m, "a.example")
                no_barriers(b, "dialog " + where)
                b.viewport(width, 5000)
                shot(b, "dialog-" + where)
        opened(b, m, "learn.example")
        b.click('[data-section="learn"] > button')
        b.wait_text("cron.php")
        no_barriers(b, "report")


def hostile():
    """Names of domains, files and programs, and the commands' words, are shown as text; nothing of them runs."""
    states = mock.all_states()
    for one in states:
        one["reason"] = one["reason"] or mock.HOSTILE
    states[0]["domain"] = "evil.example"
    states[0]["paths"] = [{"path": mock.HOSTILE, "mode": "ro"}]
    states[0]["failures"][0]["reason"] = mock.HOSTILE
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(states, notices=[mock.HOSTILE])) as m:
        m.answers["enable"] = {"result": "success", "notices": [mock.HOSTILE]}
        m.answers["php"] = {"result": "error", "message": mock.HOSTILE, "code": mock.HOSTILE}
        b.script_first("window.ran = 0; window.alert = () => { window.ran++; }; addEventListener('error', () => {}, true);")
        opened(b, m, "evil.example")
        b.type('[data-section="explain"] input', mock.HOSTILE)
        b.click('[data-section="explain"] button')
        b.wait_text("it belongs to b.example")
        b.choose('[data-section="php"] select', "native")
        b.click('[data-section="php"] button[type="submit"]')
        b.wait_for(".live.bad")
        b.key("Escape")
        b.click('[data-switch="b.example"]')
        b.wait_for(".live.good")
        shown = b.text()
        assert shown.count(mock.HOSTILE) >= 6, f"shown only {shown.count(mock.HOSTILE)} times"
        assert b.eval(SHADOW + ".querySelectorAll('img, script, iframe').length") == 0, "markup came of a name"
        assert b.eval("window.ran") == 0, "a script ran"
        assert m.asked[-2]["do"] == "enable" and all(one["token"] == "t" for one in m.asked)
        assert not m.told, "the token is in the document, which may become an argument"


def many():
    """200 sites: one request for all of them, and shown within half a second after it was answered."""
    sites = [mock.site(f"site{i}.example", "isolated" if i % 3 else "not isolated") for i in range(200)]
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(sites)) as m:
        b.script_first("""new PerformanceObserver(() => {}).observe({type: "resource", buffered: true});
            addEventListener("DOMContentLoaded", () => { const wait = () => { const e = document.querySelector("sitecage-page");
                e && e.shadowRoot && e.shadowRoot.querySelector("[data-site]") ? requestAnimationFrame(() => { window.shown = performance.now(); })
                    : requestAnimationFrame(wait); }; wait(); });""")
        b.goto(m.url)
        b.wait("window.shown > 0")
        assert [one["do"] for one in m.asked] == ["overview"], m.asked
        took = b.eval("window.shown - performance.getEntriesByType('resource').filter((e) => e.initiatorType === 'fetch').pop().responseEnd")
        print(f"first paint {took:.0f} ms after the answer")
        b.type("input[type=search]", "site19")
        b.wait(SHADOW + ".querySelectorAll('[data-site]').length === 11")


def keyboard():
    """All of it works without a mouse, and the focus comes back to where it was."""
    states = mock.all_states()
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(states)) as m:
        def enable(request):
            for one in states:
                if one["domain"] in request["domains"]:
                    one.update(mock.site(one["domain"], "isolated"))
            return {"result": "success"}

        m.answers["enable"] = enable
        b.goto(m.url)
        b.wait_for("[data-site]")
        focused = SHADOW + ".activeElement?.dataset"
        for _ in range(40):
            b.key("Tab")
            if b.eval(f"{focused}?.switch") == "b.example":
                break
        assert b.eval(f"{focused}?.switch") == "b.example", "the switch is not reached by Tab"
        b.key(" ")
        b.wait_attribute('[data-switch="b.example"]', "aria-checked", "true")
        b.wait_for(".live.good")
        assert b.eval(f"{focused}?.switch") == "b.example", "the focus is lost by a change"
        assert b.find(".live", "getAttribute('aria-live')") == "polite"
        b.key("Tab")
        b.key("Enter")
        b.wait_for("dialog[open]")
        b.key("Escape")
        b.wait("!" + SHADOW + ".querySelector('dialog')")
        assert b.eval(f"{focused}?.details") == "b.example", "the focus is lost by a dialog"


def administrator():
    """All accounts with filters; many sites by a preview and with progress; lock, check and log."""
    accounts = [{"user": "john", "locked": False, "may_change": True, "sites": mock.all_states()},
                {"user": "jane", "locked": True, "may_change": True, "sites": [mock.site(f"jane{i}.example") for i in range(23)]}]
    by_name = {one["domain"]: one for user in accounts for one in user["sites"]}
    doc = mock.overview([], accounts=accounts)
    with browser.Browser("--lang=en") as b, mock.Mock(doc, 'data-admin="yes"') as m:
        def enable(request):
            if "jane7.example" in request["domains"]:
                return {"result": "error", "message": "no <b>pool</b>", "code": "not_covered"}
            if not request.get("dry_run"):
                for name in request["domains"]:
                    by_name[name].update(mock.site(name, "isolated"))
            return {"result": "success", "notices": ["it will miss " + request["domains"][0]]}

        m.answers.update(enable=enable, log={"result": "success", "lines": ["one", mock.HOSTILE]}, check={
            "result": "error", "code": "check_failed", "message": "no", "checks": [{"name": "kernel", "result": "failed", "text": "do this"}]})
        m.answers["lock"] = lambda r: (accounts[0].update(locked=True), {"result": "success"})[1]
        b.goto(m.url)
        b.wait_text("34 websites")
        no_barriers(b, "administrator")
        shot(b, "admin")
        b.choose("select[name=filter]", "not-isolated")
        b.type("input[type=search]", "jane")
        b.wait(SHADOW + ".querySelectorAll('tr[data-site]').length === 23")
        b.click('[data-tool="choose"]')
        b.wait_text("23 shown, 23 chosen")
        b.click('[data-tool="enable"]')
        b.wait_text("22 websites can be isolated")
        b.wait_text("jane7.example: no <b>pool</b>")
        assert not any(one["isolated"] for one in accounts[1]["sites"]), "a preview changed something"
        no_barriers(b, "preview")
        shot(b, "admin-preview")
        b.click('[data-bulk="go"]')
        b.wait_for('[data-bulk="done"]')
        b.wait_text("22 websites are done")
        assert sum(one["isolated"] for one in accounts[1]["sites"]) == 22
        b.choose("select[name=filter]", "not-isolated")
        b.wait(SHADOW + ".querySelectorAll('tr[data-site]').length === 1")
        b.click('[data-tool="check"]')
        b.wait_text("do this")
        no_barriers(b, "check")
        b.click('[data-tool="log"]')
        b.wait_text(mock.HOSTILE)
        b.click('[data-lock="john"]')
        b.wait_text("john is locked")
        b.wait_text("Unlock")
        b.viewport(360, 800)
        no_barriers(b, "administrator 360")
        no_sideways(b, "administrator 360")
        shot(b, "admin-360")


def languages():
    """The browser's language, or the panel's, which counts more; English where there is none; right to left."""
    doc = mock.overview(mock.all_states())
    for options, attributes, title in (("--lang=de", "", "Abschottung von Websites"), ("--lang=en", "", "Website isolation"),
                                       ("--lang=en", 'data-lang="de_AT"', "Abschottung von Websites"),
                                       ("--lang=tlh", "", "Website isolation"), ("--lang=en", 'data-lang="../../x"', "Website isolation")):
        with browser.Browser(options, "--accept-lang=" + options[7:]) as b, mock.Mock(doc, attributes) as m:
            b.goto(m.url)
            b.wait_for("h1")
            assert b.find("h1", "textContent") == title, f"{options} {attributes}: {b.find('h1', 'textContent')}"
            if title.startswith("A"):
                no_barriers(b, options)
                b.wait_text("Ihre Programme können nicht starten.")
                assert "to another user" not in b.text(), "an English reason, which the details have"
    accounts = [{"user": "john", "locked": False, "may_change": True, "sites": mock.all_states()}]
    with browser.Browser("--lang=de", "--accept-lang=de") as b, mock.Mock(mock.overview([], accounts=accounts), 'data-admin="yes"') as m:
        b.goto(m.url)
        b.wait_text("Ihre Programme können nicht starten.")
        b.wait_text("hands it to another user")  # there are no details
        no_barriers(b, "administrator, German")
    with browser.Browser("--lang=en") as b, mock.Mock(doc) as m:
        b.viewport(1000, 800)
        b.goto(m.url)
        b.wait_for("[data-site]")
        left = b.eval(SHADOW + ".querySelector('tr[data-site] th').getBoundingClientRect().left")
        b.eval("document.querySelector('sitecage-page').dir = 'rtl'")
        right = b.eval(SHADOW + ".querySelector('tr[data-site] th').getBoundingClientRect().right")
        assert left < 200 and right > 800, f"{left} {right}"
        shot(b, "rtl")
        no_sideways(b, "rtl")


def states():
    """Each state is a word; who may not change anything is told why, and the switch does nothing."""
    why = {"may_change": False, "why_not": "no", "why_not_code": "not_allowed"}
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(mock.all_states(), **why)) as m:
        b.goto(m.url)
        b.wait_text("Isolation is not allowed for your account")
        b.click('[data-switch="b.example"]')
        b.wait_for(".live.note")
        assert [one["do"] for one in m.asked] == ["overview"], m.asked
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(mock.all_states(), locked=True)) as m:
        b.goto(m.url)
        b.click('[data-switch="a.example"]')
        b.wait_for(".live.note")
        b.click('[data-switch="b.example"]')
        b.wait_for(".live.good")
        assert [one["do"] for one in m.asked] == ["overview", "enable", "overview"], m.asked
        words = b.text()
        for word in ("isolated", "not isolated", "recording", "ending", "not verified", "not covered", "out of date", "failing"):
            assert word in words, word
        assert "bücher.example" in words and "xn--bcher-kva.example" in words
    with browser.Browser("--lang=en") as b, mock.Mock({"result": "error", "message": "no", "code": "not_enabled"}) as m:
        b.goto(m.url)
        b.wait_text("Isolation is not switched on for this server")


def plots():
    """The limit is a line, each time at it a mark, and the same is in a table."""
    with browser.Browser("--lang=en") as b, mock.Mock(mock.overview(mock.all_states())) as m:
        opened(b, m, "a.example")
        b.wait_for('[data-plot="pmem"] .limit')
        faults = b.eval(SHADOW + """.querySelectorAll('[data-plot="pmem"] .fault').length""")
        assert faults == 3, faults
        assert not b.there('[data-plot="io"] .limit')
        said = b.find('[data-plot="pmem"] svg', "getAttribute('aria-label')")
        assert "Limit: 128 MB" in said and "6 times at the limit" in said, said
        rows = b.eval(SHADOW + """.querySelectorAll('[data-plot="pmem"] tbody tr').length""")
        assert rows == 249, rows
        b.choose("section.usage select", "7d")
        b.wait("!" + SHADOW + ".textContent.includes('Loading')")
        asked = [one["period"] for one in m.asked if one["do"] == "history"]
        assert asked == ["1d", "7d"], asked


sys.stdout.reconfigure(line_buffering=True)
globals()[sys.argv[1]]()
