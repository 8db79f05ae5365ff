#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Directories that the panel keeps for one domain alone (site_directory): HestiaCP's web/DOMAIN with private/ in it,
# DirectAdmin's domains/DOMAIN with a subdomain below its document root; and an application that two sites share.
# $ in single quotes is PHP's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
panel_install
make_user john

secret() # FILE
{
    as_user john mkdir -p "$(dirname "$1")"
    echo "secret of $1" | put_file john "$1"
}
site() # DOMAIN DOCROOT [SITE_DIRECTORY]
{
    make_site john "$1" "$2" && panel_edit domain="$1" dir="${3:-}" '$1 == ENVIRON["domain"] && ENVIRON["dir"] != "" { $5 = ENVIRON["dir"] } 1'
}
site one.example $H/web/one.example/public_html $H/web/one.example
site two.example $H/web/two.example/public_html $H/web/two.example
site da.example $H/domains/da.example/public_html $H/domains/da.example
site sub.da.example $H/domains/da.example/public_html/sub
site admin.example $H/duo/admin
site www.example $H/duo/www
site old.example $H/web/old.example/public_html $H/web/old.example
mine=("one:$H/web/one.example/private/key" "two:$H/web/two.example/private/key" "da:$H/domains/da.example/private/key"
    "sub.da:$H/domains/da.example/public_html/sub/key" "admin:$H/duo/admin/key" "www:$H/duo/www/key"
    "old:$H/web/old.example/private/key")
for one in "${mine[@]}"; do secret "${one#*:}"; done
secret $H/duo/data/key
apache_start

reads() # DOMAIN FILE
{
    [ "$(php_eval "$1" "echo @file_get_contents('$2');")" = "secret of $2" ]
}
writes() # DOMAIN FILE
{
    [ "$(php_eval "$1" "echo @file_put_contents('$2', 'x') === 1 ? 'yes' : 'no';")" = yes ] && [ -s "$2" ]
}
each() # CHECK: of each site, what is another's
{
    local site one
    for site in one two da sub.da admin www; do
        for one in "${mine[@]}"; do
            [ "${one%%:*}" = $site ] || "$1" "$site.example: ${one#*:}" reads $site.example "${one#*:}"
        done
    done
}

each check # control
check "allow" cagefsctl --site-isolation-allow-all
check "isolate all but one" cagefsctl --site-isolation-enable one.example two.example da.example sub.da.example \
    admin.example www.example
each check_not
for one in "${mine[@]}"; do
    [ "${one%%:*}" = old ] || check "its own: ${one#*:}" reads "${one%%:*}.example" "${one#*:}"
done
check "what is the domain's can be written" writes one.example $H/web/one.example/private/new
check "DirectAdmin's, too" writes da.example $H/domains/da.example/new
check_not "not by a subdomain below its document root" writes sub.da.example $H/domains/da.example/new2
check_not "nor what is nobody's" writes one.example $H/web/new
check_not "control: without a mark what is above is nobody's" writes admin.example $H/duo/new

# Whose .htaccess speaks for a request: not that of another site, around it.
printf 'ErrorDocument 404 "of da"\n' | put_file john $H/domains/da.example/.htaccess
printf 'ErrorDocument 404 "of one"\n' | put_file john $H/web/one.example/.htaccess
answer() { curl -s "http://$1:8080/none" || true; }
expect_output "the directory's .htaccess speaks for its site" "of one" answer one.example
expect_lacks "not for a site inside" "of da" answer sub.da.example
printf 'php 1\n' | put_file john $H/duo/artisan
check "an application that two share" cagefsctl --site-isolation-regenerate john
for site in admin www; do
    check "$site reads it" reads $site.example $H/duo/data/key
    check "$site writes it" writes $site.example $H/duo/new-$site
done
check_not "admin does not read the other's document root" reads admin.example $H/duo/www/key
check_not "nor www" reads www.example $H/duo/admin/key
check_not "others read nothing of it" reads one.example $H/duo/data/key
printf 'ErrorDocument 404 "of both"\n' | put_file john $H/duo/.htaccess
expect_output "its .htaccess speaks for one" "of both" answer admin.example
expect_output "and for the other" "of both" answer www.example

# A wrapper in it belongs to both: the request says for which it runs.
as_user john cp -r $H/cgi-bin $H/duo/cgi
sed -i "s|$H/cgi-bin|$H/duo/cgi|" /etc/apache2/sites-enabled/{admin,www}.example.conf
apache_reload
for site in admin www; do
    check "by a wrapper in it, $site" reads $site.example $H/duo/$site/key
done
check_not "still not the other's (1)" reads admin.example $H/duo/www/key
check_not "still not the other's (2)" reads www.example $H/duo/admin/key

# The panel cannot be asked: what it said last holds.
mv /opt/cpvendor/bin/refpanel /opt/cpvendor/bin/refpanel.away 2>/dev/null || mv /opt/cpvendor /opt/cpvendor.away
cagefsctl --remount john >/dev/null 2>&1
check "without the panel the domain's own is its own" reads one.example $H/web/one.example/private/key
check_not "and closed to others" reads two.example $H/web/one.example/private/key
finish
