#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What an attacker who owns a site tries: tricks with the web server, with the commands, with the kernel, and making
# isolation fail. Each trick first succeeds while nothing is isolated.
# Functions are called by the checks; $ in single quotes is PHP's or an inner shell's.
# shellcheck disable=SC2317,SC2016,SC2086 # paths here have no spaces
set -uo pipefail
# shellcheck disable=SC2034 # read by apache_configure
APACHE_MODULES=userdir
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/attack.sh
. "$SC_SOURCE/tests/boxlib/attack.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
A=$H/a.example
ADDON=$H/public_html/addon
panel_install
without_module # what is tested here is the entry alone: the module answers before it
monitor_off
make_user john
make_user mary
make_user nobodys
make_site john main.example $H/public_html      # not isolated
make_site john addon.example $ADDON             # isolated, nested
make_site john a.example $A                     # isolated
make_site john b.example $H/b.example           # not isolated
make_site john c.example $H/c.example           # isolated
make_site john sm.example $H/sm shebang         # not isolated
make_site john sa.example $H/sm/addon shebang   # isolated, nested
make_site mary mary.example /home/mary/www
echo "secret of b" | put_file john $H/b.example/secret.txt
attack_tools

## The web server's tricks. Code of an isolated site says ESCAPED when it can read a sibling's secret.
evil_php="<?php echo is_readable('$H/b.example/secret.txt') ? 'ESCAPED' : 'caged';"
evil_sh="if test -r $H/b.example/secret.txt; then echo ESCAPED; else echo caged; fi"
evil_cgi=$'#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\n'"$evil_sh"$'\n'
ssi() # VARIABLE=VALUE... DIRECTIVE: a server-parsed page
{
    local set
    for set in "${@:1:$#-1}"; do
        printf '<!--#set var="%s" value="%s" -->' "${set%%=*}" "${set#*=}"
    done
    printf '<!--#%s -->\n' "${*: -1}"
}
server_parsed=$'AddType text/html .shtml\nAddOutputFilter INCLUDES .shtml\n'

tricks=()
# trick TEXT DOMAIN PATH: an attempt that the controls and the attacks both make.
trick() { tricks+=("$1|$2|$3"); }
escaped() { http "$1" "$2" 2>/dev/null | grep -q ESCAPED; }

for dir in $A $ADDON; do
    as_user john mkdir -p $dir/env $dir/rewrite $dir/act $dir/handler $dir/ini
    printf '%s' "$evil_php" | tee >(put_file john $dir/evil.php) >(put_file john $dir/env/evil.php) \
        >(put_file john $dir/rewrite/evil.php) | put_file john $dir/ini/none.php
    printf '%s' "$evil_cgi" | put_file john $dir/evil.cgi 755
    printf 'SetEnv DOCUMENT_ROOT %s\nSetEnv PATH_TRANSLATED %s/x.php\nSetEnv SCRIPT_FILENAME %s/x.php\n' $H/b.example \
        $H/b.example $H/b.example | put_file john $dir/env/.htaccess
    printf '%s' "$evil_cgi" | put_file john $dir/env/evil.cgi 755
    printf 'RewriteEngine on\nRewriteRule ^(.*)$ - [E=DOCUMENT_ROOT:%s,E=PATH_TRANSLATED:%s/x.php]\n' $H/b.example \
        $H/b.example | put_file john $dir/rewrite/.htaccess
    printf '%s' "$evil_cgi" | put_file john $dir/rewrite/evil.cgi 755
    printf '%s' "$evil_cgi" | put_file john $dir/handler/x.evil 755
    printf 'AddHandler cgi-script .evil\n' | put_file john $dir/handler/.htaccess
    printf 'auto_prepend_file=%s\n' $H/b.example/escaped.txt | put_file john $dir/ini/.user.ini
    printf '%s' "$server_parsed" | put_file john $dir/.htaccess
    ssi "DOCUMENT_ROOT=$H/b.example" 'exec cmd="evil.cgi"' | put_file john $dir/exec.shtml
    ssi "DOCUMENT_ROOT=/nowhere" 'exec cmd="evil.cgi"' | put_file john $dir/exec2.shtml
    ssi "DOCUMENT_ROOT=$H/b.example" 'include virtual="evil.cgi"' | put_file john $dir/virtual.shtml
    ssi "DOCUMENT_ROOT=$H/b.example" 'include virtual="evil.php"' | put_file john $dir/virtual2.shtml
    ssi "PATH_TRANSLATED=$dir/evil.php" REDIRECT_URL=/x REDIRECT_STATUS=200 "DOCUMENT_ROOT=$H/b.example" \
        'include virtual="/cgi-sys/php"' | put_file john $dir/handler.shtml
    echo x | put_file john $dir/act/x.foo
done
printf 'AddHandler evil .foo\nAction evil /evil.cgi\n' | put_file john $A/act/.htaccess
printf 'AddHandler evil .foo\nAction evil /addon/evil.cgi\n' | put_file john $ADDON/act/.htaccess
echo ESCAPED | put_file john $H/b.example/escaped.txt
for site in "a.example|" "addon.example|" "main.example|/addon"; do
    domain=${site%|*} at=${site#*|}
    trick "plain PHP" "$domain" "$at/evil.php"
    trick "plain CGI" "$domain" "$at/evil.cgi"
    trick "with a path behind it" "$domain" "$at/evil.php/x/y"
    trick "SetEnv, PHP" "$domain" "$at/env/evil.php"
    trick "SetEnv, CGI" "$domain" "$at/env/evil.cgi"
    trick "RewriteRule's E=, PHP" "$domain" "$at/rewrite/evil.php"
    trick "RewriteRule's E=, CGI" "$domain" "$at/rewrite/evil.cgi"
    trick "AddHandler cgi-script" "$domain" "$at/handler/x.evil"
    trick "auto_prepend_file of a sibling" "$domain" "$at/ini/none.php"
    trick "SSI #exec with a sibling's DOCUMENT_ROOT" "$domain" "$at/exec.shtml"
    trick "SSI #exec with a DOCUMENT_ROOT that is none" "$domain" "$at/exec2.shtml"
    trick "SSI #include of a CGI" "$domain" "$at/virtual.shtml"
    trick "SSI #include of PHP" "$domain" "$at/virtual2.shtml"
    trick "SSI and the handler with a script of one's own" "$domain" "$at/handler.shtml"
done
trick "Action to an own script" a.example /act/x.foo
trick "Action to an own script" main.example /addon/act/x.foo

# What leads from a site that is not isolated into one that is: links that the account's owner made.
as_user john ln -s ../a.example $H/public_html/blog
as_user john ln -s ../a.example/evil.php $H/public_html/evil-link.php
trick "a link in the open site to the isolated one" main.example /blog/evil.php
trick "the same, CGI" main.example /blog/evil.cgi
trick "the same, with a path behind it" main.example /blog/evil.php/x/y
trick "a link to a script of the isolated one" main.example /evil-link.php

# Scripts that are programs: PHP takes the script's name from the environment, which .htaccess can set.
as_user john mkdir -p $H/sm/addon/dir
printf '#!/usr/bin/php-cgi\n<?php echo "main itself";' | put_file john $H/sm/index.php 755
printf '#!/usr/bin/php-cgi\n%s' "$evil_php" | put_file john $H/sm/addon/evil.php 755
printf 'SetEnv PATH_TRANSLATED %s\nSetEnv REDIRECT_URL /x\n' $H/sm/addon/evil.php |
    put_file john $H/sm/addon/.htaccess
as_user john ln -s $H/sm $H/sm/addon/up
trick "a program" sa.example /evil.php
trick "a program, by the domain around" sm.example /addon/evil.php
trick "the domain around's own program, told to run ours" sm.example /addon/up/index.php

# User directories: suexec is told ~UID.
cat >>/etc/apache2/conf-enabled/box.conf <<'CONFIG'
UserDir public_html
UserDir enabled
<Directory "/home/*/public_html">
    Options All
    AllowOverride All
    AddHandler cgi-script .cgi
</Directory>
CONFIG
as_user john mkdir -p $H/public_html/cgi-bin
make_site john userdir.example $H/public_html/cgi-bin # isolated, and in what suexec allows for user directories
printf '%s' "$evil_cgi" | put_file john $H/public_html/cgi-bin/evil.cgi 755
trick "a user directory" main.example /~john/cgi-bin/evil.cgi

# A further directory that the site may write, which is no document root.
as_user john mkdir -p $H/app/storage
as_user john ln -s ../app/storage $A/storage
printf '%s' "$server_parsed" | put_file john $H/app/storage/.htaccess
ssi "DOCUMENT_ROOT=/nowhere" "PATH_TRANSLATED=/nowhere/x" 'exec cmd="evil.cgi"' | put_file john $H/app/storage/exec.shtml
ssi "DOCUMENT_ROOT=$H/b.example" "PATH_TRANSLATED=$H/b.example/x" \
    "SCRIPT_FILENAME=$H/b.example/x" 'exec cmd="evil.cgi"' | put_file john $H/app/storage/exec2.shtml
printf '%s' "$evil_cgi" | put_file john $H/app/storage/evil.cgi 755
trick "a CGI in a further writable directory" a.example /storage/evil.cgi
trick "SSI in a further writable directory" a.example /storage/exec.shtml
trick "SSI there, with a sibling's names" a.example /storage/exec2.shtml

# Links that change while the request is on its way.
as_user john mkdir -p $ADDON/race/dir
printf '%s' "$evil_php" | put_file john $ADDON/race/dir/evil.php
as_user john ln -s $H/public_html $ADDON/race/link
flipper='import ctypes, sys
c = ctypes.CDLL(None)
while True:
    c.renameat2(-100, b"dir", -100, b"link", 2)'
race() # REQUESTS: true when one escaped
{
    local n flips won=1
    as_user john sh -c "cd $ADDON/race && exec python3 -c '$flipper'" &
    wait_until 5 pgrep -u john -f renameat2
    for ((n = 0; n < $1; n++)); do
        if escaped main.example /addon/race/dir/evil.php; then
            won=0
            break
        fi
    done
    flips=$(pgrep -u john -f renameat2)
    kill -9 $flips
    return $won
}

apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
for entry in "${tricks[@]}"; do
    IFS='|' read -r text domain path <<<"$entry"
    check "control: $text ($domain$path)" escaped "$domain" "$path"
done
check "control: a link that changes" race 200

# Signals by process group: requests of all sites are children of one process.
group_kill() # 0 when a sibling's running request was ended by the attacker's
{
    local job status=0
    php_eval b.example 'touch("/tmp/started"); sleep(4); echo "survived";' >"$checks_dir/slow" 2>&1 &
    job=$!
    wait_until 5 test -e /tmp/started
    rm /tmp/started
    php_eval a.example 'posix_kill(0, SIGKILL);' >/dev/null 2>&1
    wait "$job"
    ! grep -q survived "$checks_dir/slow" || status=1
    return $status
}
check "control: a request ends a sibling's request by its process group" group_kill

group_survives() { [ "$(as_user john setsid -w sh -c "$1 kill-group; echo survived" </dev/null 2>/dev/null)" = survived ]; }
check_not "control: a program ends its caller's process group" group_survives $A/attack

check "isolated" cagefsctl --site-isolation-enable a.example c.example addon.example sa.example userdir.example mary.example
cat >"$checks_dir/json" <<'JSON'
import json, sys
p = "/home/john/.lve/domains.json"
d = json.load(open(p))
d["domains"]["a.example"]["paths"] = {"rw": ["app/storage"]}
json.dump(d, open(p, "w"))
JSON
python3 "$checks_dir/json"
check "with a further directory" cagefsctl --site-isolation-regenerate john
allowed "the further directory can be written" "echo x >$H/app/storage/w"
for entry in "${tricks[@]}"; do
    IFS='|' read -r text domain path <<<"$entry"
    check_not "$text ($domain$path)" escaped "$domain" "$path"
done
check_not "a link that changes" race 200
check_not "a request ends a sibling's request by its process group" group_kill
expect_output "the domain around serves" main php_eval main.example 'echo "main";'
expect_output "the other one, too" "main itself" http sm.example /index.php
expect_output "requests of isolated sites are caged, not refused" caged http a.example /evil.php
expect_output "so is a nested one's by its own name" caged http addon.example /evil.php
expect_output "so is a nested one's by the name of the domain around" caged http main.example /addon/evil.php
expect_output "and a program by the name of the domain around" $'caged\n' http main.example /addon/evil.cgi
descriptors() { by_php 'for f in /proc/self/fd/*; do echo "${f##*/} $(readlink "$f")"; done' | sed 's/[0-9]*\]$/N]/' | grep -v "^3 \|$A"; }
check_not "no descriptor of the outside's files but the log on 2 comes in" \
    sh -c 'grep -vE "^([01] (pipe|socket):|2 (pipe|/var/log/apache2/))"' < <(descriptors)
denied "the web server's log through descriptor 2" "sudo -n true 2>/dev/null || cat $H/b.example/secret.txt"

## cagefs_enter_site
enter() { as_user john cagefs_enter_site "$@"; }
secret="cat $H/b.example/secret.txt"
check "control: as the user" as_user john $secret
expect_output "a site of one's own by name" $'ok\n' enter a.example echo ok
expect_output "by document root" $'ok\n' enter $A echo ok
expect_output "in any case" $'ok\n' enter A.Example echo ok
check_not "it is a cage" enter a.example $secret
for try in "cagefs_enter_site a.example true" "cagefs_enter_site c.example true" "/usr/bin/cagefs_enter_site $H/c.example true" \
    "cp /usr/bin/cagefs_enter_site ./ces && ./ces c.example true"; do
    check_not "not from inside: $try" inside "$try"
    check_not "not from PHP: $try" by_php "$try"
done
expect_fail 126 "is not enabled" enter b.example true
expect_fail 126 "is not enabled" enter $H/b.example true
refusal() # USER SITE: status and text without the name
{
    local out status=0
    out=$(as_user "$1" cagefs_enter_site "$2" true 2>&1) || status=$?
    echo "$status ${out//$2/SITE}"
}
same_refusal() { [ "$(refusal "$1" "$2")" = "$(refusal "$1" "$3")" ] && [ "$(refusal "$1" "$2")" != "0 " ]; }
for user in john mary nobodys; do
    [ "$user" = john ] && other=mary.example other_root=/home/mary/www || other=a.example other_root=$A
    check "$user: another's domain and none at all: one answer" same_refusal $user $other none.example
    check "$user: another's document root and none at all: one answer" same_refusal $user $other_root /home/none
done
check "a document root's parent is no site" same_refusal john $H /home/none
check "nor is a folder in it" same_refusal john $A/env /home/none
expect_fail 1 "cannot be run as root" cagefs_enter_site a.example true
expect_fail 1 "" cagefs_enter_site none.example true
expect_fail 2 usage enter a.example
expect_fail 2 usage enter
expect_fail 2 usage enter '' true
expect_fail 2 usage enter -x true
expect_fail 126 "" enter "$(printf 'a%.0s' {1..5000})" true
one_line() { { enter $'x\ny\e[31m' true || true; } 2>&1 | wc -l; }
expect_output "a name cannot fake lines" $'1\n' one_line
check_not "an empty argument vector" as_user john python3 -c 'import os; os.execve("/usr/bin/cagefs_enter_site", [""], {})'
expect_output "the name of the program does not matter" $'ok\n' \
    as_user john bash -c 'exec -a /usr/sbin/sitecage-build cagefs_enter_site a.example echo ok'

check "it does not end its caller's process group" group_survives "cagefs_enter_site a.example $A/attack"

# Statuses, signals, streams.
expect_fail 7 "" enter a.example sh -c 'exit 7'
expect_fail 127 "" enter a.example no-such-program
expect_fail 127 "No such file" enter a.example $H/b.example/run.sh
expect_fail 126 "" enter a.example /etc/hostname
expect_fail 126 "" enter a.example /
expect_fail 137 "" enter a.example sh -c 'kill -9 $$'
expect_fail 143 "" enter a.example sh -c 'kill -TERM $$'
child_of() { pgrep -P "$1"; }
start_in() # SHELL COMMAND: entered is the process that entered
{
    rm -f "$A/started"
    as_user john setsid cagefs_enter_site a.example sh -c "$1" >"$checks_dir/entered" 2>&1 &
    job=$!
    wait_until 10 test -e "$A/started" && entered=$(pgrep -n -x cagefs_enter_si)
}
check "a process inside" start_in "trap 'echo got it; exit 9' TERM; touch $A/started; while :; do sleep 0.1; done"
inner=$(child_of "$entered")
check "it is there" test -d "/proc/$inner"
check "SIGTERM is sent to the parent" kill -TERM "$entered"
wait "$job"
expect_output "its status" 9 printf %s $?
expect_output "the child got the signal" $'got it\n' cat "$checks_dir/entered"
check "another process inside" start_in "touch $A/started; exec sleep 1000"
inner=$(child_of "$entered")
check "SIGKILL of the parent" kill -KILL "$entered"
check "ends the child" wait_until 10 test ! -d "/proc/$inner"
wait "$job" 2>/dev/null
through() { printf 'a\0b\n' | enter a.example cat | od -An -c | tr -d ' \n'; }
expect_output "stdin and stdout pass" 'a\0b\n' through
errors() { { enter a.example sh -c 'echo out; echo err >&2' >/dev/null; } 2>&1; }
expect_output "stderr is its own" $'err\n' errors
end_of_file()
{
    rm -f $A/done
    # exec: a shell in between would hold the pipe, too
    timeout 20 bash -c "$(declare -f as_user | sed 's/setpriv/exec setpriv/')
        as_user john cagefs_enter_site a.example sh -c 'echo x; exec >&- 2>&-; until test -e done; do sleep 0.05; done' |
        { cat; touch $A/done; }"
}
check "a reader sees the end of file when the program closes its output" end_of_file
expect_output "the environment passes" $'value\n' as_user john X=value cagefs_enter_site a.example sh -c 'echo $X'
from() { (cd "$1" && enter a.example pwd); }
as_user john chmod 755 $H
expect_output "the working directory passes" "$A/env"$'\n' from $A/env
expect_output "from one that is not in the site: the document root" "$A"$'\n' from $H/b.example
expect_output "from /root" "$A"$'\n' from /root
deleted() { as_user john sh -c "mkdir $H/gone && cd $H/gone && rmdir $H/gone && cagefs_enter_site a.example pwd"; }
expect_output "from one that is deleted" "$A"$'\n' deleted

# What the caller does to the entering process.
cat >"$checks_dir/preload.c" <<'C'
#include <fcntl.h>
#include <unistd.h>
#include <stdio.h>
__attribute__((constructor)) static void loaded(void)
{
    char text[32];
    int fd = open("/home/john/preloaded", O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (fd >= 0 && write(fd, text, (size_t)snprintf(text, sizeof(text), "%d\n", (int)geteuid())) < 0)
        return;
}
C
cc -shared -fPIC -o /usr/local/lib/preload.so "$checks_dir/preload.c"
as_user john LD_PRELOAD=/usr/local/lib/preload.so true
expect_output "control: a preloaded library runs" "$(id -u john)"$'\n' cat $H/preloaded
rm $H/preloaded
check "LD_PRELOAD and others" as_user john LD_PRELOAD=/usr/local/lib/preload.so LD_AUDIT=/usr/local/lib/preload.so \
    GLIBC_TUNABLES=glibc.malloc.check=3 IFS=/ BASH_ENV=/nowhere cagefs_enter_site a.example true
check_not "a preloaded library does not run in the setuid program" test -e $H/preloaded
for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
    check "closed descriptors: $closed" as_user john sh -c "cagefs_enter_site a.example sh -c 'test -c /dev/fd/0 -o -p /dev/fd/0 -o -f /dev/fd/0; exit 0' $closed"
done
more_descriptors() { as_user john bash -c "exec 5<$H/b.example/secret.txt 77<$H/b.example; cagefs_enter_site a.example sh -c 'ls /proc/self/fd | tr \"\\n\" \" \"'"; }
expect_output "no other descriptor comes along" "0 1 2 3 " more_descriptors
kept() { as_user john bash -c "exec 5<$H/b.example/secret.txt; $1 sh -c 'cat <&5'"; }
check "control: an open descriptor" kept env
check_not "a sibling's file in a descriptor" kept "cagefs_enter_site a.example"
end_keeper() # all of them: one whose files were deleted is forgotten, and lives until its site is empty
{
    local pid
    for pid in $(keeper_of john a.example); do
        kill -9 "$pid"
    done
    wait_until 5 no_keeper
}
no_keeper() { ! keeper_of john a.example; }
for limit in nofile=3 nofile=0 nproc=1 fsize=0 cpu=1 as=100000 stack=4096 data=1 core=0 locks=0 memlock=0 msgqueue=0; do
    check_not "limit $limit: never un-isolated" as_user john prlimit --$limit:${limit#*=} cagefs_enter_site a.example $secret
    end_keeper
    check_not "limit $limit, and no keeper: never un-isolated" \
        as_user john prlimit --$limit:${limit#*=} cagefs_enter_site a.example $secret
    expect_output "after limit $limit the site is there" $'ok\n' enter a.example echo ok
done
keeper_limit()
{
    end_keeper
    as_user john prlimit --fsize=1000:1000 --cpu=5:5 cagefs_enter_site a.example true
    awk '/Max file size/ { print $4 }' "/proc/$(keeper_of john a.example)/limits"
}
# Raising a limit needs CAP_SYS_RESOURCE, which containers may not have.
if prlimit --fsize=1000:1000 prlimit --fsize=2000:2000 true 2>/dev/null; then
    expect_output "a keeper started under the caller's limits has none of them" $'unlimited\n' keeper_limit
fi
expect_fail 7 "" as_user john python3 -c 'import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
os.execvp("cagefs_enter_site", ["cagefs_enter_site", "a.example", "sh", "-c", "exit 7"])'
check "stopped while entered" start_in "touch $A/started; exec sleep 1000"
check "the user stops it" as_user john kill -STOP "$entered"
expect_output "others enter" $'ok\n' enter a.example echo ok
check "the administrator's commands go on" timeout 20 cagefsctl --site-isolation-regenerate john
kill -KILL "$entered"
stopped_early()
{
    local pid
    for _ in {1..30}; do
        end_keeper
        as_user john cagefs_enter_site a.example true &
        pid=$!
        pkill -STOP -u john -x cagefs_enter_si
        timeout 20 bash -c "$(declare -f as_user); as_user john cagefs_enter_site a.example true" || return 1
        pkill -KILL -x cagefs_enter_si
        wait "$pid" 2>/dev/null
    done
    return 0
}
check "stopped at some moment of entering, with nobody there: others enter" stopped_early
check "control: a process of the user is traced" outside "sleep 5 & /usr/local/bin/attack ptrace \$!"
check "a process inside, not stopped" start_in "touch $A/started; exec sleep 1000"
check_not "the entered program's parent cannot be traced" outside "/usr/local/bin/attack ptrace $entered"
check_not "nor its memory read" outside "/usr/local/bin/attack mem $entered"
check_not "nor its root taken" outside "ls /proc/$entered/root/"
kill -KILL "$entered"

## The kernel's
denied "keys" "./attack key-add && ./attack key-read"
attack_says() { inside "./attack $*" || true; }
for try in userns "userns clone"; do
    [ "$(outside "./attack $try")" != ENOSYS ] && expect_output "refused: $try" $'EPERM\n' attack_says $try
done
expect_output "refused: clone3, so that libraries take clone" $'ENOSYS\n' attack_says userns clone3
expect_output "refused: io_uring" $'EPERM\n' attack_says io_uring
expect_output "refused: a file's handle" $'EPERM\n' attack_says handle $A/evil.php
expect_output "refused: perf" $'EPERM\n' attack_says perf
expect_output "refused: mount" $'EPERM\n' attack_says mount $A/env
expect_output "refused: bind" $'EPERM\n' attack_says bind $A/env
expect_output "refused: umount" $'EPERM\n' attack_says umount $H/b.example
expect_output "refused: remount" $'EPERM\n' attack_says remount $H
expect_output "refused: open_tree" $'EPERM\n' attack_says open-tree $H
expect_output "refused: chroot" $'EPERM\n' attack_says chroot $A
expect_output "refused: setns" $'EPERM\n' attack_says setns /proc/self/ns/mnt
expect_output "refused: setuid" $'EPERM\n' attack_says setuid0
check_not "unshare(1)" inside "unshare -U true"
check_not "unshare(1) from PHP" by_php "unshare -Ur true"
if /usr/local/bin/attack int80-getpid >/dev/null; then
    expect_output "refused: unshare by a 32-bit call" $'EPERM\n' attack_says int80-unshare
fi
# script(1) types a NUL where its own input ends; whether it is echoed is a matter of moments.
on_terminal() { script -qec "$*" /dev/null | tr -d '\r' | sed 's/\^@//g'; }
typed() { on_terminal "setpriv --reuid john --regid john --init-groups $*"; }
typed_says() { typed "$@" || true; }
was=$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)
if [ "$was" = 1 ]; then
    check "control: typing on one's terminal" typed /usr/local/bin/attack tiocsti
fi
expect_output "refused: typing on the caller's terminal" $'EPERM\n' typed_says cagefs_enter_site a.example $A/attack tiocsti
expect_output "refused: the same number with high bits" $'EPERM\n' typed_says cagefs_enter_site a.example $A/attack tiocsti-high
check "the kernel can be asked otherwise: terminals work" typed cagefs_enter_site a.example sh -c "'test -t 0 && stty -a >/dev/null'"

## Isolation that cannot be: nothing runs
echo '<?php echo "open";' | put_file john $H/b.example/open.php
caged_web() { [ "$(http a.example /evil.php)" = caged ]; }
refused_web() # a status of 503, and nothing escaped
{
    [ "$(http_code a.example "${1:-/evil.php}")" = 503 ] && ! escaped a.example "${1:-/evil.php}"
}
refused_command() { expect_fail 126 "$1" enter a.example $secret; }
run=/run/sitecage/$(id -u john)
plan=$(grep -l '^docroot a.example$' "$run"/*.plan)
check "control: it is served" caged_web
end_keeper
check "the keeper is gone: the next request is isolated" caged_web
check_not "and the command is" enter a.example $secret
keeper=$(keeper_of john a.example)
check "a new keeper is there" test -n "$keeper"
check "a slow request" start_in "touch $A/started; exec sleep 1000"
check "the keeper is killed" kill -9 "$keeper"
check "with it ends what is in the site" wait_until 10 sh -c "! test -d /proc/$(child_of "$entered" || echo 0)"
wait "$job" 2>/dev/null
rm -rf /run/sitecage/*
check "/run/sitecage emptied: the next request is isolated" caged_web
check "state is there again" test -s "$run/sites"
rm -rf /run/sitecage
check "removed: the next command is isolated" sh -c "$(declare -f as_user); ! as_user john cagefs_enter_site a.example $secret && as_user john cagefs_enter_site a.example true"
check "an open site goes on" test "$(php_eval b.example 'echo "open";')" = open
for garbage in '' 'garbage' $'sitecage-plan 1\nend\n' "$(head -c 200 "$plan")"; do
    cp "$plan" "$checks_dir/plan"
    end_keeper
    printf '%s' "$garbage" >"$plan"
    check "a plan that is garbage: 503" refused_web
    refused_command ""
    cp "$checks_dir/plan" "$plan"
    check "put right: served" caged_web
done
end_keeper
mv "$plan" "$plan.away"
check "no plan: 503" refused_web
refused_command ""
mv "$plan.away" "$plan"
for garbage in '' 'garbage' $'sitecage-sites 1\n' "$(head -c 60 "$run/sites")"; do
    cp "$run/sites" "$checks_dir/sites"
    printf '%s' "$garbage" >"$run/sites"
    check "a table that is garbage: 503" refused_web
    refused_command ""
    cp "$checks_dir/sites" "$run/sites"
    check "put right: served" caged_web
done
end_keeper
mv /usr/libexec/sitecage/sitecage-build /usr/libexec/sitecage/away
check "a view that cannot be built: 503" refused_web
refused_command ""
mv /usr/libexec/sitecage/away /usr/libexec/sitecage/sitecage-build
rm -rf /run/sitecage/*
mv /usr/libexec/sitecage/sitecage-rebuild /usr/libexec/sitecage/away
check "state that cannot be made again: 503" refused_web
refused_command ""
expect_output "for an open site of the account, too: nobody knows which it is" 503 http_code b.example /open.php
mv /usr/libexec/sitecage/away /usr/libexec/sitecage/sitecage-rebuild
check "put right: served" caged_web
end_keeper
mv $A $H/moved
check "the document root was moved away: 503" refused_web /cgi-sys/php
refused_command ""
as_user john mkdir $A
mv $A $H/other
mv $H/moved $A
check "moved back: served" caged_web
mv /var/lib/sitecage/suexec.real /var/lib/sitecage/away
check_not "no suexec behind the entry: nothing runs" caged_web
check_not "nothing escapes" escaped a.example /evil.php
mv /var/lib/sitecage/away /var/lib/sitecage/suexec.real
check "put right: served" caged_web

check "a shared home" cagefsctl --site-isolation-regenerate john --home shared
expect_fail 126 "" enter a.example $H/b.example/run.sh

finish
