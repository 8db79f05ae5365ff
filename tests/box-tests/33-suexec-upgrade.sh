#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The files are installed once more while sites are served, as an upgrade does: CGI of isolated and of other sites
# goes on before anything repairs anything. What damages the entry is mended by the daemon, by regenerate, at boot
# and by enable; an installation of before, whose installed file is what Apache runs, is moved over by each.
# Functions are called by the checks; $ in single quotes is PHP's or the inner shell's.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

link=/etc/alternatives/suexec
real=/usr/lib/apache2/suexec-custom
installed=/usr/libexec/sitecage/suexec
rebuild=/usr/libexec/sitecage/sitecage-rebuild
monitor=/usr/libexec/sitecage/sitecage-monitor
entry() { readlink "$link"; }
upgrade() { cmake --install "$SC_BUILD" >/dev/null; }
in_cage() { [ "$(php_eval "$1" 'echo getmypid() < 100 ? "caged" : "open";')" = "$2" ]; }
both_serve() { in_cage a.example caged && in_cage b.example open; }
served_within() { wait_until "$1" both_serve; }
is_right() { [ "$(stat -c '%u %g %a' "$(entry)")" = "$(stat -c '%u %g %a' "$real")" ] && cmp -s "$installed" "$(entry)"; }
right_within() { wait_until "$1" is_right; }
monitor_pid() { ps -e -o pid=,args= | awk '$2 ~ /\/sitecage-monitor$/ && !/--(chore|wanted)/ { print $1; found = 1 } END { exit !found }'; }
monitor_ended() { ! monitor_pid; }
monitor_end() { kill -TERM "$(monitor_pid)" && wait_until 5 monitor_ended; }
# Also one that is just starting: its first process ends by itself.
monitor_goes()
{
    local pids
    pids=$(monitor_pid) || return 0
    # shellcheck disable=SC2086 # a list
    kill -TERM $pids 2>/dev/null
    return 1
}
monitor_away() { wait_until 10 monitor_goes; }
check_row() { { cagefsctl --site-isolation-check 2>/dev/null || :; } | grep -F "web server: suexec"; }

panel_install
make_user john
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
apache_start
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable a.example
check "both serve" both_serve
wait_until 5 monitor_pid

# Nothing repairs: neither the daemon nor a command.
check "the daemon ends" monitor_end
: >/var/log/sitecage.log
check "the files are installed once more" upgrade
check "both serve at once" both_serve
check "nothing was repaired meanwhile" sh -c '! grep -i suexec /var/log/sitecage.log'
check_not "the entry is not the installed file" test "$(entry)" -ef "$installed"
expect_output "the installed file is closed" 700$'\n' stat -c %a "$installed"
for setuid in /usr/bin/cagefs_enter_site /usr/libexec/sitecage/lsphp /usr/libexec/sitecage/cron-shell; do
    expect_output "$setuid is setuid root after the upgrade" "4755 root"$'\n' stat -c '%a %U' "$setuid"
done
# While the files come and go: installers remove a file before they write it, or write in place.
upgrades() { for _ in {1..60}; do touch "$SC_BUILD/core/suexec" && upgrade; done; }
put_php b.example ok.php 'echo "ok";'
requests_during_upgrades()
{
    local n=0
    upgrades &
    while [ -e "/proc/$!" ] && [ "$(http b.example /ok.php)" = ok ]; do n=$((n + 1)); done
    [ ! -e "/proc/$!" ] && [ $n -gt 20 ] && echo "$n requests"
}
check "each request during sixty upgrades is answered" requests_during_upgrades

# An upgrade that brings another entry: its last bytes are free text.
new_version()
{
    cp "$installed" "$installed.next" && printf 'version %s' "$1" >>"$installed.next" && chmod 700 "$installed.next" &&
        mv "$installed.next" "$installed"
}
check "another version is installed" new_version 2
check_not "which the entry is not yet" is_right
check "and serves" both_serve
check "regenerate" cagefsctl --site-isolation-regenerate john
check "renews it" is_right
check "both serve" both_serve
new_version 3
check "a boot" "$rebuild" --all
check "renews it" is_right
new_version 4
check "enable" cagefsctl --site-isolation-enable a.example
check "renews it" is_right
new_version 5
check "the daemon starts" "$monitor" --daemon
check "and renews it" right_within 5
new_version 6
check "the running daemon renews it" right_within 5
check "both serve" both_serve

# Half of a file is no program: what an installer is just writing is not copied.
old=$(sha256sum <"$(entry)")
head -c 100000 "$installed" >"$installed.half" && cp "$installed" "$installed.whole"
check "half of the file is there" sh -c 'cat "$0.half" >"$0"' "$installed"
sleep 2
expect_output "the entry is the whole one" "$old"$'\n' sh -c 'sha256sum <"$0"' "$(entry)"
check "both serve" both_serve
check "and then all of it" sh -c 'cat "$0.whole" >"$0"; printf "version 7" >>"$0"; rm "$0".*' "$installed"
check "the daemon renews it" right_within 5

# Damage, and the daemon. 750: the web server's group may run it, with no right of root's.
damage()
{
    local text=$1
    shift
    check "$text" "$@"
    check "the daemon mends it" right_within 5
    check "both serve" served_within 5
}
damage "the mode is reset" sh -c 'chmod 700 "$0"' "$(entry)"
damage "the setuid bit is taken" sh -c 'chmod u-s "$0"' "$(entry)"
damage "the group is root's" sh -c 'chgrp root "$0"' "$(entry)"
damage "the owner is another" sh -c 'chown john "$0" && chmod 4755 "$0"' "$(entry)"
damage "the file is removed" sh -c 'rm "$0"' "$(entry)"
damage "the file is empty" sh -c ': >"$0.x" && chmod 4755 "$0.x" && mv "$0.x" "$0"' "$(entry)"
compared=/run/sitecage/lock/suexec
noted() { cagefsctl --site-isolation-regenerate john >/dev/null && test -e $compared; }
check "it is noted that it is the right one" wait_until 20 noted
# another_byte: of the version that was installed last; the size, the time of the last change, and the rights stay
another_byte()
{
    local before size
    before=$(stat -c %y "$1") size=$(stat -c %s "$1")
    printf X | dd of="$1" bs=1 seek=$((size - 1)) conv=notrunc status=none && chmod --reference="$real" "$1" &&
        touch -d "$before" "$1" && [ "$(stat -c '%y %s' "$1")" = "$before $size" ]
}
damage "a byte of it is another" another_byte "$(entry)"
damage "its directory is closed" chmod 700 "$(dirname "$(entry)")"
damage "its directory is removed" rm -r "$(dirname "$(entry)")"
damage "again, now that it was made again" rm -r "$(dirname "$(entry)")"

# Without the daemon the check says it, and regenerate mends it.
check "the daemon ends" monitor_end
chmod 750 "$(entry)"
expect_contains "the check names the entry" "FAILED" check_row
expect_contains "and the way out" "run cagefsctl --site-isolation-allow-all" check_row
check "regenerate" cagefsctl --site-isolation-regenerate john
check "mends it" is_right
check "both serve" both_serve
rm "$(entry)"
check "regenerate makes a removed one again" cagefsctl --site-isolation-regenerate john
check "both serve" both_serve

# Nobody is at work: neither the daemon, nor what a killed command had started, which may yet put the entry where it was.
nobody_acts() { monitor_goes && ! pgrep -f 'cagefsctl|sitecage-(rebuild|finish|build|engine)|update-alternatives' >/dev/null; }

# An installation of before: Apache runs the installed file, which was made setuid. The upgrade resets its mode.
as_before()
{
    local now
    wait_until 30 nobody_acts || return
    now=$(entry)
    chown --reference="$real" "$installed" && chmod --reference="$real" "$installed" &&
        update-alternatives --install /usr/lib/apache2/suexec suexec "$installed" 1000 >/dev/null &&
        update-alternatives --set suexec "$installed" >/dev/null &&
        update-alternatives --remove suexec "$now" >/dev/null && rm -r "$(dirname "$now")" && served_within 20
}
moved_over()
{
    check "both serve" served_within 5
    check "the entry is right" is_right
    check_not "and is not the installed file" test "$(entry)" -ef "$installed"
    expect_output "which is closed" "700 root"$'\n' stat -c '%a %U' "$installed"
    check_not "and no alternative any more" sh -c 'update-alternatives --query suexec | grep -Fx "Alternative: $0"' "$installed"
}
for way in "cagefsctl --site-isolation-regenerate john" "$rebuild --all" "cagefsctl --site-isolation-enable a.example" "$monitor --daemon"; do
    check "as before" as_before
    check "an upgrade" upgrade
    check_not "takes CGI away: the control" both_serve
    # shellcheck disable=SC2086 # words
    check "$way" $way
    moved_over
done

# Killed at any point of moving over or renewing: other sites' CGI goes on from the switch on, and the next one ends it.
monitor_away
b_serves() { in_cage b.example open; }
for ms in 1 2 4 6 8 10 12 15 20 25 30 40 50 70 90; do
    new_version "k$ms"
    timeout -s KILL "0.0$(printf %02d "$ms")" cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
    b_serves || fail "b serves after a kill at $ms ms" "it does not"
    as_before || fail "as before" "cannot be made"
    timeout -s KILL "0.0$(printf %02d "$ms")" cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
    b_serves || fail "b serves after a kill of the move at $ms ms" "it does not"
    cagefsctl --site-isolation-regenerate john || fail "regenerate after it" "failed"
done
check "regenerate after the kills" cagefsctl --site-isolation-regenerate john
check "all is right" is_right
check_not "nothing is left in its directory" sh -c 'ls -A "$0" | grep -v "^suexec$"' "$(dirname "$(entry)")"
check "both serve" both_serve

# nosuid where it lies: said, and nothing is switched.
check "deny-all" cagefsctl --site-isolation-deny-all
expect_output "Apache runs the real one" "$real"$'\n' entry
check_not "no directory is left" test -e /usr/libexec/sitecage-front
check "b serves" b_serves
mkdir /usr/libexec/sitecage-front && mount -t tmpfs -o nosuid,mode=755 none /usr/libexec/sitecage-front
expect_fail 1 "mounted nosuid" cagefsctl --site-isolation-allow-all
expect_output "Apache runs the real one" "$real"$'\n' entry
check "b serves" b_serves
umount /usr/libexec/sitecage-front
check "allow-all" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable a.example
check "both serve" both_serve

# deny-all when the entry was removed.
wait_until 5 monitor_pid && monitor_end
rm -r /usr/libexec/sitecage-front
check "deny-all" cagefsctl --site-isolation-deny-all
expect_output "Apache runs the real one" "$real"$'\n' entry
check "b serves" b_serves
finish
