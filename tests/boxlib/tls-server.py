#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that answers as a panel's API does, or misbehaves; tests/boxlib/tls.sh starts it.

    tls-server.py PORT CERTIFICATE KEY LOG ANSWERS      CERTIFICATE "-": plain http

LOG gets a line of JSON for each request: method, path, authorization, headers, body. ANSWERS is a folder:
the answer to /a/b is its file a_b, read anew for each request; when there is a file named `behave`, its
word says how all answers come instead (as does a path that begins with /~WORD/):

    NNN           that status, an HTML page
    redirect=URL  302 to URL
    silent        never an answer
    drip          a byte every 0.2 s, for ever
    slow=SECONDS  the answer after a while
    truncated     a Content-Length larger than what comes
    cut-chunk     chunked, and no last chunk
    endless       for ever, chunked
    huge          a Content-Length of 1 TiB
    headers       header lines for ever
    chunked       the answer in chunks
    empty         200 and nothing
    nothing       the connection is closed without an answer
    tls11         (CERTIFICATE only, at start) nothing newer than TLS 1.1
"""
import http.server
import json
import os
import ssl
import sys
import threading
import time

port, cert, key, log, answers = int(sys.argv[1]), *sys.argv[2:6]
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def behaviour(self):
        if self.path.startswith("/~"):
            word, _, rest = self.path[2:].partition("/")
            if word == "redirect":
                word, rest = "redirect=" + rest, ""
            self.path = "/" + rest
            return word
        try:
            with open(os.path.join(answers, "behave"), encoding="utf-8") as f:
                return f.read().strip()
        except FileNotFoundError:
            return ""

    def content(self):
        name = self.path.partition("?")[0].strip("/").replace("/", "_") or "index"
        try:
            with open(os.path.join(answers, name), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def whole(self, status, data):
        self.head(status, Content_Length=str(len(data)), Content_Type="text/plain")
        self.wfile.write(data)

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        with lock, open(log, "a", encoding="utf-8") as f:
            json.dump({"method": self.command, "path": self.path, "headers": dict(self.headers),
                       "authorization": self.headers.get("Authorization"),
                       "body": body.decode("latin-1")}, f)
            f.write("\n")
        self.close_connection = True
        how, _, value = self.behaviour().partition("=")
        data = self.content()
        if how.isdigit():
            self.whole(int(how), b"<html>secret page of the server</html>\n")
        elif how == "redirect":
            self.head(302, Location=value, Content_Length="0")
        elif how == "silent":
            time.sleep(3600)
        elif how == "drip":
            self.head(200, Content_Length="100000")
            while True:
                self.wfile.write(b"x")
                time.sleep(0.2)
        elif how == "truncated":
            self.head(200, Content_Length="1000")
            self.wfile.write(b"half of it")
        elif how == "cut-chunk":
            self.head(200, Transfer_Encoding="chunked")
            self.chunk(b"half of it")
        elif how == "endless":
            self.head(200, Transfer_Encoding="chunked")
            while True:
                self.chunk(b"x" * 65536)
        elif how == "huge":
            self.head(200, Content_Length=str(1 << 40))
            while True:
                self.wfile.write(b"x" * 65536)
        elif how == "headers":
            self.send_response(200)
            self.flush_headers()
            while True:
                self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        elif how == "chunked":
            self.head(200, Transfer_Encoding="chunked")
            for i in range(0, len(data), 7):
                self.chunk(data[i:i + 7])
            self.chunk(b"")
        elif how == "empty":
            self.whole(200, b"")
        elif how == "nothing":
            self.connection.close()
        else:
            if how == "slow":
                time.sleep(float(value))
            if data is None:
                self.whole(404, b"no such thing\n")
            else:
                self.whole(200, data)

    do_GET = do_POST = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients that go away in the middle are what is tested


server = Server(("127.0.0.1", port), Handler)
if cert != "-":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    try:
        with open(os.path.join(answers, "behave"), encoding="utf-8") as start:
            if start.read().strip() == "tls11":
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
    except FileNotFoundError:
        pass
    # the handshake is each connection's own affair: one that hangs must not hold up the others
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
