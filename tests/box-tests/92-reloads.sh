#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Isolated sites are asked all the time while Apache and PHP-FPM are reloaded and started again, as panels do it for each
# domain that is added, changed or removed: new processes of Apache have no views of sites, and get many requests at once.
# shellcheck disable=SC2317,SC2034
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

isolated="a.example b.example paul.example"
panel_install
for user in john paul mary; do make_user $user; done
for domain in a b; do fpm_site john $domain.example /home/john/$domain; done
fpm_site paul paul.example /home/paul/site
fpm_site mary mary.example /home/mary/site
fpm_start
apache_start

fpm_reloads() { for _ in 1 2 3; do fpm_reload || return; done; }
fpm_restarts() { fpm_restart && fpm_restart; }
apache_reloads() { for _ in 1 2 3 4 5 6 7 8; do apache_reload || return; done; }
regenerates() { cagefsctl --site-isolation-regenerate john paul; }
# What panels do for a domain that comes, and goes.
a_domain_comes_and_goes() # USER DOMAIN
{
    fpm_site "$1" "$2" "/home/$1/$2" && fpm_reload && apache_reload &&
        rm "$fpm_pool_dir/$2.conf" && forget_site "$2" && fpm_reload && apache_reload
}
pools_are_written_again()
{
    local domain
    for domain in $isolated; do fpm_pool "$domain" "$(fpm_socket "$domain")" || return; done
    fpm_reload
}

echo "== control: what is not isolated"
load_start 60 mary.example
check "PHP-FPM is started again" fpm_restarts
check_not "control: requests fail meanwhile" no_request_failed

echo "== isolated"
check "the feature is allowed" cagefsctl --site-isolation-allow-all
# shellcheck disable=SC2086 # names
check "enable" cagefsctl --site-isolation-enable $isolated
load_min=20
while_asked() # TEXT COMMAND...
{
    local text=$1
    shift
    # shellcheck disable=SC2086 # names
    load_start 150 $isolated
    check "$text" "$@"
    check "$text: no request failed" no_request_failed || { grep -h sitecage: /var/log/apache2/*error.log | tail -n 5; apache_logs; }
}
while_asked "Apache is reloaded" apache_reloads
while_asked "PHP-FPM is reloaded" fpm_reloads
while_asked "PHP-FPM is started again" fpm_restarts
while_asked "a domain of the account comes and goes" a_domain_comes_and_goes john new.example
while_asked "a domain of another account comes and goes" a_domain_comes_and_goes mary new.mary.example
while_asked "the pools of isolated sites are written again" pools_are_written_again
while_asked "regenerate" regenerates

echo "== a command in the moment in which Apache is without modules"
# Stops Apache's first process there: it has been told to read its configuration again, and has let go of all modules.
stop_without_modules()
{
    python3 - "$(cat /run/apache2/apache2.pid)" <<'PYTHON'
import os, signal, sys, time
pid = int(sys.argv[1])
def has(what="mod_sitecage.so"):
    with open(f"/proc/{pid}/maps") as maps:
        return what in maps.read()
for _ in range(100):
    os.kill(pid, signal.SIGUSR1)
    end = time.monotonic() + 2
    while has() and time.monotonic() < end:
        pass
    os.kill(pid, signal.SIGSTOP)
    if not has():
        sys.exit(0)
    os.kill(pid, signal.SIGCONT)
    time.sleep(1)
sys.exit(1)
PYTHON
}
changes_meanwhile()
{
    local command status
    as_user john isolatectl paths add a.example /home/john/uploads rw >/dev/null & command=$!
    sleep 0.3
    kill -CONT "$(cat /run/apache2/apache2.pid)"
    wait "$command"
    status=$?
    apache_reload && return "$status"
}
# None was taken out of the shared master's files.
pools_are_as_they_were() { diff -r /root/pools "$fpm_pool_dir"; }
cp -r "$fpm_pool_dir" /root/pools
as_user john mkdir /home/john/uploads
# shellcheck disable=SC2086 # names
load_start 60 $isolated
check "it is stopped there" stop_without_modules
check "a change of the account meanwhile" changes_meanwhile
check "no request failed" no_request_failed
check "no pool was taken over" pools_are_as_they_were
finish
