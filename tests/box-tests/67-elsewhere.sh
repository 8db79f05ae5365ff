#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Document roots that are the home itself, lie outside of it (a second disk), or are called by another name of the home
# (ISPConfig's /var/www/DOMAIN, a home that was moved): isolated, or refused for that site alone, with a way out; the others
# of the account go on serving, and are closed to each other.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
W=/home/clients/client1/web1
panel_install
make_user john
make_site john a.example $H/a
make_site john b.example $H/b
for site in a b; do echo "secret of $site" | put_file john $H/$site/secret; done
echo 'of the home' | put_file john $H/at_home
for place in /srv /opt/web /var/www $W; do
    printf '<Directory "%s">\nAllowOverride All\nOptions +ExecCGI +FollowSymLinks\nRequire all granted\n</Directory>\n' "$place"
done >/etc/apache2/conf-enabled/elsewhere.conf
read_of() { php_eval "$1" "echo @file_get_contents('$2') ?: 'nothing';"; } # DOMAIN PATH
apache_start
expect_output "control: A reads B" $'secret of b\n' read_of a.example $H/b/secret
check "allow-all" cagefsctl --site-isolation-allow-all
state() { cagefsctl --site-isolation-status --json "$1" | jq -r '.sites[0].state'; }
# go_on TEXT: A and B serve and are closed to each other
go_on()
{
    expect_output "$1: A serves" ok php_eval a.example 'echo "ok";'
    expect_output "$1: B serves" ok php_eval b.example 'echo "ok";'
    expect_output "$1: A does not read B" nothing read_of a.example $H/b/secret
    expect_output "$1: B does not read A" nothing read_of b.example $H/a/secret
    expect_output "$1: A is as it should be" $'running\n' state a.example
}
regenerate() { cagefsctl --site-isolation-regenerate "$@"; }

for home in private shared; do
    check "A and B are isolated, home = $home" cagefsctl --site-isolation-enable --home $home a.example b.example
    go_on "$home"

    ## The home itself
    make_site john home.example $H && apache_reload
    expect_output "control: a site whose document root is the home serves" ok php_eval home.example 'echo "ok";'
    check "regenerate" regenerate john
    go_on "the home is a document root, $home"
    expect_output "A does not read the home's ($home)" nothing read_of a.example $H/at_home
    expect_fail 1 "give it a directory below the home" cagefsctl --site-isolation-enable home.example
    go_on "after it was refused, $home"
    forget_site home.example && apache_reload
    rm -rf $H/box-* $H/*.php

    ## A second disk
    mkdir -p /srv/disk/c && chown -R john: /srv/disk
    make_site john c.example /srv/disk/c && apache_reload
    expect_output "control: a site on a second disk serves" ok php_eval c.example 'echo "ok";'
    check "the account's others are not concerned" regenerate john
    go_on "a second disk, $home"
    expect_fail 1 "mount its place below the home" cagefsctl --site-isolation-enable c.example
    go_on "after it was refused, $home"
    check "nor when they are enabled" cagefsctl --site-isolation-enable a.example
    expect_output "nothing of it is in A" nothing read_of a.example /srv/disk/c/index.php
    # the way out that was named
    mkdir -p $H/c && mount --bind /srv/disk/c $H/c
    forget_site c.example && make_site john c.example $H/c && apache_reload
    echo "secret of c" | put_file john $H/c/secret
    check "below the home it can be isolated" cagefsctl --site-isolation-enable c.example
    expect_output "it serves" $'secret of c\n' read_of c.example $H/c/secret
    expect_output "A does not read it" nothing read_of a.example $H/c/secret
    go_on "beside it, $home"
    check "off" cagefsctl --site-isolation-disable c.example
    forget_site c.example && apache_reload
    check "no such domain any more" regenerate john
    umount -l $H/c
    rm -rf $H/c
    # by a link from the home
    as_user john ln -s /srv/disk/c $H/linked
    make_site john l.example $H/linked && apache_reload
    check "a link out of the home" regenerate john
    go_on "a link out of the home, $home"
    expect_fail 1 "l.example cannot be isolated" cagefsctl --site-isolation-enable l.example
    forget_site l.example && apache_reload
    rm -rf $H/linked
    check "no such domain any more" regenerate john
done

## A document root of the account's in a directory that every site sees
mkdir -p /opt/web/o && echo "secret of o" >/opt/web/o/secret && chown -R john: /opt/web/o
make_site john o.example /opt/web/o && apache_reload
expect_output "control: unless it is known, A reads it" $'secret of o\n' read_of a.example /opt/web/o/secret
check "regenerate" regenerate john
check "a new view" cagefsctl --remount john
expect_output "A does not read it" nothing read_of a.example /opt/web/o/secret
go_on "a document root in /opt"
forget_site o.example && apache_reload

## Another name of the home, as ISPConfig has it: the panel names /var/www/DOMAIN/web
mkdir -p $W/web $W/cgi-bin
useradd -M -d $W -s /bin/bash web1 && chown root:root $W && chown -R web1: $W/web $W/cgi-bin && chmod 711 $W
mkdir -p /var/www && ln -s $W/ /var/www/p.example
ln -s $W /var/www/q.example
sed 's/john/web1/g' $H/cgi-bin/php >$W/cgi-bin/php && chown web1: $W/cgi-bin/php && chmod 755 $W/cgi-bin/php
host() # DOMAIN DOCROOT
{
    install -d -o web1 -g web1 "$(readlink -m "$2")"
    make_site web1 "$1" "$2" shebang
}
host p.example /var/www/p.example/web
host q.example /var/www/q.example/web2
echo "secret of p" >$W/web/secret && echo "secret of q" >$W/web2/secret
chown web1: $W/web/secret $W/web2/secret
apache_reload
expect_output "control: P serves" ok php_eval p.example 'echo "ok";'
expect_output "control: P reads Q" $'secret of q\n' read_of p.example /var/www/q.example/web2/secret
check "isolated, by the panel's names" cagefsctl --site-isolation-enable p.example q.example
covered() { cagefsctl --site-isolation-status --json "$1" | jq -r '.sites[0].coverage'; }
expect_output "and covered" $'covered\n' covered p.example
expect_output "P serves" ok php_eval p.example 'echo "ok";'
expect_output "what P's own path is" $'secret of p\n' read_of p.example /var/www/p.example/web/secret
expect_output "its files are served" $'secret of p\n' http p.example /secret
expect_output "P does not read Q" nothing read_of p.example $W/web2/secret
expect_output "by the other name neither" nothing read_of p.example /var/www/q.example/web2/secret
expect_output "Q serves" ok php_eval q.example 'echo "ok";'
# a name that the user can change is none
install -d -o web1 -g web1 /srv/loose && as_web1() { setpriv --reuid web1 --regid web1 --init-groups "$@"; }
as_web1 ln -s $W /srv/loose/home
host r.example /srv/loose/home/web3
check "the others of the account are not concerned" regenerate web1
expect_output "P serves" ok php_eval p.example 'echo "ok";'
expect_fail 1 "r.example cannot be isolated" cagefsctl --site-isolation-enable r.example

## The same below /var/www, where the panel names what the links lead to and the web server's hosts the links
V=/var/www/clients/client1/web2
printf '/var/www\npublic_html/cgi-bin\n' >/etc/apache2/suexec/www-data # as ISPConfig has it
mkdir -p $V && useradd -M -d $V -s /bin/bash web2 && chown root:root $V && chmod 711 $V
install -d -o web2 -g web2 $V/cgi-bin
sed 's/john/web2/g' $H/cgi-bin/php >$V/cgi-bin/php && chown web2: $V/cgi-bin/php && chmod 755 $V/cgi-bin/php
for n in s t; do
    ln -s $V/ /var/www/$n.example
    install -d -o web2 -g web2 $V/web-$n
    echo "secret of $n" >$V/web-$n/secret && chown web2: $V/web-$n/secret
    make_site web2 $n.example /var/www/$n.example/web-$n shebang
    panel_move $n.example $V/web-$n
done
apache_reload
expect_output "control: S serves" ok php_eval s.example 'echo "ok";'
expect_output "control: S reads T" $'secret of t\n' read_of s.example $V/web-t/secret
expect_output "control: by the link, too" $'secret of t\n' read_of s.example /var/www/t.example/web-t/secret
check "isolated, by the web server's names" cagefsctl --site-isolation-enable s.example t.example
expect_output "S is covered" $'covered\n' covered s.example
expect_output "S serves" ok php_eval s.example 'echo "ok";'
expect_output "by that name" "/var/www/s.example/web-s" php_eval s.example 'echo $_SERVER["DOCUMENT_ROOT"];'
expect_output "what S's own path is" $'secret of s\n' read_of s.example /var/www/s.example/web-s/secret
expect_output "its files are served" $'secret of s\n' http s.example /secret
expect_output "S does not read T" nothing read_of s.example $V/web-t/secret
expect_output "by the link neither" nothing read_of s.example /var/www/t.example/web-t/secret
expect_output "T serves" ok php_eval t.example 'echo "ok";'
check "in cages" sh -c '[ "$1" != "$2" ]' sh "$(php_eval s.example 'echo readlink("/proc/self/ns/mnt");')" "$(readlink /proc/self/ns/mnt)"
# a name that the user can change is none: it may lead elsewhere when the site is entered
install -d -o web2 -g web2 /srv/loose2 && setpriv --reuid web2 --regid web2 --init-groups ln -s $V /srv/loose2/home
printf '<Directory "/srv">\nAllowOverride All\nOptions +ExecCGI +FollowSymLinks\nRequire all granted\n</Directory>\n' >/etc/apache2/conf-enabled/loose.conf
install -d -o web2 -g web2 $V/web-u
make_site web2 u.example /srv/loose2/home/web-u shebang && panel_move u.example $V/web-u && apache_reload
expect_output "control: U serves" ok php_eval u.example 'echo "ok";'
expect_fail 1 "write $V/web-u there" cagefsctl --site-isolation-enable u.example
expect_output "U serves on" ok php_eval u.example 'echo "ok";'
finish
