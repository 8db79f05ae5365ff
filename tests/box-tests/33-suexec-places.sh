#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# suexec where it is a plain file, as on RHEL, cPanel and DirectAdmin: moved aside, put back after updates of packages, with
# rights of the entry's own; dpkg is told. While another suexec stands there, Apache answers 503 for programs of isolated sites.
# shellcheck disable=SC2317,SC2016,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

place=/usr/lib/apache2/suexec
aside=$place.sitecage
pristine=/usr/lib/apache2/suexec-custom
entry=/usr/libexec/sitecage-front/suexec
H=/home/john
# put_plain MODE GROUP WORDS [CAPABILITIES]: a build or an rpm puts its own file there; WORDS at its end tell it from others
put_plain()
{
    { cat "$pristine" && printf '%s' "$3"; } >"$place.tmp" && chown "root:$2" "$place.tmp" && chmod "$1" "$place.tmp" || return
    [ -z "${4-}" ] || setcap "$4" "$place.tmp" || return
    mv "$place.tmp" "$place"
}
ends_with() { [ "$(tail -c ${#2} "$1")" = "$2" ]; }
in_front_of() { [ "$(readlink "$place")" = "$entry" ] && ends_with "$aside" "$1" && [ "$(readlink /var/lib/sitecage/suexec.real)" = "$aside" ]; }
rights() { stat -c '%a %U %G' "$1"; }
capabilities() { getcap "$1" | sed 's/.* //'; }
reads_b='echo trim((string)@file_get_contents("/home/john/b.example/secret.txt"));'
attack() { http a.example /attack.php; }
b_serves() { [ "$(http b.example /attack.php)" = "secret of b" ]; }
a_serves_caged() { [ "$(php_eval a.example 'echo getmypid() < 100 ? "caged" : "open";')" = caged ]; }
nothing_left() { [ ! -L "$place" ] && ! compgen -G "$place.*" >/dev/null && [ ! -e /var/lib/sitecage/suexec.place ]; }

panel_install
make_user john
for site in a b; do
    make_site john $site.example $H/$site.example
    printf 'secret of %s\n' $site | put_file john $H/$site.example/secret.txt
    put_php $site.example attack.php "$reads_b"
done
cp -p "$pristine" /root/suexec && update-alternatives --remove-all suexec && rm -f "$place"
put_plain 4755 root one
apache_start
inode=$(stat -c %i "$place")
expect_output "control: A's program reads B's secret" "secret of b" attack

## As builds have it (cPanel, DirectAdmin): 4755
without_module
check "allow-all" cagefsctl --site-isolation-allow-all
check "the entry stands there" in_front_of one
expect_output "the real one is the same file" "$inode"$'\n' stat -c %i "$aside"
expect_output "the entry's rights" "4755 root root"$'\n' rights "$entry"
check "A is isolated" cagefsctl --site-isolation-enable a.example
check "and serves, in its cage" a_serves_caged
expect_output "its program does not read B's secret" "" attack
check "B serves" b_serves
check "another allow-all" cagefsctl --site-isolation-allow-all
check "changes nothing" in_front_of one

## An update puts its own file there
check "the daemon sleeps" monitor_sleeps
check "an update" put_plain 4755 root two
expect_output "control, Apache without the module: A's program reads B's secret" "secret of b" attack
monitor_wakes
check "the daemon puts the entry there again" wait_until 5 in_front_of two
check "A serves, in its cage" wait_until 5 a_serves_caged
expect_output "and reads nothing of B's" "" attack
check "B serves" b_serves
sed -i '/apache_module/d' /etc/sitecage.conf
check "Apache gets the module" cagefsctl --site-isolation-regenerate john
check "A serves, in its cage" a_serves_caged
check "the daemon sleeps" monitor_sleeps
check "an update" put_plain 4755 root three
expect_output "A's programs are 503 at once" 503 http_code a.example /attack.php
expect_contains "the log says why" "Sitecage's entry is not in suexec's place" grep -h sitecage: /var/log/apache2/a.example.error.log
check "B serves" b_serves
expect_output "A's files, too" "secret of a"$'\n' sh -c 'curl -s -H "Host: a.example" "http://$0/secret.txt"' "$apache_address"
monitor_wakes
check "the daemon puts the entry there again" wait_until 5 in_front_of three
check "A serves, in its cage" wait_until 5 a_serves_caged
check "without the daemon, a boot does: it sleeps" monitor_sleeps
check "an update" put_plain 4755 root four
check "a boot" /usr/libexec/sitecage/sitecage-rebuild --all
check "puts it there" in_front_of four
monitor_wakes

## As RHEL has it: 0510, with capabilities and without the setuid bit
check "RHEL's" put_plain 0510 www-data rhel cap_setgid,cap_setuid+ep
check "the daemon puts the entry there" wait_until 5 in_front_of rhel
expect_output "the real one keeps its mode" "510 root www-data"$'\n' rights "$aside"
expect_output "and its capabilities" $'cap_setgid,cap_setuid=ep\n' capabilities "$aside"
expect_output "the entry has rights of its own" "4710 root www-data"$'\n' rights "$entry"
expect_output "and no capabilities" "" capabilities "$entry"
check "A serves, in its cage" wait_until 5 a_serves_caged
check "B serves, by the real one" b_serves

## A package's script gives rights to what stands there
right_entry() { [ "$(rights "$entry")" = "4710 root www-data" ] && [ -z "$(capabilities "$entry")" ]; }
check "the daemon sleeps" monitor_sleeps
check "a script gives owner and mode" sh -c 'chown root:root "$0" && chmod 4755 "$0"' "$place"
check "to the entry" test "$(rights "$entry")" = "4755 root root"
check "and capabilities" setcap cap_setgid,cap_setuid+ep "$entry"
check_not "control: it is not as it should be" right_entry
check "they take the entry's others away: A is entered from outside, in its cage all the same" a_serves_caged
monitor_wakes
check "the daemon makes the entry as it should be" wait_until 5 right_entry
check "A serves, in its cage" wait_until 5 a_serves_caged

## Away
check "deny-all" cagefsctl --site-isolation-deny-all
check "nothing is left" nothing_left
expect_output "the real one is back" "510 root www-data"$'\n' rights "$place"
expect_output "with its capabilities" $'cap_setgid,cap_setuid=ep\n' capabilities "$place"
check "it ends as it did" ends_with "$place" rhel

## Killed at any point: a suexec is always there
put_plain 4755 root kills
for ms in 3 8 14 20 26 32 40 50 60 80; do
    for command in allow-all deny-all; do
        { timeout -s KILL "0.0$(printf %02d "$ms")" cagefsctl --site-isolation-$command; } >/dev/null 2>&1
        b_serves || fail "B serves after $command was killed at $ms ms" "it does not"
    done
done
check "allow-all" cagefsctl --site-isolation-allow-all
check "the entry stands there" in_front_of kills
check "deny-all" cagefsctl --site-isolation-deny-all
check "nothing is left" nothing_left
check "the real one is back" ends_with "$place" kills

## dpkg's file: updates go aside
rm -f "$place"
package() # VERSION
{
    local dir=/root/package
    rm -rf $dir && mkdir -p $dir/DEBIAN $dir/usr/lib/apache2 || return
    { cat "$pristine" && printf 'version %s' "$1"; } >$dir/usr/lib/apache2/suexec && chmod 4755 $dir/usr/lib/apache2/suexec
    printf 'Package: box-suexec\nVersion: %s\nArchitecture: all\nMaintainer: box <box@box.example>\nDescription: box\n' "$1" >$dir/DEBIAN/control
    dpkg-deb --root-owner-group --build $dir /root/package.deb && dpkg -i /root/package.deb
}
diversions() { dpkg-divert --list "$place"; }
check "a package has suexec" package 1
check "allow-all" cagefsctl --site-isolation-allow-all
check "the entry stands there" in_front_of "version 1"
expect_contains "dpkg knows" "local diversion of $place to $aside" diversions
check "A is isolated" cagefsctl --site-isolation-enable a.example
check "the daemon sleeps" monitor_sleeps
check "an update of the package" package 2
check "goes aside" in_front_of "version 2"
check "A serves, in its cage" a_serves_caged
check "B serves" b_serves
monitor_wakes
check "deny-all" cagefsctl --site-isolation-deny-all
check "nothing is left" nothing_left
expect_output "no diversion" "" diversions
check "the package's file is there" ends_with "$place" "version 2"
expect_output "dpkg finds it as it should be" "" dpkg --verify box-suexec

## Uninstalled, or lost
check "allow-all" cagefsctl --site-isolation-allow-all
check "the package is removed" dpkg --purge box-suexec
rm -f "$place" "$aside"
check "deny-all" cagefsctl --site-isolation-deny-all
check "nothing is left" nothing_left
finish
