#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests at a constant rate, counted.

load.py RATE SECONDS|until FILE HOST:PORT NAME PATH WANTED [NAME PATH WANTED]...

Sends RATE requests a second to each NAME (Host header) in turn, each on a connection of its own and whatever became of
the one before, for SECONDS or until FILE is gone. Prints "NAME sent failed slowest" (in ms) a line each, and then what the
first failures were. A request has failed when the answer is not status 200 with exactly the body WANTED, within 30 s.
"""
import socket
import sys
import threading
import time
import os
import collections


def request(address, name, path, wanted):
    try:
        with socket.create_connection(address, timeout=30) as s:
            s.sendall(f"GET {path} HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
            data = b""
            while chunk := s.recv(65536):
                data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        status = head.split(b" ", 2)[1] if b" " in head else b"?"
        if status != b"200":
            return "status " + status.decode("latin-1")
        if body.decode("latin-1").strip() != wanted:
            return "body " + repr(body[:80])
        return None
    except OSError as e:
        return repr(e)


def main():
    rate, how_long = float(sys.argv[1]), sys.argv[2]
    address = sys.argv[4].rsplit(":", 1)
    address = (address[0], int(address[1]))
    targets = [sys.argv[i:i + 3] for i in range(5, len(sys.argv), 3)]
    sent, failed, slowest, texts = collections.Counter(), collections.Counter(), collections.Counter(), []
    lock = threading.Lock()
    slots = threading.Semaphore(400)
    start = time.monotonic()

    def one(number, name, path, wanted):
        began = time.monotonic()
        why = request(address, name, path, wanted)
        with lock:
            sent[name] += 1
            slowest[name] = max(slowest[name], time.monotonic() - began)
            if why:
                failed[name] += 1
                texts.append(f"{name} at {time.monotonic() - start:.3f}: {why}")
        slots.release()

    threads, number = [], 0
    while os.path.exists(sys.argv[3]) if how_long == "until" else time.monotonic() - start < float(how_long):
        due = start + number / rate
        delay = due - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        name, path, wanted = targets[number % len(targets)]
        slots.acquire()
        t = threading.Thread(target=one, args=(number, name, path, wanted), daemon=True)
        t.start()
        threads.append(t)
        number += 1
    for t in threads:
        t.join(35)
    for name, _, _ in targets:
        print(name, sent[name], failed[name], int(slowest[name] * 1000))
    for text in texts[:5]:
        print("#", text)


main()
