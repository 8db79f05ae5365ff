# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A HestiaCP in the box, either of two: the panel's own scripts (tests/panels/hestia), or hestia_panel, which writes
# files of the same shape. Source it after lib.sh, fpm.sh and day.sh.
#
#   hestia_base apache2|nginx     folders, configuration, groups; the web server has the panel's hosts
#   hestia_stand_in               the panel's commands are hestia_panel's
#   hestia COMMAND ARGUMENT...    v-add-web-domain and the like
#   hestia_site USER DOMAIN       names and files of a site that the panel has: its secret, and what reads others'
#   hestia_day                    the checks
# shellcheck disable=SC2154 # apache_address, fpm_version: apache.sh, fpm.sh

hestia_root=/usr/local/hestia
hestia_generic=/usr/libexec/sitecage/sitecage-generic

# systemctl of the panel's scripts: what it does to services, without systemd.
hestia_systemctl()
{
    cat >/usr/local/bin/systemctl <<SYSTEMCTL
#!/bin/sh
case "\$2" in
apache2) [ ! -e /run/apache2/apache2.pid ] || apache2ctl graceful ;;
nginx) [ ! -s /run/nginx.pid ] || nginx -s reload ;;
php*-fpm) pid=\$(pgrep -o -f '^php-fpm: master process \($fpm_main\)') && kill -USR2 "\$pid" ;;
esac
SYSTEMCTL
    chmod 755 /usr/local/bin/systemctl
}

hestia_conf()
{
    local web=$1
    cat >$hestia_root/conf/hestia.conf <<CONF
ROOT_USER='chief'
VERSION='1.9.4'
RELEASE_BRANCH='release'
LANGUAGE='en'
WEB_SYSTEM='$web'
WEB_RGROUPS='www-data'
WEB_PORT='8080'
WEB_SSL_PORT='8443'
WEB_BACKEND='php-fpm'
STATS_SYSTEM=''
DISK_QUOTA='no'
BACKEND_PORT='8083'
CONF
}

hestia_base()
{
    local web=$1 group
    for group in hestia-users hestiaweb hestiamail; do groupadd --system $group 2>/dev/null; done
    mkdir -p $hestia_root/{conf,log,ssl} $hestia_root/data/{ips,queue,users,firewall,sessions,packages,templates,extensions} \
        /etc/hestiacp /var/log/"$web"/domains /etc/"$web"/conf.d/domains
    chmod 750 $hestia_root/data/users
    echo "export HESTIA='$hestia_root'" >/etc/hestiacp/hestia.conf
    hestia_conf "$web"
    touch $hestia_root/log/{system,error,auth}.log $hestia_root/data/queue/{backup,disk,webstats,restart,traffic,letsencrypt}.pipe
    printf "OWNER='chief'\nSTATUS='shared'\nNAME=''\nU_SYS_USERS=''\nU_WEB_DOMAINS='0'\nINTERFACE='lo'\nNETMASK='255.255.255.255'\nNAT=''\nTIME='10:00:00'\nDATE='2026-01-01'\n" \
        >$hestia_root/data/ips/127.0.0.1
    hestia_systemctl
    case $web in
    apache2)
        apache_configure && echo 'IncludeOptional /etc/apache2/conf.d/domains/*.conf' >/etc/apache2/conf-enabled/hestia.conf &&
            printf 'LogFormat "%%b" bytes\n' >>/etc/apache2/conf-enabled/hestia.conf
        ;;
    nginx)
        rm -f /etc/nginx/sites-enabled/*
        mkdir -p /var/lib/nginx /run/nginx
        printf 'log_format bytes "$body_bytes_sent";\ninclude /etc/nginx/conf.d/domains/*.conf;\n' >/etc/nginx/conf.d/hestia.conf
        ;;
    esac
}

hestia_nginx_start()
{
    nginx && wait_until 10 nginx_answers
}

hestia_stand_in()
{
    local command
    mkdir -p $hestia_root/bin
    cp "$SC_SOURCE/tests/boxlib/hestia_panel" $hestia_root/bin/panel && chmod 755 $hestia_root/bin/panel
    for command in v-add-user v-delete-user v-suspend-user v-unsuspend-user v-add-web-domain v-delete-web-domain \
        v-change-web-domain-docroot v-add-web-domain-alias v-delete-web-domain-alias v-change-web-domain-name \
        v-suspend-web-domain v-unsuspend-web-domain v-change-web-domain-backend-tpl; do
        ln -sf panel $hestia_root/bin/$command
    done
}

hestia()
{
    local command=$1
    shift
    HESTIA=$hestia_root "$hestia_root/bin/$command" "$@" >"$checks_dir/hestia.out" 2>&1 </dev/null || {
        cat "$checks_dir/hestia.out" >&2
        return 1
    }
}

hestia_site()
{
    echo "127.0.0.1 $2" >>/etc/hosts
    day_files "$1" "/home/$1/web/$2/public_html" "$2"
}

# The document root that an isolated site has, as the last pass saw it.
has_docroot() { [ "$(cagefsctl --site-isolation-status --json "$1" | jq -r '.sites[0].docroot')" = "$2" ]; }

# What was put into the site's own home.
has_kept() { [ "$(http "$1" "/read.php?f=/home/alice/kept")" = $'kept\nend' ]; }

# The panel's changes, one after the other, while a.example is isolated. W: alice's sites. With each change PHP-FPM and the web
# server reload, and a request meanwhile may be answered 503: each check waits.
hestia_day()
{
    local W=/home/alice/web
    echo "== an account with two sites"
    check "v-add-user" hestia v-add-user alice Zu7-geheim-9 alice@a.example
    check "v-add-web-domain a" hestia v-add-web-domain alice a.example
    check "v-add-web-domain b" hestia v-add-web-domain alice b.example
    hestia_site alice a.example
    hestia_site alice b.example
    echo "127.0.0.1 www.a.example alias.example c.example" >>/etc/hosts
    expect_output "panel_info" "HestiaCP 1.9.4"$'\n' sh -c "$hestia_generic panel_info | jq -r '.data | .name + \" \" + .version'"
    expect_output "domains" "a.example alice $W/a.example/public_html $W/a.example
b.example alice $W/b.example/public_html $W/b.example
www.a.example alice $W/a.example/public_html $W/a.example
www.b.example alice $W/b.example/public_html $W/b.example
" sh -c "$hestia_generic domains --owner alice | jq -r '.data | to_entries[] | \"\\(.key) \\(.value.owner) \\(.value.document_root) \\(.value.site_directory)\"'"
    check "users" sh -c "$hestia_generic users --username alice | jq -e '.data[0].email == \"alice@a.example\"'"
    check "a serves" wait_until 10 serves a.example a.example
    check "b serves" wait_until 10 serves b.example b.example
    echo private | put_file alice $W/b.example/private/key 644
    check "control: a reads b's file" reads a.example $W/b.example/public_html/secret.txt
    check "control: a reads b's private directory" reads a.example $W/b.example/private/key

    echo "== isolated"
    cagefsctl --site-isolation-allow-all >/dev/null
    check "enable a" cagefsctl --site-isolation-enable a.example
    check "a serves" serves a.example a.example
    check "under its other name, too" serves www.a.example a.example
    check "a reads b's file no more" reads_not a.example $W/b.example/public_html/secret.txt
    check "nor its private directory" reads_not a.example $W/b.example/private/key
    check "its own private directory it has" sh -c "echo mine >$W/a.example/private/key"
    check "and reads" reads a.example $W/a.example/private/key
    check "control: b, not isolated, reads a's" reads b.example $W/a.example/public_html/secret.txt
    expect_contains "status" "HestiaCP" $hestia_generic status
    check "register" $hestia_generic register
    check "the check is content" cagefsctl --site-isolation-check a.example

    echo "== a site that is added"
    check "v-add-web-domain c" hestia v-add-web-domain alice c.example
    hestia_site alice c.example
    check "is closed to a" soon reads_not a.example $W/c.example/public_html/secret.txt
    check "control: b reads it" soon reads b.example $W/c.example/public_html/secret.txt
    check "a serves" wait_until 10 serves a.example a.example

    echo "== an alias"
    check "v-add-web-domain-alias" hestia v-add-web-domain-alias alice a.example alias.example
    check "serves in a's cage" soon serves alias.example a.example
    check "reads nothing of b" soon reads_not alias.example $W/b.example/public_html/secret.txt

    echo "== document roots that move"
    day_files alice $W/a.example/public_html/current/public a2
    check "v-change-web-domain-docroot a" hestia v-change-web-domain-docroot alice a.example a.example current/public
    check "a serves from there" wait_until 10 serves a.example a2
    check "is isolated there" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "owns its directory" soon reads a.example $W/a.example/public_html/secret.txt
    check "is listed" listed alice a.example
    day_files alice $W/c.example/public_html/for-b b2
    check "v-change-web-domain-docroot b, into c" hestia v-change-web-domain-docroot alice b.example c.example for-b
    check "b serves from there" wait_until 10 serves b.example b2
    check "closed to a there" soon reads_not a.example $W/c.example/public_html/for-b/secret.txt
    check "and where it was" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "back: b" hestia v-change-web-domain-docroot alice b.example default
    check "back: a" hestia v-change-web-domain-docroot alice a.example default
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt

    echo "== other templates of pools"
    check "v-change-web-domain-backend-tpl a, another address" hestia v-change-web-domain-backend-tpl alice a.example socket
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "the check is content" wait_until 10 cagefsctl --site-isolation-check a.example
    check "b" hestia v-change-web-domain-backend-tpl alice b.example socket
    check "b serves" wait_until 10 serves b.example b.example
    check "control: b reads a's" reads b.example $W/a.example/public_html/secret.txt
    check "no PHP" hestia v-change-web-domain-backend-tpl alice a.example no-php
    check "none serves" soon serves_not a.example a.example
    check "a stays isolated" listed alice a.example
    check "back: a" hestia v-change-web-domain-backend-tpl alice a.example default
    check "back: b" hestia v-change-web-domain-backend-tpl alice b.example default
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "b serves" wait_until 10 serves b.example b.example
    check "control: b reads a's" reads b.example $W/a.example/public_html/secret.txt

    echo "== a site that gets another name, and its directory with it"
    echo "127.0.0.1 z.example www.z.example" >>/etc/hosts
    echo kept | put_file alice "$(echo /home/alice/.cagefs/websites/*/home)/kept" 644
    check "v-change-web-domain-name a z" hestia v-change-web-domain-name alice a.example z.example yes
    check "z serves" wait_until 10 serves z.example a.example
    check "is isolated" soon reads_not z.example $W/b.example/public_html/secret.txt
    check "is listed by that name" soon listed alice z.example
    check_not "and not by the old one" listed alice a.example
    check "the same under its other name" soon reads_not www.z.example $W/b.example/public_html/secret.txt
    check "it owns its directory" soon reads z.example $W/z.example/private/key
    check "it has its storage" soon has_kept z.example
    check "back" hestia v-change-web-domain-name alice z.example a.example yes
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "and listed" soon listed alice a.example

    echo "== another document root, and another name before anybody has looked"
    check "v-change-web-domain-docroot a" hestia v-change-web-domain-docroot alice a.example a.example current/public
    check "is known" soon has_docroot a.example $W/a.example/public_html/current/public
    check "the daemon sleeps" monitor_sleeps
    check "back" hestia v-change-web-domain-docroot alice a.example default
    check "v-change-web-domain-name a z" hestia v-change-web-domain-name alice a.example z.example yes
    check_not "control: not isolated by itself" listed alice z.example
    check "the daemon wakes" monitor_wakes
    check "z serves" wait_until 10 serves z.example a.example
    check "is isolated" soon reads_not z.example $W/b.example/public_html/secret.txt
    check "is listed by that name" soon listed alice z.example
    check "back" hestia v-change-web-domain-name alice z.example a.example yes
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "and listed" soon listed alice a.example

    echo "== suspended"
    check "v-suspend-web-domain a" hestia v-suspend-web-domain alice a.example
    check "it does not serve" soon serves_not a.example a.example
    check "it stays isolated" listed alice a.example
    check "v-unsuspend-web-domain a" hestia v-unsuspend-web-domain alice a.example
    check "it serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt
    check "v-suspend-user" hestia v-suspend-user alice
    check "it stays isolated" listed alice a.example
    check "v-unsuspend-user" hestia v-unsuspend-user alice
    check "it serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt

    echo "== a site and an account that are deleted"
    check "v-delete-web-domain c" hestia v-delete-web-domain alice c.example
    check "a serves" wait_until 10 serves a.example a.example
    check "isolated" soon reads_not a.example $W/b.example/public_html/secret.txt
    local uid
    uid=$(id -u alice)
    check "control: its state is there" test -s "/run/sitecage/$uid/sites"
    check "v-delete-user" hestia v-delete-user alice
    check "nothing of its state is left" wait_until 30 test ! -e "/run/sitecage/$uid/sites"
}
