#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One judgement of coverage: what enable says yes to is isolated, what it cannot lead into the cage it refuses, and
# changes nothing. Shapes of panels' pools and virtual hosts, with the attack as a control.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi proxy_balancer lbmethod_byrequests slotmem_shm macro"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
sites=/etc/apache2/sites-enabled
enable() { cagefsctl --site-isolation-enable "$@"; }
disable() { cagefsctl --site-isolation-disable "$@"; }
check_of() { cagefsctl --site-isolation-check "$@"; }
reads() { php_eval "$1" "echo trim((string)@file_get_contents('$H/victim.example/secret.txt'));"; }

# host DOMAIN DOCROOT LINE...: the virtual host, in words of one's own; it says as whom programs run, unless bare=yes
host()
{
    local domain=$1 docroot=$2
    shift 2
    {
        printf '<VirtualHost %s>\nServerName %s\nDocumentRoot "%s"\nDirectoryIndex index.php\n' "$apache_address" "$domain" "$docroot"
        [ -n "${bare-}" ] || echo "SuexecUserGroup john john"
        printf '%s\n' "$@"
        echo '</VirtualHost>'
    } >"$sites/$domain.conf"
}

# site DOMAIN: the panel knows it; no virtual host yet
site()
{
    make_site john "$1" "$H/$1" && rm "$sites/$1.conf"
}

by() { echo "SetHandler \"proxy:unix:$1|fcgi://${2:-localhost}\""; }

# Everything that an enable could have changed.
state()
{
    find /etc/php /etc/apache2 /etc/nginx /opt/cpanel /etc/cagefs "$H" -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum
    ls -A /run/php /run/sitecage/1001 /run/sitecage/fpm /var/lib/sitecage /var/lib/sitecage/fpm /var/lib/sitecage/isolated 2>/dev/null
    cagefsctl --site-isolation-list 2>&1
    awk '/php|sitecage/' /proc/mounts | sort
}

# What an earlier disable left to the background is done: the state is the same twice.
quiet()
{
    state >/root/before
    sleep 0.3
    state >/root/again
    cmp -s /root/before /root/again
}

# refused DOMAIN PART...: exit 1, each part on stderr, nothing changed, and the attack goes on as before
refused()
{
    local domain=$1
    shift
    expect_output "$domain, control: reads the sibling" "secret" reads "$domain"
    check "$domain: nothing else goes on" wait_until 30 quiet
    expect_fail 1 "$domain cannot be isolated: " enable "$domain"
    cp "$checks_dir/err" /root/said
    for part in "$@" --anyway; do
        check "$domain: it says ${part@Q}" grep -qF -- "$part" /root/said
    done
    check "$domain: in one line" test "$(wc -l </root/said)" = 1
    state >/root/after
    check "$domain: nothing was changed" diff /root/before /root/after
    expect_fail 1 "$domain" check_of "$domain"
}

# The shared masters; a child that a master just made bears its name for a moment.
masters()
{
    ps -e -o pid=,ppid=,args= | awk '/ php-fpm: master process \(\/(etc|opt)\// { text[$1] = $0; parent[$1] = $2 }
        END { for (pid in text) if (!(parent[pid] in text)) print text[pid] }' | sort
}

# What isolating a site must not touch where Apache has the module: texts of pools, sockets, the shared masters.
shared()
{
    find /etc/php /opt/cpanel -name '*.conf' -printf '%p %i %T@\n' | sort
    find /run/php /var/www/vhosts "$ea/usr/var/run" -type s -printf '%p %i %m %U %G\n' | sort
    masters
    awk '/php/ { n++ } END { print n + 0 }' /proc/self/mountinfo
}
untouched() { shared >/root/shared.now && diff /root/shared /root/shared.now; }

# isolated DOMAIN: enabled without a word, the attack fails, the check agrees
isolated()
{
    local domain=$1
    expect_output "$domain, control: reads the sibling" "secret" reads "$domain"
    expect_output "$domain is enabled" $'CloudLinux Isolates was enabled for domain(s),\n'"$domain"$'\n' enable "$domain"
    expect_output "$domain does not read the sibling" "" reads "$domain"
    expect_contains "$domain: the check says so" "isolated, and covered" check_of "$domain"
    [ "$module" = off ] || check "$domain: the shared masters, their files and their sockets are as they were" untouched
    check "$domain is disabled" disable "$domain"
    [ "$module" = off ] || check "$domain: so they are afterwards" untouched
    expect_output "$domain is served as before" "secret" reads "$domain"
}

panel_install
make_user john
fpm_site john victim.example $H/victim.example
echo secret | put_file john $H/victim.example/secret.txt
cagefsctl --site-isolation-allow-all >/dev/null

## cPanel: EasyApache's host, a pool with quotes, a socket of 91 characters, a master of ea-php's
ea=/opt/cpanel/ea-php82/root
ea_socket=$ea/usr/var/run/php-fpm/0123456789abcdef0123456789abcdef01234567.sock
check "the socket has 91 characters" test ${#ea_socket} = 91
mkdir -p $ea/etc/php-fpm.d $ea/usr/var/run/php-fpm $ea/usr/sbin
cp "/usr/sbin/php-fpm$fpm_version" $ea/usr/sbin/php-fpm
printf '[global]\npid = %s/usr/var/run/php-fpm/php-fpm.pid\nerror_log = /var/log/ea-fpm.log\ninclude=%s/etc/php-fpm.d/*.conf\n' $ea $ea >$ea/etc/php-fpm.conf
site cpanel.example
cat >$ea/etc/php-fpm.d/cpanel.example.conf <<POOL
; cPanel FPM Configuration
[cpanel_example]
user = "john"
group = "john"
listen = "$ea_socket"
listen.owner = "john"
listen.group = "www-data"
listen.mode = 0660
pm = ondemand
pm.max_children = 5
chdir = "$H"
php_admin_value[doc_root] = "$H/cpanel.example"
POOL
host cpanel.example $H/cpanel.example 'ServerAlias www.cpanel.example' \
    '<IfModule suexec_module>' '<IfModule !mod_ruid2.c>' 'SuexecUserGroup john john' '</IfModule>' '</IfModule>' \
    '<IfModule ruid2_module>' 'RUidGid john john' '</IfModule>' "ScriptAlias /cgi-bin/ $H/cpanel.example/cgi-bin/" \
    '<IfModule proxy_fcgi_module>' '<FilesMatch \.(phtml|php[0-9]*)$>' "SetHandler proxy:unix:$ea_socket|fcgi://cpanel.example" '</FilesMatch>' '</IfModule>'
$ea/usr/sbin/php-fpm -y $ea/etc/php-fpm.conf --daemonize

## Plesk: a prefix and a relative address, the longest that a socket can have
plesk_domain=a-name-of-a-domain-that-is-rather-long-as-some-are-and-longer.example
plesk_socket=/var/www/vhosts/system/$plesk_domain/php-fpm.sock
check "the socket has more than 90 characters" test ${#plesk_socket} -gt 90 -a ${#plesk_socket} -le 107
mkdir -p "${plesk_socket%/*}"
site $plesk_domain
cat >"$fpm_pool_dir/$plesk_domain.conf" <<POOL
; ATTENTION!
[$plesk_domain]
prefix = /var/www/vhosts/system/\$pool
user = john
group = john
listen = php-fpm.sock
listen.owner = root
listen.group = www-data
listen.mode = 0660
chdir = /
pm = ondemand
pm.max_children = 5
POOL
host $plesk_domain $H/$plesk_domain '<Files ~ (\.php$)>' "SetHandler proxy:unix:///$plesk_socket|fcgi://127.0.0.1:9000" '</Files>'

## Plesk: a master of the domain's own, whose configuration lies where none is looked for
dedicated=/var/www/vhosts/system/dedicated.example
mkdir -p $dedicated/php $dedicated/etc
site dedicated.example
printf '[global]\npid = %s/php/pid\nerror_log = /var/log/dedicated.log\n[dedicated]\nuser = john\ngroup = john\nlisten = %s/php/php-fpm.sock\nlisten.group = www-data\npm = ondemand\npm.max_children = 5\n' \
    $dedicated $dedicated >$dedicated/etc/php-fpm.conf
host dedicated.example $H/dedicated.example '<Files ~ (\.php$)>' "SetHandler proxy:unix:$dedicated/php/php-fpm.sock|fcgi://127.0.0.1:9000" '</Files>'
"/usr/sbin/php-fpm$fpm_version" -y $dedicated/etc/php-fpm.conf --daemonize

## A TCP port
site tcp.example
fpm_pool tcp.example 127.0.0.1:9107
host tcp.example $H/tcp.example '<FilesMatch \.php$>' 'SetHandler "proxy:fcgi://localhost:9107"' '</FilesMatch>'

## cPanel, with the longest socket that there can be
long_socket=$ea/usr/var/run/php-fpm/0123456789abcdef0123456789abcdef01234567.a-long.domain.sock
check "it has 105 to 107 characters" test ${#long_socket} -ge 105 -a ${#long_socket} -le 107
site long.example
sed "s|$ea_socket|$long_socket|; s/cpanel.example/long.example/; s/cpanel_example/long_example/" $ea/etc/php-fpm.d/cpanel.example.conf >$ea/etc/php-fpm.d/long.example.conf
host long.example $H/long.example "SetHandler proxy:unix:$long_socket|fcgi://long.example"
kill -USR2 "$(pgrep -o -f "^php-fpm: master process \($ea/")"

## Virtualmin: numbers
site numbers.example
cat >"$fpm_pool_dir/1234567.conf" <<POOL
[1234567]
user = $(id -u john)
group = $(id -g john)
listen = /run/php/1234567.sock
listen.owner = www-data
listen.mode = 0660
pm = ondemand
pm.max_children = 5
POOL
host numbers.example $H/numbers.example '<FilesMatch \.php$>' "$(by /run/php/1234567.sock)" '</FilesMatch>'

## Other spellings of one directory, other ways to say one address
for name in linked rooted slashes dots below worker balancer macro aliased; do
    site $name.example
    fpm_pool $name.example "/run/php/$name.example.sock"
done
socket() { echo "/run/php/$1.example.sock"; }
php() { printf '<FilesMatch \.php$>\n%s\n</FilesMatch>' "$(by "$(socket "$1")")"; }
printf '<Directory /srv>\nOptions All\nAllowOverride All\nRequire all granted\n</Directory>\n' >/etc/apache2/conf-enabled/srv.conf
# a link that its user may lead elsewhere, and one that only root can
install -d -o john -g john /srv/www && as_user john ln -s $H/linked.example /srv/www/linked
host linked.example /srv/www/linked "$(php linked)"
mkdir /srv/clients && ln -s $H/rooted.example /srv/clients/rooted
# ISPConfig's hosts have their error pages by the same name
as_user john mkdir $H/rooted.example/error
host rooted.example /srv/clients/rooted "$(php rooted)" 'Alias /error/ "/srv/clients/rooted/error/"'
as_user john ln -s inhome.example $H/link
site inhome.example
fpm_pool inhome.example /run/php/inhome.example.sock
host inhome.example $H/link "$(php inhome)"
host slashes.example "/home//john/slashes.example/" "$(php slashes)"
host dots.example "/home/./john/slashes.example/../dots.example" "$(php dots)"
as_user john mkdir $H/below.example/public
site_docroot[below.example]=$H/below.example/public
host below.example $H/below.example/public "$(php below)"
host worker.example $H/worker.example "<Proxy \"unix:$(socket worker)|fcgi://php-of-worker\">" 'ProxySet timeout=60' '</Proxy>' \
    '<FilesMatch \.php$>' 'SetHandler "proxy:fcgi://php-of-worker"' '</FilesMatch>'
host balancer.example $H/balancer.example '<Proxy "balancer://of-balancer">' "BalancerMember \"unix:$(socket balancer)|fcgi://one\"" '</Proxy>' \
    '<FilesMatch \.php$>' 'SetHandler "proxy:balancer://of-balancer"' '</FilesMatch>'
cat >$sites/macro.example.conf <<CONFIG
<Macro PhpHost \$name \$dir \$socket>
    <VirtualHost $apache_address>
        ServerName \$name
        DocumentRoot "\$dir"
        SuexecUserGroup john john
        <FilesMatch "\.php\$">
            SetHandler "proxy:unix:\$socket|fcgi://localhost"
        </FilesMatch>
    </VirtualHost>
</Macro>
Use PhpHost macro.example $H/macro.example $(socket macro)
CONFIG
mkdir -p /srv/empty
host aliased.example /srv/empty "Alias / $H/aliased.example/" "$(php aliased)"

## One pool for all domains of the account, as DirectAdmin's, with two hosts for each domain
for name in da1 da2; do
    site $name.example
    as_user john ln -s "$name.example" "$H/private_$name"
    {
        host $name.example $H/$name.example "<Directory $H/$name.example>" '<FilesMatch "\.(inc|php|phtml|phps)$">' \
            '<If "-f %{REQUEST_FILENAME}">' 'AddHandler "proxy:unix:/run/php/of-the-account.sock|fcgi://localhost" .inc .php .phtml' '</If>' '</FilesMatch>' '</Directory>'
        sed 's/ServerName /ServerName www./' "$sites/$name.example.conf" | sed "s|$H/$name.example\"|$H/private_$name\"|" >"$sites/www.$name.conf"
    }
done
site_owner[of-the-account]=john
fpm_pool of-the-account /run/php/of-the-account.sock
mv "$fpm_pool_dir/of-the-account.conf" "$fpm_pool_dir/john.conf"

## A pool of the whole server's, as CWP's and aaPanel's
site cwp.example
host cwp.example $H/cwp.example "$(by /run/php/everybody.sock)"
printf '[everybody]\nuser = john\ngroup = john\nlisten = /run/php/everybody.sock\nlisten.owner = www-data\npm = ondemand\npm.max_children = 5\n' >"$fpm_pool_dir/everybody.conf"
printf '<VirtualHost %s>\nServerName other.example\nDocumentRoot /srv/empty\n%s\n</VirtualHost>\n' "$apache_address" "$(by /run/php/everybody.sock)" >"$sites/other.conf"

## What is not the directory that the panel names, and what no host names at all
site above.example
as_user john mkdir $H/above.example/public
panel_move above.example $H/above.example/public
fpm_pool above.example /run/php/above.example.sock
host above.example $H/above.example "$(php above)"
site nowhere.example
site shared.example
fpm_pool shared.example /run/php/shared.example.sock

## CGI without suexec; a host that proxies to an application server; the site's own lines
site nosuexec.example
bare=yes host nosuexec.example $H/nosuexec.example 'Options +ExecCGI' 'AddHandler cgi-script .cgi' "$(php victim)"
site own.example
fpm_pool own.example /run/php/own.example.sock
host own.example $H/own.example "$(php own)"
by /run/php/everybody.sock | put_file john $H/own.example/.htaccess

## The only pool of an account cannot run in a site
make_user mary
fpm_site mary mary.example /home/mary/mary.example
fpm_site mary mary2.example /home/mary/mary2.example
rm "$fpm_pool_dir/mary2.example.conf"
fpm_pool mary.example "$(fpm_socket mary.example)" 'chroot = /'
echo secret | put_file mary /home/mary/mary2.example/secret.txt

fpm_start
apache_start

all_shapes()
{
    local name
    isolated cpanel.example
    isolated $plesk_domain
    isolated numbers.example
    for name in inhome rooted slashes dots below worker balancer macro aliased; do
        isolated $name.example
    done
}

## Apache has mod_sitecage: it takes PHP to the site's own master, whoever shares the pool
module=on
shared >/root/shared
check "several masters run" test "$(masters | wc -l)" -ge 2
all_shapes
for name in long dedicated tcp da1 da2 cwp nosuexec own; do
    isolated $name.example
done
check "enabled" enable dots.example
host dots.example $H/dots.example "$(by /run/php/everybody.sock)"
check "the panel gives it another handler" apache_reload
expect_output "its PHP stays in its cage" "" reads dots.example
expect_contains "the check says so" "isolated, and covered" check_of dots.example
host dots.example $H/dots.example "$(php dots)"
check "back again" apache_reload
check "disabled" disable dots.example
of_mary() { php_eval mary.example 'echo trim((string)@file_get_contents("/home/mary/mary2.example/secret.txt"));'; }
expect_output "control: reads the sibling" "secret" of_mary
expect_fail 1 "mary.example cannot be isolated: the PHP of mary.example is not isolated: the PHP-FPM pool mary.example" enable mary.example
check "all the same" enable --anyway mary.example
answered() { { of_mary 2>&1 || true; } | grep -o '503 Service Unavailable' | sort -u; }
expect_output "Apache does not run its PHP outside of the cage" $'503 Service Unavailable\n' answered
check "disabled" disable mary.example
expect_output "as before" "secret" of_mary

## It does not
without_module
module=off
check "the module is taken out" cagefsctl --site-isolation-regenerate john
all_shapes
for name in da1 da2 cwp; do
    isolated $name.example
done

## Refused
# php-fpm may open another file than it is asked for there
for name in john everybody; do
    echo 'php_admin_value[user_dir] = nothing' >>"$fpm_pool_dir/$name.conf"
done
check "the shared master reads it" fpm_restart
refused linked.example "the virtual host at $sites/linked.example.conf:1 reaches the site by /srv/www/linked, a link"
refused da1.example "pool of-the-account serves" "proxy:unix:/run/php/of-the-account.sock|fcgi://localhost at $sites/da1.example.conf:9"
refused cwp.example "pool everybody serves other.example too" "$sites/cwp.example.conf:6"
refused above.example "the virtual host at $sites/above.example.conf:1 has the name above.example and serves $H/above.example, not $H/above.example/public"
refused nosuexec.example "the virtual host at $sites/nosuexec.example.conf:1 has no SuexecUserGroup"
refused own.example "$H/own.example/.htaccess:1 names a PHP-FPM pool"
expect_fail 1 "da2.example cannot be isolated" enable slashes.example da2.example
expect_output "none of the two was enabled" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list
expect_contains "in JSON" '{"result": "error", "message": "cwp.example cannot be isolated: ' \
    sh -c '! cagefsctl --json --site-isolation-enable cwp.example'
su_john() { as_user john "$@"; }
user_refused()
{
    ! su_john isolatectl site-isolation enable --domain da1.example >/root/said && grep -qF '{"result": "error", "message": "da1.example cannot be isolated: ' /root/said
}
check "the user is refused, too" user_refused
expect_output "nothing is enabled" $'{"result": "success", "enabled_sites": []}\n' su_john isolatectl site-isolation list

## All the same
says() { { "$@" >/dev/null; } 2>&1; }
expect_contains "--anyway says so on standard error" "da1.example: not covered: the PHP of da1.example is not isolated: its PHP-FPM pool of-the-account serves" \
    says enable --anyway da1.example
expect_output "the list's standard output is as ever" $'\nDomains with enabled CloudLinux Isolates for user john:\nda1.example\n' \
    sh -c 'cagefsctl --site-isolation-list 2>/dev/null'
expect_contains "its standard error says it" "da1.example: not covered: " says cagefsctl --site-isolation-list
expect_contains "the status says it" "not covered" cagefsctl --site-isolation-status
expect_contains "with the reason" "pool of-the-account serves" cagefsctl --site-isolation-status
expect_contains "in JSON" '"coverage": "not covered", "reason": "the PHP of' cagefsctl --site-isolation-status --json
expect_fail 1 "1 of 1 checks failed: domain da1.example" check_of da1.example
expect_contains "the user sees it" '"enabled_sites": ["da1.example"], "notices": ["da1.example: not covered: ' su_john isolatectl site-isolation list
check "disabled" disable da1.example
expect_output "nothing is said any more" "" says cagefsctl --site-isolation-list

## No virtual host at all
expect_contains "enabled, and said" "nowhere.example: unverified: no virtual host of Apache or nginx names it" says enable nowhere.example
is_unverified() { cagefsctl --site-isolation-status | grep -q '^nowhere.example  john  unverified '; }
check "a state of its own" wait_until 20 is_unverified
expect_contains "and a warning of the check" "WARNING  domain nowhere.example" check_of nowhere.example
check "disabled" disable nowhere.example
expect_fail 2 "takes no --anyway" cagefsctl --site-isolation-disable --anyway nowhere.example

## Lost later: the panel gives the site another handler
check "enabled" enable dots.example
expect_lacks "all is well" "not covered" cagefsctl --site-isolation-status
host dots.example $H/dots.example "$(by /run/php/everybody.sock)"
is_said() { cagefsctl --site-isolation-status | grep -qF "not covered"; }
check "it is found without a command" wait_until 8 is_said
expect_contains "with the reason" "pool everybody serves" cagefsctl --site-isolation-status
host dots.example $H/dots.example "$(php dots)"
is_well() { ! is_said; }
check "and that it is well again" wait_until 8 is_well
expect_output "then its PHP is in its cage" "" reads dots.example
# what Apache with mod_sitecage asks at each request: the site's own lines, that are written anew, or changed in place
by /run/php/everybody.sock | put_file john $H/dots.example/.htaccess
check "lines of the site's own are found, too" wait_until 8 is_said
expect_contains "with the reason" "$H/dots.example/.htaccess:1 names a PHP-FPM pool" cagefsctl --site-isolation-status
echo "# nothing" | put_file john $H/dots.example/.htaccess
check "and that they are others" wait_until 8 is_well
by /run/php/everybody.sock | put_file john $H/dots.example/.htaccess
check "found again" wait_until 8 is_said
rm $H/dots.example/.htaccess
check "and that they are gone" wait_until 8 is_well
check "disabled" disable dots.example

## The server has a handler of its own, for more names than the host has
printf '[www]\nuser = www-data\ngroup = www-data\nlisten = /run/php/www.sock\nlisten.owner = www-data\npm = ondemand\npm.max_children = 2\nsecurity.limit_extensions =\n' >"$fpm_pool_dir/www.conf"
printf '<FilesMatch ".+\\.ph(?:ar|p|tml)$">\n%s\n</FilesMatch>\n' "$(by /run/php/www.sock)" >/etc/apache2/conf-enabled/php-fpm.conf
put_php dots.example x.phtml "readfile('$H/victim.example/secret.txt');"
check "PHP-FPM reads it" kill -USR2 "$(fpm_master)"
check "Apache, too" apache_reload
is_left() { [ "$(http dots.example /x.phtml)" = secret ]; }
check "control: the server's pool runs x.phtml, which reads the sibling" wait_until 20 is_left
expect_fail 1 "dots.example cannot be isolated: files as x.phtml, which the virtual host at $sites/dots.example.conf:1 does not name, are run by proxy:unix:/run/php/www.sock|fcgi://localhost at /etc/apache2/conf-enabled/php-fpm.conf:2, outside of the site" \
    enable dots.example
host dots.example $H/dots.example '<FilesMatch \.ph(ar|p|tml)$>' "$(by "$(socket dots)")" '</FilesMatch>'
check "the host names them" apache_reload
check "enabled" enable dots.example
check_not "x.phtml reads nothing of the sibling" is_left
expect_output "nor does its PHP" "" reads dots.example
check "disabled" disable dots.example

## LiteSpeed serves in Apache's place
mkdir -p /usr/local/lsws/bin
cp /bin/sleep /usr/local/lsws/bin/lshttpd.6.3
/usr/local/lsws/bin/lshttpd.6.3 600 &
expect_fail 1 "dots.example cannot be isolated: LiteSpeed serves this server's sites (process $!)" enable dots.example
kill $!
wait $! 2>/dev/null
check "without it, enabled" enable dots.example
check "disabled" disable dots.example

finish
