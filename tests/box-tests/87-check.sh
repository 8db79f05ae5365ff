#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cagefsctl --site-isolation-check: what runs each domain's PHP and whether isolation reaches it; least versions of
# packages, compared by dpkg.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_table=${panel_table:?}
sites=/etc/apache2/sites-enabled
panel_install
make_user john
for site in cgi fpm module; do
    make_site john "$site.example" "/home/john/$site.example"
done
# host DOMAIN LINE...: a virtual host that says this; Apache does not run here
host()
{
    local domain=$1
    shift
    as_user john mkdir -p "/home/john/$domain"
    grep -q "^$domain" "$panel_table" || panel_add "$domain" john "/home/john/$domain"
    {
        printf '<VirtualHost *:80>\nServerName %s\nDocumentRoot "/home/john/%s"\n' "$domain" "$domain"
        printf '%s\n' "$@"
        echo '</VirtualHost>'
    } >"$sites/$domain.conf"
}
host static.example
host nosuexec.example 'AddHandler php-cgi .php' 'ScriptAlias /cgi-sys/ "/home/john/cgi-bin/"' 'Action php-cgi /cgi-sys/php'
host lsapi.example 'SuexecUserGroup john john' 'AddHandler application/x-httpd-lsphp .php'
host module.example '<FilesMatch "\.php$">' 'SetHandler application/x-httpd-php' '</FilesMatch>'
fpm='SetHandler "proxy:unix:/run/php/shared.sock|fcgi://localhost"'
own='SetHandler "proxy:unix:/run/php/own.sock|fcgi://localhost"'
host fpm.example 'SuexecUserGroup john john' '<FilesMatch "\.php$">' "$fpm" '</FilesMatch>'
host other.example '<FilesMatch "\.php$">' "$fpm" '</FilesMatch>'
host own.example 'SuexecUserGroup john john' '<FilesMatch "\.php$">' "$own" '</FilesMatch>'
rm -f /etc/php/*/fpm/pool.d/* /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*
pool() { printf '[%s]\nuser = john\ngroup = john\nlisten = /run/php/%s.sock\npm = ondemand\npm.max_children = 2\n' "$1" "$1"; }
mkdir -p /etc/php/8.2/fpm/pool.d
pool shared >/etc/php/8.2/fpm/pool.d/shared.conf
pool own >/etc/php/8.2/fpm/pool.d/own.conf
panel_add nowhere.example john /home/john/nowhere.example
as_user john mkdir /home/john/nowhere.example

check_of() { cagefsctl --site-isolation-check "$@"; }
rows() { check_of "$@" 2>/dev/null || [ $? = 1 ]; }

## Per domain, before anything is on
expect_output "CGI" $'OK       domain cgi.example: CGI: covered once it is isolated\n' check_of cgi.example
cagefsctl --site-isolation-allow-all >/dev/null
cagefsctl --site-isolation-enable cgi.example >/dev/null
expect_output "CGI, isolated" $'OK       domain cgi.example: CGI: isolated, and covered\n' check_of cgi.example
expect_output "no PHP" $'OK       domain static.example: none: no PHP handler is configured for it\n' check_of static.example
expect_output "another spelling of the name" $'OK       domain cgi.example: CGI: isolated, and covered\n' check_of CGI.Example.
expect_contains "Apache does not run, and will have mod_sitecage" $'OK       web server: mod_sitecage: Apache does not run, and has it when it starts\n' rows
for name in nosuexec fpm; do
    expect_contains "Apache has mod_sitecage: $name is covered" "OK       domain $name.example: " check_of $name.example
done
without_module
check "without it" cagefsctl --site-isolation-regenerate john
expect_contains "it does not have it, and the administrator wanted that so" 'web server: mod_sitecage: not in Apache, because sitecage.conf says apache_module = off' rows
mv /etc/sitecage.conf /etc/sitecage.conf.aside
expect_contains "where he did not, it is said" 'WARNING  web server: mod_sitecage: Apache does not have it: links, .htaccess' rows
mv /etc/sitecage.conf.aside /etc/sitecage.conf
expect_fail 1 "1 of 1 checks failed: domain nosuexec.example" check_of nosuexec.example
expect_contains "CGI without suexec" "FAILED   domain nosuexec.example: CGI: the virtual host at $sites/nosuexec.example.conf:1 has no SuexecUserGroup" rows nosuexec.example
expect_contains "mod_php" 'FAILED   domain module.example: mod_php: mod_php runs in the web server' rows module.example
expect_output "a shared pool" $'OK       domain fpm.example: FPM: covered once it is isolated\n' check_of fpm.example
echo 'php_admin_value[doc_root] = /home/john' >>/etc/php/8.2/fpm/pool.d/shared.conf
expect_contains "one that opens other files than it is asked for" 'FAILED   domain fpm.example: FPM: the PHP of fpm.example is not isolated: its PHP-FPM pool shared serves other.example too, and sets doc_root or user_dir; give each document root a pool of its own' rows fpm.example
expect_output "a pool of its own" $'OK       domain own.example: FPM: covered once it is isolated\n' check_of own.example
expect_contains "LSAPI without the entry" 'FAILED   domain lsapi.example: LSAPI: mod_lsapi does not run /usr/libexec/sitecage/lsphp: name it in /etc/container/php.handler' rows lsapi.example
mkdir -p /etc/container
echo 'application/x-httpd-lsphp /usr/libexec/sitecage/lsphp' >/etc/container/php.handler
expect_output "with it" $'OK       domain lsapi.example: LSAPI: covered once it is isolated\n' check_of lsapi.example
echo 'lsapi_per_user On' >/etc/apache2/conf-enabled/lsapi.conf
expect_contains "lsapi_per_user On" 'FAILED   domain lsapi.example: LSAPI: lsapi_per_user On at /etc/apache2/conf-enabled/lsapi.conf:1 is incompatible' rows lsapi.example
rm /etc/apache2/conf-enabled/lsapi.conf
expect_output "no host at all" $'WARNING  domain nowhere.example: none: no virtual host of Apache or nginx has this name or the document root /home/john/nowhere.example\n' check_of nowhere.example
printf '<VirtualHost *:80>\nServerName www.elsewhere.example\nDocumentRoot /home/john/nowhere.example\nSuexecUserGroup john john\nAddHandler cgi-script .php\n</VirtualHost>\n' >"$sites/elsewhere.conf"
expect_output "found by its document root" $'OK       domain nowhere.example: CGI: covered once it is isolated\n' check_of nowhere.example
expect_output "several, in the order given" $'OK       domain own.example: FPM: covered once it is isolated\nOK       domain cgi.example: CGI: isolated, and covered\n' check_of own.example cgi.example
expect_fail 1 "Please specify existing domain name and try again" check_of nosuch.example
expect_fail 1 "Please specify existing domain name and try again" check_of cgi.example nosuch.example
expect_fail 1 "Please specify existing domain name and try again" check_of $'x\ny'
expect_output "nothing is printed for a wrong name" '' sh -c 'cagefsctl --site-isolation-check cgi.example nosuch.example 2>/dev/null; :'
expect_output "in JSON, by the newer spelling" \
    $'{"result": "success", "checks": [{"name": "domain", "result": "OK", "text": "CGI: isolated, and covered", "domain": "cgi.example", "handler": "CGI", "covered": true}]}\n' \
    cagefsctl --isolates-check cgi.example --json
expect_contains "a failure in JSON" '"handler": "mod_php", "covered": false}]}' rows module.example --json

## suexec taken away from the entry
real=$(update-alternatives --query suexec | sed -n 's/^Value: //p')
update-alternatives --set suexec "$(update-alternatives --list suexec | grep -v sitecage | head -n 1)" >/dev/null
expect_contains "the entry is not in front" "FAILED   domain cgi.example: CGI: Sitecage's entry is not in front of suexec: run cagefsctl --site-isolation-allow-all" rows cgi.example
update-alternatives --set suexec "$real" >/dev/null

## Of the server
expect_contains "isolated domains have rows" $'\nOK       domain cgi.example: CGI: isolated, and covered\n' rows
expect_lacks "others have none" 'domain own.example' rows
expect_contains "how many hosts of each kind" $'\nOK       web server: hosts: LSAPI 1, FPM 3, CGI 3, mod_php 1, none 1\n' rows

## Packages
expect_lacks "none is installed: no row" '  package: ' rows
# package NAME VERSION: an empty one
package()
{
    mkdir -p "/tmp/deb/$1/DEBIAN"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody <n@example>\nDescription: a stand-in\n' "$1" "$2" >"/tmp/deb/$1/DEBIAN/control"
    dpkg-deb -b "/tmp/deb/$1" "/tmp/deb/$1.deb" && dpkg -i "/tmp/deb/$1.deb"
}
is() { check "install $1 $2" package "$1" "$2"; expect_contains "$1 $2: $3" "$3  package: $1 $2" rows; }
is ea-php82-php 8.2.28-1 "FAILED "
expect_contains "what is needed" "ea-php82-php 8.2.28-1 is installed, at least 8.2.29-2.cloudlinux.3 is needed: update it" rows
expect_fail 1 "failed: " check_of
is ea-php82-php 8.2.29-2.cloudlinux.2 "FAILED "
is ea-php82-php 8.2.29-2.cloudlinux.3~rc1 "FAILED "
is ea-php82-php 8.2.29-2.cloudlinux.3 "OK     "
is ea-php82-php 8.2.29-10 "OK     "
is ea-php82-php 8.10.0-1 "OK     "
is alt-php85-php-fpm 8.5.3-2 "FAILED "
is cagefs 7.6.29-1 "OK     "
expect_contains "the other two still have theirs" '  package: ea-php82-php 8.10.0-1' rows
check "removed, configuration left" dpkg -r ea-php82-php
expect_lacks "what is not installed any more has no row" 'ea-php82' rows
# rpm, by a stand-in that answers as rpm does
cat >/usr/bin/rpm <<'RPM'
#!/usr/bin/env bash
case $1 in
-q)
    printf '%s\n' "$@" | grep -qx ea-php84-php && printf 'installed ea-php84-php %s\n' "$(cat /tmp/rpm-version)"
    echo "package ea-php85-php is not installed"
    exit 1
    ;;
--eval) printf '%s\n' "$2" >>/tmp/rpm-log; cat /tmp/rpm-order ;;
esac
RPM
chmod 755 /usr/bin/rpm
echo 8.4.17-1.cloudlinux.1 >/tmp/rpm-version
echo -1 >/tmp/rpm-order
expect_contains "rpm: older" 'FAILED   package: ea-php84-php 8.4.17-1.cloudlinux.1 is installed, at least 8.4.17-1.cloudlinux.2 is needed' rows
expect_output "version and release are compared apart" "%{lua:local v = rpm.vercmp('8.4.17', '8.4.17'); if v == 0 then v = rpm.vercmp('1.cloudlinux.1', '1.cloudlinux.2') end; print(v)}"$'\n' cat /tmp/rpm-log
echo 0 >/tmp/rpm-order
expect_contains "rpm: equal" 'OK       package: ea-php84-php 8.4.17-1' rows
echo 1 >/tmp/rpm-order
expect_contains "rpm: newer" 'OK       package: ea-php84-php 8.4.17-1' rows
echo "no rpm" >/tmp/rpm-order
expect_contains "rpm: no answer" 'WARNING  package: ea-php84-php 8.4.17-1.cloudlinux.1: rpm cannot compare' rows
echo "1')os.execute('touch /tmp/run')--" >/tmp/rpm-version
expect_contains "no version that is a program" 'WARNING  package: ea-php84-php 1' rows
check_not "and none is run" test -e /tmp/run
rm /usr/bin/rpm
echo 'ea-php82-php' >>/usr/share/sitecage/minimum-versions
expect_contains "a file that is wrong" 'WARNING  packages: /usr/share/sitecage/minimum-versions:' rows
finish
