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
check "nothing is isolated" cagefsctl --site-isolation-disable a.example b.example
probe_end a

# --- the same by faults ---------------------------------------------------------------------------------------------
# faulty CALL ERROR N COMMAND...: the Nth such call of the command or what it starts fails
faulty()
{
    local call=$1 error=$2 n=$3
    shift 3
    strace -f -qq -o "$checks_dir/trace" -e trace="$call" -e inject="$call:error=$error:when=$n" "$@" >"$checks_dir/said" 2>&1
}
injected() { grep -q INJECTED "$checks_dir/trace"; }

# sweep ERROR STEP: enable a with the error at every STEPth openat2; where it says done, nothing may be open.
sweep()
{
    local error=$1 by=$2 n bad='' met=0 done=0 status
    for ((n = 1; n < 2000; n += by)); do
        faulty openat2 "$error" $n cagefsctl --site-isolation-enable a.example
        status=$?
        injected || break
        met=$((met + 1))
        [ $status -le 1 ] || bad+="$n: status $status: $(cat "$checks_dir/said")"$'\n'
        if [ $status = 0 ]; then
            done=$((done + 1))
            [ -z "$(reads)" ] || bad+="$n: $(reads)"$'\n'
        fi
        cagefsctl --site-isolation-disable a.example >/dev/null 2>&1
    done
    if [ -n "$bad" ] || [ $met = 0 ]; then
        fail "enable with $error at an openat2" "$(head -c 1500 <<<"$bad") ($met)"
    else
        pass "enable with $error at each of $met openat2: $done times done, with nothing open"
    fi
}
sweep EIO 3
by=7
for error in EMFILE ENFILE ENOMEM ELOOP EACCES EINTR ETIMEDOUT; do
    sweep $error $by
    by=$((by + 2))
done
check "enabled" cagefsctl --site-isolation-enable a.example
expect_output "after all that a reads nothing" "" reads
finish
