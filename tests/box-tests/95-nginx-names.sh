#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How nginx names a pool of PHP-FPM: whatever it writes, enabled means that the site's PHP is in the site; a pool that
# cannot be taken over is refused, and what the refusal says to write is enough.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module

H=/home/john
enable() { cagefsctl --site-isolation-enable "$@"; }
list() { cagefsctl --site-isolation-list; }
reads() { php_eval "$1" "echo trim((string)@file_get_contents('$H/secret/b.txt'));"; } # DOMAIN
isolated() { [ "$(reads "$1")" = "" ] && [ "$(php_eval "$1" 'echo "ok";')" = ok ]; }
reload() { nginx -t 2>&1 && kill -HUP "$(cat /run/nginx.pid)"; }

# site NAME ADDRESS [LINE]: the line stands in the server block, behind the location
site()
{
    make_site john "$1.example" "$H/$1"
    cat >"/etc/nginx/sites-enabled/$1" <<CONFIG
server {
    listen $apache_address;
    server_name $1.example;
    root $H/$1;
    disable_symlinks on from=\$document_root;
    location ~ \.php$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
        fastcgi_pass $2;
    }
    ${3:-}
}
CONFIG
}

# own NAME ADDRESS [LINE]: with a pool of its own
own() { site "$@" && fpm_pool "$1.example" "$(fpm_socket "$1.example")"; }
socket() { fpm_socket "$1.example"; }

panel_install
make_user john
rm -f /etc/nginx/sites-enabled/*
as_user john mkdir -p $H/secret
echo secret | put_file john $H/secret/b.txt

own capitals PHP_OF_John
own scheme "UNIX:$(socket scheme)"
own three "\"unix://$(socket three)\""
own late '$late' "set \$late unix:$(socket late);"
own half '$half'
own either '$either' "set \$either unix:$(socket either); if (\$arg_x) { set \$either unix:$(socket other); }"
ln -s /run/php /srv/pools
own linked "unix:/srv/pools/linked.example.sock"
own apart "unix:$(socket apart)"
site beside "unix:/srv/pools/apart.example.sock"
site unknown 'unix:/run/php/$cookie_pool.sock'
site port 127.0.0.1:9107
fpm_pool port.example 127.0.0.1:9107
sed -i '/^listen\./d' "$fpm_pool_dir/port.example.conf"
site tmp unix:/tmp/php.sock
fpm_pool tmp.example /tmp/php.sock
site_owner[other.example]=john
fpm_pool other.example "$(socket other)"
# a root that several lines make, behind it
own made "unix:$(socket made)" "set \$made made; set \$top $H/\$made;"
sed -i 's|^    root .*|    root ${top};|' /etc/nginx/sites-enabled/made
# a host of another site whose alias, or location's root, lies around sites
own around "unix:$(socket around)" "location ^~ /all/ { alias $H/; location ~ \.php\$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME \$request_filename; fastcgi_pass unix:$(socket around); } }
    set \$upper $H/around; if (\$arg_up) { set \$upper $H; }
    location ^~ /late/ { root \$upper; location ~ \.php\$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_pass unix:$(socket around); } }"
cat >/etc/nginx/conf.d/names.conf <<CONFIG
upstream php_of_john { server unix:$(socket capitals); }
split_clients \$remote_addr \$half { 50% unix:$(socket half); * unix:/$(socket half); }
CONFIG
# one block for two sites, whose roots a map has
site first 'unix:/run/php/first.example.sock'
site second 'unix:/run/php/first.example.sock'
fpm_pool first.example "$(socket first)"
sed -e "s|server_name .*|server_name first.example second.example;|; s|root /home.*|root \$of_host;|" /etc/nginx/sites-enabled/first >/root/both
rm /etc/nginx/sites-enabled/{first,second} && mv /root/both /etc/nginx/sites-enabled/both
echo "map \$host \$of_host { default $H/second; first.example $H/first; }" >/etc/nginx/conf.d/map.conf
fpm_start
nginx && wait_until 10 nginx_answers
check "the feature is allowed" cagefsctl --site-isolation-allow-all

for name in capitals scheme three late half linked made apart either port tmp; do
    expect_output "control: $name: its PHP reads what the site does not own" secret reads $name.example
done

## A host of another site runs a site's code, by an alias or a location's root around it
put_php late.example evil.php "echo 'got ', trim((string)@file_get_contents('$H/secret/b.txt'));"
expect_output "control: by an alias" "got secret" http around.example /all/late/evil.php
expect_output "control: by a location's root" "got secret" http around.example '/late/evil.php?up=1'
expect_fail 1 "late.example cannot be isolated: the virtual host at /etc/nginx/sites-enabled/around:1 serves $H, where the site's code is, too, and has it run by unix:$(socket around) at /etc/nginx/sites-enabled/around:" \
    enable late.example
sed -i '/alias\|upper/d' /etc/nginx/sites-enabled/around
printf 'server { listen %s; server_name ~^(?<sub>[a-z]+)\\.preview\\.example$; root %s/$sub; location ~ \\.php$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:%s; } }\n' \
    "$apache_address" $H "$(socket around)" >/etc/nginx/sites-enabled/preview
check "that host does without, and there is one whose names nobody can tell" reload
preview() { [ "$(http late.preview.example /evil.php)" = "got secret" ]; }
check "control: by such a name" wait_until 10 preview
expect_fail 1 "late.example cannot be isolated: the virtual host at /etc/nginx/sites-enabled/preview:1 serves $H/\$sub, where the site's code is" enable late.example
rm /etc/nginx/sites-enabled/preview
check "that host does without" reload

for name in capitals scheme three late half linked made; do
    check "$name: it is enabled" enable $name.example
    check "and its PHP reads that no more" wait_until 10 isolated $name.example
done

## Two names of one socket's directory: the pool is shared, and a router tells its sites apart
check "apart: it is enabled" enable apart.example
check "and its PHP reads that no more" wait_until 10 isolated apart.example
expect_output "the site that names the pool by a link is served as before" secret reads beside.example

## Each address that a variable can have is a way in
check "either: it is enabled" enable either.example
check "and its PHP reads that no more" wait_until 10 isolated either.example
put_php either.example evil.php "echo 'got ', trim((string)@file_get_contents('$H/secret/b.txt'));"
expect_output "by the other address neither" "got " http either.example '/evil.php?x=1'
expect_fail 1 'unix:/run/php/$cookie_pool.sock' enable unknown.example

## A block whose root is one of several sites', by a map
expect_output "control: first.example is served" secret reads first.example
for name in first second; do
    expect_fail 1 "where other sites' files are" enable $name.example
done

## What cannot be taken over, and what the message says to write
list >/root/before
expect_fail 1 "/etc/nginx/sites-enabled/port:9" enable port.example
expect_fail 1 "move the socket below /run" enable tmp.example
expect_output "nothing has changed" "$(cat /root/before)"$'\n' list
way_out()
{
    local said listen owner file address
    said=$(enable port.example 2>&1)
    listen=$(grep -o '`listen = [^`]*`' <<<"$said" | tr -d '`')
    owner=$(grep -o '`listen.owner = [^`]*`' <<<"$said" | tr -d '`')
    file=$(grep -o ' in /[^,]*,' <<<"$said" | sed 's/^ in //; s/,$//')
    address=$(grep -o 'unix:/run/[^ ]*' <<<"$said")
    [ -n "$listen" ] && [ -n "$owner" ] && [ -e "$file" ] && [ -n "$address" ] || return
    sed -i "s|^listen = .*|$listen\\n$owner|" "$file" &&
        sed -i "s|127.0.0.1:9107|$address|" /etc/nginx/sites-enabled/port
}
check "the lines are written" way_out
check "php-fpm reads them" fpm_restart
check "and nginx" reload
check "the site is served" wait_until 10 reads port.example
check "port: it is enabled" enable port.example
check "and its PHP reads that no more" wait_until 10 isolated port.example
expect_output "all others are isolated still" "" reads capitals.example
finish
