# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that web_attempts.py lists, tried on Apache with the MPM in APACHE_MPM: first with the sites isolated and Apache
# without mod_sitecage, when all of it must leak (the control), then with it. Sourced by 95-web-attacks*.sh.
# shellcheck disable=SC2154,SC2016 # of lib.sh and fpm.sh; $ in single quotes is PHP's
APACHE_MODULES="proxy proxy_fcgi proxy_http proxy_uwsgi proxy_scgi proxy_balancer slotmem_shm lbmethod_byrequests
    speling negotiation imagemap asis cern_meta lua auth_digest authn_dbm authz_groupfile authz_dbm status info deflate
    fcgid xsendfile ldap authnz_ldap session session_cookie session_crypto dav dav_fs ext_filter reflector
    request auth_form dav_lock userdir macro authn_socache socache_shmcb proxy_ajp proxy_wstunnel proxy_http2 proxy_fdpass ssl"
[ "$APACHE_MPM" = prefork ] || APACHE_MODULES+=" http2"
[ "$APACHE_MPM" != prefork ] || APACHE_MODULES+=" php$(basename "$(dirname "$(find /etc/php -name apache2)")")"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
fpm_bare=yes # as most panels' hosts are
web_try() { PYTHONDONTWRITEBYTECODE=1 python3 "$SC_SOURCE/tests/boxlib/web_try.py" "$@"; }
attempts() { web_try attempts "$apache_address" "$APACHE_MPM" "$1"; }
works() { web_try works "$apache_address"; }
race() { as_user john env PYTHONDONTWRITEBYTECODE=1 python3 "$SC_SOURCE/tests/boxlib/web_try.py" race "$apache_address" "$1"; }
by() { web_drop && VIA=$1 last "${@:2}"; }
last() { "$@" >"$checks_dir/tried" 2>&1 || { tail -n 5 "$checks_dir/tried"; return 1; }; }
pool_php='echo "ran in ", getenv("POOL"), @scandir("/home/john/c.example") ? "" : " in a cage", ".";'

web_site() # USER DOMAIN DOCROOT [ADDRESS]: its pool says whose it is
{
    fpm_site "$@" && fpm_pool "$2" "${4:-$(fpm_socket "$2")}" "env[POOL] = 'pool of ${2%.example}'" \
        "access.log = /dev/null" && put_php "$2" pool.php "$pool_php"
}

# B: what the others are after.
web_secrets()
{
    local b=$H/b.example
    printf 'SECRET-OF-B\n' | tee >(put_file john $b/secret.txt) >(put_file john $b/secret.html) >/dev/null
    put_php b.example config.php '$password = "SECRET-OF-B"; echo "b serves";'
    as_user john sh -c "head -c 4242 /dev/zero | tr '\0' x >$b/sized.txt; touch -d '1999-12-30 12:00' $b/sized.txt
        mkdir $b/private $b/lists; touch $b/lists/NAME-OF-B.txt $b/lists/view.en.html $b/lists/view.de.html
        ln -s secret.txt $b/link; printf '#!/bin/sh\n' >$b/tool; chmod 755 $b/tool"
    put_file john $b/lists/page.html <<<'<html><head><title>TITLE-OF-B</title></head></html>'
    put_file john $b/private/.htaccess <<<'Header set X-Is SECRET-OF-B'
    put_file john $b/secret.asis <<<$'Content-Type: text/plain\n\nSECRET-OF-B'
    put_file john $b/links.map <<<'rect http://x.example/SECRET-OF-B 0,0 1,1'
    put_file john $b/head.meta <<<'X-Is: SECRET-OF-B'
    put_file john $b/secret.txt.meta <<<'X-Is: SECRET-OF-B'
    put_file john $b/body.var <<<$'Content-Type: text/plain\nBody:----end----\nSECRET-OF-B\n----end----'
    put_file john $b/x.lua <<<'function handle(r) r:puts("SECRET-OF-B") return apache2.OK end'
    htpasswd -nbs bob bobspass 2>/dev/null | put_file john $b/.htpasswd
    put_file john $b/.htgroup <<<'team: ann'
    put_file john $b/.groups <<<'ann team'
    as_user john sh -c "htdbm -bcms $b/.htdbm bob bobspass; htdbm -bcms -TDB $b/.htdbm-db bob bobspass; htdbm -bcms -TGDBM $b/.htdbm-gdbm bob bobspass"
    as_user john sh -c "/usr/sbin/httxt2dbm -f SDBM -i $b/.groups -o $b/.htdbm-group; chmod 644 $b/.htdbm*"
    as_user john mkdir $b/members
    echo "members' text" | put_file john $b/members/x.txt
    printf 'AuthType Basic\nAuthName x\nAuthBasicProvider socache file\nAuthUserFile %s/.htpasswd\nAuthnCacheProvideFor file\nRequire valid-user\n' $b |
        put_file john $b/members/.htaccess
    sed -i '/ServerName/a Define PASSWORD_OF_B VALUE-OF-B' /etc/apache2/sites-enabled/b.example.conf
    printf 'bob:realm:%s\n' "$(printf 'bob:realm:bobspass' | md5sum | cut -d ' ' -f 1)" | put_file john $b/.htdigest
}

web_server() # what is the server's own
{
    ln -s /home /home2
    printf 'SECRET-OF-APACHE\n' >/etc/apache2/secret
    chgrp www-data /etc/apache2/secret && chmod 640 /etc/apache2/secret
    printf 'SECRET-OF-LOG\n' >/var/log/apache2/readable.log
    chmod 755 /var/log/apache2
    mkfifo -m 666 /tmp/fifo
    install -d -o www-data /run/app/locks
    mkdir -p /usr/share/box-tool /var/www/acme /var/www/errors /var/www/passwords /run/app
    echo TOOL-TEXT >/usr/share/box-tool/x.txt
    echo '<?php $file = getenv("TOOL_CONFIG"); if ($file) include $file; echo "tool serves";' >/usr/share/box-tool/app.php
    site_owner[tool]=www-data
    fpm_pool tool "$(fpm_socket tool)" "access.log = /dev/null"
    echo ACME-TEXT >/var/www/acme/token
    echo SERVERS-404 >/var/www/errors/404.html
    htpasswd -nbs ann annspass >/var/www/passwords/a 2>/dev/null
    cat >>/etc/apache2/conf-enabled/box.conf <<'LINES'
Alias /tool /usr/share/box-tool
Alias /.well-known/acme-challenge /var/www/acme
Alias /errors /var/www/errors
Alias /icons /usr/share/apache2/icons
<Directory /usr/share/box-tool>
    <FilesMatch "\.php$">
        SetHandler "proxy:unix:/run/php/tool.sock|fcgi://localhost"
    </FilesMatch>
</Directory>
ScriptAlias /cgi-bin/ /usr/lib/cgi-bin/
ExtFilterDefine tool cmd="/usr/lib/cgi-bin/tool"
<Directory /home/john/a.example/t/auth-panels>
    AuthType Basic
    AuthName x
    AuthUserFile /home/john/conf/web/a.example/htpasswd
    Require valid-user
</Directory>
<LocationMatch "^/t/([a-z]+/)?dav[-/]">
    Dav on
</LocationMatch>
DavLockDB /run/app/locks/db
UserDir b.example
AuthnCacheEnable
AuthnCacheSOCache shmcb
RewriteMap lower int:tolower
<Macro OfB>
    Header set X-Is MACRO-OF-B
</Macro>
ErrorDocument 404 /errors/404.html
TypesConfig /etc/mime.types
<DirectoryMatch "^/(usr/share|usr/lib/cgi-bin|var/www)/">
    Require all granted
</DirectoryMatch>
LINES
    # shellcheck disable=SC2174 # /run/app is there
    printf '#!/bin/bash\nprintf "Content-Type: text/plain\\n\\ntool runs\\n"\n' >/usr/lib/cgi-bin/tool
    printf '#!/bin/sh\nexec sh "$PATH_TRANSLATED"\n' >/usr/lib/cgi-bin/interpreter
    chmod 755 /usr/lib/cgi-bin/tool /usr/lib/cgi-bin/interpreter
    web_try serve /run/app/b.sock 5055 5056 &
    as_user john env PYTHONDONTWRITEBYTECODE=1 python3 "$SC_SOURCE/tests/boxlib/web_try.py" serve $H/b.example/app.sock &
}

# B/drop as it was: what was done there, the last time, leaves nothing to be done.
web_drop()
{
    local d=$H/b.example/drop
    rm -rf $d $H/a.example/t/write/*/own/* /run/app/locks/* && as_user john sh -c "mkdir $d && chmod 777 $d && cd $d && echo x | tee there.txt gone.txt moved.txt >/dev/null &&
        chmod 666 * && echo x >$H/a.example/t/write/dav-move-in/own/x.txt"
}

# Each host once more, by TLS.
web_tls()
{
    local conf=/etc/apache2/sites-enabled key=/etc/apache2/box.pem
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=box -keyout $key -out $key.crt 2>/dev/null && cat $key.crt >>$key
    for site in "$conf"/*.conf; do
        sed "s#^<VirtualHost .*#<VirtualHost 127.0.0.1:8443>\nSSLEngine on\nSSLCertificateFile $key#" "$site" >"${site%.conf}.tls.conf"
    done
    printf 'Listen 127.0.0.1:8443\nProtocols h2 h2c http/1.1\n' >>/etc/apache2/ports.conf
}

# HestiaCP's places are root's; DirectAdmin's lie beside the document roots.
web_passwords()
{
    local site
    for site in a b; do mkdir -p $H/conf/web/$site.example && chmod 751 $H/conf $H/conf/web/$site.example; done
    htpasswd -nbs ann annspass >$H/conf/web/a.example/htpasswd 2>/dev/null
    htpasswd -nbs bob bobspass >$H/conf/web/b.example/htpasswd 2>/dev/null
    echo 'team: ann' >$H/conf/web/b.example/groups
    # accounts that have no isolated site: root's file in a home, and a home elsewhere
    make_user anna
    mkdir -p /home/anna/conf/web/x.example && chmod 755 /home/anna
    cp $H/conf/web/b.example/htpasswd /home/anna/conf/web/x.example/
    mkdir -m 755 /data && useradd -m -d /data/olga olga && chmod 755 /data/olga
    cp $H/conf/web/b.example/htpasswd /data/olga/ && chown olga /data/olga/htpasswd
    as_user john mkdir -p $H/outer/.htpasswd/in
    htpasswd -nbs ann annspass 2>/dev/null | put_file john $H/outer/.htpasswd/in/passwd
}

web_nested()
{
    put_file john $H/ring/.htaccess <<LINES
<If "%{HTTP:X-Try} == 'source'">
SetHandler default-handler
</If>
<If "%{HTTP:X-Try} == 'list'">
Options +Indexes
DirectoryIndex disabled
</If>
<If "%{HTTP:X-Try} == 'redirect'">
Redirect 307 / http://stolen.example/
</If>
<If "%{HTTP:X-Try} == 'prepend'">
SetEnv PHP_VALUE "auto_prepend_file=$H/ring/prepend.php"
</If>
LINES
    put_php ring.example prepend.php 'echo "prepended ";'
    printf 'SECRET-OF-CORE\n' | put_file john $H/ring/core/secret.txt
    put_php core.example config.php '$password = "SECRET-OF-CORE"; echo "core serves";'
    put_file john $H/ring/core/index.html <<<'core serves'
    as_user john sh -c "mkdir $H/ring/core/lists && touch $H/ring/core/lists/NAME-OF-CORE && echo index >$H/ring/core/lists/index.html"
    put_file john $H/outer/index.html <<<'outer serves'
    sed -i '/DirectoryIndex/a ErrorDocument 404 /404.html' /etc/apache2/sites-enabled/outer.example.conf
    put_file john $H/outer/404.html <<<'OUTERS-404'
}

web_files() # NAME=VALUE: makes the attempts' files
{
    as_user john env "$1" PYTHONDONTWRITEBYTECODE=1 python3 "$SC_SOURCE/tests/boxlib/web_try.py" files \
        a.example c.example s.example in.example ring.example &&
        as_user mary env "$1" PYTHONDONTWRITEBYTECODE=1 python3 "$SC_SOURCE/tests/boxlib/web_try.py" files m.example n.example
}
web_files_of_master()
{
    local id
    id=$(awk '$1 == "site" && $4 == "b.example" { print $2 }' /run/sitecage/web/table)
    [ -S "/run/sitecage/web/fpm-$id" ] && web_files "B_ID=$id"
}

web_set_up()
{
    local name
    panel_install
    make_user john
    make_user mary
    for name in a b c; do web_site john $name.example $H/$name.example || return; done
    web_site john t.example $H/t.example 127.0.0.1:9007
    web_site john outer.example $H/outer
    web_site john in.example $H/outer/in
    web_site john ring.example $H/ring
    web_site john core.example $H/ring/core
    as_user john sh -c "mkdir -p $H/app/releases/1/public && ln -s releases/1 $H/app/current"
    web_site john d.example $H/app/current/public
    web_site mary m.example /home/mary/m.example
    web_site mary n.example /home/mary/n.example
    make_site john s.example $H/s.example
    web_server
    web_secrets
    web_nested
    web_passwords
    put_file john $H/app/current/public/x.txt <<<RELEASE-1
    put_php d.example x.php 'echo "own ", 6 * 7;'
    as_user john mkdir -p $H/shared $H/.htpasswds/a.example/t $H/.htpasswds/b.example
    as_user john ln -s ../b.example $H/.htpasswds/a.example/link
    as_user john cp $H/b.example/.htpasswd $H/.htpasswds/b.example/passwd
    put_file john $H/shared/x.txt <<<SHARED-TEXT
    htpasswd -nbs ann annspass 2>/dev/null | put_file john $H/.htpasswds/a.example/t/passwd
    printf '%s ro %s\n' "$H/*" $H/shared >/etc/cagefs/site-isolation.paths
    as_user john ln -s ../a.example/t $H/c.example/linked
    as_user john mkdir -p $H/a.example/race/own $H/a.example/race/h
    as_user john sh -c "cd $H/a.example/race; printf own >own.txt; printf own >own/secret.txt; printf '# own\n' >own/plain
        printf x >h/x.txt; printf 'Options +Indexes\n' >.htaccess"
    [ "$APACHE_MPM" = prefork ] || web_tls
    web_files X=1 && web_drop && fpm_start && KEY_OF_APACHE=ENVIRONMENT-OF-APACHE apache_start
}

# Requests for FIFOs, of all the threads that the server has and more, and another account's site meanwhile.
fifo_jobs=()
ask_for_fifos()
{
    local i
    for ((i = 0; i < 160; i++)); do
        curl -s -m 20 -o /dev/null -H "Host: a.example" "http://$apache_address/t/hang/file/f" &
        fifo_jobs+=($!)
    done
    sleep 1.5
}
fifos_end() # whoever waits for a writer gets one
{
    while kill -0 "${fifo_jobs[@]}" 2>/dev/null; do
        timeout 1 sh -c ": >$H/a.example/t/hang/file/f" 2>/dev/null
        sleep 0.1
    done
    fifo_jobs=()
}
others_answer() { [[ $(http n.example /pool.php --max-time 3) = "ran in pool of n"* ]]; }

check "sites, secrets, attempts" web_set_up
without_module
check "the feature is allowed" cagefsctl --site-isolation-allow-all
## Nothing is isolated
check "control: all that must work does, nothing is isolated" last works
check "control: every attempt leaks, nothing is isolated" last attempts control
check "control: swapped links leak" last race control
ask_for_fifos
check_not "control: 160 requests for FIFOs, and others are not answered" others_answer
check "they end" fifos_end
check "others are answered again" wait_until 20 others_answer

## Isolated, with the module
sed -i '/apache_module/d' /etc/sitecage.conf
check "sites are isolated" cagefsctl --site-isolation-enable --anyway a.example b.example t.example s.example in.example ring.example \
    core.example d.example m.example
check "B has a master of its own" web_files_of_master
check "what was done in B's directory is undone" web_drop
check "none leaks" last attempts isolated
check "all that must work does" last works
for via in behind h2 tls; do
    [ "$via" = behind ] || [ "$APACHE_MPM" != prefork ] || continue
    check "none leaks, asked by $via" by "$via" attempts isolated
done
check "swapped links do not leak" last race isolated
ask_for_fifos
check "160 requests for FIFOs, and others are answered" others_answer
check "they end" fifos_end
