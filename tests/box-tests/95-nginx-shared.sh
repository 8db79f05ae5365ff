#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nginx speaks to a pool of PHP-FPM that several sites share: at its address stands the router, which sends each request
# to its site's own master. Shapes of panels (one pool per account, one per server), attacks with controls, and strangers.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
without_module

H=/home/john
shared=/run/php/john.sock
pool=$fpm_pool_dir/john.conf
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
secret_of() { echo "echo trim((string)@file_get_contents('$H/$1.example/secret.txt'));"; }
reads_b() { php_eval a.example "$(secret_of b)"; }
isolated() { [ "$(reads_b)" = "" ] && [ "$(php_eval a.example 'echo "ok";')" = ok ]; }
open_again() { [ "$(reads_b)" = "secret of b" ]; }
same_text() { cmp /root/john.conf "$pool"; }
stranger() { [ "$(curl -s --max-time 3 -H "Host: bob.example" "http://$apache_address/stranger.php")" = "of bob" ]; }
supervisor() { pgrep -o -f '^/usr/libexec/sitecage/sitecage-fpm [0-9]+ [34][0-9]{9}$'; }
router() { pgrep -P "$(supervisor)" -f '^/usr/libexec/sitecage/sitecage-fpm-router'; }
no_router() { ! pgrep -f '^/usr/libexec/sitecage/sitecage-fpm-router'; }

# site USER DOMAIN ADDRESS: a server block
site()
{
    make_site "$1" "$2" "/home/$1/$2" || return
    mkdir -p /etc/nginx/domains
    cat >"/etc/nginx/sites-enabled/$2" <<CONFIG
server {
    listen $apache_address;
    server_name $2;
    root /home/$1/$2;
    disable_symlinks on from=\$document_root;
    location ~ \.php$ {
        include fastcgi.conf;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
        fastcgi_pass $3;
        ${4:-}
    }
}
CONFIG
    echo "secret of ${2%.example}" | put_file "$1" "/home/$1/$2/secret.txt"
}

panel_install
make_user john
make_user bob
rm -f /etc/nginx/sites-enabled/*
for name in a b c; do
    site john $name.example unix:$shared
done
site_owner[john]=john
fpm_pool john $shared 'php_admin_value[open_basedir] = /' 'env[OF] = "the pool"' 'pm.status_path = /status-of-john'
site bob bob.example "unix:$(fpm_socket bob.example)"
fpm_pool bob.example "$(fpm_socket bob.example)"
put_php bob.example stranger.php 'echo "of bob";'
cp "$pool" /root/john.conf
fpm_start
nginx && wait_until 10 nginx_answers
check "the feature is allowed" cagefsctl --site-isolation-allow-all

## One pool of the account's
expect_output "control: A's PHP reads B's secret" "secret of b" reads_b
check "control: the stranger is served" stranger
master=$(fpm_master)
check "A is isolated" enable a.example
check "its PHP reads B's secret no more" isolated
check "B and C are served as before" test "$(php_eval b.example "$(secret_of a)")$(php_eval c.example 'echo getenv("OF");')" = "secret of athe pool"
check "a router runs" router
check "the shared master is the same" test "$master" = "$(fpm_master)"
check "the stranger is served" stranger
tail -5 /var/log/sitecage.log
cagefsctl --site-isolation-check a.example
check "disabled" disable a.example
check "open" wait_until 10 open_again
check "exact text" same_text
check "no router" wait_until 20 no_router
finish
