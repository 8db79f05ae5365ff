#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many commands at once: no change is lost, nobody waits for another account, and nothing runs un-isolated after an
# enable has returned.
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

panel_install
for user in john mary paul; do
    make_user $user
    for n in 1 2 3 4; do
        site_with_secret $user $user$n.example /home/$user/$n
    done
done
cagefsctl --site-isolation-allow-all >/dev/null

ctl() # NAME ARGUMENT...: its status and output kept
{
    local name=$1
    shift
    timeout 60 cagefsctl "$@" >"$checks_dir/ctl.$name" 2>&1
    echo $? >"$checks_dir/ctl.$name.status"
}

# --- thirty at once, while the sites are entered ------------------------------------------------------------------
visitor() # USER: enters sites as they come and go; every answer is "not isolated" or the site itself
{
    local i n domain out status
    for i in $(seq 25); do
        n=$((i % 4 + 1)) domain=$1$n.example status=0
        out=$(as_user "$1" timeout 30 cagefs_enter_site "$domain" sh -c 'cat secret; cat ../[1-4]/secret' 2>"$checks_dir/visit.$1.$i") || status=$?
        case $status:$out in
        *:"secret of $domain"*$'\n'*"secret of $domain"*) # own, twice: directly, and by the pattern
            [ "$(grep -c . <<<"$out")" = 2 ] || echo "$domain $i: saw more: $out"
            ;;
        126:*) ;;
        137:* | 0: | 1:*) # ended by a disable in its middle
            grep -v "^secret of $domain\$" <<<"$out" | grep . && echo "$domain $i: $status: $out"
            ;;
        *) echo "$domain $i: status $status: $out $(cat "$checks_dir/visit.$1.$i")" ;;
        esac
    done
}

round() # what the end must be: 1 and 2 isolated, 3 and 4 not
{
    local user jobs=() n
    for user in john mary paul; do
        # each of these is the only one that changes its domain: the end does not depend on the order
        for n in 1 2; do
            ctl "$user.e$n" --site-isolation-enable "$user$n.example" &
            jobs+=($!)
        done
        for n in 3 4; do
            ctl "$user.d$n" --site-isolation-disable "$user$n.example" &
            jobs+=($!)
        done
        ctl "$user.r" --site-isolation-regenerate $user &
        jobs+=($!)
        ctl "$user.r2" --site-isolation-regenerate $user &
        jobs+=($!)
        ctl "$user.l" --site-isolation-list $user &
        jobs+=($!)
        ctl "$user.l2" --site-isolation-status &
        jobs+=($!)
        ctl "$user.l3" --site-isolation-list &
        jobs+=($!)
        ctl "$user.p" --site-isolation-plan "${user}1.example" &
        jobs+=($!)
        visitor $user >"$checks_dir/visitor.$user" 2>&1 &
        jobs+=($!)
    done
    wait "${jobs[@]}"
}

all_done()
{
    local file bad=0
    for file in "$checks_dir"/ctl.*.status; do
        [ "$(cat "$file")" = 0 ] && continue
        echo "${file##*/}: $(cat "$file"): $(cat "${file%.status}")"
        bad=1
    done
    return $bad
}

wanted()
{
    local user
    for user in john mary paul; do
        printf '\nDomains with enabled CloudLinux Isolates for user %s:\n%s1.example\n%s2.example\n' $user $user $user
    done
}

for i in 1 2 3; do
    for user in john mary paul; do
        cagefsctl --site-isolation-enable "${user}3.example" "${user}4.example" >/dev/null
        cagefsctl --site-isolation-disable "${user}1.example" "${user}2.example" >/dev/null
    done
    rm -f "$checks_dir"/ctl.*
    round
    check "round $i: all commands succeeded" all_done
    expect_output "round $i: no change is lost" "$(wanted)"$'\n' cagefsctl --site-isolation-list
    for user in john mary paul; do
        expect_output "round $i: $user's visitors saw nothing of others" '' cat "$checks_dir/visitor.$user"
        expect_output "round $i: $user's file agrees" "[\"${user}1.example\",\"${user}2.example\"]"$'\n' \
            jq -c '.domains | keys' /home/$user/.lve/domains.json
        expect_output "round $i: $user's sites behave so" \
            $'# behaviour\n'"${user}1.example: isolated"$'\n'"${user}2.example: isolated"$'\n'"${user}3.example: open"$'\n'"${user}4.example: open"$'\n' \
            state_behaviour $user
    done
    expect_output "round $i: nothing is left over" '' leftovers john mary paul
done

# --- one domain is fought over: the end is one of the two, and all agree on which ---------------------------------
fight()
{
    local i jobs=()
    for i in $(seq 8); do
        ctl "f$i" --site-isolation-enable john3.example &
        jobs+=($!)
        ctl "g$i" --site-isolation-disable john3.example &
        jobs+=($!)
        as_user john timeout 30 cagefs_enter_site john3.example true 2>/dev/null &
        jobs+=($!)
    done
    wait "${jobs[@]}"
}
agrees()
{
    local listed=open behaves
    cagefsctl --site-isolation-list john | grep -qx john3.example && listed=isolated
    behaves=$(behaviour john3.example john)
    [ "$listed" = "$behaves" ] || echo "listed $listed, behaves $behaves"
}
rm -f "$checks_dir"/ctl.*
for i in 1 2 3; do
    fight
    expect_output "fight $i: list and behaviour agree" '' agrees
    expect_output "fight $i: nothing is left over" '' leftovers john mary paul
done
check "all of the fight's commands succeeded" all_done

# --- nothing runs un-isolated after enable has returned -----------------------------------------------------------
sees_other()
{
    local i out
    for i in $(seq 15); do
        cagefsctl --site-isolation-disable john3.example >/dev/null
        # enters all the time
        (while [ ! -e "$checks_dir/stop" ]; do
            as_user john cagefs_enter_site john3.example true 2>/dev/null
        done) &
        cagefsctl --site-isolation-enable john3.example >/dev/null
        out=$(as_user john cagefs_enter_site john3.example sh -c 'cat /home/john/[124]/secret; cat secret' 2>/dev/null)
        touch "$checks_dir/stop"
        wait $!
        rm "$checks_dir/stop"
        [ "$out" = "secret of john3.example" ] || echo "$i: $out"
    done
}
expect_output "right after enable the site is isolated" '' sees_other
check "its domain goes" cagefsctl --site-isolation-disable john3.example

# --- the lock of one account is nobody else's matter --------------------------------------------------------------
uid=$(id -u john)
exec {lock}>/run/sitecage/lock/"$uid"
flock "$lock"
db "INSERT OR REPLACE INTO pending VALUES($uid, 1)" # as a change under way has it
quick()
{
    local start=$SECONDS
    "$@" >/dev/null && [ $((SECONDS - start)) -le 3 ]
}
check "john's change is under way: mary's is done" quick cagefsctl --site-isolation-enable mary3.example
check "and undone" quick cagefsctl --site-isolation-disable mary3.example
check "listed" quick cagefsctl --site-isolation-list
check "all are shown" quick cagefsctl --site-isolation-status
check "regenerated" quick cagefsctl --site-isolation-regenerate mary
check "denied" quick cagefsctl --site-isolation-deny paul
check "allowed" quick cagefsctl --site-isolation-allow paul
check "john's sites are entered" quick as_user john cagefs_enter_site john1.example true
ctl waits --site-isolation-enable john3.example {lock}>&- &
job=$!
sleep 1
check "john's own change waits" kill -0 $job
exec {lock}>&-
wait $job
expect_output "and is done then" $'0\n' cat "$checks_dir/ctl.waits.status"
# by john's own change, or by what the commands before left in the background
no_mark() { [ -z "$(db "SELECT * FROM pending")" ]; }
check "the mark that was left is gone" wait_until 60 no_mark

# --- deny-all among enables: one of the orders --------------------------------------------------------------------
storm()
{
    local n jobs=()
    for n in 1 2 3 4; do
        ctl "s$n" --site-isolation-enable "john$n.example" "mary$n.example" &
        jobs+=($!)
    done
    ctl deny --site-isolation-deny-all &
    jobs+=($!)
    for n in 1 2 3 4; do
        ctl "t$n" --site-isolation-enable "paul$n.example" &
        jobs+=($!)
    done
    wait "${jobs[@]}"
}
for i in 1 2 3; do
    cagefsctl --site-isolation-allow-all >/dev/null
    storm
    expect_output "storm $i: deny-all succeeded" $'0\n' cat "$checks_dir/ctl.deny.status"
    expect_output "storm $i: nothing is isolated" $'No users with enabled CloudLinux Isolates\n' cagefsctl --site-isolation-list
    expect_output "storm $i: nothing is left over" '' leftovers john mary paul
    expect_output "storm $i: no keeper" '' keepers
    expect_output "storm $i: suexec is the system's" '' sh -c 'readlink /etc/alternatives/suexec | grep sitecage; true'
done

# ... and when it comes among allow-all and enable, suexec is fronted if anything is isolated
for i in 1 2 3 4 5; do
    cagefsctl --site-isolation-allow-all >/dev/null
    ctl d --site-isolation-deny-all &
    a=$!
    { ctl a --site-isolation-allow-all; ctl e --site-isolation-enable john1.example; } &
    wait $a $!
    if cagefsctl --site-isolation-list | grep -q john1.example; then
        check "mix $i: isolated, and suexec is fronted" sh -c 'readlink /etc/alternatives/suexec | grep sitecage'
    else
        pass "mix $i: denied last"
    fi
done
finish
