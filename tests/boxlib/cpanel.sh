# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A cPanel of files: its registry of hooks, its domains' files, and operations that do what the panel does, hooks
# and files in the panel's own order (which is: often the hook first). Source it after lib.sh.
# shellcheck disable=SC2016 # $ in single quotes is jq's

declare -A cpanel_main=() cpanel_subs=() cpanel_addons=() cpanel_parked=() cpanel_root=()
cpanel_lose=     # yes: hooks are not called, as when their registration was lost
cpanel_double=   # yes: each is called twice
cpanel_answers=/run/cpanel-answers # what hooks answered that cPanel does not take as success

# cpanel_install: the panel, without accounts.
cpanel_install()
{
    mkdir -p /usr/local/cpanel/bin /usr/local/cpanel/scripts /var/cpanel/{userdata,users,hooks} &&
        echo 11.118.0.5 >/usr/local/cpanel/version && echo '[]' >/var/cpanel/hooks/registry.json &&
        : >$cpanel_answers && cpanel_caches &&
        cat >/usr/local/cpanel/bin/manage_hooks <<'PY' && chmod 755 /usr/local/cpanel/bin/manage_hooks
#!/usr/bin/python3
# manage_hooks: add|delete script PATH [--manual --category C --event E --stage S [--action A]], list [--output=JSON]
import json, os, random, subprocess, sys
registry = "/var/cpanel/hooks/registry.json"
hooks = json.load(open(registry))
args, options = [], {}
words = iter(sys.argv[1:])
for word in words:
    if word.startswith("--") and "=" in word:
        options.update([word[2:].split("=", 1)])
    elif word == "--manual":
        options["manual"] = "1"
    elif word.startswith("--"):
        options[word[2:]] = next(words)
    else:
        args.append(word)
def same(a, b):
    return all(a[k] == b[k] for k in ("category", "event", "stage", "hook"))
if args[0] == "list":
    tree = {}
    for h in hooks:
        tree.setdefault(h["category"], {}).setdefault(h["event"], []).append(
            {k: v for k, v in h.items() if k not in ("category", "event")})
    if options.get("output") == "JSON":
        print(json.dumps(tree))
    else:
        for category in tree:
            print(category + ":")
            for event in tree[category]:
                print("    " + event + ":")
                for h in tree[category][event]:
                    for key in ("stage", "weight", "id", "exectype", "hook"):
                        print("        %s: %s" % (key, h[key]))
            print()
    sys.exit(0)
assert args[0] in ("add", "delete") and args[1] == "script", args
path = args[2]
assert path.startswith("/") and os.access(path, os.X_OK), path
if "manual" in options:
    action = " " + options["action"] if "action" in options else ""
    wanted = [{"category": options["category"], "event": options["event"], "stage": options["stage"],
               "hook": path + action, "exectype": "script",
               "escalateprivs": int(options.get("escalateprivs", 0))}]
else:
    wanted = json.loads(subprocess.run([path, "--describe"], stdout=subprocess.PIPE, check=True).stdout)
for w in wanted:
    for key in ("category", "event", "stage", "hook", "exectype"):
        if not w.get(key):
            sys.exit("Adding a hook requires that hook, event, exectype, stage and category are defined")
    there = [h for h in hooks if same(h, w)]
    if args[0] == "delete":
        hooks = [h for h in hooks if not same(h, w)]
    elif there:
        print("SKIPPED %s::%s" % (w["category"], w["event"]))
    else:
        weight = 100 + 100 * len([h for h in hooks if (h["category"], h["event"]) == (w["category"], w["event"])])
        hooks.append({"weight": weight, "escalateprivs": 0,
                      "id": "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=24)), **w})
        print("Added hook for %s::%s to hooks registry" % (w["category"], w["event"]))
with open(registry + ".new", "w") as f:
    json.dump(hooks, f)
os.rename(registry + ".new", registry)
PY
}

# ---- files -----------------------------------------------------------------------------------------------------

# cpanel_yaml_list WORD...
cpanel_yaml_list()
{
    [ $# -gt 0 ] || {
        echo ' []'
        return
    }
    echo
    printf "  - '%s'\n" "$@"
}

# cpanel_userdata USER: /var/cpanel/userdata/USER as it should be; files that are too many go.
cpanel_userdata()
{
    local user=$1 dir=/var/cpanel/userdata/$1 name pair file
    mkdir -p "$dir" && chgrp "$user" "$dir" && chmod 750 "$dir" || return
    for name in "${cpanel_main[$user]}" ${cpanel_subs[$user]}; do
        cat >"$dir/.new" <<Y || return
---
documentroot: ${cpanel_root[$user/$name]}
group: $user
homedir: /home/$user
ip: 192.0.2.10
owner: root
port: 80
servername: '$name'
user: $user
Y
        chgrp "$user" "$dir/.new" && chmod 640 "$dir/.new" && mv "$dir/.new" "$dir/$name" || return
    done
    {
        echo '---'
        if [ -n "${cpanel_addons[$user]}" ]; then
            echo 'addon_domains:'
            for pair in ${cpanel_addons[$user]}; do
                echo "  ${pair%%=*}: ${pair#*=}"
            done
        else
            echo 'addon_domains: {}'
        fi
        echo "main_domain: ${cpanel_main[$user]}"
        # shellcheck disable=SC2086 # a word each
        printf 'parked_domains:%s\nsub_domains:%s\n' "$(cpanel_yaml_list ${cpanel_parked[$user]})" \
            "$(cpanel_yaml_list ${cpanel_subs[$user]})"
    } >"$dir/.new" && chgrp "$user" "$dir/.new" && chmod 640 "$dir/.new" && mv "$dir/.new" "$dir/main" || return
    for file in "$dir"/*; do
        name=${file##*/}
        [[ $name == main || " ${cpanel_main[$user]} ${cpanel_subs[$user]} " == *" $name "* ]] || rm "$file"
    done
    printf 'DNS=%s\nOWNER=root\nPLAN=default\nUSER=%s\n' "${cpanel_main[$user]}" "$user" \
        >"/var/cpanel/users/$user" && chgrp "$user" "/var/cpanel/users/$user" && chmod 640 "/var/cpanel/users/$user"
}

# One line of /etc/userdatadomains.
cpanel_line() # DOMAIN USER TYPE PARENT DOCROOT
{
    printf '%s: %s==root==%s==%s==%s==192.0.2.10:80==192.0.2.10:443====0==ea-php82\n' "$@"
}

# cpanel_caches: /etc/userdatadomains and /etc/userdomains, which the panel writes last.
cpanel_caches()
{
    local user name pair main
    set -f # there are names that begin with '*'
    for user in "${!cpanel_main[@]}"; do
        main=${cpanel_main[$user]}
        cpanel_line "$main" "$user" main "$main" "${cpanel_root[$user/$main]}"
        for name in ${cpanel_subs[$user]}; do
            cpanel_line "$name" "$user" sub "$main" "${cpanel_root[$user/$name]}"
        done
        for name in ${cpanel_parked[$user]}; do
            cpanel_line "$name" "$user" parked "$main" "${cpanel_root[$user/$main]}"
        done
        for pair in ${cpanel_addons[$user]}; do
            cpanel_line "${pair%%=*}" "$user" addon "${pair#*=}" "${cpanel_root[$user/${pair#*=}]}"
        done
    done >/etc/userdatadomains.new
    set +f
    chmod 640 /etc/userdatadomains.new && mv /etc/userdatadomains.new /etc/userdatadomains || return
    {
        echo '*: nobody'
        sed 's/==.*//' /etc/userdatadomains | sort
    } >/etc/userdomains.new && mv /etc/userdomains.new /etc/userdomains
}

# cpanel_set WORDS [-WORD | +WORD]: the list with the word added or removed
cpanel_set()
{
    local word out=
    set -f
    for word in $1; do
        [ "-$word" = "$2" ] || out="$out $word"
    done
    set +f
    [ "${2:0:1}" = - ] || out="$out ${2:1}"
    echo "${out# }"
}

# ---- hooks -----------------------------------------------------------------------------------------------------

# cpanel_call HOOK-COMMAND <document: as the panel does; what is no success is noted.
cpanel_call()
{
    local out
    # shellcheck disable=SC2086 # cPanel splits it at white space, without a shell's quotes
    out=$(env -i HOME=/root USER=root PATH=/usr/bin:/bin $1 2>>$cpanel_answers.err)
    [[ $out == 1 || $out == "1 "* ]] || echo "$1 answered ${out@Q}" >>$cpanel_answers
}

# cpanel_fire CATEGORY EVENT STAGE DATA: every hook that is registered for it.
cpanel_fire()
{
    local category=$1 event=$2 stage=$3 data=$4 entry
    [ -z "$cpanel_lose" ] || return 0
    while read -r entry; do
        for _ in 1 ${cpanel_double:+2}; do
            jq -nc --arg category "$category" --arg event "$event" --arg stage "$stage" --argjson data "$data" \
                --argjson hook "$entry" '{$hook, $data, context: {$category, $event, $stage, point: "main"}}' |
                cpanel_call "$(jq -r .hook <<<"$entry")"
        done
    done < <(jq -c --arg c "$category" --arg e "$event" --arg s "$stage" \
        '.[] | select(.category == $c and .event == $e and .stage == $s)' /var/cpanel/hooks/registry.json)
}

# cpanel_data KEY=VALUE...: a JSON object of strings.
cpanel_data()
{
    printf '%s\n' "$@" | jq -nRc '[inputs | capture("^(?<key>[^=]*)=(?<value>.*)$")] | from_entries'
}

# cpanel_api_data USER KEY=VALUE...: what a successful API 2 call gives.
cpanel_api_data()
{
    local user=$1
    shift
    jq -nc --arg user "$user" --argjson args "$(cpanel_data "$@")" '{$user, $args, output: [{result: 1, reason: ""}]}'
}

# ---- what an administrator or customer does --------------------------------------------------------------------

cpanel_create() # USER MAIN-DOMAIN
{
    local data
    data=$(cpanel_data "user=$1" "domain=$2" "homedir=/home/$1" plan=default 'pass=Tr0ub4dor&3' is_restore=0)
    cpanel_fire Whostmgr Accounts::Create pre "$data"
    make_user "$1" && as_user "$1" mkdir -p "/home/$1/public_html" || return
    cpanel_main[$1]=$2 cpanel_subs[$1]='' cpanel_addons[$1]='' cpanel_parked[$1]=''
    cpanel_root[$1/$2]=/home/$1/public_html
    cpanel_userdata "$1" && cpanel_caches || return
    cpanel_fire Whostmgr Accounts::Create post "$data"
}

cpanel_sub_whm() # USER LABEL ROOT-DOMAIN DIR: the part that an addon domain has, too; before the caches
{
    local name=$2.$3 data
    data=$(cpanel_data "user=$1" "subdomain=$2" "rootdomain=$3")
    cpanel_fire Whostmgr Domain::addsubdomain pre "$data"
    as_user "$1" mkdir -p "/home/$1/$4" || return
    cpanel_subs[$1]=$(cpanel_set "${cpanel_subs[$1]}" "+$name")
    cpanel_root[$1/$name]=/home/$1/$4
    cpanel_userdata "$1" || return
    cpanel_fire Whostmgr Domain::addsubdomain post "$data"
}

cpanel_add_sub() # USER LABEL ROOT-DOMAIN DIR
{
    cpanel_sub_whm "$@" && cpanel_caches || return
    cpanel_fire Cpanel Api2::SubDomain::addsubdomain post \
        "$(cpanel_api_data "$1" "domain=$2" "rootdomain=$3" "dir=$4")"
}

cpanel_add_addon() # USER NEW-DOMAIN LABEL DIR
{
    local main=${cpanel_main[$1]} data
    cpanel_sub_whm "$1" "$3" "$main" "$4" || return
    data=$(cpanel_data "user=$1" "new_domain=$2" "target_domain=$3.$main")
    cpanel_fire Whostmgr Domain::park pre "$data"
    cpanel_fire Whostmgr Domain::park post "$data" # nothing on disk knows the domain yet
    cpanel_addons[$1]=$(cpanel_set "${cpanel_addons[$1]}" "+$2=$3.$main")
    cpanel_userdata "$1" && cpanel_caches || return
    cpanel_fire Cpanel Api2::AddonDomain::addaddondomain post \
        "$(cpanel_api_data "$1" "newdomain=$2" "subdomain=$3" "dir=$4")"
}

cpanel_park() # USER ALIAS
{
    local data
    data=$(cpanel_data "user=$1" "new_domain=$2" "target_domain=${cpanel_main[$1]}")
    cpanel_fire Whostmgr Domain::park pre "$data"
    cpanel_fire Whostmgr Domain::park post "$data"
    cpanel_parked[$1]=$(cpanel_set "${cpanel_parked[$1]}" "+$2")
    cpanel_userdata "$1" && cpanel_caches || return
    cpanel_fire Cpanel UAPI::Park::park post "$(cpanel_api_data "$1" "domain=$2")"
}

cpanel_del_sub() # USER LABEL ROOT-DOMAIN
{
    local name=$2.$3 data
    data=$(cpanel_data "user=$1" "subdomain=$2" "rootdomain=$3")
    cpanel_fire Whostmgr Domain::delsubdomain pre "$data"
    cpanel_subs[$1]=$(cpanel_set "${cpanel_subs[$1]}" "-$name")
    cpanel_userdata "$1" || return
    cpanel_fire Whostmgr Domain::delsubdomain post "$data" # the caches still list it
    cpanel_caches || return
    cpanel_fire Cpanel Api2::SubDomain::delsubdomain post "$(cpanel_api_data "$1" "domain=$2_$3")"
}

cpanel_docroot() # USER DOMAIN DIR
{
    as_user "$1" mkdir -p "/home/$1/$3" || return
    cpanel_fire Cpanel UAPI::SubDomain::changedocroot pre "$(cpanel_api_data "$1" "domain=$2" "docroot=$3")"
    cpanel_root[$1/$2]=/home/$1/$3
    cpanel_userdata "$1" && cpanel_caches || return
    cpanel_fire Cpanel UAPI::SubDomain::changedocroot post "$(cpanel_api_data "$1" "domain=$2" "docroot=$3")"
}

cpanel_rename_main() # USER NEW-MAIN-DOMAIN: its subdomains go along
{
    local old=${cpanel_main[$1]} data name new subs='' addons=''
    data=$(cpanel_data "user=$1" "domain=$2" "DNS=$2" OWNER=root)
    cpanel_fire Whostmgr Accounts::Modify pre "$data"
    set -f
    for name in ${cpanel_subs[$1]}; do
        new=$name
        [[ $name != *".$old" ]] || new=${name%".$old"}.$2
        subs="$subs $new"
        cpanel_root[$1/$new]=${cpanel_root[$1/$name]}
    done
    for name in ${cpanel_addons[$1]}; do
        [[ $name != *".$old" ]] || name=${name%".$old"}.$2
        addons="$addons $name"
    done
    set +f
    cpanel_root[$1/$2]=${cpanel_root[$1/$old]}
    cpanel_main[$1]=$2 cpanel_subs[$1]=${subs# } cpanel_addons[$1]=${addons# }
    cpanel_userdata "$1" && cpanel_caches || return
    cpanel_fire Whostmgr Accounts::Modify post "$data"
}

cpanel_rename_user() # OLD NEW: the home moves, too
{
    local data name
    data=$(cpanel_data "user=$1" "newuser=$2" "domain=${cpanel_main[$1]}")
    cpanel_fire Whostmgr Accounts::Modify pre "$data"
    # Not usermod, which refuses while he has processes.
    sed -i "s|^$1:|$2:|; s|:/home/$1:|:/home/$2:|" /etc/passwd && mv "/home/$1" "/home/$2" &&
        sed -i "s|^$1:|$2:|" /etc/shadow /etc/group /etc/gshadow || return
    cpanel_main[$2]=${cpanel_main[$1]} cpanel_subs[$2]=${cpanel_subs[$1]}
    cpanel_addons[$2]=${cpanel_addons[$1]} cpanel_parked[$2]=${cpanel_parked[$1]}
    set -f
    for name in ${cpanel_main[$1]} ${cpanel_subs[$1]}; do
        cpanel_root[$2/$name]=${cpanel_root[$1/$name]/#"/home/$1/"/"/home/$2/"}
    done
    set +f
    unset "cpanel_main[$1]" "cpanel_subs[$1]" "cpanel_addons[$1]" "cpanel_parked[$1]"
    mv "/var/cpanel/userdata/$1" "/var/cpanel/userdata/$2" && rm "/var/cpanel/users/$1" &&
        cpanel_userdata "$2" && cpanel_caches || return
    cpanel_fire Whostmgr Accounts::Modify post "$data"
}

cpanel_remove() # USER
{
    local data
    data=$(cpanel_data "user=$1" killdns=1)
    cpanel_fire Whostmgr Accounts::Remove pre "$data"
    unset "cpanel_main[$1]" "cpanel_subs[$1]" "cpanel_addons[$1]" "cpanel_parked[$1]"
    rm -r "/var/cpanel/userdata/$1" "/var/cpanel/users/$1" && cpanel_caches || return
    cpanel_gone "$1" || return
    cpanel_fire Whostmgr Accounts::Remove post "$data"
}

cpanel_gone() # USER: his processes end, his home and account go
{
    local tries
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        pkill -KILL -u "$1" || true
        userdel -f -r "$1" 2>/dev/null
        id "$1" >/dev/null 2>&1 || return 0
        sleep 0.2
    done
    echo "cpanel_gone: $1 is still there after $tries tries" >&2
    return 1
}
