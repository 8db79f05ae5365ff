#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site is its application: what lies above its document root is its own, writable, and closed to every other site,
# in running sites too. Laravel, WordPress with its configuration one level up, and a release layout.
# $ in single quotes is the inner shell's or PHP's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
echo 'home = shared' >/etc/sitecage.conf # the rest of the home is there, so that what is closed shows
panel_install
make_user john

secret() # FILE: a file of an application
{
    as_user john mkdir -p "$(dirname "$1")"
    echo "secret of $1" | put_file john "$1"
}

# --- the applications -----------------------------------------------------------------------------------------------
make_site john shop.example $H/shop/public
make_site john blog.example $H/sites/blog/www
make_site john open.example $H/open/public
for file in shop/.env shop/storage/logs/app.log sites/blog/wp-config.php open/.env dep/shared/.env dep/releases/1/.env; do
    secret "$H/$file"
done
echo '{}' | put_file john $H/shop/composer.json
echo '<?php' | put_file john $H/shop/artisan
echo '{}' | put_file john $H/open/package.json
as_user john mkdir -p $H/dep/releases/1/public $H/dep/releases/1/bin
echo '<?php' | put_file john $H/dep/releases/1/bin/console
as_user john ln -s releases/1 $H/dep/current
make_site john dep.example $H/dep/current/public
as_user john mkdir $H/shop/storage/app
as_user john ln -s ../storage/app $H/shop/public/storage
echo "an upload" | put_file john $H/shop/storage/app/picture.txt
as_user john mkdir -p $H/late/public
secret $H/late/data/key
apache_start

# What a site has of the others: PHP by path, PHP by a link in its own document root, a shell; the web server by a link.
attempts() # DOMAIN FILE
{
    php_eval "$1" "echo @file_get_contents('$2');"
    php_eval "$1" "@unlink('l'); symlink('$2', 'l'); echo @file_get_contents('l'); echo implode(' ', @scandir(dirname('$2')) ?: []);"
    as_user john ln -sfn "$2" "${site_docroot[$1]}/link.txt"
    http "$1" /link.txt 2>/dev/null
    rm -f "${site_docroot[$1]}/link.txt" "${site_docroot[$1]}/l"
    true
}

reads_nothing() # DOMAIN FILE
{
    local got
    got=$(attempts "$1" "$2")
    [[ $got != *"secret of"* && $got != *"$(basename "$2")"* ]] || {
        echo "$got"
        return 1
    }
}

reads_by_php() # DOMAIN FILE
{
    [ "$(php_eval "$1" "echo file_get_contents('$2');")" = "secret of $2" ]
}

writes() # DOMAIN FILE
{
    [ "$(php_eval "$1" "echo file_put_contents('$2', 'x') === 1 ? 'yes' : 'no';")" = yes ] && [ -s "$2" ]
}

everybodys() # CHECK: of each site, all that is the others'
{
    local site file
    for site in shop blog dep; do
        for file in $H/shop/.env $H/shop/storage/logs/app.log $H/sites/blog/wp-config.php $H/dep/shared/.env \
            $H/dep/releases/1/.env $H/open/.env; do
            case $site:$file in shop:*/shop/* | blog:*/blog/* | dep:*/dep/*) continue ;; esac
            check "$site.example: $1: $file" "$1" "$site.example" "$file"
        done
    done
}

shows_all() # DOMAIN FILE
{
    [ "$(attempts "$1" "$2" | grep -o "secret of $2" | wc -l)" = 3 ]
}
everybodys shows_all # control
check "allow" cagefsctl --site-isolation-allow-all
expect_output "enable says nothing of it" \
    $'CloudLinux Isolates was enabled for domain(s),\nshop.example,blog.example,dep.example\n' \
    cagefsctl --site-isolation-enable shop.example blog.example dep.example
everybodys reads_nothing

# --- its own --------------------------------------------------------------------------------------------------------
check "Laravel reads its .env" reads_by_php shop.example $H/shop/.env
check "and writes its storage" writes shop.example $H/shop/storage/logs/new.log
expect_output "Apache serves its link into storage" $'an upload\n' http shop.example /storage/picture.txt
check "WordPress reads its configuration one level up" reads_by_php blog.example $H/sites/blog/wp-config.php
check "a release reads what all share" reads_by_php dep.example $H/dep/shared/.env
check "and writes there" writes dep.example $H/dep/shared/new
for try in "shop mv $H/shop/public $H/shop/p" "shop mv $H/shop $H/s" "dep mv $H/dep/releases/1 $H/dep/releases/9"; do
    check_not "a site cannot move its document root away: $try" \
        as_user john cagefs_enter_site "${try%% *}.example" sh -c "${try#* } 2>/dev/null"
done
check_not "what is above the application is not the site's" as_user john cagefs_enter_site blog.example sh -c "echo >$H/sites/x"
expect_contains "the site that is not isolated reads them (a known limit)" "secret of $H/shop/.env" attempts open.example $H/shop/.env

# --- cron -----------------------------------------------------------------------------------------------------------
printf '%s\n' '* * * * * cd ~/shop && php artisan schedule:run' '* * * * * php sites/blog/job.php' \
    '* * * * * cd ~/dep/current && bin/console x' '* * * * * cd ~/late && true' '* * * * * cd ~/open && true' |
    as_user john crontab -
scoped() # COMMAND DOCROOT: the entry is among those that run in the site
{
    crontab -u john -l | awk -v want="$1" -v site="$2" '
        /^SITECAGE_SITE=/ { now = substr($0, 15); gsub(/"/, "", now) }
        /^SHELL=/ { shell = $0 }
        index($0, want) { found = 1; exit !(site == "" ? shell !~ /cron-shell/ : now == site && shell ~ /cron-shell/) }
        END { if (!found) exit 2 }'
}
check "the crontab is looked at" cagefsctl --site-isolation-regenerate john
check "what works in an application runs in its site" scoped 'cd ~/shop' $H/shop/public
check "what names it, too" scoped 'php sites/blog' $H/sites/blog/www
check "a release layout" scoped 'cd ~/dep' $H/dep/releases/1/public
check "control: what is nobody's does not" scoped 'cd ~/late' ''
check "nor what is a site's that is not isolated" scoped 'cd ~/open' ''

# Entries of the system's crontabs with the account as user: cron is real here.
printf 'SHELL=/bin/bash\n* * * * * john cd ~/shop && { id -un; cat $PWD/.env $HOME/sites/blog/wp-config.php; } >>storage/ran 2>&1\n* * * * * root true\n' >/tmp/cron.d-before
cp /tmp/cron.d-before /etc/cron.d/ispc_john
printf '* * * * * john cat ~/shop/.env >/dev/null\n' >/root/other-name && ln /root/other-name /etc/cron.d/linked
in_cron_d() { grep -qx "SITECAGE_SITE=$H/shop/public" "/etc/cron.d/$1"; }
check "the daemon sees a new file in /etc/cron.d" wait_until 15 in_cron_d ispc_john
expect_output "root's entries are as before" $'SHELL=/bin/bash\n* * * * * root true\n' sh -c 'grep -A9 "^#sitecage:back" /etc/cron.d/ispc_john | tail -n 2'
check_not "a file with two names cannot be changed" in_cron_d linked
status_says() { cagefsctl --site-isolation-status | grep -qF "$1"; }
check "which the status says" wait_until 15 \
    status_says "/etc/cron.d/linked runs outside of its isolated sites: it has several names"
run_like_cron() # FILE: its entries of john, as cron runs them
{
    local line shell=/bin/sh site='' real=''
    while IFS= read -r line; do
        case $line in
        SHELL=*) shell=${line#*=} ;;
        SITECAGE_SITE=*) site=${line#*=} ;;
        SITECAGE_SHELL=*) real=${line#*=} ;;
        '* * * * * john '*) as_user john env SITECAGE_SITE="$site" SITECAGE_SHELL="$real" "$shell" -c "${line#* john }" ;;
        esac
    done <"$1"
}
ran() { cat $H/shop/storage/ran; }
run_like_cron /tmp/cron.d-before
expect_contains "control: outside it reads the sibling" "secret of $H/sites/blog/wp-config.php" ran
rm $H/shop/storage/ran
run_like_cron /etc/cron.d/ispc_john
expect_contains "in the site it reads its own" "secret of $H/shop/.env" ran
expect_lacks "and not the sibling" "secret of $H/sites/blog" ran

# --- what comes and goes is followed in running sites ---------------------------------------------------------------
hidden() { ! probe "$1" "cat $2" >/dev/null && ! probe "$1" "ls $(dirname "$2")/" >/dev/null; }
seen() { probe "$1" "cat $2" >/dev/null; }
check "a process stays in Laravel's site" probe_start p john shop.example
check "and one in the release's" probe_start q john dep.example
first=$(probe_pid p)
make_site john late.example $H/late/public
apache_reload
check "the panel has a new site" cagefsctl --site-isolation-regenerate john
check "control: what has no mark is not its application" seen p $H/late/data/key
echo '{}' | put_file john $H/late/composer.json
check "composer makes an application: hidden" wait_until 10 hidden p $H/late/data/key
rm $H/late/composer.json
check "its mark goes: seen again" wait_until 10 seen p $H/late/data/key
as_user john mkdir -p $H/late/bin
check "a directory on the way to a mark" wait_until 10 seen p $H/late/data/key
echo '<?php' | put_file john $H/late/bin/console
check "a mark in it: hidden" wait_until 10 hidden p $H/late/data/key
check "own files are still there" seen p $H/shop/.env
check "the process is the same" [ "$(probe_pid p)" = "$first" ]

# --- a deploy -------------------------------------------------------------------------------------------------------
as_user john sh -c "cp -R $H/dep/releases/1 $H/dep/releases/2 && echo two >$H/dep/releases/2/public/which"
check "a new release is the site's" seen q $H/dep/releases/2/.env
check "and hidden from others" hidden p $H/dep/releases/2/.env
start_session='session_id("visitor"); session_start(); $_SESSION["name"] = "kept"; session_write_close(); echo "ok";'
expect_output "somebody logs in" ok php_eval dep.example "$start_session"
as_user john ln -sfn releases/2 $H/dep/current
expect_two() { [ "$(http dep.example /which)" = two ] && [ "$(php_eval dep.example 'echo getcwd();')" = $H/dep/releases/2/public ]; }
site_docroot["dep.example"]=$H/dep/releases/2/public
check "it is deployed: the site serves it" wait_until 20 expect_two
check "what all share is the site's" wait_until 10 writes dep.example $H/dep/shared/new2
check "it stays hidden from others" hidden p $H/dep/shared/.env
check "the former release, too" hidden p $H/dep/releases/1/.env
expect_output "who logged in before still is" kept \
    php_eval dep.example 'session_id("visitor"); session_start(); echo $_SESSION["name"] ?? "lost";'

# --- a site that takes its own marks away ---------------------------------------------------------------------------
# It lies in another one's directory, beside that one's document root: it does not get what is around it.
make_site john big.example $H/big/public
make_site john client.example $H/big/clients/one/public
secret $H/big/.env
secret $H/big/clients/one/.env
apache_reload
check "one application in another one" cagefsctl --site-isolation-enable big.example client.example
check "the inner one reads its own" reads_by_php client.example $H/big/clients/one/.env
check_not "what is around is not its own" writes client.example $H/big/new
expect_output "it takes its mark away" gone php_eval client.example "echo unlink('$H/big/clients/one/.env') ? 'gone' : 'not';"
check "which the status says" wait_until 15 status_says "$H/big/clients/one was the application of client.example and has no mark"
check "it still does not read what is around" reads_nothing client.example $H/big/.env
check "whose that is now" wait_until 10 reads_by_php big.example $H/big/.env
check "all is made again" cagefsctl --remount john
check "it does not read it either" reads_nothing client.example $H/big/.env
secret $H/big/clients/one/.env
check "the mark is there again: its own" wait_until 15 reads_by_php client.example $H/big/clients/one/.env
check_not "nothing is said any more" status_says "was the application of"
rm $H/big/clients/one/.env
check "who means it ends its isolation" cagefsctl --site-isolation-disable client.example
check "and isolates it again" cagefsctl --site-isolation-enable client.example
check "control: then they share the application" reads_by_php client.example $H/big/.env

check "disabled" cagefsctl --site-isolation-disable shop.example blog.example dep.example big.example client.example
expect_output "the system's crontab is as it was" "$(cat /tmp/cron.d-before)"$'\n' cat /etc/cron.d/ispc_john
finish
