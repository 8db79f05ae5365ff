# SPDX-License-Identifier: GPL-2.0-or-later
"""A server with the page's files and answers out of a dict: for how the page looks, with many sites and hostile names.
Everything that happens behind the page is tested with the real commands elsewhere."""
import http.server
import json
import os
import threading
import time
import urllib.parse

SHARE = os.environ.get("SC_PAGE_DIR", "/usr/share/sitecage/page")
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
HOSTILE = "<img src=x onerror=alert(1)>&\"'"


def site(domain, state="not isolated", **more):
    isolated = state not in ("not isolated", "learning")
    numbers = {"cpu": 1250, "pmem": 96 << 20, "io": 300, "nproc": 7, "iops": 12, "ep": 2, "vmem": 0}
    one = {"domain": domain, "main": False, "aliases": [], "document_root": "/home/john/" + domain, "isolated": isolated,
           "state": state, "code": None, "reason": None, "coverage": "covered" if isolated else None, "coverage_reason": None,
           "stale": None, "failing": None, "ending": None, "running": isolated, "lve_id": 60001 if isolated else None,
           "home": "private" if isolated else None, "home_set": None, "paths": [], "limits": {}, "usage": numbers if isolated else None,
           "peak": numbers if isolated else None, "faults": {"pmem": 3} if isolated else None, "usage_since": 1, "failures": [],
           "refused": None, "learn": None, "php": {"version": "native", "extensions": None, "own": isolated}}
    one.update(more)
    return one


def overview(sites, **more):
    extensions = [{"name": n, "on": n != "xdebug", "fixed": n == "json"} for n in ("curl", "json", "gd", "xdebug", HOSTILE)]
    doc = {"result": "success", "overview": 1, "user": "john", "uid": 1001, "home": "/home/john", "inside": None, "may_change": True,
           "why_not": None, "why_not_code": None, "locked": False, "notices": [], "sites": sites,
           "server": {"feature": True, "mode": "allow_all", "limits": ["cpu", "pmem", "nproc", "ep"], "limits_missing": {"io": "no io"},
                      "home_default": "private", "home_choice": True, "history": True,
                      "php": {"selector": True, "default": "native", "versions": [
                          {"name": "native", "full": "8.2.28", "disabled": False, "choose_extensions": False, "extensions": []},
                          {"name": "8.4", "full": "8.4.1", "disabled": False, "choose_extensions": True, "extensions": extensions}]}}}
    doc.update(more)
    return doc


def history(domain, faults=True):
    end = 1_700_000_000 // 300 * 300
    begin = end - 86400
    points = []
    for i in range(288):
        if 100 < i < 140:
            continue  # it was idle
        wave = abs((i % 48) - 24)
        points.append([begin + 300 * i, wave * 90, wave * 110, 9000 + wave * 1000, 10000 + wave * 1400, wave * 10, wave, 5 + i % 4, 1 + i % 3,
                       0, 2 if faults and i % 61 == 60 else 0, 0, 0])
    return {"result": "success", "scope": "owner_uid", "domains": [{"name": domain, "series": {
        "step": 300, "from": begin, "to": end, "columns": ["t", "cpu", "cpu_max", "pmem", "pmem_max", "io", "iops", "nproc_max", "ep_max",
                                                          "f_cpu", "f_pmem", "f_nproc", "f_ep"], "points": points}}]}


def all_states():
    why = "PHP-FPM's pool file /etc/php/8.2/fpm/pool.d/x.conf hands it to another user: give it a pool of its own"
    return [
        site("a.example", "isolated", limits={"pmem": 134217728, "cpu": 5000}, aliases=["www2.example"], paths=[{"path": "shared/data", "mode": "ro"}],
             php={"version": "8.4", "extensions": ["curl", "gd"], "own": True}, refused={"requests": 3, "last": 1_700_000_000, "status": 503, "reason": why},
             failures=[{"first": 1_699_990_000, "last": 1_700_000_000, "count": 12, "status": 503, "code": "enter", "reason": why}]),
        site("b.example"), site("covered.example", "not covered", code="not_covered", coverage="not covered", reason=why, coverage_reason=why),
        site("ending.example", "ending", code="ending"),
        site("failing.example", "failing", code="failing", reason=why, failing={"since": 1_699_990_000, "attempts": 4, "reason": why}),
        site("learn.example", "learning", code="learning", learn={"until": 1_900_000_000, "since": 1_699_000_000, "places": 2, "whole": True}),
        site("stale.example", "stale", code="stale", stale="the panel did not answer within 12 s", reason="the panel did not answer within 12 s"),
        site("unverified.example", "unverified", code="unverified", coverage="unverified"),
        site("xn--bcher-kva.example", "isolated"), site("xn--e1afmkfd.example"),
        site("a-very-long-name-of-a-domain-that-has-no-place-to-break-in-it-at-all.example", document_root="/home/john/" + HOSTILE),
    ]


REPORT = {"result": "success", "domain": "learn.example", "learning": True, "until": 1_900_000_000, "since": 1_699_000_000, "recorded_now": True,
          "whole": True, "lost": 0, "left_out": 0, "places": [
              {"path": "/home/john/data/store", "uses": ["read", "write"], "by": ["/home/john/learn.example/cron.php", HOSTILE], "count": 12, "first": 1, "last": 2,
               "example": None, "grant": {"path": "data/store", "mode": "rw", "domains_json": "", "site_isolation_paths": ""}, "not_given": None},
              {"path": "/home/john/b.example/" + HOSTILE, "uses": ["read"], "by": [], "count": 1, "first": 1, "last": 2, "example": None, "grant": None,
               "not_given": "another site's"}]}


class Mock:
    """with Mock(overview) as m: m.url; m.asked has the requests. m.answers: {verb: document, or a function of the request}."""

    def __init__(self, doc, attributes=""):
        self.doc, self.attributes, self.asked, self.gets = doc, attributes, [], []
        self.told = False  # the token was in a document, too
        self.answers = {"history": lambda r: history(r["domain"]), "learn-report": REPORT,
                        "explain": {"result": "success", "domain": "a.example", "path": {
                            "path": "/home/john/" + HOSTILE, "read": False, "write": False, "exists": True, "rule": "other-site",
                            "reason": "it belongs to b.example", "grant": None, "nothing_opens_it": None}}}

    def answer(self, request):
        verb = request.get("do")
        if verb == "overview":
            return self.doc
        if verb in self.answers:
            made = self.answers[verb]
            return made(request) if callable(made) else made
        return {"result": "success"}

    def __enter__(self):
        mock = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def send(self, kind, data):
                self.send_response(200)
                self.send_header("Content-Type", kind + "; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:")
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                name = query.get("asset", [None])[0]
                mock.gets.append(self.path)
                if name is None:
                    self.send("text/html", ('<!doctype html><html lang="en"><head><title>t</title><meta name="viewport" content="width=device-width">'
                                            '<link rel="stylesheet" href="?asset=shell.css"></head><body><sitecage-page data-token="t" '
                                            + mock.attributes + '></sitecage-page><script type="module" src="?asset=page.js"></script></body></html>').encode())
                    return
                try:
                    with open(os.path.join(SHARE, name), "rb") as f:
                        self.send(TYPES[os.path.splitext(name)[1]], f.read())
                except OSError:
                    self.send_error(404)

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                mock.told |= "token" in request
                request["token"] = self.headers["X-Sitecage-Token"]
                mock.asked.append(request)
                self.send("application/json", json.dumps(mock.answer(request)).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/page"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()


if __name__ == "__main__":
    with Mock(overview(all_states())) as m:
        print(m.url, flush=True)
        time.sleep(3600)
