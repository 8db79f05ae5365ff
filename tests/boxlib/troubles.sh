# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What one account can do to hold others up. Source it after lib.sh and probe.sh; trouble_sites are john's, isolated,
# and the daemon runs. NAME_begins makes it so and returns when it is; NAME_lasts tells whether it still is; NAME_over
# ends it.
# shellcheck disable=SC2154,SC2016,SC2034,SC2088 # checks_dir is checks.sh's; $ and ~ in quotes are other shells'

# In this order they can be begun on top of each other: a pass that came to nothing because of a view's lock is made again,
# and ends former views then; a lock keeps the daemon from asking the panel; who hangs in the kernel keeps the lock.
troubles=(ending crontab home file panel build lock stuck)
trouble_user=john
trouble_sites=(a b c d e)
trouble_hooks=/usr/share/cloudlinux/hooks

trouble_uid() { id -u "$trouble_user"; }
trouble_run() { echo "/run/sitecage/$(trouble_uid)"; }

# The daemon has a reason to look at the account.
trouble_looked_at()
{
    "$trouble_hooks/post_modify_domain.py" docroot -u $trouble_user --domain a.example
}

# trouble_holds FILE NAME: a process holds the lock on it; `sleep SECONDS` is that process.
trouble_holds()
{
    : >"$checks_dir/held.$2" # what an earlier one said
    flock "$1" sh -c "echo held; exec sleep $2" >"$checks_dir/held.$2" &
    wait_until 60 grep -q held "$checks_dir/held.$2"
}

# --- five sites end that are full of programs which say that they answer a request; who waits for them is stopped ------
endless() # DOMAIN
{
    : >"$checks_dir/endless.$1"
    as_user $trouble_user cagefs_enter_site "$1" env GATEWAY_INTERFACE=CGI/1.1 \
        sh -c 'trap "" TERM HUP; echo in; while :; do sleep 5; done' >"$checks_dir/endless.$1" 2>&1 &
    wait_until 60 grep -q in "$checks_dir/endless.$1"
}
endings() { find "$(trouble_run)" -name '*.ending.*' 2>/dev/null | wc -l; }
finisher() { pgrep -f "sitecage-finish $(trouble_uid)\$"; }
finisher_stops() { finisher | xargs -r kill -STOP && finisher >/dev/null; }

ending_begins()
{
    local name
    for name in "${trouble_sites[@]}"; do
        endless "$name.example" || return
    done
    cagefsctl --remount $trouble_user >/dev/null && wait_until 10 finisher_stops && ending_lasts
}
ending_lasts() { [ "$(endings)" -ge ${#trouble_sites[@]} ]; }
no_endings() { [ "$(endings)" = 0 ] && [ ! -e "/run/sitecage/ending/$(trouble_uid)" ]; }
ending_over()
{
    finisher | xargs -r kill -CONT
    wait_until 120 no_endings
}

# --- a crontab of 16 KB that stands for very many words ------------------------------------------------------------------
hostile_crontab()
{
    local i
    echo "X=$(printf 'a %.0s' $(seq 480))"
    echo "Y=$(printf '~/x %.0s' $(seq 240))"
    for i in $(seq 12); do
        echo "0 0 1 1 * $(printf '$X%.0s' $(seq 430)) : many$i; cat ~/b.e*/secret ~/a.example/x"
    done
    for i in $(seq 40); do
        echo "0 0 1 1 * $(printf '$Y%.0s' $(seq 40)) : links$i; cat ~/b.e*/secret ~/a.example/x"
    done
}
crontab_begins() { hostile_crontab | crontab -u $trouble_user - && trouble_looked_at && crontab_lasts; }
crontab_lasts() { [ "$(crontab -u $trouble_user -l | grep -c 'cat ~/b')" = 52 ]; }
crontab_over() { crontab -u $trouble_user -r; }

# --- a home of very many directories ---------------------------------------------------------------------------------------------
trouble_dirs=100000
home_begins()
{
    as_user $trouble_user python3 -c "import os
for i in range($trouble_dirs): os.mkdir('/home/$trouble_user/%d' % i)" && trouble_looked_at && home_lasts
}
home_lasts() { [ -d "/home/$trouble_user/$((trouble_dirs - 1))" ]; }
home_over()
{
    as_user $trouble_user python3 -c "import os
for i in range($trouble_dirs): os.rmdir('/home/$trouble_user/%d' % i)"
}

# --- FIFOs in place of the user's files: who opens one waits for a writer that never comes -----------------------------------
file_begins()
{
    # never without a file for a moment: then nothing is to be isolated
    as_user $trouble_user sh -c 'cd ~/.lve && cp domains.json kept.json && mkfifo fifo && mv fifo domains.json &&
        for site in ../.cagefs/websites/*; do mkfifo "$site/fifo" || exit; done; mkfifo ../a.example/.htaccess' &&
        trouble_looked_at && file_lasts
}
file_lasts() { [ -p "/home/$trouble_user/.lve/domains.json" ]; }
file_over()
{
    as_user $trouble_user sh -c 'cd ~/.lve && mv kept.json domains.json; rm ../.cagefs/websites/*/fifo ../a.example/.htaccess' &&
        trouble_looked_at
}

# --- a site's view is being built, and that does not end ---------------------------------------------------------------------
build_begins()
{
    local id
    id=$(sqlite3 -cmd '.timeout 5000' /var/lib/sitecage/sitecage.db \
        "SELECT site_id FROM isolated WHERE name = 'a.example'") &&
        trouble_holds "$(trouble_run)/$id.build" 1002 && trouble_looked_at
}
build_lasts() { pgrep -x -f 'sleep 1002' >/dev/null; }
build_over() { pkill -x -f 'sleep 1002'; }

# --- the account's lock is held, and a killed command left something ---------------------------------------------------------
lock_begins()
{
    trouble_holds "/run/sitecage/lock/$(trouble_uid)" 1000 &&
        sqlite3 -cmd '.timeout 5000' /var/lib/sitecage/sitecage.db \
            "INSERT OR REPLACE INTO pending VALUES($(trouble_uid), 1)" && trouble_looked_at
}
lock_lasts() { pgrep -x -f 'sleep 1000' >/dev/null && ! flock -n "/run/sitecage/lock/$(trouble_uid)" true; }
lock_over() { pkill -x -f 'sleep 1000'; }

# --- the panel does not answer where one of these accounts is asked for, nor about users and itself ------------------------------
# panel_hangs_for PATTERN: of the shell, for its arguments
panel_hangs_for()
{
    local bin=/opt/cpvendor/bin
    [ -e $bin/refpanel.real ] || cp $bin/refpanel $bin/refpanel.real
    printf '#!/bin/sh\ncase " $* " in %s|*" users"*|*" panel_info"*) exec sleep 1001 ;; esac\nexec %s/refpanel.real "$@"\n' \
        "$1" $bin >$bin/refpanel.new
    chmod 755 $bin/refpanel.new
    mv $bin/refpanel.new $bin/refpanel
}
panel_begins()
{
    panel_hangs_for "*$trouble_user*|*\"a.example\"*" && trouble_looked_at && wait_until 60 panel_hangs
}
panel_hangs() { [ "$(pgrep -c -x -f 'sleep 1001')" -ge "${1:-1}" ]; }
panel_lasts() { grep -q 'sleep 1001' /opt/cpvendor/bin/refpanel; }
panel_over()
{
    cp /opt/cpvendor/bin/refpanel.real /opt/cpvendor/bin/refpanel.new &&
        mv /opt/cpvendor/bin/refpanel.new /opt/cpvendor/bin/refpanel
    pkill -x -f 'sleep 1001' || true # none hangs just now
}

# --- a document root on a file system that never answers -----------------------------------------------------------------------
stuck_begins()
{
    local top=/home/$trouble_user/stuck
    [ -d "$top/site" ] || make_site $trouble_user stuck.example "$top/site" || return
    : >"$checks_dir/stuck"
    "$SC_SOURCE/tests/boxlib/hangfs.py" "$top" >"$checks_dir/stuck" &
    wait_until 20 grep -q mounted "$checks_dir/stuck" && trouble_looked_at && wait_until 60 stuck_asked
}
# Behind a lock that somebody holds nobody looks there.
stuck_asked() { grep -q asked "$checks_dir/stuck" || lock_lasts; }
stuck_lasts() { grep -q " /home/$trouble_user/stuck " /proc/self/mountinfo; }
stuck_over()
{
    pkill -f 'hangfs\.py'
    umount -l "/home/$trouble_user/stuck"
}

# --- twenty accounts, for each of which the panel hangs. Not for together with the others: john's is one ---------------------------
twenty_users=$(seq -f 'hang%02g' 20)
twenty_made()
{
    local user
    for user in $twenty_users; do
        make_user "$user" && make_site "$user" "$user.example" "/home/$user/site" || return
    done
    # shellcheck disable=SC2046,SC2086 # words
    cagefsctl --site-isolation-enable $(printf '%s.example ' $twenty_users) >/dev/null
}
twenty_looked_at()
{
    local user
    for user in $twenty_users; do
        "$trouble_hooks/post_modify_domain.py" docroot -u "$user" --domain "$user.example" || return
    done
}
twenty_begins() { panel_hangs_for '*hang[012]*' && twenty_looked_at; }
twenty_lasts() { panel_hangs 8; }
twenty_over() { panel_over; }
