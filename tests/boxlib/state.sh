# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that the product keeps about accounts, as text: to be equal before and after what must change nothing,
# and to be consistent after what was interrupted. Source it after lib.sh and probe.sh.
# shellcheck disable=SC2154,SC2016,SC2015,SC2009 # variables of lib.sh; $0 in single quotes is the inner shell's

database=/var/lib/sitecage/sitecage.db

# db SQL
db()
{
    sqlite3 -cmd '.timeout 5000' "$database" "$1"
}

# One file, whatever kind it is.
state_of_file()
{
    if [ -f "$1" ] && ! [ -L "$1" ] && [ "$(stat -c %s "$1")" -lt 4000000 ]; then
        printf '%s %s\n' "$1" "$(sha256sum <"$1")"
    else
        printf '%s %s\n' "$1" "$(stat -c '%F %U %a %s %N' "$1" 2>/dev/null)"
    fi
}

# state_exact USER...: names and bytes; times too. Locks are left out: who asks may leave one.
state_exact()
{
    local user file
    # what the daemon notes meanwhile of files that it compared (suexec.compared) is no change
    find /run/sitecage /etc/cagefs /opt/cloudlinux /var/lib/sitecage/isolated \
        \( -path /run/sitecage/lock -o -name suexec.compared \) -prune -o -printf '%p %y %m %U\n' 2>/dev/null | sort
    while read -r file; do
        state_of_file "$file"
    done < <(find /run/sitecage -type f ! -path '*/lock/*' ! -name suexec.compared | sort)
    for user; do
        state_of_file "/home/$user/.lve/domains.json"
        find "/home/$user/.lve" "/home/$user/.cagefs" -printf '%p %y %m %U\n' 2>/dev/null | sort
    done
    db .dump
    keepers
    readlink /etc/alternatives/suexec
}

# state_meaning USER...: what is isolated and what there is of it, without ids, tokens and times: the states that
# an interrupted and a whole run end in must have the same text.
state_meaning()
{
    local user uid n
    echo "# list"
    cagefsctl --site-isolation-list 2>&1
    echo "# policy"
    find /etc/cagefs /opt/cloudlinux/flags -printf '%p %y\n' 2>/dev/null | grep -v '\.lock$' | sort
    readlink /etc/alternatives/suexec
    for user; do
        uid=$(id -u "$user")
        echo "# $user: domains.json"
        [ ! -e "/home/$user/.lve/domains.json" ] || jq -cS . "/home/$user/.lve/domains.json"
        echo "# $user: table"
        [ ! -e "/run/sitecage/$uid/sites" ] || sed -E 's/^([a-z]+) [0-9]+ /\1 X /; s|(/sitecage/[0-9]+)/[0-9]+$|\1/X|' "/run/sitecage/$uid/sites"
        echo "# $user: database"
        db "SELECT i.name, CAST(s.docroot AS TEXT), s.isolated, s.config FROM isolated i JOIN site s ON s.id = i.site_id WHERE i.uid = $uid ORDER BY 1"
        db "SELECT CAST(docroot AS TEXT), isolated FROM site WHERE uid = $uid ORDER BY 1"
        echo "# $user: files"
        for n in $(db "SELECT id FROM site WHERE uid = $uid ORDER BY docroot"); do
            sed -E "/^sys /d; s/\b$n\b/X/g; s/[0-9a-f]{32}/TOKEN/g" "/run/sitecage/$uid/$n.plan" 2>&1
        done
        find "/run/sitecage/$uid" -type f ! -name '*.build' ! -name '*.keeper' -printf '%f\n' 2>/dev/null |
            sed -E 's/^[0-9]+/X/' | sort
        find "/home/$user/.lve" "/home/$user/.cagefs" -mindepth 0 -maxdepth 2 -printf '%P %y\n' 2>/dev/null |
            sed -E 's/[0-9a-f]{32}/TOKEN/g' | sort
        [ ! -e "/var/lib/sitecage/isolated/$uid" ] || echo marked
    done
    state_behaviour "$@"
}

# What really happens: each domain of the users, entered.
state_behaviour()
{
    local domain user
    echo "# behaviour"
    for domain in "${!site_owner[@]}"; do
        user=${site_owner[$domain]}
        [[ " $* " = *" $user "* ]] || continue
        printf '%s: %s\n' "$domain" "$(behaviour "$domain" "$user")"
    done | sort
}

# behaviour DOMAIN USER: "isolated", "open", or what else happened. `secret` is a file in each document root.
behaviour()
{
    local domain=$1 user=$2 out status=0 other
    out=$(as_user "$user" cagefs_enter_site "$domain" sh -c 'cat "$0/secret"' "${site_docroot[$domain]}" 2>&1) || status=$?
    case $status:$out in
    "0:secret of $domain") ;;
    126:*'not enabled for this site'* | 126:*'no isolated site of yours'*)
        echo open
        return
        ;;
    *)
        echo "status $status: $out"
        return
        ;;
    esac
    for other in "${!site_owner[@]}"; do
        [ "${site_docroot[$other]}" != "${site_docroot[$domain]}" ] || continue
        out=$(as_user "$user" cagefs_enter_site "$domain" sh -c 'cat "$0/secret"; ls "$0"; echo x >"$0/written"' \
            "${site_docroot[$other]}" 2>/dev/null)
        [ -z "$out" ] && [ ! -e "${site_docroot[$other]}/written" ] || {
            echo "NOT ISOLATED: it sees $other: $out"
            return
        }
    done
    echo isolated
}

# site_with_secret USER DOMAIN DOCROOT
site_with_secret()
{
    make_site "$@" && echo "secret of $2" | put_file "$1" "$3/secret"
}

nothing_finishes() { ! pgrep -f '/sitecage-finish ' >/dev/null; }

working()
{
    ps -e -o pid=,args= | grep -E 'sitecage-(build|rebuild|finish|generic|cpanel|plesk|directadmin)|[c]agefsctl|refpanel' | grep -v grep
}

nothing_works()
{
    [ -z "$(working)" ]
}

# leftovers USER...: what nobody should have left; prints nothing when all is well. The next command has run, and what
# it left to a process of its own is over.
leftovers()
{
    local user uid id token path
    wait_until 60 nothing_finishes || echo "sitecage-finish does not end"
    wait_until 60 nothing_works || working # the daemon may be asking the panel
    find /run/sitecage /var/lib/sitecage /etc/cagefs /opt/cloudlinux /etc/alternatives -name '*.new' 2>/dev/null
    for user; do
        uid=$(id -u "$user")
        find "/home/$user/.lve" "/home/$user/.cagefs" -maxdepth 3 -name '*.new' 2>/dev/null
        for path in "/run/sitecage/$uid"/[0-9]*; do
            [ -e "$path" ] || continue
            id=${path##*/} id=${id%%.*}
            [ "$(db "SELECT count(*) FROM site WHERE id = $id AND uid = $uid AND isolated")" = 1 ] || echo "of no site: $path"
        done
        for path in "/home/$user/.cagefs/websites"/*; do
            [ -e "$path" ] || continue
            token=${path##*/}
            [ "$(db "SELECT count(*) FROM site WHERE token = '$token' AND uid = $uid AND isolated")" = 1 ] || echo "of no site: $path"
        done
    done
    db "SELECT 'pending: ' || uid FROM pending; SELECT 'meta: ' || key FROM meta WHERE key NOT IN ('store.next_site_id', 'hook.last')
        AND key NOT IN (SELECT 'site.owned.' || id FROM site WHERE isolated);
        SELECT 'stale: ' || name || coalesce(' ' || last_error, '') FROM user WHERE stale;
        SELECT 'site row of nothing: ' || id FROM site WHERE id NOT IN (SELECT site_id FROM isolated)"
    find /run/sitecage -maxdepth 1 ! -path /run/sitecage ! -name base ! -name lock ! -name "proxy*" ! -name "monitor*" ! -name resync ! -name fpm ! -name notes ! -name web ! -name web.change ! -name suexec.compared ! -regex '.*/[0-9]+'
    find /run/sitecage/notes /run/sitecage/fpm -mindepth 1 ! -name edit.lock 2>/dev/null
    find /run/sitecage/base -mindepth 1
    while read -r id user path; do
        [ -e "$(readlink "/proc/$id/fd/3")" ] || echo "a keeper that nobody finds any more: $id $user $path"
    done < <(keepers)
    diff "$mounts_before" <(mounts_now)
}

mounts_now()
{
    cut -d ' ' -f 3- /proc/self/mountinfo | sort
}

mounts_before=$checks_dir/mounts
mounts_now >"$mounts_before"
