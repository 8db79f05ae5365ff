#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Virtual hosts, wrappers and pools as further panels write them (Plesk, DirectAdmin, Virtualmin, ISPConfig with FastCGI; KeyHelp,
# CloudPanel, CyberPanel, mass hosting and a macro with PHP-FPM): a site reads its sibling, is isolated and reads nothing of it,
# the check agrees, the sibling goes on, and what configures it is the same afterwards.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi fcgid macro vhost_alias"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

sites=/etc/apache2/sites-enabled
configuration() { find "$fpm_pool_dir" $sites /etc/apache2/conf-enabled -type f ! -name '.*' -print0 | sort -z | xargs -0 sha256sum | sha256sum; }
reads() { php_eval "$1" "echo trim((string)@file_get_contents('${site_docroot[$2]}/secret.txt'));"; }

# account USER HOME
account()
{
    useradd --no-create-home --home-dir "$2" --user-group --shell /bin/bash "$1" && install -d -o "$1" -g "$1" -m 711 "$2"
}

# site USER DOMAIN DOCROOT
site()
{
    install -d -o "$1" -g "$1" "$3" && panel_add "$2" "$1" "$3" && echo "127.0.0.1 $2" >>/etc/hosts || return
    site_owner[$2]=$1 site_docroot[$2]=$3 site_kind[$2]=wrapper
    echo "of $2" | put_file "$1" "$3/secret.txt"
}

# host DOMAIN LINE...
host()
{
    local domain=$1
    shift
    {
        printf '<VirtualHost %s>\nServerName "%s"\nServerAlias www.%s\nDocumentRoot "%s"\n' "$apache_address" "$domain" "$domain" "${site_docroot[$domain]}"
        printf '%s\n' "$@" '</VirtualHost>'
    } >"$sites/$domain.conf"
}

# pool USER NAME ADDRESS
pool()
{
    {
        printf '[%s]\nuser = %s\ngroup = %s\nlisten = %s\npm = ondemand\npm.max_children = 4\n' "$2" "$1" "$1" "$3"
        [ "${3#/}" = "$3" ] || printf 'listen.owner = www-data\nlisten.mode = 0660\n'
    } >"$fpm_pool_dir/$2.conf"
}

# isolated DOMAIN SIBLING
isolated()
{
    local before
    expect_output "$1, control: reads $2" "of $2" reads "$1" "$2"
    before=$(configuration)
    expect_output "$1 is enabled" $'CloudLinux Isolates was enabled for domain(s),\n'"$1"$'\n' cagefsctl --site-isolation-enable "$1"
    expect_output "$1 reads nothing of $2" "" reads "$1" "$2"
    expect_output "$1 serves its own" "of $1" reads "$1" "$1"
    expect_output "$2 is served as before" "of $2" reads "$2" "$2"
    expect_contains "$1: the check agrees" "isolated, and covered" cagefsctl --site-isolation-check "$1"
    expect_lacks "$1: so does the status" "not covered" cagefsctl --site-isolation-status "$1"
    check "$1 is disabled" cagefsctl --site-isolation-disable "$1"
    expect_output "$1 reads $2 again" "of $2" reads "$1" "$2"
    expect_output "$1: its configuration is as it was" "$before"$'\n' configuration
}

panel_install
apache_configure
cat >>/etc/apache2/conf-enabled/box.conf <<'CONFIG'
<Directory /var/www>
    Options All
    AllowOverride All
    Require all granted
</Directory>
CONFIG
mkdir -p /run/php
rm -f "$fpm_pool_dir"/*.conf

## A suexec that runs programs of root's, in the place of a file (Plesk, DirectAdmin)
update-alternatives --remove-all suexec
rm -f /usr/lib/apache2/suexec
gcc -O -o /root/suexec "$SC_SOURCE/tests/boxlib/trusting_suexec.c" || exit 1
install -m 4750 -o root -g www-data /root/suexec /usr/lib/apache2/suexec

## Plesk: one wrapper for all, several domains of a subscription
wrapper=/var/www/cgi-bin/cgi_wrapper/cgi_wrapper
mkdir -p "${wrapper%/*}" && printf '#!/bin/sh\nexec /usr/bin/php-cgi\n' >$wrapper && chmod 755 $wrapper
account acme_ftp /var/www/vhosts/acme.test
for path in acme.test:httpdocs shop.test:shop.test blog.test:blog.test/public; do
    domain=${path%%:*}
    site acme_ftp "$domain" "/var/www/vhosts/acme.test/${path#*:}"
    host "$domain" '<IfModule mod_suexec.c>' 'SuexecUserGroup "acme_ftp" "acme_ftp"' '</IfModule>' '<IfModule mod_fcgid.c>' \
        'FcgidInitialEnv PP_CUSTOM_PHP_CGI_INDEX "plesk-php82-fastcgi"' '</IfModule>' "<Directory ${site_docroot[$domain]}>" '<IfModule mod_fcgid.c>' \
        '<Files ~ (\.php$)>' 'SetHandler fcgid-script' "FcgidWrapper $wrapper .php" 'Options +ExecCGI' '</Files>' '</IfModule>' '</Directory>'
done

## DirectAdmin in its mode fastcgi: a wrapper of root's in the safe directory, two hosts for a domain
mkdir -p /usr/local/safe-bin && printf '#!/bin/sh\nexec /usr/bin/php-cgi\n' >/usr/local/safe-bin/fcgid82.sh && chmod 755 /usr/local/safe-bin/fcgid82.sh
account dauser /home/dauser
for domain in da.test da2.test; do
    install -d -o dauser -g dauser /home/dauser/domains /home/dauser/domains/$domain
    site dauser $domain /home/dauser/domains/$domain/public_html
    host $domain '<IfModule !mod_ruid2.c>' 'SuexecUserGroup dauser dauser' '</IfModule>' "<Directory ${site_docroot[$domain]}>" 'Options +ExecCGI' '<FilesMatch "\.(inc|php|phtml)$">' \
        'SetHandler fcgid-script' '</FilesMatch>' 'FcgidWrapper /usr/local/safe-bin/fcgid82.sh .php' '</Directory>'
done

## Virtualmin with mod_fcgid: numbers for the user, a wrapper in each server's own directory
account vmin /home/vmin
for path in vmin.test:/home/vmin vsub.test:/home/vmin/domains/vsub.test; do
    domain=${path%%:*} base=${path#*:}
    site vmin "$domain" "$base/public_html"
    install -d -o vmin -g vmin "$base/fcgi-bin"
    printf '#!/bin/bash\nPHPRC=$PWD/../etc/php8.2\nexport PHPRC\nexec /usr/bin/php-cgi\n' | put_file vmin "$base/fcgi-bin/php8.2.fcgi" 755
    host "$domain" "SuexecUserGroup \"#$(id -u vmin)\" \"#$(id -g vmin)\"" "<Directory $base/public_html>" 'Options +ExecCGI' 'AddHandler fcgid-script .php' \
        "FCGIWrapper $base/fcgi-bin/php8.2.fcgi .php" '</Directory>' 'RemoveHandler .php'
done

## ISPConfig: a site and a subdomain of it, called by a link in /var/www, starters in a directory of their own
account web17 /var/www/clients/client3/web17 && chown root:root /var/www/clients/client3/web17 && chmod 755 /var/www/clients/client3/web17
ln -s clients/client3/web17 /var/www/isp.test
for path in isp.test:web sub.isp.test:web2; do
    domain=${path%%:*} docroot=/var/www/clients/client3/web17/${path#*:} starter=/var/www/php-fcgi-scripts/${path#*:}
    site web17 "$domain" "$docroot"
    mkdir -p /var/www/php-fcgi-scripts && install -d -o web17 -g web17 "$starter"
    printf '#!/bin/sh\nPHP_DOCUMENT_ROOT=%s\nexport PHP_DOCUMENT_ROOT\nexec /usr/bin/php-cgi -d magic_quotes_gpc=off "$@"\n' "$docroot" | put_file web17 "$starter/.php-fcgi-starter" 755
    host "$domain" '<IfModule mod_suexec.c>' 'SuexecUserGroup web17 web17' '</IfModule>' "<Directory $docroot>" '<FilesMatch "\.php[345]?$">' 'SetHandler fcgid-script' '</FilesMatch>' \
        "FcgidWrapper $starter/.php-fcgi-starter .php" 'Options +ExecCGI' '</Directory>'
done
sed -i 's|^DocumentRoot .*|DocumentRoot "/var/www/isp.test/web"|; s|<Directory .*|<Directory /var/www/isp.test/web>|' $sites/isp.test.conf

by() { printf '<FilesMatch \\.php$>\nSetHandler "proxy:%s"\n</FilesMatch>\n' "$1"; }

## KeyHelp: homes in /home/users, a document root that is around others, one pool
mkdir -p /home/users && account kh10001 /home/users/kh10001
site kh10001 kh.test /home/users/kh10001/www
site kh10001 kh2.test /home/users/kh10001/www/kh2.test
pool kh10001 kh10001 /run/php/kh10001.sock
for domain in kh.test kh2.test; do host $domain 'SuexecUserGroup kh10001 kh10001' "$(by 'unix:/run/php/kh10001.sock|fcgi://localhost')"; done

## CloudPanel: a TCP port for each
account clp /home/clp
site clp clp.test /home/clp/htdocs/clp.test
site clp clp2.test /home/clp/htdocs/clp2.test/public
pool clp clp.test 127.0.0.1:17001
pool clp clp2.test 17002
host clp.test 'SuexecUserGroup clp clp' "$(by fcgi://127.0.0.1:17001)"
host clp2.test 'SuexecUserGroup clp clp' "$(by fcgi://localhost:17002)"

## CyberPanel's Apache: a named worker for each, a child domain in the main one's directory
account cyber /home/cyber
site cyber cy.test /home/cyber/cy.test
site cyber cy2.test /home/cyber/cy.test/cy2.test
for domain in cy.test cy2.test; do
    pool cyber $domain /run/php/$domain.sock
    host $domain 'SuexecUserGroup cyber cyber' "<Proxy \"unix:/var/run/php/$domain.sock|fcgi://php-fpm-$domain\">" 'ProxySet disablereuse=off' '</Proxy>' \
        '<FilesMatch \.php$>' "SetHandler proxy:fcgi://php-fpm-$domain" '</FilesMatch>'
done

## Mass hosting, and a macro in a macro
account mass /home/mass
site mass mass.test /home/mass/vhosts/mass.test/htdocs
site mass mass2.test /home/mass/vhosts/mass2.test/htdocs
pool mass mass /run/php/mass.sock
printf '<VirtualHost %s>\nServerName mass.test\nServerAlias mass2.test\nUseCanonicalName Off\nVirtualDocumentRoot /home/mass/vhosts/%%0/htdocs\nVirtualScriptAlias /home/mass/vhosts/%%0/cgi-bin\n%s\n</VirtualHost>\n' \
    "$apache_address" "$(by 'unix:/run/php/mass.sock|fcgi://localhost')" >$sites/mass.conf
account macr /home/macr
site macr macro.test /home/macr/web/macro.test
site macr macro2.test /home/macr/web/macro2.test
pool macr macr /run/php/macr.sock
cat >$sites/macro.conf <<CONFIG
<Macro PhpOf %who>
    <FilesMatch "\.php\$">
        SetHandler "proxy:unix:/run/php/%who.sock|fcgi://localhost"
    </FilesMatch>
</Macro>
<Macro Site %domain %who>
    <VirtualHost $apache_address>
        ServerName %domain
        DocumentRoot /home/%who/web/%domain
        SuexecUserGroup %who %who
        Use PhpOf %who
    </VirtualHost>
</Macro>
Use Site macro.test macr
Use Site macro2.test macr
CONFIG

fpm_start
apache_start
check "the feature is allowed" cagefsctl --site-isolation-allow-all
isolated shop.test blog.test
isolated acme.test shop.test
check "two of a subscription at once" cagefsctl --site-isolation-enable acme.test shop.test
expect_output "one reads nothing of the other" "" reads acme.test shop.test
expect_output "nor that of it" "" reads shop.test acme.test
expect_output "the third, which is not isolated, is as it was" "of shop.test" reads blog.test shop.test
check "disabled" cagefsctl --site-isolation-disable acme.test shop.test
isolated da.test da2.test
isolated vmin.test vsub.test
isolated vsub.test vmin.test
isolated isp.test sub.isp.test
isolated sub.isp.test isp.test
isolated kh.test kh2.test
isolated kh2.test kh.test
isolated clp.test clp2.test
isolated cy2.test cy.test
isolated mass.test mass2.test
isolated macro.test macro2.test
finish
