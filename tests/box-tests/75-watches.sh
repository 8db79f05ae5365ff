#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no hook tells: a document root that is changed in the panel's files is followed because they are watched,
# long before the timer's pass (5 minutes). cPanel's files of an account, Plesk's hosts, the web server's hosts
# and the poll of integration scripts' panels.
# Functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"
# shellcheck source=tests/boxlib/cpanel.sh
. "$SC_SOURCE/tests/boxlib/cpanel.sh"
# shellcheck source=tests/boxlib/plesk.sh
. "$SC_SOURCE/tests/boxlib/plesk.sh"

adapter=/usr/libexec/sitecage/sitecage-cpanel
at() { [ "$(db "SELECT CAST(docroot AS TEXT) FROM domain WHERE name = '$1'")" = "$2" ]; }
stays_at() # SECONDS DOMAIN DOCROOT
{
    local end=$((SECONDS + $1))
    while [ $SECONDS -lt $end ]; do
        at "$2" "$3" || return 1
        sleep 0.2
    done
}
surveyed() { [ "$(cat /run/sitecage/monitor.survey 2>/dev/null)" != "$1" ]; }
survey_now() # the timer's next pass is as far away as can be
{
    local last
    last=$(cat /run/sitecage/monitor.survey 2>/dev/null)
    sleep 1.1 # its time is in seconds
    kill -USR1 "$(pgrep -o -f '^/usr/libexec/sitecage/sitecage-monitor( |$)')" && wait_until 20 surveyed "$last"
}

# --- cPanel -------------------------------------------------------------------------------------------------------
cpanel_install
cpanel_create bob bob.example
cpanel_add_sub bob shop bob.example public_html/shop
check "allow" cagefsctl --site-isolation-allow-all
check "isolate" cagefsctl --site-isolation-enable bob.example
check "bob's files are among the watched" sh -c "$adapter paths | grep -qx /var/cpanel/userdata/bob"
cpanel_lose=yes
edit() # USER DOMAIN DIR: as an administrator does, in one file, and nothing else
{
    as_user "$1" mkdir -p "/home/$1/$3"
    sed "s|^documentroot:.*|documentroot: /home/$1/$3|" "/var/cpanel/userdata/$1/$2" >/tmp/edited &&
        cat /tmp/edited >"/var/cpanel/userdata/$1/$2"
}
check "a full pass" survey_now
edit bob shop.bob.example shop2
check "a document root in userdata/USER is followed" wait_until 12 at shop.bob.example /home/bob/shop2
cpanel_create eve eve.example
check "an account comes, and no hook says so: its files are watched soon" cagefsctl --site-isolation-enable eve.example
sleep 13 # the list of folders is made anew every 10 s at most
check "a full pass" survey_now
edit eve eve.example www
check "and followed" wait_until 12 at eve.example /home/eve/www
hooks_of() { jq -r '.[] | select(.hook | startswith("'$adapter'")) | .category + " " + .event' /var/cpanel/hooks/registry.json; }
for hook in "Whostmgr Lang::PHP::set_vhost_versions" "scripts php_fpm_config" "Cpanel UAPI::LangPHP::php_set_vhost_versions"; do
    expect_contains "the hook is registered: $hook" "$hook" hooks_of
done
cagefsctl --site-isolation-deny-all >/dev/null
rm -rf /usr/local/cpanel /var/cpanel /var/lib/sitecage /run/sitecage

# --- Plesk ---------------------------------------------------------------------------------------------------------
hosts=/etc/apache2/plesk.conf.d/vhosts
V=$plesk_vhosts/first.example
plesk_install
mkdir -p $hosts
plesk_user first first.example
for d in httpdocs sub sub2; do plesk_docroot first "$V/$d" $d; done
plesk_domain first.example "$V/httpdocs" first
plesk_domain sub.first.example "$V/sub" first first.example
cagefsctl --site-isolation-allow-all >/dev/null
check "Plesk: isolate" cagefsctl --site-isolation-enable first.example
sleep 12
check "a full pass" survey_now
plesk_sql "UPDATE hosting SET www_root = '$V/sub2' WHERE www_root = '$V/sub'"
check "control: nobody tells, nothing is written" stays_at 4 sub.first.example "$V/sub"
echo '# httpdmng wrote it' >$hosts/sub.first.example.conf
check "the web server's host is written: followed" wait_until 12 at sub.first.example "$V/sub2"
cagefsctl --site-isolation-deny-all >/dev/null
rm -rf /usr/local/psa /etc/psa /var/lib/sitecage /run/sitecage

# --- integration scripts --------------------------------------------------------------------------------------------
panel_install
make_user john
make_site john a.example /home/john/a
make_site john b.example /home/john/b
for d in b2 b3; do as_user john mkdir /home/john/$d; done
cagefsctl --site-isolation-allow-all >/dev/null
check "isolate" cagefsctl --site-isolation-enable a.example
check "the web server's hosts are watched" \
    sh -c '/usr/libexec/sitecage/sitecage-generic paths | grep -qx /etc/apache2/sites-enabled'
sleep 12 # what happened before is looked at
check "a full pass" survey_now
panel_move b.example /home/john/b2
check "control: nobody tells, nothing is written" stays_at 4 b.example /home/john/b
echo '# the panel wrote it' >>/etc/apache2/sites-enabled/b.example.conf
check "the web server's host is written: followed" wait_until 12 at b.example /home/john/b2
panel_move b.example /home/john/b3
check "or by the poll, within a minute" wait_until 75 at b.example /home/john/b3
finish
