#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A subscription of Plesk, asked by its adapter: the home is the virtual host's folder, httpdocs, further domains and
# subdomains beside and below it, a PHP-FPM pool for each domain. After enabling each works as before and gets nothing of
# the others: in private homes, then in shared ones.
# shellcheck disable=SC2317,SC2016,SC2154,SC2086
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/plesk.sh
. "$SC_SOURCE/tests/boxlib/plesk.sh"
# shellcheck source=tests/boxlib/layouts.sh
. "$SC_SOURCE/tests/boxlib/layouts.sh"

V=$plesk_vhosts/first.example
plesk_install
groupadd psacln
plesk_user paul first.example
usermod -g psacln paul
as_user paul mkdir -p $V/{httpdocs,logs,error_docs}
layouts_mail
sites=()
site() # DOMAIN DOCROOT
{
    local d=$1 system=$plesk_vhosts/system/$1
    site_owner[$d]=paul site_docroot[$d]=$2 sites+=("$d")
    mkdir -p $system/logs
    as_user paul mkdir -p "$2" && plesk_domain "$d" "$2" paul ${3:-} && echo "127.0.0.1 $d" >>/etc/hosts
    printf '%s\n' "[$d]" "prefix = $plesk_vhosts/system/\$pool" 'user = paul' 'group = psacln' 'listen = php-fpm.sock' \
        'listen.owner = root' 'listen.group = www-data' 'listen.mode = 0660' 'chdir = /' 'pm = ondemand' 'pm.max_children = 5' \
        "php_value[open_basedir] = \"$V/:/tmp/:/etc/hostname\"" >"$fpm_pool_dir/$d.conf"
    layout_host "$d" "//$system/php-fpm.sock"
}
apache_configure
# WordPress in httpdocs; a Laravel in its own folder; WordPress with its configuration one level up; a shop whose
# document root was moved below httpdocs; a further domain whose folder is its document root
site first.example $V/httpdocs
app first.example $V httpdocs httpdocs/wp-config.php httpdocs/wp-content/uploads
site laravel.example $V/laravel.example/public first.example
app laravel.example $V/laravel.example public .env,composer.json storage,bootstrap/cache
app_code artisan
site sub.first.example $V/sub.first.example/httpdocs first.example
app sub.first.example $V/sub.first.example httpdocs wp-config.php httpdocs/wp-content/uploads,private
site shop.first.example $V/httpdocs/shop/pub first.example
app shop.first.example $V/httpdocs/shop pub app/etc/env.php var,pub/media
app_code bin/magento
site plain.example $V/plain.example first.example
app plain.example $V/plain.example "" config.php files
fpm_start
apache_start
check "the panel keeps a directory for the domain alone" \
    test "$(/usr/libexec/sitecage/sitecage-plesk domains | jq -r '.data["laravel.example"].site_directory')" = $V/laravel.example

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
app_open_ways=(path link include program "its directory")
each_runs "control: works before"
all_pairs app_is_open "control: open before"
check "allow" cagefsctl --site-isolation-allow-all
app_enter=cagefs_enter_site
for home in private shared; do
    check "$home: enable" cagefsctl --site-isolation-enable "${sites[@]}" --home $home
    each_runs "$home: works"
    all_pairs app_is_private "$home"
done
finish
