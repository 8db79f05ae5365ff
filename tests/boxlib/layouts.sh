# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Applications as people lay them out, and what each must be able to do and must not. Source it after lib.sh.
#
#   app DOMAIN BASE DOCROOT CONFIG,... DATA,...   declares the application of a site that is there (make_site): paths below
#                                       BASE; configuration files get a text of their own, directories are made
#   app_code FILE...                    further places of its front controller (artisan, bin/console), for the last one
#   app_runs DOMAIN                     reads, writes, logs in, uploads, sends mail, runs on the command line
#   app_cron_text DOMAIN...             a crontab: an entry for each, which runs its program
#   app_cron_runs DOMAIN OTHER          it works, and what the site left in it gets nothing of the other one;
#                                       app_cron_steals, the control: it does
#   app_is_private DOMAIN FROM          the site FROM gets nothing of it: by path, link, include, program, the web server,
#                                       its session; app_is_open: it does, by each way
# site_docroot, site_owner: sites.sh; checks_dir: checks.sh; lists of paths are words; $ in single quotes is PHP's or sh's
# shellcheck disable=SC2154,SC2016,SC2086,SC2004

declare -A app_config=() app_data=() app_base=() app_script=() app_session=()
app_last=
app_mail=/tmp/layout-mail
app_enter= # cagefs_enter_site, as soon as the sites are isolated
# By which ways PHP gets what is not closed: where open_basedir is set, only "program" and the web server are left.
app_open_ways=(path link include program "its directory")

# Programs in isolated sites hand mail over to this one.
layouts_mail()
{
    mkdir -p $app_mail && chmod 1777 $app_mail
    printf '#!/bin/sh\nexec cat >%s/$$-$(date +%%N)\n' $app_mail >/usr/sbin/sendmail
    chmod 755 /usr/sbin/sendmail
}

app_words() # BASE PATH,...: absolute, a line each
{
    local one
    for one in ${2//,/ }; do
        echo "$1/$one"
    done
}

app()
{
    local domain=$1 base=$2 docroot=$3 user=${site_owner[$1]} one
    app_last=$domain
    app_base[$domain]=$base
    site_docroot[$domain]=$base${docroot:+/$docroot}
    app_config[$domain]=$(app_words "$base" "$4")
    app_data[$domain]=$(app_words "$base" "$5")
    for one in ${app_config[$domain]}; do
        as_user "$user" mkdir -p "$(dirname "$one")" && echo "secret of $one" | put_file "$user" "$one" || return
    done
    for one in ${app_data[$domain]}; do
        as_user "$user" mkdir -p "$one" && echo "secret of $one/is-here" | put_file "$user" "$one/is-here" || return
    done
    app_code "${docroot:+$docroot/}index.php"
}

# The last place is run on the command line.
app_code()
{
    local user=${site_owner[$app_last]} file one
    for file; do
        file=${app_base[$app_last]}/$file
        as_user "$user" mkdir -p "$(dirname "$file")" || return
        {
            printf '<?php\n$app = ["docroot" => "%s", "config" => [' "${site_docroot[$app_last]}"
            printf '"%s", ' ${app_config[$app_last]}
            printf '], "data" => ['
            printf '"%s", ' ${app_data[$app_last]}
            printf ']];\n?>'
            cat "$SC_SOURCE/tests/boxlib/layout_app.php"
        } | put_file "$user" "$file" || return
        app_script[$app_last]=$file
    done
}

app_mail_arrived()
{
    grep -qrF "Subject: $1" $app_mail
}

# Prints what does not work; fails when something does not.
app_runs() # DOMAIN
{
    local domain=$1 user=${site_owner[$1]} jar=$checks_dir/jar-$1 tag=$1-$RANDOM$RANDOM out faults=0
    out=$(http "$domain" "/index.php?login=secret+of+$tag&mail=$tag" -c "$jar" -F upload=@/etc/hostname 2>&1)
    app_session[$domain]=$(awk '$6 == "PHPSESSID" { print $7 }' "$jar")
    [[ $out == *"user secret of $tag"*"upload $(cat /etc/hostname)"*"web done"* && $out != *FAULT* ]] ||
        { faults=1 && echo "in a request: $out"; }
    [ "$(cat "$(echo "${app_data[$domain]}" | head -n 1)/uploaded")" = "$(cat /etc/hostname)" ] ||
        { faults=1 && echo "the upload did not arrive"; }
    out=$(http "$domain" /index.php -b "$jar" 2>&1)
    [[ $out == *"user secret of $tag"* ]] || { faults=1 && echo "not logged in: $out"; }
    wait_until 10 app_mail_arrived "$tag" || { faults=1 && echo "no mail arrived"; }
    out=$(as_user "$user" ${app_enter:+"$app_enter" "$domain"} php "${app_script[$domain]}" 2>&1)
    [[ $out == *"cli done in"* && $out != *FAULT* ]] || { faults=1 && echo "on the command line: $out"; }
    [ $faults = 0 ]
}

app_cron_text()
{
    local domain
    for domain; do
        echo "*/5 * * * * cd $(dirname "${app_script[$domain]}") && php $(basename "${app_script[$domain]}") steal <$(app_cron_dir "$domain")/targets >>$(app_cron_dir "$domain")/cron.log 2>&1 #job-$domain."
    done
}

app_cron_dir()
{
    echo "${app_data[$1]}" | head -n 1
}

app_cron_job() # DOMAIN OTHER: what it says
{
    local dir
    dir=$(app_cron_dir "$1")
    app_secrets "$2" >"$dir/targets" && chmod 644 "$dir/targets"
    rm -f "$dir/cron.log"
    like-cron "${site_owner[$1]}" "#job-$1." >&2
    cat "$dir/cron.log"
    app_left_behind "$2"
}

# What was written beside the files of a site.
app_left_behind()
{
    local file
    for file in $(app_secrets "$1"); do
        rm "$(dirname "$file")/left-by-a-sibling" 2>/dev/null && echo "GOT the directory of $file to write in"
    done
    true
}

app_cron_steals()
{
    [[ $(app_cron_job "$1" "$2") == *"cli done"*"GOT "*" by path"*done* ]]
}

app_cron_runs()
{
    local out
    out=$(app_cron_job "$1" "$2")
    [[ $out == *"cli done"*done* && $out != *FAULT* && $out != *GOT* ]] || {
        echo "$out"
        return 1
    }
}

# The files of a site that its siblings must not get.
app_secrets()
{
    local dir
    printf '%s\n' ${app_config[$1]} "${site_docroot[$1]}/is-in-docroot"
    for dir in ${app_data[$1]}; do
        echo "$dir/is-here"
    done
}

# layout_host DOMAIN ADDRESS [LINE...]: its virtual host, as panels write it for PHP-FPM.
layout_host()
{
    local domain=$1 address=$2
    shift 2
    {
        printf '<VirtualHost %s>\nServerName %s\nDocumentRoot "%s"\n' "$apache_address" "$domain" "${site_docroot[$domain]}"
        printf 'ErrorLog /var/log/apache2/%s.error.log\nDirectoryIndex index.php\n' "$domain"
        printf '<Directory "%s">\nOptions All\nAllowOverride All\nRequire all granted\n</Directory>\n' "${site_docroot[$domain]}"
        printf '<FilesMatch "\\.php$">\nSetHandler "proxy:unix:%s|fcgi://localhost"\n</FilesMatch>\n' "$address"
        printf '%s\n' "$@" '</VirtualHost>'
    } >"/etc/apache2/sites-enabled/$domain.conf"
}

app_session_file()
{
    echo "${app_session_dir:-/var/lib/php/sessions}/sess_${app_session[$1]}"
}

# What FROM gets of DOMAIN, a line each.
app_stolen() # DOMAIN FROM
{
    local domain=$1 from=$2 user=${site_owner[$2]} file n=0 got
    echo "secret of the document root" | put_file "$user" "${site_docroot[$domain]}/is-in-docroot"
    http "$from" /index.php --data-urlencode "steal=$(app_secrets "$domain")" || echo "no answer"
    got=$(http "$from" /index.php --data-urlencode "steal=$(app_session_file "$domain")")
    [[ $got != *" by path"* && $got != *" by program"* ]] || echo "GOT the session"
    for file in $(app_secrets "$domain"); do
        n=$((n + 1))
        as_user "$user" ln -sfn "$file" "${site_docroot[$from]}/link-$n.txt"
        [[ $(http "$from" "/link-$n.txt" 2>/dev/null) != *"secret of"* ]] || echo "GOT $file by the web server"
        rm -f "${site_docroot[$from]}/link-$n.txt"
    done
    app_left_behind "$domain"
}

# Control: the first way and the web server show everything, every other something.
app_is_open() # DOMAIN FROM
{
    local out file way
    out=$(app_stolen "$1" "$2")
    for file in $(app_secrets "$1"); do
        [[ $out == *"GOT $file by ${app_open_ways[0]}"* && $out == *"GOT $file by the web server"* ]] || {
            echo "$2 does not get $file: $out"
            return 1
        }
    done
    for way in "${app_open_ways[@]}"; do
        [[ $out == *"by $way"* ]] || {
            echo "$2 gets nothing by $way: $out"
            return 1
        }
    done
    [[ $out == *"to write in"* && $out == *"the session"* ]] || {
        echo "$2 writes nothing, or has no session: $out"
        return 1
    }
}

# The names in a shared home are no secret.
app_is_private() # DOMAIN FROM
{
    local out home
    home=$(getent passwd "${site_owner[$1]}" | cut -d : -f 6)
    out=$(app_stolen "$1" "$2" | grep -v "^GOT $home/[^/]* by its directory")
    [[ $out == *done* && $out != *GOT* && $out != *"no answer"* ]] || {
        echo "$out" | grep -v '^done'
        return 1
    }
}
