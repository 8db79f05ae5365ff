#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Applications as people lay them out, two of each in one account: after enabling each works as before, and gets nothing
# of any other. In private homes; some once more in shared ones.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/layouts.sh
. "$SC_SOURCE/tests/boxlib/layouts.sh"

H=/home/john
panel_install
make_user john
layouts_mail
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
sites=()
add() # DOMAIN DOCROOT
{
    make_site john "$1" "$2" && sites+=("$1")
}

# --- the layouts ----------------------------------------------------------------------------------------------------
for n in 1 2; do
    # WordPress: as it is unpacked; its configuration one level up; a network with a mapped domain
    add wp$n.example $H/wp$n
    app wp$n.example $H/wp$n "" wp-config.php wp-content/uploads,wp-content/cache
    add up$n.example $H/up$n/www
    app up$n.example $H/up$n www wp-config.php www/wp-content/uploads
    add net$n.example $H/net$n
    app net$n.example $H/net$n "" wp-config.php wp-content/uploads,wp-content/blogs.dir/2/files
    # Laravel, Symfony, Magento: the application is above
    add laravel$n.example $H/apps/laravel$n/public
    app laravel$n.example $H/apps/laravel$n public .env,config/app.php,composer.json \
        storage/app/public,storage/framework/sessions,bootstrap/cache
    app_code artisan
    as_user john ln -s ../storage/app/public $H/apps/laravel$n/public/storage
    add symfony$n.example $H/symfony$n/public
    app symfony$n.example $H/symfony$n public .env.local,config/jwt/private.pem,composer.json var/cache,var/log
    app_code bin/console
    add mage$n.example $H/mage$n/pub
    app mage$n.example $H/mage$n pub app/etc/env.php,auth.json pub/media,var,generated/code
    app_code bin/magento
    # Nextcloud and Moodle: data elsewhere, as their manuals want it; no mark says whose it is
    add cloud$n.example $H/cloud$n/html
    app cloud$n.example $H/cloud$n html html/config/config.php data,html/apps
    app_code html/occ
    add moodle$n.example $H/moodle$n
    app moodle$n.example $H "moodle$n" moodle$n/config.php moodledata$n
    app_code moodle$n/admin/cli/cron.php
    # Drupal by Composer: web/ with settings, private files and configuration beside it
    add drupal$n.example $H/drupal$n/web
    app drupal$n.example $H/drupal$n web composer.json,web/sites/default/settings.php,config/sync/core.yml \
        private,web/sites/default/files
    app_code vendor/bin/drush
    # Deployer: releases, what all share, and `current`
    as_user john mkdir -p $H/dep$n/releases/1/public $H/dep$n/shared
    as_user john ln -s releases/1 $H/dep$n/current
    add dep$n.example $H/dep$n/current/public
    app dep$n.example $H/dep$n releases/1/public shared/.env,releases/1/composer.json shared/storage,releases/1/var
    app_code releases/1/artisan
done
panel_add mapped.example john $H/net1
echo "127.0.0.1 mapped.example" >>/etc/hosts
sed -i 's/ServerName net1.example/&\n    ServerAlias mapped.example/' /etc/apache2/sites-enabled/net1.example.conf
site_owner["mapped.example"]=john site_docroot["mapped.example"]=$H/net1
apache_start

pairs() # CHECK TEXT: each site and its twin
{
    local one twin
    for one in "${sites[@]}"; do
        case $one in
        *1.example) twin=${one/1./2.} ;;
        *) twin=${one/2./1.} ;;
        esac
        check "$2: $one, of $twin" "$1" "$one" "$twin"
    done
}
each_runs() # TEXT DOMAIN...
{
    local one
    for one in "${@:2}"; do
        check "$1: $one" app_runs "$one"
    done
}

# --- before ---------------------------------------------------------------------------------------------------------
each_runs "control: works before" "${sites[@]}"
pairs app_is_open "control: open before"
app_cron_text "${sites[@]}" | as_user john crontab -
pairs app_cron_steals "control: cron steals before"

# --- isolated -------------------------------------------------------------------------------------------------------
for n in 1 2; do
    printf '%s\n' "$H/cloud$n/html rw ~/cloud$n/data" "$H/moodle$n rw ~/moodledata$n"
done >/etc/cagefs/site-isolation.paths
check "allow" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable "${sites[@]}" mapped.example --home private
app_enter=cagefs_enter_site
each_runs "works" "${sites[@]}"
pairs app_is_private "private"
pairs app_cron_runs "cron"
for one in "${sites[@]}"; do
    [ "$one" = laravel1.example ] || check "private: $one, of laravel1.example" app_is_private "$one" laravel1.example
done

runs_release() { [[ $(as_user john cagefs_enter_site dep1.example sh -c 'pwd -P') == */releases/$1/public ]]; }

# --- three deploys --------------------------------------------------------------------------------------------------
for release in 2 3 4; do
    app dep1.example $H/dep1 releases/$release/public shared/.env,releases/$release/composer.json shared/storage,releases/$release/var
    app_code releases/$release/artisan
    check "release $release is private before it is current" app_is_private dep1.example dep2.example
    as_user john ln -s releases/$release $H/dep1/next && as_user john mv -T $H/dep1/next $H/dep1/current
    check "and works" wait_until 20 app_runs dep1.example
    check "it is private" app_is_private dep1.example dep2.example
    # until the daemon has seen it, the release of before works, too: it is not to be removed under what runs
    check "it is the one that runs" wait_until 20 runs_release $release
    as_user john rm -rf $H/dep1/releases/$((release - 1))
done
check "the one before is away, and it works" app_runs dep1.example

# --- some in shared homes -------------------------------------------------------------------------------------------
check "shared homes" cagefsctl --site-isolation-regenerate john --home shared
for kind in up laravel moodle dep; do
    for n in 1 2; do
        check "in a shared home: works: $kind$n.example" app_runs $kind$n.example
        check "in a shared home: private: $kind$n.example" app_is_private $kind$n.example $kind$((3 - n)).example
    done
done
finish
