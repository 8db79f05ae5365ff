#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A person at a terminal: person.py USER STEP... -- COMMAND...

Runs COMMAND as USER in a session of its own with a terminal, and does the steps one after the other. Ends with 0 when
all of them went as they say, else with 1 and what the terminal showed. Steps:

    see TEXT         waits until TEXT is shown, after what was seen before; \\n for the end of a line
    unseen TEXT      TEXT was not shown since what was seen last
    type TEXT        with Python's escapes: \\r, \\x03
    flood            types until the terminal takes no more
    size ROWS COLS
    run COMMAND      a shell command outside of the terminal; until it succeeds
    modes cooked|raw waits until the terminal's modes are such
    deaf, hears      reads nothing that is written to the terminal; reads again
    hang-up          closes the terminal
    end STATUS       COMMAND ends with this status (128+N after signal N)
"""
import codecs
import fcntl
import os
import pty
import pwd
import select
import signal
import struct
import subprocess
import sys
import termios
import time

LONG = 30  # seconds: for what should happen at once, on a machine that is busy
ARITY = {"see": 1, "unseen": 1, "type": 1, "flood": 0, "size": 2, "run": 1, "modes": 1, "deaf": 0, "hears": 0, "hang-up": 0, "end": 1}


class Person:
    def __init__(self, user, command):
        self.all, self.at, self.deaf, self.status = b"", 0, False, None
        self.master, slave = pty.openpty()
        self.slave = slave  # kept: the terminal shows its modes when nobody else has it, too
        os.chown(slave, pwd.getpwnam(user).pw_uid, -1)
        os.set_blocking(self.master, False)
        self.size(24, 80)
        self.pid = os.fork()
        if self.pid == 0:
            self.become(user, command)

    def become(self, user, command):
        os.close(self.master)
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(self.slave, fd)
        if self.slave > 2:
            os.close(self.slave)
        who = pwd.getpwnam(user)
        os.initgroups(user, who.pw_gid)
        os.setgid(who.pw_gid)
        os.setuid(who.pw_uid)
        os.chdir(who.pw_dir)
        env = {"HOME": who.pw_dir, "USER": user, "LOGNAME": user, "TERM": "xterm", "PS1": "prompt> ",
               "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        for sig in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP):
            signal.signal(sig, signal.SIG_DFL)
        os.execvpe(command[0], command, env)

    def read(self, wait):
        """What is shown within `wait` seconds. False: nothing."""
        if self.deaf or self.master is None:
            time.sleep(wait)
            return False
        if not select.select([self.master], [], [], wait)[0]:
            return False
        self.all += os.read(self.master, 65536)
        return True

    def until(self, what, text):
        end = time.monotonic() + LONG
        while not what():
            if time.monotonic() > end:
                raise AssertionError(text)
            self.read(0.05)

    def see(self, text):
        want = codecs.decode(text, "unicode_escape").replace("\n", "\r\n").encode()
        self.until(lambda: self.all.find(want, self.at) >= 0, f"not seen: {want}")
        self.at = self.all.find(want, self.at) + len(want)

    def unseen(self, text):
        while self.read(0):
            pass
        if text.encode() in self.all[self.at:]:
            raise AssertionError(f"seen: {text}")

    def type(self, text):
        data = codecs.decode(text, "unicode_escape").encode("latin-1")
        end = time.monotonic() + LONG
        while data:
            if time.monotonic() > end:
                raise AssertionError("the terminal takes no more")
            self.read(0)
            data = self.rest(data)

    def rest(self, data):
        """What the terminal did not take of it now."""
        try:
            return data[os.write(self.master, data):]
        except BlockingIOError:
            return data

    def flood(self):
        line, late = b"x" * 200 + b"\r", 0
        while late < 10:
            late = late + 1 if self.rest(line) == line else 0
            self.read(0.05 if late else 0)

    def size(self, rows, cols):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(cols), 0, 0))

    def run(self, command):
        self.until(lambda: subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL, check=False).returncode == 0, f"failed: {command}")

    def modes(self, which):
        flags = termios.ICANON | termios.ECHO | termios.ISIG
        want = flags if which == "cooked" else 0
        self.until(lambda: termios.tcgetattr(self.slave)[3] & flags == want, f"the terminal is not {which}")

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        return self.status is not None

    def end(self, status):
        self.until(self.ended, "it does not end")
        while self.read(0):
            pass
        if self.status != int(status):
            raise AssertionError(f"it ended with {self.status}, not {status}")

    def step(self, name, args):
        if name in ("deaf", "hears"):
            self.deaf = name == "deaf"
        elif name == "hang-up":
            os.close(self.slave)
            os.close(self.master)
            self.master = None
        else:
            getattr(self, name)(*args)


def main():
    split = sys.argv.index("--")
    words, person, step = sys.argv[2:split], Person(sys.argv[1], sys.argv[split + 1:]), []
    try:
        while words:
            step, words = words[:1 + ARITY[words[0]]], words[1 + ARITY[words[0]]:]
            person.step(step[0], step[1:])
    except (AssertionError, OSError) as e:
        print(f"at {step}: {e}", file=sys.stderr)
        print(f"shown: {person.all!r}", file=sys.stderr)
        return 1
    finally:
        if not person.ended():
            os.kill(person.pid, signal.SIGKILL)
            os.waitpid(person.pid, 0)
    print(person.all.replace(b"\r\n", b"\n").decode(errors="replace"), end="")
    return 0


sys.exit(main())
