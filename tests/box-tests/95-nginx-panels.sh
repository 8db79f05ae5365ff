#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nginx in front of Apache on panels that write server blocks from a file of the domain's, when they are asked to: Plesk
# without additional directives, DirectAdmin. A link of an isolated site to a sibling's file is not served, whatever the
# panel writes meanwhile; afterwards all is as it was.
# shellcheck disable=SC2317,SC2016,SC2154,SC2034
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/plesk.sh
. "$SC_SOURCE/tests/boxlib/plesk.sh"
# shellcheck source=tests/boxlib/directadmin.sh
. "$SC_SOURCE/tests/boxlib/directadmin.sh"

front=127.0.0.1:8090
enable() { cagefsctl --site-isolation-enable "$@"; }
get() { local said; said=$(curl -sS --max-time 10 --fail-with-body -H "Host: $1" "http://$front$2") && printf '%s' "$said"; }
code() { curl -s --max-time 10 -o /dev/null -w '%{http_code}' -H "Host: $1" "http://$front$2"; }

# follows A B: both kinds of A's links to B's file are served; follows_not: neither is, and each site's own file is
follows()
{
    expect_output "$1, control: a link is followed" "secret of $2" get "$1" /file.txt
    expect_output "$1, control: a link to the directory" "secret of $2" get "$1" /dir/secret.txt
}
follows_not()
{
    expect_output "$1: a link is not followed" 403 code "$1" /file.txt
    expect_output "$1: nor one to the directory" 403 code "$1" /dir/secret.txt
    expect_output "$1: its own file is served" "secret of $1" get "$1" /secret.txt
    expect_output "$2: its own file is served" "secret of $2" get "$2" /secret.txt
}
# links A-DOCROOT B-DOCROOT USER
links() { as_user "$3" ln -sfn "$2/secret.txt" "$1/file.txt" && as_user "$3" ln -sfn "$2" "$1/dir"; }

nginx_begin()
{
    rm -f /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*
    mkdir -p /var/log/nginx /var/lib/nginx /run/nginx
    nginx && wait_until 10 test -e /run/nginx.pid
}

# --- Plesk -------------------------------------------------------------------------------------------------
plesk_install
plesk_user fsys first.example
V=$plesk_vhosts/first.example
mkdir -p /etc/nginx/plesk.conf.d/vhosts
for domain in first.example second.example; do
    root=$V/$domain
    plesk_docroot fsys "$root" x
    echo "secret of $domain" | put_file fsys "$root/secret.txt"
    main=first.example
    [ $domain != first.example ] || main=
    plesk_domain $domain "$root" fsys $main
    mkdir -p $plesk_vhosts/system/$domain/conf
    apache_vhost $domain fsys "$root" wrapper
done
# httpdmng: the server block, with an include where the file is; and nginx reads it
cat >/var/lib/psa/httpdmng <<HTTPDMNG
#!/bin/sh
domain=\$1 conf=$plesk_vhosts/system/\$1/conf
{
    echo "#ATTENTION!"
    echo "server { listen $front; server_name \$domain www.\$domain ipv4.\$domain;"
    echo "root \"$V/\$domain\";"
    echo "location / { location ~ ^/.*\.(txt|css)\\$ { try_files \\\$uri @fallback; } proxy_pass http://$apache_address; proxy_set_header Host \\\$host; }"
    echo "location @fallback { proxy_pass http://$apache_address; proxy_set_header Host \\\$host; }"
    echo "location /internal-nginx-static-location/ { alias $V/\$domain/; internal; }"
    [ ! -f \$conf/vhost_nginx.conf ] || echo "include \"\$conf/vhost_nginx.conf\";"
    echo "}"
} >\$conf/nginx.conf
ln -sf \$conf/nginx.conf /etc/nginx/plesk.conf.d/vhosts/\$domain.conf
echo \$domain >>/var/lib/psa/httpdmng.calls
nginx -t -q && [ ! -e /run/nginx.pid ] || kill -HUP \$(cat /run/nginx.pid)
HTTPDMNG
chmod 755 /var/lib/psa/httpdmng
nginx_begin
echo 'include /etc/nginx/plesk.conf.d/vhosts/*.conf;' >/etc/nginx/conf.d/zz010_psa_nginx.conf
for domain in first.example second.example; do /var/lib/psa/httpdmng $domain; done
check "Apache" apache_start
links $V/second.example $V/first.example fsys
plesk_state() { find /etc/nginx $plesk_vhosts/system -type f -print0 | sort -z | xargs -0 sha256sum; }
check "nginx serves" wait_until 10 get second.example /secret.txt
plesk_state >/root/before
follows second.example first.example
cagefsctl --site-isolation-allow-all >/dev/null
check "Plesk: enabled" enable second.example
follows_not second.example first.example
expect_contains "Plesk: the check says so" "OK" cagefsctl --site-isolation-check second.example
check "Plesk wrote that domain alone" test "$(tail -n +3 /var/lib/psa/httpdmng.calls | sort -u)" = second.example
check "Plesk writes all again" /var/lib/psa/httpdmng second.example
follows_not second.example first.example
# "Additional nginx directives" of the panel: it writes the file, the line is lost
echo '# by the panel' >$plesk_vhosts/system/second.example/conf/vhost_nginx.conf
check "Plesk writes all again" /var/lib/psa/httpdmng second.example
is_closed() { [ "$(code second.example /file.txt)" = 403 ]; }
check "the daemon puts the line back" wait_until 30 is_closed
check "disabled" cagefsctl --site-isolation-disable second.example
expect_output "what the panel wrote meanwhile stays" $'# by the panel\n' cat $plesk_vhosts/system/second.example/conf/vhost_nginx.conf
rm $plesk_vhosts/system/second.example/conf/vhost_nginx.conf
/var/lib/psa/httpdmng second.example
follows second.example first.example
check "once more, enabled" enable second.example
follows_not second.example first.example
check "disabled" cagefsctl --site-isolation-disable second.example
plesk_state >/root/after
check "Plesk: nothing is left" cmp /root/before /root/after
follows second.example first.example
# Plesk's own restriction is no help, and stands where the line would
sed -i 's/^    echo "}"$/    echo "disable_symlinks if_not_owner from=\\$document_root; }"/' /var/lib/psa/httpdmng
/var/lib/psa/httpdmng second.example
expect_fail 1 "leaves links open" enable second.example
check "deny-all" cagefsctl --site-isolation-deny-all
nginx -s stop
check "nginx ends" wait_until 10 test ! -e /run/nginx.pid
check "Apache ends" apache_stop
rm -rf /usr/local/psa /etc/psa /usr/sbin/plesk /etc/nginx/plesk.conf.d /etc/apache2/sites-enabled/*

# --- DirectAdmin -------------------------------------------------------------------------------------------
da_silent=1
da_install
da_user fred shop.example
da_domain fred blog.example
da_folder fred /home/fred/separate
H=/home/fred/domains
# The templates: server_name, |CUSTOM| first in the block, conditions on SUB; all users, as the task does.
cat >$da_base/directadmin <<'DA'
#!/bin/sh
case "$1 $2 $3" in
v*) echo "Version: DirectAdmin v.1.661" ;;
"taskq --run action=rewrite&value=nginx")
    base=/usr/local/directadmin/data/users
    for list in $base/*/domains.list; do
        user=${list%/domains.list}
        while read -r domain; do
            for sub in "" $(cat "$user/domains/$domain.subdomains" 2>/dev/null); do
                echo "server {"
                awk -v sub_="$sub" 'BEGIN { on = 1 }
                    /^\|\*if !SUB\|$/ { on = sub_ == ""; next }
                    /^\|\*if SUB="/ { split($0, p, "\""); on = sub_ == p[2]; next }
                    /^\|\*endif\|$/ { on = 1; next }
                    on { print }' "$user/domains/$domain.cust_nginx" 2>/dev/null
                name=${sub:+$sub.}$domain
                echo "listen 127.0.0.1:8090; server_name $name www.$name;"
                echo "root /home/${user##*/}/domains/$domain/public_html${sub:+/$sub};"
                echo "location / { try_files \$uri @fallback; }"
                echo "location @fallback { proxy_pass http://127.0.0.1:8080; proxy_set_header Host \$host; }"
                echo "}"
            done
        done <"$list" >"$user/nginx.conf"
    done
    nginx -t -q && [ ! -e /run/nginx.pid ] || kill -HUP "$(cat /run/nginx.pid)"
    ;;
*) exit 1 ;;
esac
DA
rewrite() { $da_base/directadmin taskq --run 'action=rewrite&value=nginx'; }
da_subdomain fred shop.example new
for domain in shop.example blog.example; do
    echo "secret of $domain" | put_file fred $H/$domain/public_html/secret.txt
    apache_vhost $domain fred $H/$domain/public_html wrapper
done
echo "secret of new.shop.example" | put_file fred $H/shop.example/public_html/new/secret.txt
apache_vhost new.shop.example fred $H/shop.example/public_html/new wrapper
links $H/shop.example/public_html $H/blog.example/public_html fred
links $H/shop.example/public_html/new $H/blog.example/public_html fred
nginx_begin
printf 'disable_symlinks if_not_owner from=$document_root;\ninclude %s/data/users/*/nginx.conf;\n' $da_base >/etc/nginx/conf.d/directadmin.conf
rewrite
check "Apache" apache_start
check "nginx serves" wait_until 10 get shop.example /secret.txt
printf '# of the administrator\n' >$da_base/data/users/fred/domains/shop.example.cust_nginx
da_own fred
rewrite
da_state() { find /etc/nginx $da_base/data -type f -printf '%p %m %u %g ' -exec sha256sum {} \; | sort; }
da_state >/root/before
follows shop.example blog.example
follows new.shop.example blog.example
check "allowed" cagefsctl --site-isolation-allow-all
expect_fail 1 "of the site with those of a directory around it" enable new.shop.example
check "DirectAdmin: both are enabled" enable shop.example new.shop.example
follows_not shop.example blog.example
follows_not new.shop.example blog.example
expect_contains "the file has both, and what it had" "# of the administrator" cat $da_base/data/users/fred/domains/shop.example.cust_nginx
check "it is DirectAdmin's still" test "$(stat -c %U:%G $da_base/data/users/fred/domains/shop.example.cust_nginx)" = diradmin:diradmin
check "DirectAdmin writes all again" rewrite
sleep 0.5
follows_not shop.example blog.example
check "the subdomain is disabled" cagefsctl --site-isolation-disable new.shop.example
follows new.shop.example blog.example
expect_output "the domain is not" 403 code shop.example /file.txt
check "disabled" cagefsctl --site-isolation-disable shop.example
da_state >/root/after
check "DirectAdmin: nothing is left" diff /root/before /root/after
follows shop.example blog.example
check "no file yet: enabled" enable blog.example
da_user mary mary.example
echo "secret of mary.example" | put_file mary /home/mary/domains/mary.example/public_html/secret.txt
apache_vhost mary.example mary /home/mary/domains/mary.example/public_html wrapper
apache_reload
rewrite
check "one more account: enabled" enable mary.example
check "it is made" test -e $da_base/data/users/fred/domains/blog.example.cust_nginx
check "as DirectAdmin's" test "$(stat -c %U $da_base/data/users/fred/domains/blog.example.cust_nginx)" = diradmin
check "deny-all" cagefsctl --site-isolation-deny-all
check "mary's file is as before, too" test ! -e $da_base/data/users/mary/domains/mary.example.cust_nginx
check "nginx has read all" test "$(ls /var/lib/sitecage/nginx)" = lock
follows shop.example blog.example
da_forget_mary() { rm -rf $da_base/data/users/mary && sed -i '/^mary/d' $da_owners; }
da_forget_mary
rewrite
da_state >/root/after
check "DirectAdmin: nothing is left" diff /root/before /root/after
nginx -s stop
finish
