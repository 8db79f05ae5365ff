#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# like_cron.py USER WORD: runs the entry of the installed crontab that has WORD as cron does: the settings above it, the
# ids, HOME as working directory, `%` for newlines of the standard input.
import os, pwd, re, subprocess, sys
user, word = sys.argv[1:]
pw = pwd.getpwnam(user)
text = subprocess.run(["crontab", "-u", user, "-l"], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8", "surrogateescape")
env, found = {}, None
for line in text.split("\n"):
    line = line.lstrip(" \t")
    if not line or line.startswith("#"):
        continue
    m = re.fullmatch(r"""(?:"([^"=]*)"|'([^'=]*)'|([^\s="']*))\s*=\s*(.*?)\s*""", line)
    if m:
        value = m.group(4)
        if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
            value = value[1:-1]
        env[next(g for g in m.groups()[:3] if g is not None)] = value
    elif word in line and found is None:
        command = line.split(None, 1 if line[0] == "@" else 5)[-1]
        found = (dict(env), command)
if not found:
    sys.exit("no entry with " + word)
env, command = found
env = {"HOME": pw.pw_dir, "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", **env, "LOGNAME": user, "USER": user}
parts = re.split(r"(?<!\\)%", command)
command, stdin = parts[0].replace("\\%", "%"), "\n".join(parts[1:]).replace("\\%", "%")
def become():
    os.initgroups(user, pw.pw_gid); os.setgid(pw.pw_gid); os.setuid(pw.pw_uid); os.chdir(env["HOME"])
sys.exit(subprocess.run([env["SHELL"], "-c", command], env=env, input=(stdin + "\n").encode() if len(parts) > 1 else b"",
                        preexec_fn=become).returncode)
