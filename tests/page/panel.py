# SPDX-License-Identifier: GPL-2.0-or-later
"""Stand-ins for the panels that host the page, each as facts about the real one say: how a session begins, which user the
program runs as, what is in its environment, where the body of a request is, and what is made of its output.

    python3 panel.py cpanel|directadmin|generic|plesk PORT

Runs as root. Anybody logs in at /login with a user's name and the password "pw-NAME"; one session for each."""
import html
import http.server
import json
import os
import pwd
import secrets
import socket
import subprocess
import sys
import threading
import urllib.parse


class Panel(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    sessions = {}  # the cookie's value: {"user", "token", "key"}

    # ---- sessions ----

    def session(self):
        for part in self.headers.get("Cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "session" and value in self.sessions:
                return self.sessions[value]
        return None

    def login(self, query):
        user, password = query.get("user", [""])[0], query.get("password", [""])[0]
        if password != "pw-" + user:
            return self.page(401, "wrong password")
        cookie = secrets.token_hex(16)
        session = {"user": user, "id": cookie, "key": secrets.token_hex(8), "token": "/cpsess%d" % secrets.randbelow(10 ** 10)}
        self.sessions[cookie] = session
        self.send_response(303)
        self.send_header("Set-Cookie", f"session={cookie}; Path=/; HttpOnly; SameSite=Lax")
        self.send_header("Location", self.home(session))
        self.end_headers()

    def page(self, status, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        if parts.path == "/login":
            return self.login(urllib.parse.parse_qs(parts.query))
        session = self.session()
        if not session:
            return self.page(401, "log in first")
        return self.serve(session, parts)

    do_POST = do_GET
    do_DELETE = do_GET

    def log_message(self, *_):
        pass

    # ---- programs ----

    def run(self, path, user, env, data):
        """The program's whole output, run as the user, with this environment and nothing else."""
        who = pwd.getpwnam(user)
        done = subprocess.run([path], env=env, input=data, stdout=subprocess.PIPE, user=who.pw_uid, group=who.pw_gid,
                              extra_groups=os.getgrouplist(user, who.pw_gid), cwd=os.path.dirname(path), check=False)
        return done.stdout

    def cgi_env(self, session, parts, path):
        env = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": self.command, "QUERY_STRING": parts.query, "REMOTE_USER": session["user"],
               "SCRIPT_FILENAME": path, "REQUEST_URI": self.path, "HOME": pwd.getpwnam(session["user"]).pw_dir, "PATH": "/usr/bin:/bin",
               "CONTENT_LENGTH": self.headers.get("Content-Length", ""), "CONTENT_TYPE": self.headers.get("Content-Type", "")}
        for name, value in self.headers.items():
            if name not in ("Content-Length", "Content-Type", "Cookie"):
                env["HTTP_" + name.upper().replace("-", "_")] = value
        return env

    def send_cgi(self, output):
        head, _, body = output.partition(b"\r\n\r\n")
        status, headers = 500 if not head else 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                status = int(value.split()[0])
            else:
                headers.append((name, value))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Cpanel(Panel):
    """Each address has the session's token in front; the program runs as the account, and WHM's as root."""
    base = "/usr/local/cpanel/base/frontend/jupiter"
    whm = "/usr/local/cpanel/whostmgr/docroot/cgi"

    def home(self, session):
        if session["user"] == "root" or session["user"].startswith("reseller"):
            return session["token"] + "/cgi/sitecage/index.cgi"
        return session["token"] + "/frontend/jupiter/sitecage/index.live.cgi"

    def serve(self, session, parts):
        token = session["token"]
        if not parts.path.startswith(token + "/"):
            return self.page(401, "the token is not this session's")
        rest = parts.path[len(token):]
        if rest.startswith("/cgi/"):
            path, user = self.whm + os.path.normpath(rest[4:]), "root"
        else:
            path, user = self.base + os.path.normpath(rest[len("/frontend/jupiter"):]), session["user"]
        if not os.access(path, os.X_OK):
            return self.page(404, "not found")
        env = self.cgi_env(session, parts, path)
        env["cp_security_token"] = token
        return self.send_cgi(self.run(path, user, env, self.body()))


class DirectAdmin(Panel):
    """No token, the cookie is all; the body is in POST, encoded for HTML, or on standard input where it is long; a
    name that ends in .raw answers HTTP itself, others are put into the panel's own page."""
    base = "/usr/local/directadmin/plugins"

    def home(self, session):
        level = "CMD_PLUGINS_ADMIN" if session["user"] == "admin" else "CMD_PLUGINS"
        return f"/{level}/sitecage/index.html"

    def serve(self, session, parts):
        words = parts.path.split("/")
        level = {"CMD_PLUGINS": "user", "CMD_PLUGINS_ADMIN": "admin"}.get(words[1])
        if not level or len(words) != 4 or (level == "admin") != (session["user"] == "admin"):
            return self.page(404, "not found")
        path = f"{self.base}/{words[2]}/{level}/{words[3]}"
        if not os.access(path, os.X_OK):
            return self.page(404, "not found")
        body = self.body().decode()
        env = {"USERNAME": session["user"], "RUNNING_AS": session["user"], "SESSION_ID": session["id"], "SESSION_KEY": session["key"],
               "QUERY_STRING": html.escape(parts.query), "REQUEST_METHOD": self.command, "PATH": "/usr/bin:/bin", "HTTP_COOKIE": self.headers["Cookie"],
               "POST": html.escape(body), "CONTENT_LENGTH": ""}
        if len(body) > 125000:
            env["POST"] = "stdin=true"
        output = self.run(path, session["user"], env, html.escape(body).encode() if len(body) > 125000 else b"")
        if path.endswith(".raw"):
            self.wfile.write(output)
            return None
        return self.page(200, "<!doctype html><html lang=\"en\"><head><title>DirectAdmin</title></head><body><h2>Skin</h2>" + output.decode() + "</body></html>")


class Generic(Panel):
    """A vendor's panel: it runs the program as the account, and says in SITECAGE_SESSION and SITECAGE_LANG what it knows."""
    base = "/usr/share/vendor/assets"

    def home(self, _session):
        return "/assets/sitecage/index.cgi"

    def serve(self, session, parts):
        path = self.base + os.path.normpath(parts.path[len("/assets"):])
        if not parts.path.startswith("/assets/") or not os.access(path, os.X_OK):
            return self.page(404, "not found")
        env = self.cgi_env(session, parts, path)
        env["SITECAGE_SESSION"] = session["id"]
        env["SITECAGE_LANG"] = "de"
        return self.send_cgi(self.run(path, session["user"], env, self.body()))


class Plesk(Panel):
    """The panel's own PHP runs as psaadm; what it calls for a domain is run as its system user, and what lies in the
    extension's sbin as root, by a program of the panel's (here: a socket)."""
    base = "/usr/local/psa/admin/htdocs/modules/sitecage"
    wrapper = "/tmp/plesk-wrapper"

    def home(self, session):
        return "/modules/sitecage/index.php/index/" + ("admin" if session["user"] == "admin" else "index")

    def serve(self, session, parts):
        rest = os.path.normpath(parts.path[len("/modules/sitecage/"):])
        if not parts.path.startswith("/modules/sitecage/") or rest.startswith(".."):
            return self.page(404, "not found")
        if not rest.startswith("index.php"):
            return self.static(os.path.join(self.base, rest))
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plesk.php")
        env = self.cgi_env(session, parts, script)
        env.update(PLESK_CLIENT=session["user"], PLESK_SESSION=session["id"], PATH_INFO=rest[len("index.php"):], REDIRECT_STATUS="1",
                   SCRIPT_NAME="/modules/sitecage/index.php", HOME="/tmp")
        done = subprocess.run(["php-cgi", "-d", "session.save_path=/tmp"], env=env, input=self.body(), stdout=subprocess.PIPE, user="psaadm", group="psaadm",
                              extra_groups=[], cwd="/tmp", check=False)
        return self.send_cgi(done.stdout)

    def static(self, path):
        kind = {".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml"}.get(os.path.splitext(path)[1])
        if not kind or not os.path.isfile(path):
            return self.page(404, "not found")
        with open(path, "rb") as f:
            data = f.read()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        return self.wfile.write(data)

    @classmethod
    def begin(cls):
        os.makedirs(cls.wrapper, 0o750)
        os.chown(cls.wrapper, 0, pwd.getpwnam("psaadm").pw_gid)
        s = socket.socket(socket.AF_UNIX)
        s.bind(cls.wrapper + "/sock")
        os.chmod(cls.wrapper + "/sock", 0o666)
        s.listen(20)

        def work():
            while True:
                c, _ = s.accept()
                with c, c.makefile("rb") as lines:
                    asked = json.loads(lines.readline())
                    who = pwd.getpwnam(asked["user"])
                    done = subprocess.run(asked["argv"], env={"PATH": "/usr/bin:/bin", "HOME": who.pw_dir}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          user=who.pw_uid, group=who.pw_gid, extra_groups=[], cwd="/", check=False)
                    c.sendall(done.stdout)

        threading.Thread(target=work, daemon=True).start()


KINDS = {"cpanel": Cpanel, "directadmin": DirectAdmin, "generic": Generic, "plesk": Plesk}

if __name__ == "__main__":
    if sys.argv[1] == "plesk":
        Plesk.begin()
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), KINDS[sys.argv[1]]).serve_forever()
