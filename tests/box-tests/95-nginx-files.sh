#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nginx serves files itself, as a user who may read all sites. In a server block of an isolated site it follows no
# links; where no line can say so, the site is not covered. Shapes of panels' server blocks, with the attack as a control.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
sites=/etc/nginx/sites-enabled
front=127.0.0.1:8090
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
check_of() { cagefsctl --site-isolation-check "$@"; }
state() { find /etc/nginx /home/john/conf /var/www/vhosts /var/lib/sitecage/nginx -not -name lock -type f -print0 | sort -z | xargs -0 sha256sum; }
raw() { curl -sS --max-time 10 --path-as-is --fail-with-body -H "Host: $1" "http://$front$2" "${@:3}"; }
get() { local said; said=$(raw "$@") && printf '%s' "$said"; }
code() { curl -s --max-time 10 --path-as-is -o /dev/null -w '%{http_code}' -H "Host: $1" "http://$front$2" "${@:3}"; }
reload() { nginx -t -q && kill -HUP "$(cat /run/nginx.pid)" && sleep 0.5; }
said() { "$@" >/dev/null 2>/root/said; cat /root/said; }

# block DOMAIN LINE...: a server block with PHP, and more
block()
{
    local domain=$1
    shift
    {
        printf 'server {\nlisten %s;\nserver_name %s;\n' "$front" "$domain"
        printf '%s\n' "$@"
        echo '}'
    } >"$sites/$domain"
}

php()
{
    printf 'location ~ \\.php$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:%s; }' "$(fpm_socket "$1")"
}

# Everything in A that leads to B's secret, as visitors ask for it.
attacks='/file.txt
/dir/secret.txt
/home/john/b.example/secret.txt
/proc.txt
/proc/home/john/b.example/secret.txt
/indexed/
/tried/secret.txt
/packed.txt
/accel.php
/accel-dir.php
/chain.txt'

make_links()
{
    local d=$H/$1
    as_user john sh -c "mkdir -p $d/indexed $d/tried $d/files && cd $d &&
        ln -s ../b.example/secret.txt file.txt && ln -s $H/b.example dir && ln -s / home && mv home root && ln -s root/home home &&
        ln -s /proc/self/root$H/b.example/secret.txt proc.txt && ln -s /proc/self/root proc &&
        ln -s $H/b.example/secret.txt indexed/index.html && ln -s $H/b.example/secret.txt tried/secret.txt &&
        ln -s $H/b.example/secret.txt.gz packed.txt.gz && ln -s $H/b.example/secret.txt files/x.txt && ln -s $H/b.example files/y &&
        ln -s file.txt chain.txt"
    echo own | put_file john "$d/own.txt"
    put_php "$1" accel.php 'header("X-Accel-Redirect: /protected/x.txt");'
    put_php "$1" accel-dir.php 'header("X-Accel-Redirect: /protected/y/secret.txt");'
    put_php "$1" page.php 'echo "page";'
}

# read_all DOMAIN: what of the attacks says the secret
read_all()
{
    local path
    while read -r path; do
        raw "$1" "$path" --compressed 2>/dev/null | grep -q '^secret' && echo "$path"
    done <<<"$attacks"
    return 0
}

works()
{
    expect_output "$1: its file" own get "$1" /own.txt
    expect_output "$1: its PHP" page get "$1" /page.php
    expect_output "$1: part of a file" ow get "$1" /own.txt -r 0-1
    expect_output "$1: no such file" 404 code "$1" /nothing.txt
}

panel_install
make_user john
make_user bob
for name in a b c d; do fpm_site john $name.example $H/$name.example; done
rm -f /etc/apache2/sites-enabled/?.example.conf
echo secret | put_file john $H/b.example/secret.txt
as_user john gzip -k $H/b.example/secret.txt
rm -f $sites/* /etc/nginx/conf.d/*
mkdir -p /var/log/nginx /var/lib/nginx /run/nginx /var/www/vhosts $H/conf
fpm_start

## Plain: a directory for the site alone, which need not exist
plain=("root $H/a.example;" 'index index.html index.php;' 'gzip_static on;' "$(php a.example)"
    'location /protected/ { internal; alias '"$H"'/a.example/files/; }' 'location /tried/ { try_files $uri $uri/ =404; }'
    'autoindex on;')
block a.example "${plain[@]}" 'include /etc/nginx/sitecage/a.example.conf*;'
block b.example "root $H/b.example;" "$(php b.example)"
make_links a.example
check "nginx serves" nginx
wait_until 10 get a.example /own.txt >/dev/null
expect_output "control: all links are followed" "$attacks"$'\n' read_all a.example
works a.example
expect_contains "control: the list of a linked directory" secret.txt get a.example /dir/
# race: how many of 3000 requests for a file got the secret, while a link takes its place and goes again
race()
{
    python3 - "$front" "$H/a.example" "$H/b.example/secret.txt" <<'PYTHON'
import http.client, os, signal, sys, time
front, directory, secret = sys.argv[1:]
racing = os.fork()
if racing == 0:
    os.chdir(directory)
    while True:
        os.symlink(secret, ".link")
        os.rename(".link", "race.txt")
        with open(".file", "w") as f:
            f.write("own\n")
        os.rename(".file", "race.txt")
time.sleep(0.2)
leaks = 0
connection = http.client.HTTPConnection(front)
for _ in range(3000):
    connection.request("GET", "/race.txt", headers={"Host": "a.example"})
    leaks += connection.getresponse().read().startswith(b"secret")
os.kill(racing, signal.SIGKILL)
os.waitpid(racing, 0)
for name in "race.txt", ".link", ".file":
    if os.path.lexists(os.path.join(directory, name)):
        os.unlink(os.path.join(directory, name))
print("leaks" if leaks else "none")
PYTHON
}
expect_output "control: a race" $'leaks\n' race
cagefsctl --site-isolation-allow-all >/dev/null
mkdir -p /var/lib/sitecage/nginx
state >/root/before
enables() { enable "$@" 2>/root/said; }
expect_output "A is enabled" $'CloudLinux Isolates was enabled for domain(s),\na.example\n' enables a.example
check_not "but for its links nothing is said" grep -v "(the link a.example/" /root/said
expect_output "no link is followed" "" read_all a.example
works a.example
expect_output "B's own file is served" secret get b.example /secret.txt
check_not "no list of a linked directory" get a.example /dir/
expect_contains "its own directories are listed" x.txt get a.example /files/
expect_output "nobody wins a race" $'none\n' race
expect_contains "the check says so" "isolated, and covered" check_of a.example
check "nginx's own words have the line" sh -c 'nginx -T 2>/dev/null | grep -qxF "disable_symlinks on \"from=/home/john/a.example\";"'

## FIFOs hang nobody
check "a FIFO" as_user john mkfifo $H/a.example/pipe
for i in $(seq 160); do code a.example /pipe >"/root/fifo.$i" & done
expect_output "other sites answer" secret get b.example /secret.txt
wait
check_not "none was served" grep -ql 200 /root/fifo.1 /root/fifo.80 /root/fifo.160

## The line is lost: found, and put back
rm -rf /etc/nginx/sitecage
reload
expect_contains "control: links are followed again" /file.txt read_all a.example
check "regenerated" cagefsctl --site-isolation-regenerate john
expect_output "and are not" "" read_all a.example

## A command that is killed while nginx looks at its configuration
check "disabled" disable a.example
state >/root/after
check "nothing is left" cmp /root/before /root/after
expect_contains "links are followed as before" /file.txt read_all a.example
mv /usr/sbin/nginx /usr/sbin/nginx.real
printf '#!/bin/sh\nsleep 30\nexec /usr/sbin/nginx.real "$@"\n' >/usr/sbin/nginx
chmod 755 /usr/sbin/nginx
cp /usr/sbin/nginx.real /root/nginx
enable --anyway a.example &
killed=$!
check "the line stands before it is tested" wait_until 20 test -e /etc/nginx/sitecage/a.example.conf_sitecage
kill -9 $killed
mv -f /root/nginx /usr/sbin/nginx
check "nginx could start" nginx -t -q
check "the next command completes it" cagefsctl --site-isolation-regenerate john
expect_output "no link is followed" "" read_all a.example
check "disabled" disable a.example
state >/root/after
check "nothing is left" cmp /root/before /root/after

## An alias: a link in its place, and one that is all of the path
as_user john sh -c "mkdir $H/a.example/up && echo up >$H/a.example/up/own.txt && echo robots >$H/a.example/robots.txt"
aliases=('location /up/ { alias '"$H"'/a.example/up/; }' 'location /later/ { alias '"$H"'/a.example/later/; }'
    'location = /robots.txt { alias '"$H"'/a.example/robots.txt; }' 'location ~ ^/any/(.+)$ { alias '"$H"'/a.example/$1; }')
block a.example "${plain[@]}" "${aliases[@]}" 'include /etc/nginx/sitecage/a.example.conf*;'
reload
alias_leaks() # what A puts in their place, by what runs as A
{
    local path
    "$@" sh -c "cd $H/a.example; mv up down; rm -f robots.txt later up; ln -s $H/b.example later; ln -s $H/b.example up
        ln -s $H/b.example/secret.txt robots.txt; true" 2>/dev/null
    for path in /up/secret.txt /later/secret.txt /robots.txt /any/file.txt /any/dir/secret.txt; do
        raw a.example $path 2>/dev/null | grep -q '^secret' && echo $path
    done
    return 0
}
aliases_back() { as_user john sh -c "cd $H/a.example; rm -f later robots.txt; [ -d down ] && rm -f up && mv down up; echo robots >robots.txt"; }
expect_output "control: all aliases leak" $'/up/secret.txt\n/later/secret.txt\n/robots.txt\n/any/file.txt\n/any/dir/secret.txt\n' \
    alias_leaks as_user john
check "they are as before" aliases_back
check "A is enabled" enable a.example
check "the line names a directory" grep -qxF 'disable_symlinks on "from='"$H"'/a.example";' /etc/nginx/sitecage/a.example.conf_sitecage
expect_output "none leaks" "" alias_leaks as_user john cagefs_enter_site a.example
check "regenerated" cagefsctl --site-isolation-regenerate john
expect_output "nor later" "" alias_leaks as_user john cagefs_enter_site a.example
expect_output "its file behind an alias is served" up get a.example /up/own.txt
expect_output "by one with variables, too" own get a.example /any/own.txt
check "the site writes where an alias leads" as_user john cagefs_enter_site a.example sh -c "echo more >$H/a.example/up/more.txt"
works a.example
check "disabled" disable a.example
aliases_back
block a.example "${plain[@]}" "${aliases[3]}" 'disable_symlinks on from=$document_root;'
reload
expect_fail 1 "leaves links open: write \`disable_symlinks on from=$H/a.example;\` there" enable a.example
block a.example "${plain[@]}" "${aliases[3]}" "disable_symlinks on from=$H/a.example;"
sleep 2
reload
check "with that line it is covered" enable a.example
expect_output "no link is followed" "" read_all a.example
check "disabled" disable a.example

# refused DOMAIN PART...: exit 1, each part on stderr, nothing changed
refused()
{
    local domain=$1
    shift
    expect_contains "$domain, control: a link is followed" /file.txt read_all "$domain"
    state >/root/before-refused
    expect_fail 1 "$domain cannot be isolated: " enable "$domain"
    cp "$checks_dir/err" /root/said
    for part in "$@"; do check "$domain: it says ${part@Q}" grep -qF -- "$part" /root/said; done
    state >/root/after
    check "$domain: nothing was changed" cmp /root/before-refused /root/after
}

## No place for the line, one that is shared, one that says otherwise
block a.example "${plain[@]}"
reload
refused a.example "$sites/a.example:1" 'disable_symlinks on from=$document_root;' '/etc/nginx/sitecage/a.example.conf*'
mkdir -p /etc/nginx/shared/a.example
block a.example "${plain[@]}" 'include /etc/nginx/shared/a.example/*.conf;'
block b.example "root $H/b.example;" "$(php b.example)" 'include /etc/nginx/shared/*/*.conf;'
reload
refused a.example "$sites/a.example:1"
block a.example "${plain[@]}" 'disable_symlinks if_not_owner;' 'include /etc/nginx/sitecage/a.example.conf*;'
reload
refused a.example "$sites/a.example:11 leaves links open"
block a.example "${plain[@]}" 'location ~ \.txt$ { disable_symlinks off; }' 'include /etc/nginx/sitecage/a.example.conf*;'
reload
refused a.example "leaves links open"
block a.example "${plain[@]}" 'location /all/ { internal; alias /home/john/; }' 'include /etc/nginx/sitecage/a.example.conf*;'
reload
refused a.example "where other sites' files are"
block a.example "${plain[@]}" 'include /etc/nginx/sitecage/a.example.conf*;'
block b.example "root $H/b.example;" "$(php b.example)"
put_php b.example page.php 'echo "page";'
reload

## What looks at no link, whatever is said about links: WebDAV, answers that are stored, password files
line='include /etc/nginx/sitecage/a.example.conf*;'
htpasswd -nbs bob bobspass 2>/dev/null | put_file john $H/b.example/.htpasswd
as_user john sh -c "cd $H/a.example; mkdir -m 777 own; ln -s $H/b.example/.htpasswd passwords"
copied() { code a.example /dir/secret.txt -X COPY -H "Destination: http://a.example/own/copied.txt" >/dev/null; get a.example /own/copied.txt; }
block a.example "${plain[@]}" 'location / { dav_methods COPY; }' "$line"
reload
refused a.example "dav_methods at $sites/a.example:11 follows the site's links to other sites"
check "with --anyway" enable --anyway a.example
expect_output "control: a file behind a link is copied" secret copied
check "disabled" disable a.example
rm -f $H/a.example/own/*
block a.example "${plain[@]}" 'location /stored/ { proxy_pass http://127.0.0.1:1; proxy_store '"$H"'/a.example$uri; }' "$line"
reload
refused a.example "proxy_store at $sites/a.example:11"
block a.example "${plain[@]}" 'location = /own.txt { auth_basic x; auth_basic_user_file '"$H"'/a.example/passwords; }' "$line"
reload
refused a.example "nginx uses $H/a.example/passwords (auth_basic_user_file at $sites/a.example:11)"
check "with --anyway" enable --anyway a.example
expect_output "control: who may log in at B may here" 200 code a.example /own.txt -u bob:bobspass
check "disabled" disable a.example
htpasswd -nbs ann annspass >$H/conf/passwords 2>/dev/null
block a.example "${plain[@]}" 'location = /own.txt { auth_basic x; auth_basic_user_file '"$H"'/conf/passwords; }' "$line" 'dav_methods off;'
reload
check "passwords outside of the site" enable a.example
expect_output "count" 200 code a.example /own.txt -u ann:annspass
expect_output "alone" 401 code a.example /own.txt -u bob:bobspass
check "disabled" disable a.example
as_user john rm -rf $H/a.example/own $H/a.example/passwords
block a.example "${plain[@]}" "$line"
reload

echo 'oops' >$sites/stranger
refused a.example "nginx's configuration is not valid" $sites/stranger
expect_contains "with --anyway it is said" "not covered" said enable --anyway a.example
check_not "and what cannot be tested is not written" test -e /etc/nginx/sitecage
rm $sites/stranger
check "the typo is mended" cagefsctl --site-isolation-regenerate john
expect_output "no link is followed" "" read_all a.example
echo 'oops' >$sites/stranger
check "disabled, whatever a stranger wrote" disable a.example
check_not "the line is not there" test -e /etc/nginx/sitecage
rm $sites/stranger
reload

## The administrator's own line, for all hosts
echo 'disable_symlinks on from=$document_root;' >/etc/nginx/conf.d/all.conf
block a.example "${plain[@]}"
sleep 3
touch /etc/nginx/conf.d/all.conf
expect_fail 1 "nginx has not read /etc/nginx/conf.d/all.conf" enable a.example
sleep 2
reload
check "covered by it" enable a.example
expect_output "no link is followed" "" read_all a.example
expect_contains "the check says so" "isolated, and covered" check_of a.example
rm /etc/nginx/conf.d/all.conf
check "regenerated" cagefsctl --site-isolation-regenerate john
expect_contains "it is removed: not covered" "not covered" said cagefsctl --site-isolation-list
check "disabled" disable a.example
reload

## A host of another account with the site's files; a host around the site
block a.example "${plain[@]}" 'include /etc/nginx/sitecage/a.example.conf*;'
block bob.example 'root /var/www/html;' 'location /john/ { alias '"$H"'/a.example/; }'
reload
expect_output "control: by bob's name" secret get bob.example /john/file.txt
expect_fail 1 "$sites/bob.example:1" enable a.example
block bob.example 'root /var/www/html;' 'location /john/ { disable_symlinks on from=$document_root; alias '"$H"'/a.example/; }'
sleep 2
reload
check "with the line in it" enable a.example
expect_output "not by bob's name" 403 code bob.example /john/file.txt
check "disabled" disable a.example
rm $sites/bob.example
block all.example "root $H;"
reload
expect_output "control: by the name around it" secret get all.example /a.example/file.txt
expect_fail 1 "$sites/all.example:1" enable a.example
rm $sites/all.example
reload

## A document root that is a link of a deploy tool
as_user john sh -c "mkdir -p $H/deploy/releases/1/public && ln -s releases/1 $H/deploy/current && echo deployed >$H/deploy/current/public/own.txt &&
    ln -s $H/b.example/secret.txt $H/deploy/current/public/file.txt"
fpm_site john deploy.example $H/deploy/current/public
rm -f /etc/apache2/sites-enabled/deploy.example.conf
fpm_reload
block deploy.example "root $H/deploy/current/public;" "$(php deploy.example)" 'include /etc/nginx/sitecage/deploy.example.conf*;'
reload
expect_output "control" secret get deploy.example /file.txt
check "enabled" enable deploy.example
expect_output "its file is served" deployed get deploy.example /own.txt
expect_output "the link is not" 403 code deploy.example /file.txt
check "disabled" disable deploy.example

## One pool for two sites, straight from nginx
block a.example "root $H/a.example;" "$(php b.example)" 'include /etc/nginx/sitecage/a.example.conf*;'
block b.example "root $H/b.example;" "$(php b.example)"
put_php b.example page.php 'echo "page";'
reload
echo '<?php echo trim(@file_get_contents("'$H'/b.example/secret.txt") ?: "nothing");' | put_file john $H/a.example/read-b.php
expect_output "control: the pool serves both" page get a.example /page.php
expect_output "control: A's PHP reads B's file" secret get a.example /read-b.php
check "A is enabled: a router stands at the pool's address" enable a.example
expect_output "the pool serves A" page get a.example /page.php
expect_output "A's PHP reads nothing of B" nothing get a.example /read-b.php
expect_output "and B" page get b.example /page.php
check "disabled" disable a.example
expect_output "control: A's PHP reads B's file again" secret get a.example /read-b.php
block a.example "root $H/a.example;" "$(php a.example)" 'include /etc/nginx/sitecage/a.example.conf*;'
reload

## HestiaCP: nginx in front of Apache, and the directory of the domain in the home, which is root's
conf=$H/conf/web/c.example
mkdir -p $conf
chown root:root $H/conf $H/conf/web $conf
chmod 751 $H/conf/web
fpm_vhost c.example "$(fpm_socket c.example)"
check "Apache" apache_start
make_links c.example
for kind in nginx nginx.ssl; do
    port=8090 && [ $kind = nginx ] || port=8091
    cat >$sites/c.example.$kind <<CONFIG
server {
    listen      127.0.0.1:$port;
    server_name c.example www.c.example;
    include $conf/$kind.forcessl.conf*;
    location ~ /\.(?!well-known\/|file) { deny all; return 404; }
    location / {
        proxy_pass http://$apache_address;
        proxy_set_header Host \$host;
        location ~* ^.+\.(css|txt|gz|html)\$ {
            try_files  \$uri @fallback;
            root       $H/c.example;
            expires    max;
        }
    }
    location @fallback { proxy_pass http://$apache_address; proxy_set_header Host \$host; }
    location /error/ { alias $H/c.example/document_errors/; }
    include $conf/$kind.conf_*;
}
CONFIG
done
reload
echo '# of the panel' >$conf/nginx.conf_letsencrypt
state >/root/before
expect_contains "HestiaCP, control" /file.txt read_all c.example
check "HestiaCP: enabled" enable c.example
expect_output "HestiaCP: no link is followed" "" read_all c.example
works c.example
check "HestiaCP: both ports have the line" test -e $conf/nginx.conf_sitecage -a -e $conf/nginx.ssl.conf_sitecage
expect_contains "HestiaCP: the check says so" "isolated, and covered" check_of c.example
rm $conf/nginx.conf_sitecage
reload
check "HestiaCP: the daemon puts a lost line back" wait_until 30 test -e $conf/nginx.conf_sitecage
check "HestiaCP: and nginx has read it" wait_until 10 sh -c "[ \$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: c.example' http://$front/file.txt) != 200 ]"
check "HestiaCP: disabled" disable c.example
state >/root/after
check "HestiaCP: nothing is left" cmp /root/before /root/after
expect_contains "HestiaCP: links are followed as before" /file.txt read_all c.example
chown john: $conf
expect_fail 1 "others than root may write in $conf" enable c.example
chown root: $conf

## Plesk: lines in the domain's own file, which is the administrator's
vhost=/var/www/vhosts/system/d.example/conf
mkdir -p $vhost
printf '# mine\nlocation = /mine { return 204; }' >$vhost/vhost_nginx.conf
chmod 640 $vhost/vhost_nginx.conf
chgrp www-data $vhost/vhost_nginx.conf
make_links d.example
block d.example "root \"$H/d.example\";" 'index index.html;' 'location /protected/ { internal; alias '"$H"'/d.example/files/; }' \
    'location /internal-nginx-static-location/ { alias '"$H"'/d.example/; internal; }' \
    "location ~ \\.php\$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_pass \"unix://$(fpm_socket d.example)\"; }" \
    "include \"$vhost/vhost_nginx.conf\";"
reload
state >/root/before
expect_contains "Plesk, control" /accel.php read_all d.example
check "Plesk: enabled" enable d.example
expect_output "Plesk: no link is followed" "" read_all d.example
works d.example
expect_output "Plesk: the administrator's lines count" 204 code d.example /mine
expect_output "Plesk: his file is his group's" $'640 www-data\n' stat -c '%a %G' $vhost/vhost_nginx.conf
check "deny-all" cagefsctl --site-isolation-deny-all
state >/root/after
check "Plesk: nothing is left" cmp /root/before /root/after
check "his file is his group's still" test "$(stat -c '%a %G' $vhost/vhost_nginx.conf)" = "640 www-data"
expect_contains "Plesk: links are followed as before" /accel.php read_all d.example
nginx -s stop
finish
