#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The server's configuration names places inside of what a site owns: a log, an alias, php.ini's directory, what PHP runs
# first, sessions. The isolated site makes links of them, to what is its account's, and gets nothing of that; nor by a
# directory that was granted to it, and is a link now. What it names itself closes nothing to others.
# $ in single quotes is PHP's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/nina
panel_install
make_user nina
as_user nina mkdir -p -m 700 $H/.ssh
as_user nina mkdir -p $H/bin $H/notes $H/keep $H/lib $H/l/logs $H/l/static $H/l/conf $H/l/first $H/l/storage $H/linked
for f in .ssh/authorized_keys .my.cnf notes/prepend.php notes/x keep/x lib/x; do
    echo "secret of $f" | put_file nina $H/$f
done
echo "# of nina" | put_file nina $H/.bashrc
as_user nina ln -s ../linked $H/l/media
echo "a picture" | put_file nina $H/linked/picture.txt
echo '{}' | put_file nina $H/l/composer.json
echo 'user_agent = "of l"' | put_file nina $H/l/conf/php.ini
echo '<?php' | put_file nina $H/l/first/prepend.php
fpm_site nina l.example $H/l/public
make_site nina m.example $H/m/public
fpm_pool l.example "$(fpm_socket l.example)" "php_admin_value[error_log] = $H/l/logs/php.log" "php_admin_flag[log_errors] = on" \
    "php_value[auto_prepend_file] = $H/l/first/prepend.php"
sed -i "s|DirectoryIndex|Alias /static $H/l/static\n    Alias /media $H/l/media\n    SetEnv PHPRC $H/l/conf\n    DirectoryIndex|" \
    /etc/apache2/sites-enabled/l.example.conf
put_php l.example log.php 'error_log("told by l"); echo "ok\n";'
fpm_start
apache_start

# What the site l gets of its account, with each link in turn; `as` enters it.
wants=".ssh/authorized_keys .my.cnf notes/prepend.php notes/x keep/x"
writes=".ssh/authorized_keys .bashrc"
stolen() # [ENTER SITE]
{
    local f
    for f in $wants; do as_user nina "$@" cat $H/$f 2>/dev/null; done
    for f in $writes; do
        as_user nina "$@" sh -c "echo 'command of l' >>$H/$f" 2>/dev/null && grep -F 'command of l' $H/$f
    done
    true
}
clean() { sed -i '/command of l/d' $H/.ssh/authorized_keys $H/.bashrc; }
expect_contains "control: who is not isolated reads" "secret of .my.cnf" stolen
expect_contains "control: and writes" "command of l" stolen
clean
got_nothing() { [ -z "$(stolen cagefs_enter_site l.example)" ]; }
in_l() { as_user nina cagefs_enter_site l.example "$@"; }
link() { in_l rm -rf "$H/l/$1" && in_l ln -sfn "$2" "$H/l/$1"; }
log_has() { grep -q "$2" "$1" 2>/dev/null; }

for home in private shared; do
    echo "home = $home" >/etc/sitecage.conf
    [ $home = shared ] && wants=".ssh/authorized_keys .my.cnf"
    check "$home: allow" cagefsctl --site-isolation-allow-all
    echo "$H/l/public rw ~/l/storage" >/etc/cagefs/site-isolation.paths
    check "$home: enable" cagefsctl --site-isolation-enable l.example m.example
    check "$home: control: it gets nothing" got_nothing
    expect_output "$home: it runs" $'ok\n' http l.example /log.php
    check "$home: and writes its log" log_has $H/l/logs/php.log "told by l"
    expect_output "$home: what the account's own link leads to is there" $'a picture\n' in_l cat $H/linked/picture.txt
    for to in .ssh/authorized_keys .bashrc; do
        check "$home: its log becomes a link to $to" link logs/php.log $H/$to
        check "$home: a pass" cagefsctl --site-isolation-regenerate nina
        check "$home: it gets nothing" got_nothing
    done
    check "$home: the directory of the log does" link logs ../notes
    check "$home: what it served does" link static ../notes
    check "$home: php.ini does" link conf/php.ini ../../.my.cnf
    check "$home: what PHP runs first does" link first ../notes
    check "$home: what was granted does" link storage ../keep
    for again in "" " again"; do
        check "$home: a pass$again" cagefsctl --site-isolation-regenerate nina
        check "$home: it gets nothing$again" got_nothing
    done
    check "$home: it takes away what was granted" in_l rm $H/l/storage
    check "$home: a pass" cagefsctl --site-isolation-regenerate nina
    check "$home: and leads it elsewhere then" in_l ln -s ../keep $H/l/storage
    check "$home: it takes the mark of its application away" in_l rm $H/l/composer.json
    for again in "" " again"; do
        check "$home: a pass without it$again" cagefsctl --site-isolation-regenerate nina
        check "$home: it gets nothing$again" got_nothing
    done
    check "$home: views are made again" cagefsctl --remount nina
    check "$home: it gets nothing" got_nothing
    check "$home: disable" cagefsctl --site-isolation-disable l.example m.example
    clean
    for d in logs static first storage; do as_user nina rm -f $H/l/$d && as_user nina mkdir $H/l/$d; done
    as_user nina rm -f $H/l/conf/php.ini
    echo 'user_agent = "of l"' | put_file nina $H/l/conf/php.ini
    echo '<?php' | put_file nina $H/l/first/prepend.php
    echo '{}' | put_file nina $H/l/composer.json
done

# What a site says itself closes nothing to a site beside it.
in_m() { as_user nina cagefs_enter_site m.example "$@"; }
echo "$H/m/public rw ~/lib" >/etc/cagefs/site-isolation.paths
as_user nina mkdir -p $H/lib/deep
echo "secret of deep" | put_file nina $H/lib/deep/x
check "enable" cagefsctl --site-isolation-enable l.example m.example
expect_output "m reads what is granted to it" $'secret of deep\n' in_m cat $H/lib/deep/x
printf 'session.save_path = %s\nupload_tmp_dir = %s\n' $H/lib/deep $H/notes | put_file nina $H/l/public/.user.ini
check "l says that it has its sessions there" cagefsctl --site-isolation-regenerate nina
expect_output "m reads it still" $'secret of deep\n' in_m cat $H/lib/deep/x
expect_output "and what it has of a shared home" $'secret of notes/x\n' in_m cat $H/notes/x
finish
