#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What cannot be looked at is not missing: a document root behind a directory that its owner may not search, or that
# the kernel fails to open, stays closed to the account's other sites, or the change is refused.
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john
monitor_off
panel_install
echo "home = shared" >/etc/sitecage.conf # a private home has nothing of them anyway
make_user john
secret_site() # DOMAIN DOCROOT
{
    as_user john mkdir -p "$2" && panel_add "$1" john "$2" && echo "secret of $1" | put_file john "$2/secret"
}
secret_site a.example $H/a.example
secret_site b.example $H/up/b.example
secret_site c.example $H/a.example/deep/down/c.example
secret_site d.example $H/d.example
# two ways that lead out of the home by their names, and back
ln -s /home /home2
as_user john mkdir $H/real && as_user john ln -s /home2/john/real/e.example $H/e.example
secret_site e.example $H/real/e.example
panel_move e.example $H/e.example
as_user john mkdir -p $H/.config/gcloud && echo key | put_file john $H/.config/gcloud/key
as_user john ln -s .config $H/.linked

in_a() { as_user john cagefs_enter_site a.example sh -c "$1"; }
reads() { in_a "cat $H/up/b.example/secret $H/a.example/deep/down/c.example/secret $H/d.example/secret $H/real/e.example/secret $H/.config/gcloud/key 2>/dev/null; true"; }
lists() { in_a "ls $H/up/b.example $H/a.example/deep/down/c.example $H/d.example $H/real/e.example $H/.config/gcloud 2>/dev/null | grep -v : | grep .; true"; }
everything=$'secret of b.example\nsecret of c.example\nsecret of d.example\nsecret of e.example\nkey\n'
outside() { as_user john sh -c "cat $H/up/b.example/secret $H/a.example/deep/down/c.example/secret $H/d.example/secret $H/e.example/secret $H/.config/gcloud/key"; }

expect_output "control: john reads it all" "$everything" outside
check "allow" cagefsctl --site-isolation-allow-all
check "directories above are closed to their owner" chmod 000 $H/up $H/a.example/deep $H/.config
check_not "he is not root" as_user john cat $H/up/b.example/secret
check "a is isolated meanwhile" cagefsctl --site-isolation-enable a.example
check "a process stays in a" probe_start a john a.example
check "he opens them again, one from inside of a" as_user john chmod 755 $H/up $H/.config
check "" probe a "chmod 755 $H/a.example/deep"
expect_output "control: john reads it all again" "$everything" outside
expect_output "the running site reads nothing of them" "" probe a "cat $H/up/b.example/secret $H/a.example/deep/down/c.example/secret $H/real/e.example/secret $H/.config/gcloud/key $H/d.example/secret 2>/dev/null; true"
expect_output "a new process of it reads nothing" "" reads
expect_output "and lists nothing" "" lists
check "its view is built again" cagefsctl --remount john
expect_output "it reads nothing" "" reads

check "closed again, while a view is built" chmod 000 $H/up $H/a.example/deep $H/.config
check "" cagefsctl --remount john
expect_output "a serves" $'secret of a.example\n' in_a "cat $H/a.example/secret"
check "opened" chmod 755 $H/up $H/a.example/deep $H/.config
expect_output "it reads nothing" "" reads

check "closed again" chmod 000 $H/up
expect_fail 1 "b.example cannot be isolated: its owner may not search a directory above its document root" \
    cagefsctl --site-isolation-enable b.example
check "opened" chmod 755 $H/up
check "b can be isolated" cagefsctl --site-isolation-enable b.example
expect_fail 1 "points to /home2/john/real/e.example" cagefsctl --site-isolation-enable e.example
# The storage of sites that cannot be opened: a site may not start, and what comes is closed all the same.
status_of_a() { cagefsctl --site-isolation-status a.example; }
secret_site f.example $H/f.example
panel_remove f.example
check "a passes" cagefsctl --site-isolation-regenerate john
probe_end a
check "a process stays in a" probe_start a john a.example
expect_output "control: f is no site, and read" $'secret of f.example\n' probe a "cat $H/f.example/secret"
check "the storage is closed" chmod 000 $H/.cagefs
check "f comes" panel_add f.example john $H/f.example
expect_fail 1 ".cagefs" cagefsctl --site-isolation-regenerate john
expect_output "the running site does not read f" "" probe a "cat $H/f.example/secret 2>/dev/null; true"
expect_contains "status says why" "Permission denied" status_of_a
check "opened" chmod 700 $H/.cagefs
check "a passes again" cagefsctl --site-isolation-regenerate john
check "it becomes a file" sh -c "mv $H/.cagefs $H/.c && touch $H/.cagefs"
check "f goes" panel_remove f.example
expect_fail 1 ".cagefs" cagefsctl --site-isolation-regenerate john
expect_output "control: f is read again" $'secret of f.example\n' probe a "cat $H/f.example/secret"
check "f comes" panel_add f.example john $H/f.example
expect_fail 1 ".cagefs" cagefsctl --site-isolation-regenerate john
expect_output "the running site does not read f" "" probe a "cat $H/f.example/secret 2>/dev/null; true"
check "as it was" sh -c "rm $H/.cagefs && mv $H/.c $H/.cagefs"
check "" cagefsctl --site-isolation-regenerate john
check "nothing is isolated" cagefsctl --site-isolation-disable a.example b.example
probe_end a

# --- the same by faults: tests/faults does it at each call ------------------------------------------------------------
check "the tool" cc -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -I"$SC_SOURCE" -o /usr/local/bin/fault-inject "$SC_SOURCE/tests/faults/inject.c" "$SC_SOURCE/tests/faults/calls.c"
errors="EMFILE ENFILE ENOMEM EIO EACCES ELOOP ETIMEDOUT ENOSPC"
# met N ERROR PATH COMMAND...: the Nth openat2 of PATH failed; the command's status in $status
status=
met()
{
    local n=$1 error=$2 path=$3
    shift 3
    fault-inject -o "$checks_dir/fault" -c openat2 -p "$path" -n "$n" -e "$error" "$@" >"$checks_dir/said" 2>"$checks_dir/why"
    status=$?
    ! grep -q ^total "$checks_dir/fault"
}
# plans PATH: enable a while PATH cannot be opened, at each time that it is
plans()
{
    local error bad='' n times=0
    for error in $errors; do
        for n in 1 2 3 4; do
            met $n "$error" "$1" cagefsctl --site-isolation-enable a.example || break
            times=$((times + 1))
            [ $status = 1 ] || [ $status = 0 ] || bad+="$error: status $status"$'\n'
            [ $status = 1 ] || [ -z "$(reads)" ] || bad+="$error, $n: done, and reads $(reads)"$'\n'
            cagefsctl --site-isolation-disable a.example >/dev/null 2>&1
        done
    done
    [ $times -ge 8 ] && [ -z "$bad" ] || { echo "$times times: $bad" >&2 && false; }
}
for path in up up/b.example a.example/deep a.example/deep/down/c.example d.example home2 home/john/real/e.example .config .config/gcloud; do
    check "enabling while $path fails to open: refused, or closed" plans "$path"
done

check "a is isolated" cagefsctl --site-isolation-enable a.example
sees() { in_a "cat /etc/crontab; ls /etc/apache2 /etc/cron.d; for p in /etc/php/*/fpm/pool.d; do ls \$p; done"; }
what() { sees 2>/dev/null; true; }
expect_output "a sees nothing of the server's files" "" what
# builds PATH: while a's view is built, PATH in it cannot be opened
builds()
{
    local error bad=''
    for error in $errors; do
        cagefsctl --remount john >/dev/null
        met 1 "$error" "$1" -a sitecage-build setpriv --reuid john --regid john --init-groups env -i PATH=/usr/bin:/bin \
            cagefs_enter_site a.example sh -c 'echo in; cat /etc/crontab; ls /etc/apache2 /etc/cron.d /etc/php/*/fpm/pool.d' || bad+="$error: not met"$'\n'
        [ $status != 0 ] || bad+="$error: it ran"$'\n'
        [ ! -s "$checks_dir/said" ] || bad+="$error: it ran: $(cat "$checks_dir/said")"$'\n'
        [ -z "$(what)" ] || bad+="$error: then it sees $(what)"$'\n'
    done
    [ -z "$bad" ] || { echo "$bad" >&2 && false; }
}
for path in etc/crontab etc/apache2 etc/cron.d $(cd / && echo etc/php/*/fpm/pool.d); do
    check "a view in which $path cannot be opened is none" builds "$path"
done
check "and with no error" in_a true

# The list of users that a site has is whole, or the old one: half of it would be a 500 for each request.
uid=$(id -u john)
cp /run/sitecage/"$uid"/passwd "$checks_dir/passwd" && cp /run/sitecage/"$uid"/group "$checks_dir/group"
half_read()
{
    local file call n times=0 bad=''
    for file in /etc/passwd /etc/group; do
        for call in read openat; do
            for ((n = 1; n < 20; n++)); do
                strace -f -qq -P $file -o "$checks_dir/trace" -e trace=$call -e inject=$call:error=EIO:when=$n \
                    cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
                status=$?
                grep -q INJECTED "$checks_dir/trace" || break
                times=$((times + 1))
                [ $status -le 1 ] || bad+="$file, $call $n: status $status"$'\n'
                cmp -s "$checks_dir/passwd" /run/sitecage/"$uid"/passwd && cmp -s "$checks_dir/group" /run/sitecage/"$uid"/group || bad+="$file, $call $n: half a list"$'\n'
                [ "$(cagefsctl --site-isolation-list | grep -c a.example)" = 1 ] || bad+="$file, $call $n: it is not isolated any more"$'\n'
            done
        done
    done
    [ $times -ge 8 ] && [ -z "$bad" ] || { echo "$times times: $bad" >&2 && false; }
}
check "a pass while a list of users cannot be read leaves the one that there was" half_read
expect_contains "the site knows its user" "john:x:$uid" in_a "getent passwd john"
expect_output "a reads nothing" "" reads
finish
