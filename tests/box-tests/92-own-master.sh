#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A PHP-FPM master with a configuration of its own, in a place that no layout has (Plesk's dedicated units): found by its
# process.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
reads_b="echo trim((string)@file_get_contents('$H/b.example/secret.txt')), '|', ini_get('memory_limit');"
enable() { cagefsctl --site-isolation-enable "$@"; }
unit() { pgrep -o -f '^php-fpm: master process \(/srv/units/a.conf'; }

panel_install
make_user john
for site in a b; do
    fpm_site john $site.example $H/$site.example
    echo "secret of $site" | put_file john $H/$site.example/secret.txt
done
rm "$fpm_pool_dir/a.example.conf"
socket=/var/www/vhosts/system/a.example/php/php-fpm.sock
mkdir -p /srv/units /var/www/vhosts/system/a.example/php
cat >/srv/units/a.conf <<'CONFIG'
[global]
error_log = /srv/units/a.log
[a.example]
prefix = /var/www/vhosts/system/$pool/php
listen = php-fpm.sock
listen.owner = john
listen.group = www-data
user = john
group = john
pm = ondemand
pm.max_children = 2
php_admin_value[memory_limit] = 77M
CONFIG
fpm_vhost a.example $socket
fpm_start
"/usr/sbin/php-fpm$fpm_version" --daemonize --fpm-config /srv/units/a.conf
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
expect_output "control: A's PHP reads B's secret" "secret of b|77M" php_eval a.example "$reads_b"
check "A is enabled" enable a.example
expect_output "A's PHP is in its cage, with the settings of its pool" "|77M" php_eval a.example "$reads_b"
sed -i 's/77M/78M/' /srv/units/a.conf
# again and again: a change before the daemon's first look at the pools is none for it
followed() { echo "; changed" >>/srv/units/a.conf && sleep 0.5 && [ "$(php_eval a.example "$reads_b")" = "|78M" ]; }
check "they are followed when they change" wait_until 30 followed
check "A is disabled" cagefsctl --site-isolation-disable a.example
expect_output "A is open again" "secret of b|77M" php_eval a.example "$reads_b"

## Without the module
echo "apache_module = off" >>/etc/sitecage.conf
check "Apache gives the module back" cagefsctl --site-isolation-allow-all
sha256sum /srv/units/a.conf >/root/unit
same_file() { sha256sum --status -c /root/unit; }
same_master() { [ "$(unit)" = "$master" ]; }
restart()
{
    kill -TERM "$(unit)" && wait_until 10 no_unit && "/usr/sbin/php-fpm$fpm_version" --daemonize --fpm-config /srv/units/a.conf && wait_until 10 unit
}
no_unit() { ! unit; }
served() { [ "$(php_eval a.example "$reads_b")" = "$1" ]; }
master=$(unit)
check "A is enabled" enable a.example
check "A's PHP is in its cage" wait_until 10 served "|78M"
check "its master is the same" same_master
check "which starts without its only pool" restart
check "A's PHP is in its cage" served "|78M"
check "A is disabled" cagefsctl --site-isolation-disable a.example
check "A is open" wait_until 10 served "secret of b|78M"
check "its master starts again" restart
check "its file is as it was" wait_until 10 same_file
check "A is open" wait_until 10 served "secret of b|78M"
check "A is enabled" enable a.example
master=$(unit)
check "disabled at once" cagefsctl --site-isolation-disable a.example
check "its file is as it was" same_file
check "its master, too" same_master
check "A is open" wait_until 10 served "secret of b|78M"
finish
