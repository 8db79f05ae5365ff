#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a site leaves on its caller's terminal: left-behind.py FORM LOG. The program ends at once; a process of it stays
until LOG.end is there, and writes to LOG what it got of the terminal, a line each:

    read TEXT        what somebody typed
    did WHAT         an ioctl, or a write, that went through
    ready            once it has tried everything for the first time

FORM: foreground (a background process takes the foreground and reads), session (a session of its own opens the terminal
again, by every name), passed (its descriptor is sent to a process that was never on the terminal), keep-reading (reads
what it has, whatever happens)."""
import fcntl
import glob
import os
import signal
import socket
import struct
import sys
import termios
import time

form, log = sys.argv[1], sys.argv[2]
TIOCLINUX = 0x541C


def say(text):
    with open(log, "a", encoding="utf-8") as f:
        f.write(text + "\n")


def deaf():
    for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP, signal.SIGTTIN,
                signal.SIGTTOU):
        signal.signal(sig, signal.SIG_IGN)


def tries(fd):
    """Everything that takes, or types on, the terminal behind fd."""
    calls = {"TIOCSCTTY": (termios.TIOCSCTTY, 1), "TIOCSTI": (termios.TIOCSTI, b"x"), "TIOCLINUX": (TIOCLINUX, b"\x03"),
             "TIOCSPGRP": (termios.TIOCSPGRP, struct.pack("i", os.getpgrp())),
             "TIOCSWINSZ": (termios.TIOCSWINSZ, struct.pack("HHHH", 11, 22, 0, 0))}
    for name, (request, arg) in calls.items():
        try:
            fcntl.ioctl(fd, request, arg)
            say(f"did {name}")
        except OSError:
            pass
    try:
        os.write(fd, b"<left-behind>")
        say("did write")
    except OSError:
        pass


def names():
    yield from ("/dev/tty", "/dev/console", "/dev/stdin")
    yield from glob.glob("/dev/pts/[0-9]*")
    yield from glob.glob("/proc/[0-9]*/fd/*")


def reopened():
    for name in names():
        try:
            if os.stat(name).st_rdev >> 8 in (4, 5, 136, 137):
                yield os.open(name, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            pass


def take(fd):
    """Reads for a moment. A terminal that has hung up has nothing."""
    try:
        os.set_blocking(fd, False)
        text = os.read(fd, 1000)
        if text:
            say("read " + repr(text))
    except OSError:
        pass


def steal(fds):
    first = True
    while not os.path.exists(log + ".end"):
        more = list(reopened()) if form == "session" else []
        for fd in list(fds) + more:
            if form == "foreground" and not first:
                try:
                    os.tcsetpgrp(fd, os.getpgrp())
                except OSError:
                    pass
            if first and os.path.exists(log + ".now"):
                tries(fd)
            take(fd)
        for fd in more:
            os.close(fd)
        if os.path.exists(log + ".now"):
            if first:
                say("ready")
            first = False
        time.sleep(0.01)
    os._exit(0)


def stay():
    deaf()
    if os.fork() != 0:
        os._exit(0)
    if form == "session":
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
    elif form != "keep-reading":
        os.setpgid(0, 0)
    steal([0, 1, 2])


def passed():
    """One that was never on the terminal gets its descriptor."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        deaf()
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        ours.close()
        _, fds, _, _ = socket.recv_fds(theirs, 1, 3)
        steal(fds)
    socket.send_fds(ours, [b"x"], [0, 1, 2])


if form == "passed":
    passed()
elif os.fork() == 0:
    stay()
