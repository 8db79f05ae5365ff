# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium (tests/page/fetch) that a test drives over a pair of pipes, as a person would: it clicks where
an element is seen and types keys. Selectors are looked for in the page's shadow root first, then in the document."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

BUILD = os.environ.get("SC_BUILD", os.path.join(os.path.dirname(__file__), "../../build"))
ROOT = os.path.join(BUILD, "page/root")
PATIENCE = 40

FIND = """(selector) => {
    const element = document.querySelector("sitecage-page");
    const inner = element && element.shadowRoot && element.shadowRoot.querySelector(selector);
    return inner || document.querySelector(selector);
}"""


class Browser:
    def __init__(self, *options):
        to_read, self.write_fd = os.pipe()
        self.read_fd, to_write = os.pipe()
        self.home = tempfile.mkdtemp(prefix="browser.")
        libraries = ROOT + "/usr/lib/x86_64-linux-gnu"
        env = {"PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8",
               "LD_LIBRARY_PATH": f"{libraries}:{libraries}/pulseaudio:{ROOT}/lib/x86_64-linux-gnu",
               "FONTCONFIG_FILE": self.fonts()}

        def place():  # the program's own descriptors 3 and 4
            read, write = os.dup(to_read), os.dup(to_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.log = open(os.path.join(self.home, "log"), "wb")
        self.process = subprocess.Popen(
            [ROOT + "/usr/lib/chromium/chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={self.home}/data", *options, "about:blank"],
            preexec_fn=place, close_fds=False, env=env, stdout=self.log, stderr=self.log)
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.count, self.events = b"", 0, []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def fonts(self):
        path = os.path.join(self.home, "fonts.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{ROOT}/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{self.home}/fonts</cachedir></fontconfig>""")
        return path

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- the protocol: JSON documents with a zero byte behind each ----

    def call(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_fd, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.buffer:
            data = os.read(self.read_fd, 1 << 20)
            if not data:
                with open(os.path.join(self.home, "log"), encoding="utf-8", errors="replace") as f:
                    raise RuntimeError("the browser has ended: " + f.read()[-2000:])
            self.buffer += data
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    # ---- pages ----

    def eval(self, expression):
        """The value of a JavaScript expression, or of the promise that it is."""
        r = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in r:
            raise RuntimeError(f"{expression[:200]}: {r['exceptionDetails'].get('exception', {}).get('description', r)}")
        return r["result"].get("value")

    def wait(self, expression, text=None):
        """Until the expression is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                value = self.eval(expression)
                if value:
                    return value
            except RuntimeError as why:
                if "Execution context" not in str(why) and "Cannot read" not in str(why):
                    raise
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for: {text or expression}\nthe page: {self.text()[-3000:]}\n{self.trouble()}")

    def goto(self, url):
        self.call("Page.navigate", url=url)
        self.wait(f"document.readyState == 'complete' && location.href != 'about:blank'")

    def viewport(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def dark(self, yes):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if yes else "light"}])

    def script_first(self, source):
        """Runs before each page's own."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=source)

    def text(self):
        return self.eval("""(() => { const e = document.querySelector("sitecage-page");
            return e && e.shadowRoot ? e.shadowRoot.textContent : document.body ? document.body.innerText : ""; })()""")

    def trouble(self):
        """What the console and the network complained about."""
        out = []
        for e in self.events:
            p = e.get("params", {})
            if e.get("method") == "Runtime.exceptionThrown":
                out.append(p["exceptionDetails"].get("exception", {}).get("description", "an exception"))
            elif e.get("method") == "Log.entryAdded" and p["entry"]["level"] == "error":
                out.append(p["entry"]["text"] + " " + p["entry"].get("url", ""))
        return "\n".join(out)

    # ---- elements ----

    def find(self, selector, what):
        return self.eval(f"(({FIND})({json.dumps(selector)}) || {{}}).{what}")

    def there(self, selector):
        return self.eval(f"!!({FIND})({json.dumps(selector)})")

    def wait_for(self, selector):
        self.wait(f"!!({FIND})({json.dumps(selector)})", selector)

    def wait_attribute(self, selector, name, value):
        self.wait(f"(({FIND})({json.dumps(selector)}) || document.body).getAttribute({json.dumps(name)}) === {json.dumps(value)}",
                  f"{selector} with {name}={value}")

    def wait_text(self, text):
        self.wait(f"""(() => {{ const e = document.querySelector("sitecage-page");
            return (e && e.shadowRoot ? e.shadowRoot.textContent : document.body.textContent).includes({json.dumps(text)}); }})()""", text)

    def click(self, selector):
        self.wait_for(selector)
        box = self.eval(f"""(() => {{ const e = ({FIND})({json.dumps(selector)});
            e.scrollIntoView({{block: "center", inline: "center"}}); const r = e.getBoundingClientRect();
            return [r.x + r.width / 2, r.y + r.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def key(self, key, **more):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        text = {"Enter": "\r", " ": " "}.get(key)
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key], **more}
            if text and kind == "keyDown":
                event["text"] = text
            self.call("Input.dispatchKeyEvent", **event)

    def type(self, selector, text):
        """Puts the text in place of what the field has."""
        self.wait_for(selector)
        self.eval(f"(() => {{ const e = ({FIND})({json.dumps(selector)}); e.focus(); e.select && e.select(); }})()")
        self.call("Input.insertText", text=text)

    def choose(self, selector, value):
        self.wait_for(selector)
        self.eval(f"""(() => {{ const e = ({FIND})({json.dumps(selector)}); e.value = {json.dumps(value)};
            e.dispatchEvent(new Event("change", {{bubbles: true}})); }})()""")

    def screenshot(self, path):
        """All of the page, or the dialog that is open."""
        height = self.eval("Math.min(6000, Math.max(document.documentElement.scrollHeight, innerHeight))")
        width = self.eval("innerWidth")
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                         clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def barriers(self):
        """What axe-core finds, a line each. Nothing is left out."""
        with open(os.path.join(BUILD, "page/axe.min.js"), encoding="utf-8") as f:
            self.eval(f.read() + ";0")
        found = self.eval("""axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) =>
            v.id + ": " + v.help + ": " + v.nodes.slice(0, 4).map((n) => n.target.flat().join(" ") + " " + (n.failureSummary || "")).join(" | ")))""")
        return "\n".join(found)
