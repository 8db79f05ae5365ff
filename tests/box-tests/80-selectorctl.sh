#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# selectorctl: two real PHP versions beside the server's own; each isolated site has its own one.
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

"$SC_SOURCE/tests/php/install" || exit 1
mkdir -p /opt/alt/php84/var/lib/php/session && chmod 1733 /opt/alt/php84/var/lib/php/session
panel_install
make_user john
make_user jane
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example shebang
make_site john c.example /home/john/c.example
make_site jane j.example /home/jane/j.example
apache_start
cagefsctl --site-isolation-allow-all >/dev/null

native=$(php -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
version='echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'
full84=$(/opt/alt/php84/usr/bin/php -n -r 'echo PHP_VERSION;')
full74=$(/opt/alt/php74/usr/bin/php -n -r 'echo PHP_VERSION;')

# ---- what there is ----
line_of() { selectorctl "${@:2}" | grep -F "$1 "; }
expect_output "--list: version, full version, php-cgi" "8.4 $full84 /opt/alt/php84/usr/bin/php-cgi"$'\n' line_of 8.4 --list
expect_output "--list of 7.4" "7.4 $full74 /opt/alt/php74/usr/bin/php-cgi"$'\n' line_of 7.4 --list
expect_lacks "--list is without native" native selectorctl --list
expect_output "--current is native at first" $'native native /usr/bin/php\n' selectorctl --current
last_line() { selectorctl "$@" | tail -n 1; }
expect_output "--summary ends with native" $'native e d\n' last_line --summary
expect_output "--summary -V" "native($native) e d"$'\n' last_line --summary --show-native-version
expect_output "as a user too" $'native e d\n' as_user john sh -c 'selectorctl --summary | tail -n 1'
expect_output "--user-summary ends with native, d and s" $'native e d s\n' last_line --user-summary --user john
expect_contains "--list --json" '"version": "7.4"' selectorctl --list --json

# ---- a version that others could change is not used ----
mkdir -p /opt/alt/php81/usr/bin && cp /opt/alt/php74/usr/bin/php-cgi /opt/alt/php81/usr/bin/ && chown john /opt/alt/php81/usr/bin/php-cgi
expect_lacks_81() { ! selectorctl --list 2>/dev/null | grep -q '^8.1 '; }
check "a program of a user's is no version" expect_lacks_81
chown root /opt/alt/php81/usr/bin/php-cgi
check_not "the same program of root's is one (control)" expect_lacks_81
rm -r /opt/alt/php81

# ---- inheritance ----
check "the account's own version" as_user john selectorctl --set-user-current=7.4
check "its extensions of that version" as_user john selectorctl --enable-user-extensions=calendar --version 7.4
check "and of another" as_user john selectorctl --enable-user-extensions=exif,shmop --version=8.4
expect_output "--user-current" "7.4 $full74 /opt/alt/php74/usr/bin/php-cgi"$'\n' as_user john selectorctl --user-current
expect_output "scripts find the line" $'php = 7.4\n' grep '^php = ' /home/john/.cl.selector/defaults.cfg
expect_output "a file for each version" $'[php7.4]\nmodules=calendar,ctype\n' cat /home/john/.cl.selector/alt_php74.cfg
expect_output "un-isolated sites have the server's PHP" "$native" php_eval a.example "$version"
expect_fail 1 "ERROR:CloudLinux Isolates is not enabled for domain a.example" selectorctl --set-user-current=8.4 --domain a.example --user john
check "isolation begins" cagefsctl --site-isolation-enable a.example b.example
expect_output "a site inherits the version" 7.4 php_eval a.example "$version"
expect_output "and its extensions" yesyesno php_eval a.example 'foreach (["calendar", "ctype", "exif"] as $m) echo extension_loaded($m) ? "yes" : "no";'
expect_output "of every version" $'ctype\nexif\nshmop\n' as_user john selectorctl --list-user-extensions --version 8.4 --domain a.example
expect_output "a site by shebang too" 7.4 php_eval b.example "$version"
expect_output "c.example, not isolated, is as before" "$native" php_eval c.example "$version"

# ---- two at a time ----
php_of() { php_eval "$1" "$version"; }
expect_output "a user sets his domain's version" '' as_user john selectorctl --set-user-current=8.4 --domain a.example
check "root sets another's" selectorctl --enable-user-extensions=sockets --version 7.4 --domain b.example --user john
expect_output "a.example runs 8.4" 8.4 php_of a.example
expect_output "b.example still 7.4" 7.4 php_of b.example
expect_output "c.example the server's" "$native" php_of c.example
modules='foreach (["calendar", "ctype", "exif", "shmop", "sockets"] as $m) echo extension_loaded($m) ? 1 : 0;'
expect_output "a.example has its own extensions" 01110 php_eval a.example "$modules"
expect_output "b.example has others" 11001 php_eval b.example "$modules"
expect_output "the command line of a site is its version" 8.4 \
    as_user john cagefs_enter_site a.example /usr/bin/php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'
expect_output "with its extensions" 1 as_user john cagefs_enter_site a.example php -r 'echo (int)extension_loaded("shmop");'
expect_output "the server's version by its own name" "$native" \
    as_user john cagefs_enter_site a.example "/usr/bin/php$native" -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'
expect_output "another version by its path" 7.4 \
    as_user john cagefs_enter_site a.example /opt/alt/php74/usr/bin/php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'
expect_contains "/etc/cl.selector in the site" /opt/alt/php84/usr/bin/php-cgi \
    as_user john cagefs_enter_site a.example readlink /etc/cl.selector/php

own_session='session_save_path("/opt/alt/php84/var/lib/php/session"); session_start(); $_SESSION["x"] = 1; session_write_close(); echo count(glob("/opt/alt/php84/var/lib/php/session/sess_*"));'
expect_output "its sessions are its own" 1 php_eval a.example "$own_session"
expect_output "another site does not see them" 1 php_eval b.example "$own_session"
check_not "they are not in the server's directory" sh -c 'ls /opt/alt/php84/var/lib/php/session/sess_*'

# ---- in running sites, none is ended ----
as_user john cagefs_enter_site a.example sh -c 'echo $$ >/home/john/a.example/pid; exec sleep 600' &
wait_until 10 test -s /home/john/a.example/pid
runs() { pgrep -u john -x sleep >/dev/null; }
check "to the native version" as_user john selectorctl --set-user-current=native --domain a.example
expect_output "it is the server's, at once" "$native" php_of a.example
check "and back" as_user john selectorctl --set-user-current=8.4 --domain a.example
expect_output "the chosen one again" 8.4 php_of a.example
expect_output "with its extensions again" 01110 php_eval a.example "$modules"
check "an extension off" as_user john selectorctl --disable-user-extensions=exif --version 8.4 --domain a.example
expect_output "it is off" 01010 php_eval a.example "$modules"
check "a list in place of it" as_user john selectorctl -r calendar -v 8.4 --domain a.example
expect_output "that alone" 10000 php_eval a.example "$modules"
check "back to the default" as_user john selectorctl --reset-user-extensions --version 8.4 --domain a.example
expect_output "what the version loads" 01000 php_eval a.example "$modules"
# the server's own version under its number: the same program, with a list of its own
as_user john selectorctl --set-user-current="$native" --domain a.example
as_user john selectorctl --replace-user-extensions=exif --version "$native" --domain a.example
expect_output "the server's version with a list of its own" "$native 00100" php_eval a.example "$version echo ' '; $modules"
check "the program of the site still runs" runs
pkill -u john -x sleep

# ---- programs that wait for requests (FastCGI) end, those of that site only ----
cat >/usr/local/lib/fcgi.py <<'PYTHON'
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(5)
os.dup2(s.fileno(), 0)
os.environ["PHP_FCGI_CHILDREN"] = "2"
os.execv("/usr/bin/php-cgi", ["php-cgi"])
PYTHON
fcgi_of() { [ "$(pgrep -u john -f '^php-cgi' | while read -r p; do readlink "/proc/$p/exe"; done | grep -c "/opt/alt/php$1/")" = 3 ]; }
no_fcgi_of() { ! pgrep -u john -f '^php-cgi' | while read -r p; do readlink "/proc/$p/exe"; done | grep "/opt/alt/php$1/"; }
as_user john selectorctl --set-user-current=8.4 --domain a.example
for d in a b; do
    as_user john cagefs_enter_site $d.example python3 /usr/local/lib/fcgi.py /home/john/$d.example/fcgi.sock &
done
check "a FastCGI program of 8.4 waits for requests" wait_until 10 fcgi_of 84
check "one of 7.4 in the other site" wait_until 10 fcgi_of 74
check "a change of the first site" as_user john selectorctl --set-user-current=native --domain a.example
check "its program has ended" no_fcgi_of 84
check "the other site's has not" fcgi_of 74
pkill -u john -f '^php-cgi'

# ---- it stays ----
as_user john selectorctl --set-user-current=8.4 --domain a.example
as_user john selectorctl --enable-user-extensions=shmop --version 8.4 --domain a.example
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "regenerate keeps it" 8.4 php_of a.example
panel_rename b.example b2.example
echo "127.0.0.1 b2.example" >>/etc/hosts
check "regenerate after a rename" cagefsctl --site-isolation-regenerate john
expect_contains "the new name has the old one's version" "7.4 " selectorctl --user-current --domain b2.example --user john
cagefsctl --remount john >/dev/null
expect_output "a view made anew has it" 01010 php_eval a.example "$modules"
pkill -KILL -x sitecage-keeper
rm -rf /run/sitecage/[0-9]*
expect_output "so does one after a boot" 8.4 php_of a.example
expect_output "with its extensions" 01010 php_eval a.example "$modules"

# ---- who may what ----
expect_fail 1 "ERROR:Please specify existing domain name and try again" as_user jane selectorctl --set-user-current=7.4 --domain a.example
expect_fail 1 "ERROR:only root" as_user jane selectorctl --set-user-current=7.4 --domain a.example --user john
expect_fail 1 "ERROR:only root" as_user jane selectorctl --user-current --user nobody-here
check "himself he may name" as_user jane selectorctl --user-current --user jane
expect_fail 1 "ERROR:only root" as_user john selectorctl --set-current=7.4
expect_fail 1 "ERROR:CloudLinux Isolates is not enabled for domain c.example" as_user john selectorctl --set-user-current=7.4 --domain c.example
expect_output "nothing changed" 8.4 php_of a.example
inside() { as_user john cagefs_enter_site a.example selectorctl "$@"; }
expect_contains "a site may list" "8.4 " inside --list
check "a site may change its own PHP" inside --set-user-current=7.4 --domain a.example
expect_output "which does it" 7.4 php_of a.example
expect_fail 1 "ERROR:from inside an isolated site" inside --set-user-current=8.4 --domain b2.example
expect_fail 1 "ERROR:from inside an isolated site" inside --set-user-current=8.4
expect_contains "the other one is as it was" "7.4 " selectorctl --user-current --domain b2.example --user john
expect_contains "the account too" "7.4 " selectorctl --user-current --user john

# what root made for a site is root's: its own code cannot choose other programs or extensions by it
in_site() { as_user john cagefs_enter_site a.example sh -c "$1"; }
expect_output "a site reads what root made" /opt/alt/php74/usr/bin/php-cgi in_site 'printf %s "$(readlink /run/sitecage/php/bin/php-cgi)"'
check_not "it cannot put another link there" in_site 'ln -sf /bin/sh /run/sitecage/php/bin/php-cgi'
check_not "nor an ini file" in_site 'echo extension=/home/john/x.so >/run/sitecage/php/cl.php.d/alt-php74/x.ini'
check_not "nor take the program away" in_site 'mv /usr/bin/php-cgi /usr/bin/x || rm /run/sitecage/php/native/php-cgi'
check_not "nor change its choice in its storage" in_site 'echo "[versions]" >$(echo /home/john/.cagefs/websites/*/php/defaults.cfg)'
choice_of() { grep -l 'php = 7.4' /home/john/.cagefs/websites/*/php/defaults.cfg | wc -l; }
expect_output "which outside can be read (control)" $'2\n' choice_of
# the other site's extensions are not seen through a version that both have
expect_output "each has its own list of one version" "11000 11001" eval 'printf "%s %s" "$(php_eval a.example "$modules")" "$(put_php b.example m.php "$modules" && http b.example /m.php)"'

# ---- wrong input ----
for bad in 9.9 8 '8.4;id' ../8.4 '8.4
php=7.4' -- '' 8.4/x; do
    expect_fail_any() { ! selectorctl --set-user-current="$1" --domain a.example --user john >/dev/null 2>/root/err && grep -q '^ERROR:' /root/err; }
    check "version '${bad//$'\n'/\\n}' is refused" expect_fail_any "$bad"
done
for bad in 'a;b' '../x' 'ctype,' 'x
extension=y' '-x' nothere 'zend extension' '/etc/passwd'; do
    refused() { ! selectorctl --enable-user-extensions="$1" --version 8.4 --domain a.example --user john >/dev/null 2>/root/err && grep -q '^ERROR:' /root/err; }
    check "extension '${bad//$'\n'/\\n}' is refused" refused "$bad"
done
expect_fail 2 "ERROR:--version is needed" selectorctl --enable-user-extensions=ctype --domain a.example --user john
expect_fail 2 "usage: selectorctl" selectorctl
expect_fail 2 "ERROR:unknown option" selectorctl --frobnicate
expect_fail 2 "ERROR:--user is needed" selectorctl --user-current
expect_fail 2 "ERROR:--set-user-current needs a value, and -u is none" selectorctl --set-user-current -u john
expect_fail 1 "ERROR:User nobody-here does not exist" selectorctl --user-current --user nobody-here
expect_fail 1 "ERROR:PHP 9.9 is not available; known are 7.4," selectorctl --set-user-current=9.9 --user john
json_error() { ! selectorctl --set-user-current=9.9 --user john --json >/root/json && jq -e '.result == "error" and (.message | startswith("ERROR:"))' /root/json; }
check "errors are JSON where that is wanted" json_error
# his own files: what he writes there is no more than a choice
printf '[versions]\nphp=7.4\n[php7.4]\nmodules=ctype,x;y\n' | put_file john /home/john/.cl.selector/defaults.cfg
expect_fail 1 "ERROR:/home/john/.cl.selector/defaults.cfg line 4" selectorctl --user-current --user john
as_user john sh -c 'rm -r ~/.cl.selector && mkfifo ~/.cl.selector'
expect_fail 1 ERROR: timeout 20 selectorctl --user-current --user john
as_user john sh -c 'rm ~/.cl.selector && mkdir ~/.cl.selector && ln -s /etc/shadow ~/.cl.selector/defaults.cfg'
expect_fail 1 ERROR: selectorctl --user-current --user john
as_user john rm -r /home/john/.cl.selector

# ---- the administrator's ----
check "--set-current" selectorctl --set-current=7.4
expect_output "the file says it" $'[global]\nselector=enabled\n[versions]\nphp=7.4\n' cat /etc/cl.selector/defaults.cfg
expect_contains "who chose nothing has it" "7.4 " as_user jane selectorctl --user-current
check "--disable-alternative" selectorctl --disable-alternative=8.4
expect_output "--summary shows it" $'8.4 - -\n' line_of 8.4 --summary
expect_fail 1 "ERROR:PHP 8.4 is disabled by the administrator" as_user jane selectorctl --set-user-current=8.4
check "--enable-alternative" selectorctl --enable-alternative=8.4
check "default extensions" selectorctl --replace-extensions=ctype,tokenizer --version 8.4
expect_contains "--list-extensions" "+ tokenizer" selectorctl --list-extensions --version 8.4
expect_contains "compiled in" "~ json" selectorctl --list-extensions --version 8.4
check "jane's site" cagefsctl --site-isolation-enable j.example
expect_output "has the administrator's default" 7.4 php_of j.example

# ---- and ends ----
check "disable" cagefsctl --site-isolation-disable a.example
expect_output "a.example is as at first" "$native" php_of a.example
finish
