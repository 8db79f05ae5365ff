#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Services of the system that a site uses: their directories and sockets stay visible when they are started again,
# new ones appear in sites that run, and nothing that a user makes looks like one.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
echo "of b" >/home/john/b.example/secret.txt && chown john: /home/john/b.example/secret.txt
apache_start
put_php a.example ask.php '
    $s = @stream_socket_client("unix://" . $_GET["at"], $no, $text, 2);
    if (!$s) die("no: $text\n");
    fwrite($s, "PING\r\n");
    echo trim(fgets($s)), "\n";'
put_php a.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'
put_php b.example read.php 'echo @file_get_contents($_GET["f"]) ?: "nothing\n";'

# redis_at DIR NAME: a real server, in a directory that is made anew as a service's is
redis_at()
{
    rm -rf "/run/$1" && install -d -o redis -g redis -m 2755 "/run/$1" && redis_run "/run/$1/$2"
}
redis_run()
{
    setpriv --reuid redis --regid redis --clear-groups redis-server --port 0 --unixsocket "$1" --unixsocketperm 777 \
        --daemonize yes --save '' --dir /tmp --pidfile '' >/dev/null && wait_until 10 test -S "$1"
}
redis_end() { redis-cli -s "$1" shutdown nosave >/dev/null 2>&1; }
ask() { http "$1" "/ask.php?at=$2"; }
answers() { [ "$(ask "$1" "$2")" = "+PONG" ]; }
watches_tmp() { grep -qs " ino:$(printf %x "$(stat -c %i /tmp)") " "/proc/$(monitor)"/fdinfo/*; }
pid_of_view() { pgrep -f "^sitecage-keeper .* john a.example"; }

check "a server" redis_at redis redis.sock
expect_output "control: the site reaches it" $'+PONG\n' ask a.example /run/redis/redis.sock
check "allow" cagefsctl --site-isolation-allow-all
check "a is isolated" cagefsctl --site-isolation-enable a.example
expect_output "control: from its cage, what b has is closed" $'nothing\n' http a.example '/read.php?f=/home/john/b.example/secret.txt'
expect_output "it reaches the server" $'+PONG\n' ask a.example /run/redis/redis.sock
view=$(pid_of_view)
check "its keeper is known" test -n "$view"

# started again, its directory is another one
redis_end /run/redis/redis.sock
check "the server is started again" redis_at redis redis.sock
check "the site reaches it" wait_until 20 answers a.example /run/redis/redis.sock
check "in the view that ran" test "$view" = "$(pid_of_view)"

# a further instance, and one that listens in /tmp
check_not "control: no such server yet" answers a.example /run/redis-shop/redis.sock
check "a further server" redis_at redis-shop redis.sock
check "the site reaches it" wait_until 20 answers a.example /run/redis-shop/redis.sock
check "a socket in /tmp" redis_run /tmp/mysql.sock
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "the site reaches it" $'+PONG\n' ask a.example /tmp/mysql.sock
check "the daemon looks at all, as it does now and then" kill -USR1 "$(monitor)"
check "and watches /tmp from then on" wait_until 20 watches_tmp
redis_end /tmp/mysql.sock
check "it is started again" redis_run /tmp/mysql.sock
check "the site reaches it" wait_until 20 answers a.example /tmp/mysql.sock
check "in the view that ran" test "$view" = "$(pid_of_view)"
check "a view that is built now has it, too" cagefsctl --remount john
expect_output "the site reaches it" $'+PONG\n' ask a.example /tmp/mysql.sock
expect_output "and the further one" $'+PONG\n' ask a.example /run/redis-shop/redis.sock

# what a user makes is no service: neither a link to a sibling's file, nor a server of his own
as_user john ln -s /home/john/b.example/secret.txt /tmp/mysqlx.sock
expect_output "control: the link leads there" $'of b\n' http b.example '/read.php?f=/tmp/mysqlx.sock'
as_user john setpriv --no-new-privs redis-server --port 0 --unixsocket /tmp/mariadb.sock --unixsocketperm 777 \
    --daemonize yes --save '' --dir /tmp --pidfile '' >/dev/null
check "control: a user's server listens" wait_until 10 test -S /tmp/mariadb.sock
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "a link of his shows nothing" $'nothing\n' http a.example '/read.php?f=/tmp/mysqlx.sock'
expect_contains "a server of his is not there" "no: " ask a.example /tmp/mariadb.sock
redis-cli -s /tmp/mariadb.sock shutdown nosave >/dev/null 2>&1
rm -f /tmp/mysqlx.sock

# what names are resolved with, wherever it lies
mkdir -p /run/NetworkManager && echo "nameserver 192.0.2.1" >/run/NetworkManager/resolv.conf
rm -f /etc/resolv.conf && ln -s ../run/NetworkManager/resolv.conf /etc/resolv.conf
resolver() { http a.example '/read.php?f=/etc/resolv.conf'; }
is_resolver() { [ "$(resolver)" = "nameserver $1" ]; }
check "resolv.conf leads to /run" wait_until 20 is_resolver 192.0.2.1
echo "nameserver 192.0.2.2" >/run/NetworkManager/resolv.conf.new
mv /run/NetworkManager/resolv.conf.new /run/NetworkManager/resolv.conf
check "another one is put in its place" wait_until 20 is_resolver 192.0.2.2
redis_end /run/redis/redis.sock
redis_end /run/redis-shop/redis.sock
redis_end /tmp/mysql.sock
finish
