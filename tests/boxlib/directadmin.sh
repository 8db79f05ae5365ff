# shellcheck shell=bash disable=SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
# A DirectAdmin made of its files: what the real one writes, and its scripts run as it runs them. Source it after
# lib.sh. The files come first, then the hook, unless da_silent is set: then nobody is told.
#
#   da_install                           the folders, the account diradmin, the list of owners
#   da_user USER DOMAIN                  an account with its main domain
#   da_domain USER DOMAIN                one more domain
#   da_subdomain USER DOMAIN LABEL       in the classic place, public_html/LABEL
#   da_pointer USER DOMAIN NAME alias|pointer
#   da_rename USER DOMAIN NEW            files, folders and owners; one event for all that moves along
#   da_override USER DOMAIN LABEL PATH   a subdomain's document root, relative to the home
#   da_httpd_write USER                  only the event
#   da_delete USER DOMAIN                with its subdomains and pointers
#   da_change_username USER NEW          scripts/change_username.sh: no event
#   da_delete_user USER
#   da_hook HOOK VARIABLE...             runs scripts/custom/HOOK/*.sh; da_said: what they printed

da_base=/usr/local/directadmin
da_owners=/etc/virtual/domainowners
da_evil=/tmp/evil
da_said=$(mktemp)
da_silent=
# What a panel's user adds to a request: each would leave a file in $da_evil/traces if a shell obeyed it.
da_injected=(PATH="$da_evil:/usr/bin:/bin" IFS=/ BASH_ENV="$da_evil/env.sh" ENV="$da_evil/env.sh"
    SHELLOPTS=xtrace PS4="\$(/usr/bin/touch $da_evil/traces/ps4)x" "BASH_FUNC_exec%%=() { /usr/bin/touch $da_evil/traces/function; }"
    "BASH_FUNC_[%%=() { /usr/bin/touch $da_evil/traces/function; }" USERNAME=root DOMAIN=evil.example
    SITECAGE_ROOT="$da_evil" LANG="$da_evil" HOME="$da_evil" "passwd=da-hook-s3cret")

da_install()
{
    useradd --system --home-dir $da_base --shell /usr/sbin/nologin diradmin 2>/dev/null
    mkdir -p $da_base/{conf,data/users,scripts/custom} /etc/virtual $da_evil/traces
    chown -R diradmin:diradmin $da_base/data $da_base/scripts
    chmod 711 $da_base/data $da_base/data/users
    : >$da_owners
    echo port=2222 >$da_base/conf/directadmin.conf
    printf '#!/bin/sh\ncase $1 in v) echo "Version: DirectAdmin v.1.661" ;; *) exit 1 ;; esac\n' >$da_base/directadmin
    echo "/usr/bin/touch $da_evil/traces/env" >$da_evil/env.sh
    local command
    for command in id sh bash cat sitecage-directadmin; do
        printf '#!/bin/dash\n/usr/bin/touch %s/traces/path\n' $da_evil >$da_evil/$command
    done
    chmod -R 755 $da_base/directadmin $da_evil
}

# Fails when a script failed or said anything.
da_hook()
{
    local hook=$1 script status=0
    shift
    : >"$da_said"
    for script in "$da_base/scripts/custom/$hook"/*.sh; do
        [ -e "$script" ] || continue
        env -i "${da_injected[@]}" "$@" "$script" </dev/null >>"$da_said" 2>&1 || status=1
    done
    [ "$status" = 0 ] && ! [ -s "$da_said" ]
}

da_tell()
{
    [ -n "$da_silent" ] || da_hook "$@"
}

da_dir()
{
    echo "$da_base/data/users/$1/domains"
}

da_own()
{
    chown -R diradmin:diradmin "$da_base/data/users/$1"
    chmod -R o= "$da_base/data/users/$1"
}

da_folder() # USER PATH
{
    as_user "$1" mkdir -p "$2"
}

da_add()
{
    da_folder "$1" "/home/$1/domains/$2/public_html"
    echo "$2" >>"$da_base/data/users/$1/domains.list"
    printf 'active=yes\ndomain=%s\nusername=%s\n' "$2" "$1" >"$(da_dir "$1")/$2.conf"
    echo "$2: $1" >>$da_owners
    da_own "$1"
}

da_user()
{
    id "$1" >/dev/null 2>&1 || make_user "$1"
    mkdir -p "$(da_dir "$1")"
    printf 'creator=admin\ndomain=%s\nemail=%s@example.com\nlanguage=en\npackage=gold\nusername=%s\nusertype=user\n' \
        "$2" "$1" "$1" >"$da_base/data/users/$1/user.conf"
    da_add "$1" "$2"
    ln -s "./domains/$2/public_html" "/home/$1/public_html"
    da_tell domain_create_post username="$1" domain="$2" user_creation=1 skip_template=0
    da_tell user_create_post username="$1" domain="$2" passwd=da-hook-s3cret creator=admin
    da_tell user_create_post_confirmed username="$1" domain="$2" passwd=da-hook-s3cret
}

da_domain()
{
    da_add "$1" "$2"
    da_tell domain_create_post username="$1" domain="$2" user_creation=0 skip_template=0
    da_tell dns_create_post username="$1" domain="$2" caller=create:domain
}

da_subdomain()
{
    da_folder "$1" "/home/$1/domains/$2/public_html/$3"
    echo "$3" >>"$(da_dir "$1")/$2.subdomains"
    da_own "$1"
    da_tell subdomain_create_post username="$1" domain="$2" subdomain="$3" ip=192.0.2.30
}

da_pointer()
{
    echo "$3=$4" >>"$(da_dir "$1")/$2.pointers"
    echo "$3: $1" >>$da_owners
    da_own "$1"
    da_tell domain_pointer_create_post username="$1" domain="$2" from="$3" alias=yes
}

da_rename()
{
    local file dir
    dir=$(da_dir "$1")
    mv "/home/$1/domains/$2" "/home/$1/domains/$3"
    for file in "$dir/$2".*; do
        mv "$file" "$dir/$3.${file#"$dir/$2".}"
    done
    sed -i "s/^domain=${2//./\\.}\$/domain=$3/" "$dir/$3.conf" "$da_base/data/users/$1/user.conf"
    sed -i "s/^${2//./\\.}\$/$3/" "$da_base/data/users/$1/domains.list"
    sed -i "s/^${2//./\\.}:/$3:/" $da_owners
    da_own "$1"
    da_tell domain_change_post username="$1" domain="$2" newdomain="$3" ip=192.0.2.30 suspended=no
    da_tell dns_create_post username="$1" domain="$3" caller=create:swap
}

da_override()
{
    da_folder "$1" "/home/$1/$4"
    printf '%s=public_html%%3D%%2F%s%%26php1_select%%3D1\n' "$3" "${4//\//%2F}" >>"$(da_dir "$1")/$2.subdomains.docroot.override"
    da_own "$1"
}

da_httpd_write()
{
    da_hook user_httpd_write_post username="$1"
}

da_delete()
{
    local dir name
    dir=$(da_dir "$1")
    [ ! -e "$dir/$2.pointers" ] || while read -r name; do
        sed -i "/^${name%%=*}:/d" $da_owners
    done <"$dir/$2.pointers"
    rm -rf "/home/$1/domains/$2" "$dir/$2".*
    sed -i "/^${2//./\\.}\$/d" "$da_base/data/users/$1/domains.list"
    sed -i "/^${2//./\\.}:/d" $da_owners
    da_tell domain_destroy_post username="$1" domain="$2"
}

da_change_username()
{
    usermod --login "$2" --home "/home/$2" --move-home "$1" && groupmod --new-name "$2" "$1"
    mv "$da_base/data/users/$1" "$da_base/data/users/$2"
    sed -i "s/^username=$1\$/username=$2/" "$da_base/data/users/$2/user.conf" "$(da_dir "$2")"/*.conf
    sed -i "s/: $1\$/: $2/" $da_owners
}

da_delete_user()
{
    pkill -KILL -u "$1"
    userdel --remove "$1" 2>/dev/null
    rm -rf "${da_base:?}/data/users/$1"
    sed -i "/: $1\$/d" $da_owners
    da_tell user_destroy_post username="$1"
}
