#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Apache with mod_fcgid, in every arrangement in which panels set it up: the processes of an isolated site run in it,
# those of others as before.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/attack.sh
. "$SC_SOURCE/tests/boxlib/attack.sh"

H=/home/john
export APACHE_MODULES=fcgid

# fcgid_site DOMAIN DIRECTIVE...: a site whose .php is served by mod_fcgid, with these directives of its virtual host.
fcgid_site()
{
    local domain=$1 line
    shift
    make_site john "$domain" "$H/$domain" shebang || return 1
    {
        sed '/AddHandler cgi-script .php/d; /REDIRECT_STATUS/d; /<\/VirtualHost>/d' \
            "/etc/apache2/sites-enabled/$domain.conf"
        echo "    AddHandler fcgid-script .php"
        for line; do echo "    $line"; done
        echo "</VirtualHost>"
    } >/tmp/vhost && cp /tmp/vhost "/etc/apache2/sites-enabled/$domain.conf"
    echo "secret of $H/$domain" | put_file john "$H/$domain/secret.txt"
}

# attack_as_b 'SHELL COMMAND': in a shell of b.example's PHP.
attack_as_b() { attacker_site=b.example by_php "$1"; }

# suexec runs what lies below this, and nothing else.
suexec_root() { printf '%s\npublic_html/cgi-bin\n' "$1" >/etc/apache2/suexec/www-data; }

wrapper='#!/bin/sh
exec /usr/bin/php-cgi
'
panel_install
make_user john
apache_configure
cat >>/etc/apache2/conf-enabled/box.conf <<'CONFIG'
FcgidMaxRequestsPerProcess 500
FcgidIOTimeout 60
FcgidErrorScanInterval 1
FcgidMaxProcessesPerClass 20
FcgidMaxProcesses 60
FcgidMaxRequestLen 20000000
CONFIG
printf %s "$wrapper" | put_file john $H/cgi-bin/php-fcgi 755
install -d /usr/local/safe-bin
install -d -m 1777 /var/www/any # anybody could put something else there: no site sees what is in it
install -d -o john -g john -m 755 /usr/local/safe-bin/john /var/www/any/php-fcgi
printf %s "$wrapper" | put_file john /usr/local/safe-bin/john/php 755
printf %s "$wrapper" | put_file john /var/www/any/php-fcgi/php 755
shared="FcgidWrapper $H/cgi-bin/php-fcgi .php"
fcgid_site a.example "$shared"
fcgid_site b.example "$shared"
fcgid_site own.example "FcgidWrapper $H/own.example/php.fcgi .php"
printf %s "$wrapper" | put_file john $H/own.example/php.fcgi 755
fcgid_site system.example "FcgidWrapper /usr/local/safe-bin/john/php .php"
fcgid_site bare.example
fcgid_site env.example "$shared" "FcgidInitialEnv DOCUMENT_ROOT $H/b.example"
# a process of its own children: the wrapper of many panels
printf '#!/bin/sh\nPHP_FCGI_CHILDREN=2; export PHP_FCGI_CHILDREN\nexec /usr/bin/php-cgi\n' |
    put_file john $H/cgi-bin/php-children 755
fcgid_site unseen.example "FcgidWrapper /var/www/any/php-fcgi/php .php"
fcgid_site inner.example "$shared"
mv $H/inner.example $H/b.example/inner && ln -s b.example/inner $H/inner.example
sed -i "s,DocumentRoot .*,DocumentRoot \"$H/b.example/inner\"," /etc/apache2/sites-enabled/inner.example.conf
panel_move inner.example $H/b.example/inner
fcgid_site late.example "$shared"
fcgid_site children.example "FcgidWrapper $H/cgi-bin/php-children .php"
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
isolated="a own bare env children"

## Controls
for site in $isolated b; do
    expect_output "control: $site.example reads a sibling's file" "secret of $H/b.example"$'\n' \
        php_eval $site.example "readfile('$H/b.example/secret.txt');"
    expect_output "control: it is FastCGI ($site)" cgi-fcgi php_eval $site.example 'echo php_sapi_name();'
done

suexec_root /usr/local
expect_output "control: system.example reads a sibling's file" "secret of $H/b.example"$'\n' \
    php_eval system.example "readfile('$H/b.example/secret.txt');"
suexec_root /var/www
expect_output "control: unseen.example, too" "secret of $H/b.example"$'\n' \
    php_eval unseen.example "readfile('$H/b.example/secret.txt');"
suexec_root /home

# what no site sees is no way in: enable says so before it changes anything
expect_fail 1 "unseen.example cannot be isolated: /var/www/any/php-fcgi/php, which runs the site's PHP (/etc/apache2/sites-enabled/unseen.example.conf:" \
    cagefsctl --site-isolation-enable a.example unseen.example
way_out=$(sed -n 's/.* can change .*: \(chown root .* && chmod go-w [^ ,;]*\), or .*/\1/p' "$checks_dir/err")
expect_output "neither was enabled" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list
check "sites are isolated" cagefsctl --site-isolation-enable a.example own.example system.example bare.example \
    env.example children.example
check "one all the same" cagefsctl --site-isolation-enable --anyway unseen.example

## Isolated
reads_b="echo @file_get_contents('$H/b.example/secret.txt') ?: 'none';"
in_cage='echo trim(explode(":", file("/proc/self/status")[array_search("NoNewPrivs", array_map(fn($l) => explode(":", $l)[0], file("/proc/self/status")))])[1]);'
for site in $isolated; do
    expect_output "$site.example serves" "hello from $site" php_eval $site.example "echo 'hello from $site';"
    expect_output "by FastCGI, still ($site)" cgi-fcgi php_eval $site.example 'echo php_sapi_name();'
    expect_output "in its cage ($site)" 1 php_eval $site.example "$in_cage"
    expect_output "its own files ($site)" "secret of $H/$site.example"$'\n' \
        php_eval $site.example 'readfile("secret.txt");'
    for other in $isolated b; do
        [ "$other" != "$site" ] || continue
        expect_output "$site.example cannot read $other.example" none \
            php_eval $site.example "echo @file_get_contents('$H/$other.example/secret.txt') ?: 'none';"
    done
done
expect_output "b.example is served as before" "0hello" php_eval b.example "$in_cage echo 'hello';"
expect_output "b.example reads what it read" "secret of $H/a.example"$'\n' \
    php_eval b.example "readfile('$H/a.example/secret.txt');"

suexec_root /usr/local
expect_output "a wrapper in a place of the server's: serves" cgi-fcgi php_eval system.example 'echo php_sapi_name();'
expect_output "a wrapper in a place of the server's: in its cage" 1 php_eval system.example "$in_cage"
expect_output "and cannot read a sibling" none \
    php_eval system.example "echo @file_get_contents('$H/b.example/secret.txt') ?: 'none';"
suexec_root /var/www
put_php unseen.example x.php 'echo "ran";'
expect_output "a wrapper in a place that sites do not see: nothing runs" 503 http_code unseen.example /x.php
expect_fail 1 "1 of 1 checks failed: domain unseen.example" cagefsctl --site-isolation-check unseen.example
expect_contains "the status says it" "others than root can change /var/www/any" cagefsctl --site-isolation-status unseen.example
check "disabled" cagefsctl --site-isolation-disable unseen.example
expect_output "the way out" "chown root /var/www/any && chmod go-w /var/www/any"$'\n' echo "$way_out"
check "is taken as it was said" sh -c "$way_out"
expect_output "it is enabled" $'CloudLinux Isolates was enabled for domain(s),\nunseen.example\n' cagefsctl --site-isolation-enable unseen.example
expect_output "it serves, in its cage" 1 php_eval unseen.example "$in_cage"
expect_output "and reads no sibling" none php_eval unseen.example "echo @file_get_contents('$H/b.example/secret.txt') ?: 'none';"
expect_contains "the check agrees" "isolated, and covered" cagefsctl --site-isolation-check unseen.example
suexec_root /home

## An isolated site inside of one that is not
put_php inner.example own.php "$reads_b"
nested() { http b.example /inner/own.php; }
expect_output "control: its code runs by the outer one's name, outside of it" "secret of $H/b.example"$'\n' nested
check "isolate it" cagefsctl --site-isolation-enable inner.example
expect_output "in its cage" none http inner.example /own.php
check "b.example has a process" php_eval b.example 'echo "here";'
check_not "its code does not run by the outer one's name any more" nested
expect_output "b.example's own does" "secret of $H/a.example"$'\n' \
    php_eval b.example "readfile('$H/a.example/secret.txt');"
check "disable it" cagefsctl --site-isolation-disable inner.example
expect_output "and it runs again" "secret of $H/b.example"$'\n' nested

## The same attacks as against CGI
attack_tools
for try in "cat $H/b.example/secret.txt" "ls $H/b.example/" "cat $H/b.example/../b.example/secret.txt" \
    "ln -sfn $H/b.example l && cat l/secret.txt" "echo x >$H/b.example/new" "cat /proc/self/root$H/b.example/secret.txt"; do
    check_not "not from FastCGI's PHP: ${try//$H/\~}" by_php "$try"
    check "control: from a site that is not isolated" attack_as_b "$try"
done
rm -f $H/b.example/new
check_not "no other process is seen" by_php "ps -e -o comm= | grep -q apache2"
check "control: they are, outside" sh -c 'ps -e -o comm= | grep -q apache2'

## .htaccess: the site's own words
htaccess() { printf '%s\n' "$@" | put_file john $H/a.example/.htaccess; }
# the entry's 503, or mod_fcgid's 500 where mod_sitecage shows it no such file
closed() { http_code "$@" | grep -xE '50[03]'; }
# what the site names itself gives it nothing of the home …
htaccess "FcgidWrapper $H/cgi-bin/php-children .php"
check "a wrapper of the home that nobody gave it is not there" closed a.example /attack.php
echo "$H/a.example ro ~/cgi-bin/php-children" >>/etc/cagefs/site-isolation.paths
check "the administrator gives it" cagefsctl --site-isolation-regenerate john
# … a program of its own name is another class of processes: its first request is a.example's all the same
expect_output "another wrapper" none php_eval a.example "$reads_b"
htaccess "SetEnv DOCUMENT_ROOT $H/b.example" "SetEnv SCRIPT_FILENAME $H/b.example/x.php" "FcgidWrapper $H/cgi-bin/php-children .php"
expect_output "a forged DOCUMENT_ROOT" none php_eval a.example "$reads_b"
printf %s "$wrapper" | put_file john $H/b.example/php.fcgi 755
htaccess "FcgidWrapper $H/b.example/php.fcgi .php"
check "a sibling's wrapper is not there" closed a.example /attack.php
check "control: it is one" php_eval b.example "is_executable('php.fcgi') || http_response_code(500);"
rm $H/a.example/.htaccess
expect_output "and without it all is well" none php_eval a.example "$reads_b"

## The first request of a process: complete, however large, and nobody's is lost
end_php() { pkill -x php-cgi -u john; wait_until 10 no_php; }
no_php() { ! pgrep -x php-cgi -u john; }
put_php a.example big.php 'echo md5(file_get_contents("php://input")), str_repeat("x", 3000000);'
put_php b.example big.php 'echo md5(file_get_contents("php://input")), str_repeat("x", 3000000);'
head -c 5000000 /dev/urandom >/tmp/body
big_sum() { http "$1" /big.php --data-binary @/tmp/body -H 'Expect:' | md5sum; }
want=$({ md5sum </tmp/body | head -c 32; head -c 3000000 /dev/zero | tr '\0' x; } | md5sum)
for site in a b; do
    check "no process is left" end_php
    expect_output "a large first request and answer ($site)" "$want"$'\n' big_sum $site.example
    expect_output "and a second, straight to the process" "$want"$'\n' big_sum $site.example
done
put_php a.example many.php 'usleep(100000); echo "seen ", @file_get_contents("../b.example/secret.txt") ? "all" : "own";'
put_php b.example many.php 'usleep(100000); echo "seen ", @file_get_contents("../a.example/secret.txt") ? "all" : "own";'
many()
{
    local i
    for ((i = 0; i < 16; i++)); do
        printf '%s\n' "$(http "$1" /many.php)" &
    done | sort | uniq -c | awk '{ print $1, $3 }'
    wait
}
check "no process is left" end_php
many a.example >/tmp/many-a & many_pid=$!
many b.example >/tmp/many-b
wait "$many_pid"
expect_output "many first requests at once, in the cage" $'16 own\n' cat /tmp/many-a
expect_output "those of the other site outside of it" $'16 all\n' cat /tmp/many-b

## Processes of others are left alone; requests that run may end
pid_of() { php_eval "$1" 'echo getmypid();'; }
put_php late.example slow.php 'for ($i = 0; $i < 40; $i++) usleep(100000); echo "done ", @file_get_contents("../b.example/secret.txt") ? "all" : "own";'
put_php late.example endless.php 'for ($i = 0; $i < 600; $i++) usleep(100000); echo "done";'
slow() { http late.example "/$1" >"/tmp/out-$1" 2>/dev/null; }
in_slow() { pgrep -f "$1" >/dev/null; }
check "no process is left" end_php
b_before=$(pid_of b.example)
slow slow.php & slow_pid=$!
sleep 1
check "isolate one that is in a request" cagefsctl --site-isolation-enable late.example
wait "$slow_pid"
expect_output "its request ended well, in the old view" "done all" cat /tmp/out-slow.php
expect_output "the next is in the cage" none php_eval late.example "$reads_b"
expect_output "the process of b.example is the same" "$b_before" pid_of b.example
slow slow.php & slow_pid=$!
sleep 1
check "disable it in a request" cagefsctl --site-isolation-disable late.example
wait "$slow_pid"
expect_output "that ended well, too" "done own" cat /tmp/out-slow.php
expect_output "the next is outside" "secret of $H/b.example"$'\n' php_eval late.example "$reads_b"
slow endless.php & slow_pid=$!
sleep 1
check "isolate it while a request has no end" cagefsctl --site-isolation-enable late.example
wait "$slow_pid"
expect_lacks "that was ended" done cat /tmp/out-endless.php
expect_output "and the next is in the cage" none php_eval late.example "$reads_b"

## Limits
iso() { as_user john isolatectl "$@"; }
check "a limit of one entry" iso limits set --domain a.example --ep 1
check "no process is left" end_php
codes()
{
    local i
    for i in 1 2 3; do http_code a.example /many.php & echo; done | sort -u | tr -d '\n'
    wait
}
expect_contains "one is served, and others are told why not" 508 codes
words() { curl -s -o /dev/null a.example; for _ in 1 2 3; do curl -s -H "Host: a.example" "http://$apache_address/many.php" & done; wait; }
expect_contains "in words" "Resource Limit Is Reached" words
check "no limit again" iso limits set --domain a.example --ep 0
expect_output "and served again" none php_eval a.example "$reads_b"

## Fails closed
check "no process is left" end_php
check "the daemon sleeps: it would put the table right" monitor_sleeps
mv /run/sitecage/"$(id -u john)"/sites /tmp/sites
sed 's/^/broken /' /tmp/sites >/run/sitecage/"$(id -u john)"/sites
expect_output "a table that cannot be read: nothing runs" 503 http_code a.example /many.php
mv /tmp/sites /run/sitecage/"$(id -u john)"/sites
monitor_wakes

# What is no FastCGI request: the entry, as the web server starts it, on a socket of the test.
cat >/tmp/first.py <<'PY'
import os, socket, subprocess, sys, struct, tempfile, time
suexec, uid, gid, script, docroot, what = sys.argv[1:]
path = tempfile.mktemp(dir="/tmp")
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(5)
entry = subprocess.Popen([suexec, uid, gid, "php-fcgi"], stdin=listener, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, cwd="/home/john/cgi-bin")
listener.close()
def record(kind, content, request=1):
    return struct.pack(">BBHHBB", 1, kind, request, len(content), 0, 0) + content
def pair(name, value):
    return struct.pack(">II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value
def begin(role=1): return record(1, struct.pack(">HB5x", role, 0))
good = pair(b"DOCUMENT_ROOT", docroot.encode()) + pair(b"SCRIPT_FILENAME", script.encode()) + \
    pair(b"REQUEST_METHOD", b"GET") + pair(b"SCRIPT_NAME", b"/x.php")
bytes_of = {
    "good": begin() + record(4, good) + record(4, b"") + record(5, b""),
    "garbage": os.urandom(100000),
    "http": b"GET / HTTP/1.0\r\n\r\n",
    "role": begin(9) + record(4, good) + record(4, b""),
    "twice": begin() + record(4, good + pair(b"DOCUMENT_ROOT", b"/home/john/b.example")) + record(4, b""),
    "none": begin() + record(4, pair(b"SCRIPT_FILENAME", script.encode())) + record(4, b""),
    "cut": begin() + record(4, good[:-3]) + record(4, b""),
    "huge": begin() + record(4, pair(b"DOCUMENT_ROOT", b"/" + b"a" * 60000)) + record(4, b""),
    "endless": begin() + record(4, b"\x01\x01ab" * 16000) * 50,
    "closed": b"",
}[what]
c = socket.socket(socket.AF_UNIX)
c.connect(path)
try:
    c.sendall(bytes_of)
    c.shutdown(socket.SHUT_WR)
except OSError:
    pass
c.settimeout(20)
answer = b""
try:
    while True:
        got = c.recv(65536)
        if not got: break
        answer += got
except OSError:
    pass
ran = b"ran" in answer
if ran:
    entry.terminate()
entry.wait(20)
print("ran" if ran else "refused")
PY
chown -R root:www-data /tmp/first.py && chmod 644 /tmp/first.py
put_php a.example ran.php 'echo "ran";'
first()
{
    setpriv --reuid www-data --regid www-data --clear-groups python3 /tmp/first.py /usr/lib/apache2/suexec \
        "$(id -u john)" "$(id -g john)" $H/a.example/ran.php $H/a.example "$1"
}
expect_output "control: a request is served by the entry" $'ran\n' first good
for what in garbage http role twice none cut huge endless closed; do
    expect_output "no request: $what" $'refused\n' first $what
done
# What reads first requests has three descriptors, none of them standard output.
readers()
{
    local p
    for p in $(pgrep -u www-data -x suexec); do
        # shellcheck disable=SC2012 # numbers
        [ -e "/proc/$p/fd/1" ] || [ "$(ls "/proc/$p/fd" | wc -l)" != 3 ] || echo "$p"
    done
}
no_readers() { [ -z "$(readers)" ]; }
check "nothing of what read them is left" wait_until 5 no_readers

finish
