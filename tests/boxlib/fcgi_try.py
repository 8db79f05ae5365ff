#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Speaks FastCGI to a Unix socket, as a web server with an odd configuration would, or somebody who lies.

    fcgi_try.py SOCKET SCRIPT DOCROOT [SCRIPT DOCROOT]...

Each pair is a request, all on one connection with FCGI_KEEP_CONN; "-": without that parameter. Prints what each one's
program printed, "HTTP CODE" where it is another status than 200, "closed" where nothing is answered."""
import socket
import struct
import sys


def record(kind, content, number):
    return struct.pack("!BBHHBB", 1, kind, number, len(content), 0, 0) + content


def pair(name, value):
    out = b""
    for word in (name, value):
        out += bytes([len(word)]) if len(word) < 128 else struct.pack("!I", len(word) | 1 << 31)
    return out + name.encode() + value.encode()


def request(script, docroot, number):
    params = b"".join(pair(*p) for p in (
        ("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/x.php"), ("REQUEST_URI", "/x.php"), ("QUERY_STRING", ""),
        ("SERVER_PROTOCOL", "HTTP/1.1"), ("GATEWAY_INTERFACE", "CGI/1.1"), ("REDIRECT_STATUS", "200")))
    if script != "-":
        params += pair("SCRIPT_FILENAME", script)
    if docroot != "-":
        params += pair("DOCUMENT_ROOT", docroot)
    return (record(1, struct.pack("!HB5x", 1, 1), number) + record(4, params, number) + record(4, b"", number) +
            record(5, b"", number))


def read(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def answer(connection):
    out = b""
    while True:
        _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", read(connection, 8))
        content = read(connection, length)
        read(connection, padding)
        if kind == 6:
            out += content
        if kind == 3:
            head, _, body = out.partition(b"\r\n\r\n")
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"status: ") and not line.endswith(b" 200 OK"):
                    return "HTTP " + line.split()[1].decode()
            return body.decode(errors="replace")


connection = socket.socket(socket.AF_UNIX)
connection.settimeout(20)
connection.connect(sys.argv[1])
for at in range(2, len(sys.argv), 2):
    try:
        connection.sendall(request(sys.argv[at], sys.argv[at + 1], at // 2))
        print(answer(connection))
    except (EOFError, ConnectionError):
        print("closed")
