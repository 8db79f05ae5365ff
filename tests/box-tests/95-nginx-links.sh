#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nginx serves a site from a document root behind a link that the site could change (a deploy tool's `current`): the site
# leads it nowhere else, by whatever it renames; a deploy from the account's own shell counts at once, as ever.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
app=/home/john/deploy
sites=/etc/nginx/sites-enabled
front=127.0.0.1:8090
get() { curl -s --max-time 10 --fail -H "Host: $1" "http://$front$2"; }
reload() { nginx -t -q && kill -HUP "$(cat /run/nginx.pid)" && sleep 0.5; }
inside() { as_user john cagefs_enter_site deploy.example "$@"; }

# block DOMAIN ROOT: what a host of it has
block()
{
    cat >"$sites/$1" <<CONFIG
server {
    listen $front;
    server_name $1;
    root $2;
    include /etc/nginx/sitecage/$1.conf*;
    location ~ \.php$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_pass unix:$(fpm_socket "$1"); }
}
CONFIG
}

# Back to release 1, from outside.
again()
{
    rm -rf $app $app.gone $H/gone
    as_user john sh -c "mkdir -p $app/releases/1/public $app/releases/1/var $app/releases/0/public $app/shared/trap $app/web && cd $app &&
        ln -s releases/1 current && echo '{}' >composer.json && echo 'release 1' >releases/1/public/which.txt && echo 'release 0' >releases/0/public/which.txt &&
        ln -s $H/b.example shared/trap/public && ln -s shared/trap trap && ln -s ../current/public web/root"
}

# What a program of the site does to have nginx go to its sibling. Each stands alone.
attacks=(
    'ln -sfn shared/trap current'
    'ln -sfn $PWD/shared/trap current'
    'rm current && ln -s trap current'
    'mv trap current.new && mv -T current.new current'
    'rm current; cp -a shared/trap current'
    'mv current current.old; ln -s trap current'
    'python3 -c "import ctypes; ctypes.CDLL(None).renameat2(-100, b\"current\", -100, b\"trap\", 2)"'
    'python3 -c "import ctypes; ctypes.CDLL(None).renameat2(-100, b\"releases/1\", -100, b\"shared/trap\", 2)"'
    'python3 -c "import ctypes; ctypes.CDLL(None).renameat2(-100, b\"releases/1/public\", -100, b\"shared/trap/public\", 2)"'
    'mv releases/1 releases/x && ln -s ../shared/trap releases/1'
    'rm -r releases/1; ln -s ../shared/trap releases/1'
    'mv releases old && mkdir releases && ln -s ../shared/trap releases/1'
    'mv releases/1/public releases/1/x && ln -s $HOME/b.example releases/1/public'
    'rm -r releases/1/public; ln -s $HOME/b.example releases/1/public'
    'cd .. && mv deploy deploy.gone && mkdir deploy && ln -s ../deploy.gone/shared/trap deploy/current'
    'cd .. && rm -r deploy; mkdir -p deploy && cd deploy && ln -s $HOME/b.example public && ln -s . current'
    'unshare -Urm sh -c "mount -t tmpfs none . || mount --bind shared/trap releases/1; umount -l .; ln -sfn shared/trap current"'
    'umount current; umount releases/1; umount .; ln -sfn shared/trap current'
    'mkdir releases/2 && ln -s $HOME/b.example releases/2/public && ln -sfn releases/2 current'
    'ln -sfn ../trap releases/0; cd releases/0 && rm -r public; ln -s $HOME/b.example public'
)

settled() { cagefsctl --site-isolation-regenerate john >/dev/null 2>&1 && [ "$(inside cat "$app/current/public/which.txt")" = "release 1" ]; }

# leaks COMMAND...: which of the attacks have the sibling's file served, now or after the account's own change of release
leaks()
{
    local attack
    for attack in "${attacks[@]}"; do
        again
        [ "$1" != inside ] || wait_until 20 settled || echo "not settled: $attack"
        "$@" sh -c "cd $app && export HOME=$H && { $attack; }" >/dev/null 2>&1
        get deploy.example /secret.txt | grep -q secret && echo "$attack"
        [ -L "$app/current" ] && as_user john ln -sfn releases/0 "$app/current" &&
            get deploy.example /secret.txt | grep -q secret && echo "later: $attack"
    done
    true
}

panel_install
make_user john
rm -f $sites/* /etc/nginx/conf.d/*
mkdir -p /var/log/nginx /var/lib/nginx /run/nginx
again
fpm_site john b.example $H/b.example
fpm_site john deploy.example $app/current/public
rm -f /etc/apache2/sites-enabled/*.example.conf
echo secret | put_file john $H/b.example/secret.txt
fpm_start
block b.example $H/b.example
block deploy.example $app/current/public
check "nginx serves" nginx
check "a release is served" wait_until 10 get deploy.example /which.txt
expect_output "control: each of these has nginx serve the sibling's file" "$(printf '%s\n' "${attacks[@]::19}" "later: ${attacks[19]}")"$'\n' leaks as_user john
again
check "allowed" cagefsctl --site-isolation-allow-all
check "enabled" cagefsctl --site-isolation-enable deploy.example
expect_output "it is served" "release 1"$'\n' get deploy.example /which.txt

## A site that runs when nginx begins to go there by the link: what it holds of the directory ends
check "disabled" cagefsctl --site-isolation-disable deploy.example
block deploy.example $app/releases/1/public
reload
check "enabled, without the link" cagefsctl --site-isolation-enable deploy.example
hold() # DIRECTORY: a process in it, which says that it is there
{
    inside sh -c "cd $1 && touch in && while :; do sleep 0.2; ln -sfn shared/trap current; ln -sfn shared/trap ../current; done" >/dev/null 2>&1 &
    wait_until 20 test -e "$1/in"
}
check "a process works in it" hold $app
check "and one below it" hold $app/shared
check "control: it changes the link" wait_until 20 test "$app/current" -ef "$app/shared/trap"
as_user john ln -sfn releases/1 $app/current
block deploy.example $app/current/public
reload
check "all is as it should be" cagefsctl --site-isolation-regenerate john
as_user john ln -sfn releases/1 $app/current
sleep 1
expect_output "none of them changes it any more" "release 1"$'\n' get deploy.example /which.txt
gone() { ! pgrep -f "cd $app &&"; }
check "who was in there is gone" wait_until 20 gone
expect_output "none of them does any more" "" leaks inside

## What the site may do still, and what the account does
again
check "as it was" wait_until 20 settled
writes() { inside sh -c "cd $app && for d in releases/1 releases/1/var releases/1/public shared web; do echo x >\$d/new && mv \$d/new \$d/newer && rm \$d/newer || exit 1; done && echo '{} ' >composer.json"; }
check "it writes what it owns" writes
check_not "it names nothing beside the link" inside touch $app/new
# what comes beside the link from outside is the site's to write soon, without a command; until then it is told why not
into() { inside sh -c "echo x >>$app/$1"; }
check "the account makes a directory and a file there" as_user john sh -c "mkdir $app/storage && echo '<?php // 1' >$app/settings.php"
check "the directory is the site's to write" wait_until 20 into storage/x
check "so is the file" wait_until 20 into settings.php
check "it puts another file in its place" as_user john sh -c "cd $app && echo '<?php // 2' >settings.new && mv settings.new settings.php"
check "that one, too" wait_until 20 into settings.php
check_not "still the site names nothing beside the link" inside touch $app/new
why() { cagefsctl --site-isolation-explain deploy.example "$@"; }
expect_contains "explain says why" "it lies in the site's application; nginx goes by a link there, so the site names nothing in that directory" why $app
expect_lacks "of what the site may write it says no such thing" "nginx goes by a link" why $app/storage
put_php deploy.example page.php 'echo "page";'
page() { [ "$(get deploy.example /page.php)" = page ]; }
check "its PHP runs" wait_until 20 page
deploy() # RELEASE: as deploy tools do
{
    as_user john sh -c "cd $app && mkdir -p releases/$1/public releases/$1/var && echo 'release $1' >releases/$1/public/which.txt &&
        echo '<?php echo \"page $1\";' >releases/$1/public/page.php && ln -s releases/$1 release && mv -T release current"
}
served() { [ "$(get deploy.example /which.txt)" = "release $1" ] && [ "$(get deploy.example /page.php)" = "page $1" ]; }
seen() { [ "$(inside cat "$app/current/public/which.txt")" = "release $1" ]; }
may_write() { inside sh -c "echo x >$app/current/var/x"; }
for n in 2 3; do
    check "release $n is made" deploy $n
    expect_output "nginx has it at once" "release $n"$'\n' get deploy.example /which.txt
    check "so has its PHP" wait_until 20 served $n
    check "it is what the site sees" wait_until 20 seen $n
    check "and writes" wait_until 20 may_write
    check_not "what was is the site's to change no more" inside mv $app/releases/$((n - 1))/public $app/releases/$((n - 1))/x
    check_not "nor is the link" inside ln -sfn shared/trap $app/current
done
expect_contains "the check says so" "isolated, and covered" cagefsctl --site-isolation-check deploy.example

check "disabled" cagefsctl --site-isolation-disable deploy.example
check "then the directory is as it was" as_user john touch $app/new

## The link lies in the document root itself, which stays the site's to write: not covered
as_user john mkdir -p $H/whole/releases/1/public
as_user john ln -s releases/1 $H/whole/current
echo 'release 1' | put_file john $H/whole/releases/1/public/which.txt
fpm_site john whole.example $H/whole
rm -f /etc/apache2/sites-enabled/*.example.conf
kill -USR2 "$(fpm_master)"
block whole.example $H/whole/current/public
reload
expect_output "it is served" $'release 1\n' get whole.example /which.txt
by_link="its root $H/whole/current/public is found by a link in the document root, which the site can change: have the root name"
expect_fail 1 "whole.example cannot be isolated: nginx serves files of the site ($sites/whole.example:1) and follows links in it, to other sites, too: $by_link" \
    cagefsctl --site-isolation-enable whole.example
cagefsctl --site-isolation-enable --anyway whole.example >/dev/null 2>&1
as_user john cagefs_enter_site whole.example sh -c "mkdir $H/whole/trap && ln -s $H/b.example $H/whole/trap/public && ln -sfn trap $H/whole/current"
check "control: it would lead nginx to its sibling" sh -c "curl -s -H 'Host: whole.example' http://$front/secret.txt | grep -q secret"
expect_contains "status says so" "not covered" cagefsctl --site-isolation-status whole.example
block whole.example $H/whole/releases/1/public
reload
check "the root names the directory" cagefsctl --site-isolation-regenerate john
expect_contains "it is covered" "isolated, and covered" cagefsctl --site-isolation-check whole.example
expect_output "and served" $'release 1\n' get whole.example /which.txt
check "disabled" cagefsctl --site-isolation-disable whole.example

## A root below the document root
fpm_site john in.example $H/in.example
rm -f /etc/apache2/sites-enabled/in.example.conf
as_user john mkdir -p $H/in.example/a/pub
echo in | put_file john $H/in.example/a/pub/in.txt
fpm_restart
block in.example $H/in.example/a/pub
reload
lead() { "$@" sh -c "cd $H/in.example && { mv a x && mkdir a || mv a/pub a/x; }; ln -s ../../b.example a/pub"; } # COMMAND...
lead as_user john
expect_output "control: a link in its place leads elsewhere" secret$'\n' get in.example /secret.txt
as_user john sh -c "cd $H/in.example && rm -r a && mv x a"
check "enabled" cagefsctl --site-isolation-enable in.example
lead as_user john cagefs_enter_site in.example
expect_output "nothing comes into its place" in$'\n' get in.example /in.txt
check_not "no file of the sibling's" get in.example /secret.txt
nginx -s stop
finish
