#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Accounts of HestiaCP and Virtualmin: trees, pools of PHP-FPM and virtual hosts as these panels make them. After enabling
# each site works as before and gets nothing of the others: in private homes, then in shared ones.
# shellcheck disable=SC2317,SC2016,SC2154,SC2086
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/layouts.sh
. "$SC_SOURCE/tests/boxlib/layouts.sh"

panel_install
layouts_mail

# --- HestiaCP: ~/web/DOMAIN, sessions and uploads of all in ~/tmp, open_basedir --------------------------------------
H=/home/hans
make_user hans
as_user hans mkdir -p $H/tmp $H/conf $H/.composer && chmod 771 $H/tmp
hestia() # DOMAIN DOCROOT-BELOW-public_html
{
    local d=$1 w=$H/web/$1 socket=/run/php/php$fpm_version-fpm-$1.sock
    as_user hans mkdir -p $w/{private,document_errors,cgi-bin,stats,public_html}
    make_site hans "$d" "$w/public_html${2:+/$2}" &&
        panel_edit domain="$d" dir="$w" '$1 == ENVIRON["domain"] { $5 = ENVIRON["dir"] } 1' || return
    as_user hans ln -s public_html $w/public_shtml
    echo "<h1>not here</h1>" | put_file hans $w/document_errors/404.html
    printf '[%s]\n' "$d" >"$fpm_pool_dir/$d.conf"
    cat >>"$fpm_pool_dir/$d.conf" <<POOL
listen = $socket
listen.owner = hans
listen.group = www-data
listen.mode = 0660
user = hans
group = hans
pm = ondemand
pm.max_children = 8
pm.max_requests = 4000
pm.process_idle_timeout = 10s
pm.status_path = /status
php_admin_value[upload_tmp_dir] = $H/tmp
php_admin_value[session.save_path] = $H/tmp
php_admin_value[open_basedir] = $H/.composer:$w/public_html:$w/private:$w/public_shtml:$H/tmp:/tmp:/var/www/html:/bin:/usr/bin:/usr/local/bin:/usr/share:/opt:/etc/hostname
php_admin_value[sendmail_path] = /usr/sbin/sendmail -t -i -f admin@$d
env[PATH] = /usr/local/bin:/usr/bin:/bin
env[TMP] = $H/tmp
env[TMPDIR] = $H/tmp
env[TEMP] = $H/tmp
POOL
    layout_host "$d" "$socket" "Alias /error/ \"$w/document_errors/\"" "ScriptAlias /cgi-bin/ $w/cgi-bin/" \
        "<Directory $w/document_errors>" "Require all granted" "</Directory>" "ErrorDocument 404 /error/404.html"
}
for n in 1 2; do
    hestia h$n.example ''
    app h$n.example $H/web/h$n.example public_html public_html/wp-config.php,private/key private,public_html/wp-content/uploads
    hestia hl$n.example public # a Laravel: its docroot was moved down
    app hl$n.example $H/web/hl$n.example/public_html public .env,artisan storage,../private
    app_code job
done

# --- Virtualmin: the account's server in ~/public_html, sub-servers in ~/domains, numbers for users ------------------
V=/home/vera
make_user vera
as_user vera mkdir -p $V/tmp $V/logs $V/etc
id=1600000000
virtualmin() # DOMAIN BASE [SITE_DIRECTORY]
{
    local d=$1 base=$2
    id=$((id + 1))
    as_user vera mkdir -p "$base"/{public_html,cgi-bin,logs,homes,etc/php$fpm_version}
    make_site vera "$d" "$base/public_html" && { [ -z "${3:-}" ] ||
        panel_edit domain="$d" dir="$3" '$1 == ENVIRON["domain"] { $5 = ENVIRON["dir"] } 1'; } || return
    cat >"$fpm_pool_dir/$id.conf" <<POOL
[$id]
user = $(id -u vera)
group = $(id -g vera)
listen.owner = $(id -u vera)
listen.group = www-data
listen.mode = 0660
listen = /run/php/$id.sock
pm = dynamic
pm.max_children = 8
pm.start_servers = 1
pm.min_spare_servers = 1
pm.max_spare_servers = 5
php_value[upload_tmp_dir] = $V/tmp
php_value[session.save_path] = $V/tmp
php_value[error_log] = $base/logs/php_log
php_value[log_errors] = On
POOL
    layout_host "$d" "/run/php/$id.sock" "ScriptAlias /cgi-bin/ $base/cgi-bin/" \
        "<Directory $base/cgi-bin>" "Require all granted" "</Directory>"
}
virtualmin v0.example $V
app v0.example $V public_html public_html/config.php,wp-config.php public_html/wp-content/uploads
echo "<?php" | put_file vera $V/public_html/wp-load.php
for n in 1 2; do
    virtualmin v$n.example $V/domains/v$n.example $V/domains/v$n.example
    app v$n.example $V/domains/v$n.example public_html wp-config.php public_html/wp-content/uploads,data
done

fpm_start
apache_start

hans=(h1 h2 hl1 hl2)
vera=(v0 v1 v2)
all_pairs() # CHECK TEXT NAME...: each of each other
{
    local check=$1 text=$2 one other
    shift 2
    for one; do
        for other; do
            [ "$one" = "$other" ] || check "$text: $one.example, of $other.example" "$check" $one.example $other.example
        done
    done
}
every() # CHECK TEXT
{
    app_session_dir=$V/tmp
    all_pairs "$1" "$2" "${vera[@]}"
    app_session_dir=$H/tmp
    all_pairs "$1" "$2" "${hans[@]}"
}
each_runs() # TEXT
{
    local one
    for one in "${hans[@]}" "${vera[@]}"; do
        check "$1: $one.example" app_runs $one.example
    done
}
each_runs "control: works before"
app_session_dir=$V/tmp
all_pairs app_is_open "control: open before" "${vera[@]}"
app_open_ways=(program)
app_session_dir=$H/tmp
all_pairs app_is_open "control: open before" "${hans[@]}"
error_page() { curl -s -H "Host: h1.example" "http://$apache_address/none"; }
expect_output "control: its error page" $'<h1>not here</h1>\n' error_page

check "allow" cagefsctl --site-isolation-allow-all
app_enter=cagefs_enter_site
for home in private shared; do
    check "$home: enable" cagefsctl --site-isolation-enable "${hans[@]/%/.example}" "${vera[@]/%/.example}" --home $home
    each_runs "$home: works"
    every app_is_private "$home"
    expect_output "$home: its error page" $'<h1>not here</h1>\n' error_page
done
expect_lacks "all are covered" "not covered" cagefsctl --site-isolation-check h1.example hl1.example v0.example v1.example
finish
