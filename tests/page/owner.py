# SPDX-License-Identifier: GPL-2.0-or-later
"""What the owner of a website does on the page, in a browser, at a panel's stand-in; each step's outcome is looked at in
the page, and told on standard output for the test to compare with the server's.

    python3 owner.py URL USER STEP...

    list                      the domains that the page shows, with their states
    isolate D, open D         the switch of D
    undo                      the button of the last message
    limit D NAME VALUE        in the dialog of D
    home D private|shared     …
    give D PATH ro|rw         …
    reason D                  what the page says is wrong with D
    plot D NAME               what a plot tells a person who does not see it
"""
import sys

import browser


def dialog(b, domain):
    if not b.there(f'dialog [data-switch="{domain}"]'):
        if b.there("dialog"):
            b.key("Escape")
        b.click(f'[data-details="{domain}"]')
        b.wait_for(f'dialog [data-switch="{domain}"]')


def leave(b):
    if b.there("dialog"):
        b.key("Escape")
        b.wait("!document.querySelector('sitecage-page').shadowRoot.querySelector('dialog')")


def settled(b):
    """A message that is no "working": what was asked has ended."""
    b.wait_for(".live.good, .live.bad")
    if b.there(".live.bad"):
        print("refused:", b.find(".live", "textContent"))


def switch(b, domain, to):
    leave(b)
    selector = f'[data-switch="{domain}"]'
    b.wait_attribute(selector, "aria-checked", "false" if to == "true" else "true")
    b.click(selector)
    settled(b)


def step(b, words):
    what = words.pop(0)
    if what == "list":
        rows = b.eval("""[...document.querySelector("sitecage-page").shadowRoot.querySelectorAll("tr[data-site]")].map((r) =>
            r.dataset.site + " " + r.querySelector(".state").dataset.state)""")
        print("\n".join(rows))
    elif what in ("isolate", "open"):
        switch(b, words.pop(0), "true" if what == "isolate" else "false")
    elif what == "undo":
        b.click("[data-undo]")
        b.wait("!document.querySelector('sitecage-page').shadowRoot.querySelector('[data-undo]')", "the change is undone")
        settled(b)
    elif what == "limit":
        dialog(b, words.pop(0))
        name, value = words.pop(0), words.pop(0)
        b.type(f'[data-section="limits"] input[name="{name}"]', value)
        b.click('[data-section="limits"] button[type="submit"]')
        settled(b)
    elif what == "home":
        dialog(b, words.pop(0))
        b.click(f"#home-{words.pop(0)}")
        settled(b)
    elif what == "give":
        dialog(b, words.pop(0))
        b.type('[data-section="home"] input[name="path"]', words.pop(0))
        b.choose('[data-section="home"] select[name="mode"]', words.pop(0))
        b.click('[data-section="home"] button[type="submit"]')
        settled(b)
    elif what == "reason":
        dialog(b, words.pop(0))
        print(b.find('[data-section="state"]', "textContent"), b.find('[data-section="trouble"]', "textContent"))
    elif what == "plot":
        dialog(b, words.pop(0))
        name = words.pop(0)
        b.wait_for(f'[data-plot="{name}"] svg')
        print(b.eval(f"""document.querySelector("sitecage-page").shadowRoot.querySelector('[data-plot="{name}"] svg').getAttribute("aria-label")"""))
    else:
        sys.exit(f"owner.py: no step {what}")


def main():
    url, user, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    with browser.Browser("--lang=en") as b:
        b.viewport(1000, 900)
        b.goto(f"{url}/login?user={user}&password=pw-{user}")
        b.wait("!!document.querySelector('sitecage-page')?.shadowRoot?.querySelector('h1')", "the page")
        while words:
            step(b, words)


main()
