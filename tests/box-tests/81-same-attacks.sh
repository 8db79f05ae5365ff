#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same attempts of one site's PHP on its sibling, in each set-up that isolation covers: Apache with CGI, Apache with
# mod_fcgid, Apache with PHP-FPM, nginx with PHP-FPM. Each succeeds before the site is isolated, and fails afterwards.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="fcgid proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/attack.sh
. "$SC_SOURCE/tests/boxlib/attack.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
panel_install
make_user john
for kind in cgi fcgid fpm; do
    for site in a b; do
        case $kind in
        cgi) make_site john $kind-$site.example $H/$kind-$site ;;
        fcgid)
            make_site john $kind-$site.example $H/$kind-$site shebang
            sed -i '/AddHandler cgi-script .php/d; /REDIRECT_STATUS/d; s|</VirtualHost>|AddHandler fcgid-script .php\nFcgidWrapper /home/john/cgi-bin/php .php\n</VirtualHost>|' \
                "/etc/apache2/sites-enabled/$kind-$site.example.conf"
            ;;
        fpm) fpm_site john $kind-$site.example $H/$kind-$site ;;
        esac
        echo "secret of $site" | put_file john $H/$kind-$site/secret.txt
    done
done
fpm_start
apache_start
for kind in cgi fcgid fpm; do
    attacker_site=$kind-a.example
    attack_tools
done
check "allowed" cagefsctl --site-isolation-allow-all

# attempts KIND: what A's PHP tries, one a line.
attempts()
{
    local b=$H/$1-b
    printf '%s\n' "cat $b/secret.txt" "ls $b/" "cat $b/../$1-b/secret.txt" "stat $b/secret.txt" \
        "ln -sfn $b l && cat l/secret.txt" "ln -f $b/secret.txt h && cat h" "echo x >$b/new && rm $b/new" \
        "cat /proc/self/root$b/secret.txt" "cat /proc/self/cwd/../$1-b/secret.txt" "echo x >>$H/.bashrc" \
        "echo x >$H/.config-x && rm $H/.config-x"
}

# all SETUP KIND ISOLATED
all()
{
    local try
    attacker_site=$2-a.example
    while read -r try; do
        if [ "$3" = isolated ]; then
            check_not "$1: ${try//$H/\~}" by_php "$try"
        else
            check "control, $1: ${try//$H/\~}" by_php "$try"
        fi
    done < <(attempts "$2")
    expect_output "$1: B is served" "secret of b" php_eval "$2-b.example" "echo trim(file_get_contents('secret.txt'));"
}

for kind in cgi fcgid fpm; do all "Apache with $kind" $kind open; done
# The attempts name the account's own files: with a home of the site's own they would write there (38-private-home).
check "isolated" cagefsctl --site-isolation-enable --home shared cgi-a.example fcgid-a.example fpm-a.example
for kind in cgi fcgid fpm; do all "Apache with $kind" $kind isolated; done
apache_stop
check "nginx instead" nginx_start
# another web server came: the daemon has its PHP go into the sites as well
in_site() { [ "$(php_eval fpm-a.example "echo (int)is_readable('$H/fpm-b/secret.txt');")" = 0 ]; }
check "the daemon sees to it" wait_until 30 in_site
all "nginx with fpm" fpm isolated
check "not isolated" cagefsctl --site-isolation-disable fpm-a.example
all "nginx with fpm" fpm open
finish
