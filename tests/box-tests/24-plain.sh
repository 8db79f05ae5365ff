#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A server without a panel: `panel = plain`, and hosts that an administrator writes into Apache's configuration. What he
# changes there is in force without any event, and what is no account's is left out and said.
# shellcheck disable=SC2317,SC2016,SC2034,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/day.sh
. "$SC_SOURCE/tests/boxlib/day.sh"

generic=/usr/libexec/sitecage/sitecage-generic
H=/home/john
make_user john
echo "127.0.0.1 a.example www.a.example b.example c.example d.example" >>/etc/hosts
# site DOMAIN DOCROOT [NAME]: as a2ensite has it, with a pool of its own
site()
{
    site_owner[$1]=john site_docroot[$1]=$2
    as_user john mkdir -p "$2" && day_files john "$2" "$1" && fpm_pool "$1" "$(fpm_socket "$1")" || return
    fpm_vhost "$1" "$(fpm_socket "$1")"
    [ -z "${3-}" ] || sed -i "s/^ *ServerName .*/&\n    ServerAlias $3/" "/etc/apache2/sites-enabled/$1.conf"
    mv "/etc/apache2/sites-enabled/$1.conf" "/etc/apache2/sites-available/$1.conf"
    ln -sf "../sites-available/$1.conf" "/etc/apache2/sites-enabled/$1.conf"
}
apache_configure
rm -f /etc/nginx/sites-enabled/*
site a.example $H/sites/a/public www.a.example
site b.example $H/sites/b/public
mkdir -p /var/www/html $H/roots
cat >/etc/apache2/sites-enabled/000-default.conf <<CONFIG
<VirtualHost $apache_address>
    ServerName box
    DocumentRoot /var/www/html
</VirtualHost>
<VirtualHost $apache_address>
    ServerName roots.example
    DocumentRoot $H/roots
</VirtualHost>
CONFIG
check "PHP-FPM" fpm_start
check "Apache" apache_start

echo "== only when it is named"
expect_fail 1 "write 'panel = plain' into /etc/sitecage.conf" cagefsctl --site-isolation-allow-all
echo "panel = plain" >>/etc/sitecage.conf
expect_output "domains" "a.example john $H/sites/a/public
b.example john $H/sites/b/public
www.a.example john $H/sites/a/public
" sh -c "$generic domains | jq -r '.data | to_entries[] | \"\\(.key) \\(.value.owner) \\(.value.document_root)\"'"
expect_contains "users" '"username":"john"' sh -c "$generic users | jq -c ."
expect_contains "status says what is left out" "2 hosts are left out: box (/var/www/html is below no account's home), roots.example ($H/roots does not belong to the account in whose home it is)" \
    $generic status
check "register finds nothing to do" $generic register
check "control: a reads b's file" reads a.example $H/sites/b/public/secret.txt

echo "== isolated"
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable a" cagefsctl --site-isolation-enable a.example
check "a serves" serves a.example a.example
check "under its other name, too" serves www.a.example a.example
check "a reads b's file no more" reads_not a.example $H/sites/b/public/secret.txt
check "control: b reads a's" reads b.example $H/sites/a/public/secret.txt
check "the check is content" cagefsctl --site-isolation-check a.example
expect_fail 1 "Please specify existing domain name" cagefsctl --site-isolation-enable roots.example

echo "== a host that is added"
site c.example $H/sites/c/public
check "PHP-FPM" fpm_reload
check "Apache" apache_reload
check "control: b reads its file" wait_until 20 reads b.example $H/sites/c/public/secret.txt
check "closed to a" soon reads_not a.example $H/sites/c/public/secret.txt
check "a serves" serves a.example a.example

echo "== a document root that is edited"
day_files john $H/sites/a/next a2
check "edited" sed -i "s|DocumentRoot .*|DocumentRoot $H/sites/a/next|" /etc/apache2/sites-available/a.example.conf
check "Apache" apache_reload
check "a serves from there" wait_until 20 serves a.example a2
check "isolated there" soon reads_not a.example $H/sites/b/public/secret.txt
check "what it was is closed to nobody else's good" listed john a.example

echo "== nginx's hosts count, too"
as_user john mkdir -p $H/sites/d && echo "secret of d" | put_file john $H/sites/d/secret.txt
echo "server { listen 127.0.0.1:8091; server_name d.example; root $H/sites/d; }" >/etc/nginx/sites-enabled/d
check "control: b reads its files" reads b.example $H/sites/d/secret.txt
expect_contains "d" "$H/sites/d" $generic domains --name d.example
check "closed to a" soon reads_not a.example $H/sites/d/secret.txt

finish
