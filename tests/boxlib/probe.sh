# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A process that stays inside a site and does what the test asks it, and what is to be seen from outside of
# keepers. Source it after lib.sh.
# shellcheck disable=SC2154 # checks_dir is checks.sh's

declare -A probe_in=() probe_out=() probe_job=()
trap '' PIPE # a probe that was ended is a result, not the end of the test

# probe_start NAME USER DOMAIN: a shell inside the site.
probe_start()
{
    local name=$1 user=$2 domain=$3 in out
    rm -f "$checks_dir/$name.in" "$checks_dir/$name.out"
    mkfifo "$checks_dir/$name.in" "$checks_dir/$name.out" || return
    as_user "$user" cagefs_enter_site "$domain" sh <"$checks_dir/$name.in" >"$checks_dir/$name.out" \
        2>"$checks_dir/$name.err" &
    probe_job[$name]=$!
    exec {in}>"$checks_dir/$name.in" {out}<"$checks_dir/$name.out"
    probe_in[$name]=$in probe_out[$name]=$out
    probe "$name" true
}

# probe NAME 'SHELL COMMAND': runs it in there; its output, its status; 99 when the process is no more.
probe()
{
    local name=$1 line
    [ -n "${probe_in[$name]:-}" ] || return 99
    { printf '{ %s\n} 2>&1; echo "=status= $?"\n' "$2" >&"${probe_in[$name]}"; } 2>/dev/null || return 99
    while read -r -t 15 line <&"${probe_out[$name]}"; do
        case $line in
        *'=status= '*)
            [ -z "${line%%=status= *}" ] || printf '%s\n' "${line%%=status= *}"
            return "${line##*=status= }"
            ;;
        *) printf '%s\n' "$line" ;;
        esac
    done
    return 99
}

probe_lives()
{
    probe "$1" true >/dev/null
}

probe_is_gone()
{
    ! probe_lives "$1"
}

# probe_end NAME
probe_end()
{
    local in=${probe_in[$1]} out=${probe_out[$1]}
    exec {in}>&- {out}<&-
    wait "${probe_job[$1]}" 2>/dev/null
    unset "probe_in[$1]" "probe_out[$1]" "probe_job[$1]"
    true
}

# probe_pid NAME: of the process, as the box knows it: two starts of one program differ.
probe_pid()
{
    pgrep -P "${probe_job[$1]}"
}

# keepers: "PID USER DOCROOT" of each keeper, a line each, sorted by the site.
keepers()
{
    local pid args
    while read -r pid args; do
        # shellcheck disable=SC2086 # words
        set -- $args
        if [ "${1:-}" = sitecage-keeper ]; then
            printf '%s %s %s\n' "$pid" "${3:-}" "${4:-}"
        fi
    done < <(ps -e -o pid=,args=) | sort -k 2
}

# keeper_of USER DOCROOT-BELOW-HOME: its pid; fails when there is none.
keeper_of()
{
    keepers | awk -v u="$1" -v d="$2" '$2 == u && $3 == d { print $1; found = 1 } END { exit !found }'
}
