#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# box: -n
# The Debian packages, by apt-get: installing enables nothing; an upgrade and a downgrade under load lose no request and
# leave sites isolated, with their keepers, and what an administrator changed; removing leaves the server as it was:
# homes, crontabs, pools, alternatives; purging leaves no file. (tests/packages/build)
# Functions are called by the checks; $ in single quotes is PHP's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck disable=SC2034
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

packages=$SC_BUILD/packages
# Names, kinds, rights and links of all files that a package, or what it starts, may make.
listing() { find /etc /usr /opt /var /home -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/log/*' \
    -not -path '/var/cache/*' -not -path '/var/tmp/*' -printf '%y %m %u %p %l\n' | sort; }
# Running programs, where suexec leads, alternatives, Apache's modules, the crontab; what is in all files of /etc (but what
# ldconfig makes, and the packages' own) and of homes.
state()
{
    pgrep -a -f '^/usr/libexec/sitecage|^sitecage'
    readlink -f /usr/lib/apache2/suexec
    update-alternatives --get-selections
    ls /etc/apache2/mods-enabled
    crontab -u john -l 2>/dev/null
    find /etc /home -xdev -type f -not -name ld.so.cache -not -name 'sitecage*' \
        -not -path '/etc/cagefs/*' -exec sha256sum {} + | sort -k 2
}
apt() { apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" </dev/null; }
put() { apt --allow-downgrades install "$packages/$1"/sitecage_*.deb "$packages/$1"/libapache2-mod-sitecage_*.deb; }
secret_by() { php_eval "$1" 'echo trim(@file_get_contents("/home/john/b.example/secret.txt") ?: "nothing");'; }
monitor_pid() { pgrep -o -f '^/usr/libexec/sitecage/sitecage-monitor'; }
other_monitor() { local now; now=$(monitor_pid) && [ "$now" != "$1" ]; }
keepers() { pgrep -f '^sitecage-keeper' | sort; }
version() { dpkg-query -W -f '${Version}\n' sitecage; }
installed_kib() { dpkg-query -W -f '${Installed-Size}\n' sitecage libapache2-mod-sitecage | awk '{ n += $1 } END { print n }'; }
nobody_left() { ! pgrep -f '^/usr/libexec/sitecage|^sitecage'; }

# What an administrator changed of the package's configuration.
conffile=/etc/logrotate.d/sitecage
changed() { grep -qx '# mine' $conffile; }
as_before() { state | cmp -s /root/state-before -; }

# Requests to all sites, until told to stop; one line for each that was not what it should be.
load()
{
    while ! [ -e /tmp/stop ]; do
        [ "$(secret_by a.example)" = nothing ] || echo "a.example is open, or not served"
        [ "$(secret_by f.example)" = nothing ] || echo "f.example is open, or not served"
        [ "$(http b.example /secret.txt)" = "secret of b" ] || echo "b.example is not served"
        echo x >>/tmp/rounds
    done >/tmp/failures 2>&1
}
load_begins()
{
    rm -f /tmp/stop /tmp/rounds
    load &
    loader=$!
    wait_until 10 test -s /tmp/rounds
}
went_on() { [ "$(wc -l </tmp/rounds)" -gt 3 ]; }
load_ends()
{
    touch /tmp/stop
    wait "$loader"
}

check "lintian finds no error" lintian --allow-root --fail-on error "$packages"/this/*.changes
package_history()
{
    dpkg-deb --fsys-tarfile "$packages"/this/sitecage_*.deb | tar xO ./usr/share/doc/sitecage/changelog.gz | gunzip |
        dpkg-parsechangelog -l - -S Source
}
expect_output "the package's history is Debian's" sitecage$'\n' package_history

panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
put_file john /home/john/b.example/secret.txt <<<"secret of b"
printf '17 3 * * * true\n17 4 * * * cd /home/john/a.example && true\n' | crontab -u john -
fpm_site john f.example /home/john/f.example
fpm_start
apache_start
listing >/root/files-before
state >/root/state-before

## Installing enables nothing
check "the packages are installed" put this
state >/root/state-installed
check "nothing is switched on, nothing runs" diff /root/state-before /root/state-installed
for site in a.example f.example; do
    expect_output "one site reads the other's file: $site" "secret of b" secret_by $site
done
echo '# mine' >>$conffile
check "what is installed is a version" version
expect_output "entering is setuid" "4755 root"$'\n' stat -c '%a %U' /usr/bin/cagefs_enter_site
check "both packages take 6 MB at most" test "$(installed_kib)" -le 6000
check_not "control: and not 2 MB" test "$(installed_kib)" -le 2000
expect_output "the entry of suexec is closed" "700 root"$'\n' stat -c '%a %U' /usr/libexec/sitecage/suexec

## The first site
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable a.example b.example f.example
for site in a.example f.example; do
    expect_output "$site reads nothing of B" nothing secret_by $site
done
check_not "control: the server is not as it was" as_before
check "the module is on" test -e /etc/apache2/mods-enabled/sitecage.load
expect_output "B runs, too" "secret of b" secret_by b.example
check "the daemon runs" wait_until 10 monitor_pid

## Upgrade and downgrade under load
for change in next this; do
    before=$(monitor_pid)
    keepers=$(keepers)
    load_begins
    check "another version: $change" put "$change"
    check "the daemon is another" wait_until 20 other_monitor "$before"
    check "requests go on" wait_until 10 went_on
    load_ends
    expect_output "none of them was open or failed" "" cat /tmp/failures
    expect_output "the keepers are the same" "$keepers"$'\n' keepers
    check "the administrator's change is kept" changed
done

## Removing
check "the module alone is removed" apt remove libapache2-mod-sitecage
check "Apache answers without it" test "$(http b.example /secret.txt)" = "secret of b"
check "it comes back" put this
check "enabled again" cagefsctl --site-isolation-allow-all
expect_output "A is isolated as before" nothing secret_by a.example
check "the packages are removed" apt remove libapache2-mod-sitecage sitecage
check "nothing runs" wait_until 20 nobody_left
state >/root/state-removed
check "the server is as it was" diff /root/state-before /root/state-removed
for site in a.example f.example; do
    expect_output "it is served, and open: $site" "secret of b" secret_by $site
done
check "configuration stays" changed
check "they are purged" apt purge libapache2-mod-sitecage sitecage
listing >/root/files-after
expect_output "no file stays" "" diff /root/files-before /root/files-after
finish
