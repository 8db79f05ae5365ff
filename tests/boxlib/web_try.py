#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs what web_attempts.py lists against the Apache at HOST:PORT.

web_try.py files SITE [SITE]...   makes the attempts' files below /home/*/SITE (as who runs it); with B_ID in the environment
                                  those that are to name B's own master, which there is only once it is isolated
web_try.py attempts HOST:PORT MPM control|isolated   "class/name: LEAK|closed" a line
web_try.py works HOST:PORT        "works/name: ok|BROKEN" a line
web_try.py serve PATH-OR-PORT...  an application that answers whatever it is asked
web_try.py race HOST:PORT         links that are swapped while they are asked for

VIA in the environment says how attempts are asked: behind (two other accounts' sites are asked on the connection before), tls
(one of them, whose name is TLS's, too), h2 (the same, by HTTP/2).

attempts control: each must LEAK unless httpd closes it, else nothing is proved by "closed" later; isolated: none may. works: none
may be BROKEN. The exit status says so, and the last line what is wrong.
"""
import base64
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time

import web_attempts as tried
from web_attempts import DIFFERS, HANGS, REACHES

ROOTS = {"a.example": "/home/john/a.example", "s.example": "/home/john/s.example", "c.example": "/home/john/c.example",
         "in.example": "/home/john/outer/in", "ring.example": "/home/john/ring", "m.example": "/home/mary/m.example",
         "n.example": "/home/mary/n.example"}
B = "/home/john/b.example"
# For @X?@ of oracles: what exists (of the kind that the condition asks for), and what does not.
EXISTING = {"": "secret.txt", "f": "secret.txt", "s": "secret.txt", "e": "secret.txt", "l": "link", "L": "link", "d": "lists",
            "x": "tool", "NAME": "secret.txt", "STEM": "secret"}
SLOW_S = 4
VIA, CURLS = os.environ.get("VIA", ""), ("h2", "tls")
REACHED = "/run/app/reached"


def hash_of(password):
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()


def site_of(t):
    return t.get("site", "a.example")


def variants(t):
    """Names of the directories that the attempt has: an oracle has two."""
    if t.get("leak") is DIFFERS:
        return [(t["name"] + "-1", True), (t["name"] + "-0", False)]
    return [(t["name"], True)]


def filled(text, t, directory, exists):
    root = ROOTS[site_of(t)]
    values = {"A": root, "B": B, "D": f"{root}/t/{directory}", "U": f"/t/{directory}", "S": "/run/php/b.example.sock",
              "HASH-ANN": hash_of(tried.ANN[1]), "ID": os.environ.get("B_ID", "")}
    for kind, name in EXISTING.items():
        name = name if exists else "no-" + name
        values["X" + kind] = name if kind in ("NAME", "STEM") else f"{B}/{name}"
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


# ---- files ----

def make(path, what, fill):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if path.endswith("/"):
        os.chmod(path, 0o777)
        return
    if isinstance(what, tried.Fifo):
        os.mkfifo(path)
    elif isinstance(what, tried.Link):
        os.symlink(fill(what), path)
    else:
        with open(path, "w", encoding="utf-8") as f:
            f.write(fill(what))
        os.chmod(path, 0o755 if isinstance(what, tried.Program) else 0o644)


def make_files(sites):
    for t in tried.ATTEMPTS + tried.WORKS:
        if site_of(t) not in sites or bool(t.get("new")) != ("B_ID" in os.environ):
            continue
        for directory, exists in variants(t):
            base = f"{ROOTS[site_of(t)]}/t/{directory}"
            os.makedirs(base, exist_ok=True)
            for name, what in t["files"].items():
                make(f"{base}/{name}", what, lambda text, d=directory, e=exists: filled(text, t, d, e))


# ---- requests ----

BEFORE = ("n.example", "m.example")


def capital(line):
    name, colon, value = line.partition(b":")
    return b"-".join(word.capitalize() for word in name.split(b"-")) + colon + value


def ask_curl(address, t, path, head):
    """Behind a request of another site's on the same connection, which is by TLS for that site's name."""
    base, how = f"https://{BEFORE[1]}:8443", ["-k", "--http2" if VIA == "h2" else "--http1.1", "--connect-to", f"::{address[0]}:8443"]
    words = ["curl", *how, "-s", "-o", "/dev/null", "-H", f"Host: {BEFORE[1]}", base + "/none-at-all", "--next", *how]
    words += ["-s", "-i", "--max-time", str(SLOW_S), "--path-as-is"]
    words += ["-I"] if t.get("method") == "HEAD" else ["-X", t.get("method", "GET")]
    for name, value in head.items():
        if name not in ("Connection", "Upgrade", "Content-Length"):
            words += ["-H", f"{name}: {value}"]
    if t.get("body") or t.get("method") == "POST":
        words += [*([] if "Content-Type" in head else ["-H", "Content-Type;"]), "--data-binary", "@-"]
    run = subprocess.run([*words, base + path], input=t.get("body", b""), stdout=subprocess.PIPE, check=False)
    if run.returncode == 28:
        return None, b""
    lines, end, body = run.stdout.partition(b"\r\n\r\n")
    first, *rest = lines.split(b"\r\n")
    status = first.split(b" ")[1:2]
    return int(status[0]) if status else 0, b"\r\n".join([first, *map(capital, rest)]) + end + body


def without_before(data):
    """The last answer of a connection on which others were asked first."""
    for _ in BEFORE:
        head, _, rest = data.partition(b"\r\n\r\n")
        length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        if not length:
            return b""
        data = rest[length[0]:]
    return data


def ask(address, t, path, extra=None):
    """Status and whole answer; (None, b"") when there is none in time."""
    body = t.get("body", b"")
    head = {"Host": t.get("host", site_of(t)), "Connection": "close", **t.get("head", {}), **(extra or {})}
    if body or t.get("method") == "POST":
        head["Content-Length"] = str(len(body))
    if t.get("user") and not t.get("digest"):
        head["Authorization"] = "Basic " + base64.b64encode(":".join(t["user"]).encode()).decode()
    if VIA in CURLS:
        return ask_curl(address, t, path, head)
    lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
    first = "".join(f"GET /none-at-all HTTP/1.1\r\nHost: {name}\r\n\r\n" for name in BEFORE) if VIA == "behind" else ""
    data = b""
    try:
        with socket.create_connection(address, timeout=SLOW_S) as s:
            s.sendall(first.encode() + f"{t.get('method', 'GET')} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
            until = time.monotonic() + SLOW_S
            while time.monotonic() < until and (chunk := s.recv(65536)):
                data += chunk
    except TimeoutError:
        return None, b""
    data = without_before(data) if first else data
    words = data.split(b" ", 2)
    return (int(words[1]) if len(words) > 2 else 0), data


def ask_digest(address, t, path):
    _, answer = ask(address, t, path)
    name, password = t["user"]
    if b'nonce="' not in answer:
        return 0, answer
    nonce = answer.split(b'nonce="', 1)[1].split(b'"', 1)[0].decode()

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()
    response = md5(f"{md5(f'{name}:realm:{password}')}:{nonce}:00000001:x:auth:{md5('GET:' + path)}")
    return ask(address, t, path, {"Authorization": f'Digest username="{name}", realm="realm", nonce="{nonce}", uri="{path}", '
                                  f'qop=auth, nc=00000001, cnonce="x", response="{response}"'})


def path_of(t, directory, exists):
    path = filled(t["path"], t, directory, exists)
    return path if path.startswith(("/", "http:")) else f"{t.get('below', '')}/t/{directory}/{path}"


def answer_of(address, t, directory, exists):
    t = dict(t, head={name: filled(value, t, directory, exists).replace("http://", "https://" if VIA in CURLS else "http://") for name, value in t.get("head", {}).items()})
    if "before" in t:
        answer_of(address, {k: v for k, v in t.items() if k not in ("before", "user")} | t["before"], directory, exists)
    path = path_of(t, directory, exists)
    return (ask_digest if t.get("digest") else ask)(address, t, path)


def release(t, directory):
    """Whoever waits for a FIFO's writer has one, which leaves again."""
    names = [t["release"]] if "release" in t else [
        f"{ROOTS[site_of(t)]}/t/{directory}/{name}" for name, what in t["files"].items() if isinstance(what, tried.Fifo)]
    for name in names:
        try:
            os.close(os.open(name, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            pass  # nobody waits


def plain(answer, directory):
    """What does not change from request to request, nor with the attempt's own name."""
    lines = [line for line in answer.split(b"\r\n") if not line.lower().startswith((b"date:", b"last-modified:", b"etag:"))]
    return b"\n".join(lines).replace(directory.encode(), b"").replace(b"no-secret", b"secret")


def reached():
    """How often B's application was connected to."""
    try:
        return os.stat(REACHED).st_size
    except FileNotFoundError:
        return 0


def leaks(address, t, is_control):
    found = []
    leak = t["leak"] if is_control else t.get("caged", t["leak"])
    had = reached()
    for directory, exists in variants(t):
        status, answer = answer_of(address, t, directory, exists)
        if t["leak"] is HANGS:
            release(t, directory)
            return status is None
        if status is None:
            return True
        found.append((status, plain(answer, directory)))
    if t["leak"] is DIFFERS:
        return found[0] != found[1]
    if leak is REACHES:
        return reached() > had
    if isinstance(leak, (int, tuple)):
        return found[0][0] in (leak if isinstance(leak, tuple) else (leak,))
    return leak in found[0][1].replace(b"\n", b"\r\n")


def try_all(address, mpm, is_control):
    wrong = []
    for t in tried.ATTEMPTS:
        if VIA in t.get("not_by", ()):
            continue
        leak = leaks(address, t, is_control)
        print(f"{t['name']}: {'LEAK' if leak else 'closed'}", flush=True)
        closed = t.get("closed") or t.get("new") or t.get("only", mpm) != mpm or t.get("network")
        if (leak != (not closed)) if is_control and not t.get("network") else (leak and not t.get("network")):
            wrong.append(t["name"])
    return wrong


def work_all(address):
    wrong = []
    for t in tried.WORKS:
        status, answer = answer_of(address, t, t["name"], True)
        wanted = t["wanted"]
        ok = wanted in answer if isinstance(wanted, bytes) else status in (wanted if isinstance(wanted, tuple) else (wanted,))
        print(f"works/{t['name']}: {'ok' if ok else f'BROKEN ({status})'}", flush=True)
        if not ok:
            wrong.append("works/" + t["name"])
    return wrong


# ---- links that change while they are asked for ----

def swap(stop, link, ones):
    while not stop.is_set():
        for target in ones:
            os.symlink(target, link + ".new")
            os.rename(link + ".new", link)


def race(address, path, link, ones, leak):
    stop = threading.Event()
    swapper = threading.Thread(target=swap, args=(stop, link, ones))
    swapper.start()
    t = {"host": "a.example"}
    hits = sum(leak in ask(address, t, path)[1] for _ in range(1500))
    stop.set()
    swapper.join()
    return hits


def race_all(address, is_control):
    wrong = []
    base = ROOTS["a.example"] + "/race"
    for name, path, link, ones, leak in (
            ("file", "/race/l.txt", "l.txt", (base + "/own.txt", B + "/secret.txt"), tried.SECRET),
            ("directory", "/race/d/secret.txt", "d", (base + "/own", B), tried.SECRET),
            ("listing", "/race/i/", "i", (base + "/own", B + "/lists"), tried.NAME),
            ("htaccess", "/race/h/x.txt", "h/.htaccess", (base + "/own/plain", B + "/private/.htaccess"), tried.SECRET)):
        hits = race(address, path, f"{base}/{link}", ones, leak)
        print(f"race/{name}: {'LEAK' if hits else 'closed'}", flush=True)
        if bool(hits) != is_control:
            wrong.append("race/" + name)
    return wrong


# ---- an application ----

def page(asked):
    """The application's answer; of one that is asked for a site's directory, a page with an SSI line."""
    if b"/t/" not in asked[:16]:
        return b"text/plain", b"APP-OF-B"
    return b"text/html", b'<!--#include virtual="' + asked.split(b" ")[1] + b'go" -->'


def answer_one(c, place):
    c.settimeout(2)
    if place == "/run/app/b.sock":
        with open(REACHED, "ab") as f:
            f.write(b"x")
    asked = c.recv(65536)
    status = b"Status: 200 OK" if asked[:1].isdigit() else b"HTTP/1.0 200 OK"
    kind, text = page(asked)
    c.sendall(status + b"\r\nContent-Type: " + kind + b"\r\nConnection: close\r\n\r\n" + text)
    c.close()


def serve(place):
    if place.isdigit():
        s = socket.create_server(("127.0.0.1", int(place)))
    else:
        s = socket.socket(socket.AF_UNIX)
        s.bind(place)
        os.chmod(place, 0o666)
        s.listen(16)
    while True:
        c, _ = s.accept()
        try:
            answer_one(c, place)
        except OSError:
            pass


def report(wrong):
    print("as it should be" if not wrong else "wrong: " + " ".join(wrong))
    return 1 if wrong else 0


def address_of(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def main():
    what, words = sys.argv[1], sys.argv[2:]
    if what == "files":
        make_files(words)
        return 0
    if what == "serve":
        for place in words:
            threading.Thread(target=serve, args=(place,)).start()
        return 0
    if what == "attempts":
        return report(try_all(address_of(words[0]), words[1], words[2] == "control"))
    if what == "race":
        return report(race_all(address_of(words[0]), words[1] == "control"))
    return report(work_all(address_of(words[0])))


if __name__ == "__main__":
    sys.exit(main())
