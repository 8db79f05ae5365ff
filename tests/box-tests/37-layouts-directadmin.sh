#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An account of DirectAdmin, asked by its adapter: domains/DOMAIN with the links that the panel makes, subdomains in a
# domain's document root, Laravel above it, and one PHP-FPM pool for all. After enabling each works as before and gets
# nothing of the others: in private homes, then in shared ones.
# shellcheck disable=SC2317,SC2016,SC2154,SC2086
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/directadmin.sh
. "$SC_SOURCE/tests/boxlib/directadmin.sh"
# shellcheck source=tests/boxlib/layouts.sh
. "$SC_SOURCE/tests/boxlib/layouts.sh"

H=/home/dora
D=$H/domains
socket=/run/php/dora.sock
da_install
da_silent=yes
make_user dora
layouts_mail
sites=()
host() # DOMAIN DOCROOT
{
    make_site dora "$1" "$2" && layout_host "$1" $socket && sites+=("$1")
}
folder() # DOMAIN: what the panel makes for a domain
{
    as_user dora mkdir -p "$D/$1"/{private_ftp,public_ftp,stats,logs,.htpasswd} && as_user dora ln -sn ./public_html "$D/$1/private_html"
}
da_user dora one.example
da_domain dora two.example
da_domain dora laravel.example
for d in one two laravel; do folder $d.example; done
da_subdomain dora one.example shop
da_subdomain dora laravel.example old
as_user dora mkdir -p $H/{imap,Maildir,backups,.php}

# WordPress with its configuration one level up; its code names files by the account's ~/public_html
host one.example $D/one.example/public_html
app one.example $D/one.example public_html wp-config.php public_html/wp-content/uploads,private
echo "secret by the panel's link" | put_file dora $H/public_html/by-link
host shop.one.example $D/one.example/public_html/shop
app shop.one.example $D/one.example/public_html/shop "" config.php files
host two.example $D/two.example/public_html
app two.example $D/two.example public_html public_html/wp-config.php,.env public_html/wp-content/uploads
# Laravel around public_html
host laravel.example $D/laravel.example/public_html
app laravel.example $D/laravel.example public_html .env,composer.json storage/app,bootstrap/cache
app_code artisan
host old.laravel.example $D/laravel.example/public_html/old
app old.laravel.example $D/laravel.example/public_html/old "" config.php files
printf '%s\n' '[dora]' 'user = $pool' 'group = $pool' "listen = $socket" 'listen.owner = www-data' 'listen.group = www-data' \
    'listen.mode = 0660' 'pm = ondemand' 'pm.max_children = 10' 'pm.process_idle_timeout = 20' \
    'pm.max_requests = 500' >"$fpm_pool_dir/dora.conf"
fpm_start
apache_start
check "the panel keeps a directory for the domain alone" \
    test "$(/usr/libexec/sitecage/sitecage-directadmin domains | jq -r '.data["one.example"].site_directory')" = $D/one.example

all_pairs() # CHECK TEXT
{
    local one other
    for one in "${sites[@]}"; do
        for other in "${sites[@]}"; do
            [ "$one" = "$other" ] || check "$2: $one, of $other" "$1" "$one" "$other"
        done
    done
}
each_runs() # TEXT
{
    local one
    for one in "${sites[@]}"; do
        check "$1: $one" app_runs "$one"
    done
}
by_link() { php_eval "$1" "echo @file_get_contents('$H/public_html/by-link');"; }

each_runs "control: works before"
all_pairs app_is_open "control: open before"
expect_output "control: by the panel's link" $'secret by the panel\'s link\n' by_link one.example
check "allow" cagefsctl --site-isolation-allow-all
app_enter=cagefs_enter_site
for home in private shared; do
    check "$home: enable" cagefsctl --site-isolation-enable "${sites[@]}" --home $home
    each_runs "$home: works"
    all_pairs app_is_private "$home"
    expect_output "$home: by the panel's link" $'secret by the panel\'s link\n' by_link one.example
    expect_output "$home: not for others" "" by_link two.example
done
finish
