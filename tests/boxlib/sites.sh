# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Users and sites of a test.

declare -A site_owner=() site_docroot=() site_kind=()
php_counter=0

# as_user USER COMMAND...: with the user's ids and groups, a plain environment, and the home as HOME.
as_user()
{
    local user=$1
    shift
    setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all \
        env -i HOME="/home/$user" USER="$user" LOGNAME="$user" SHELL=/bin/bash LANG=C.UTF-8 \
        PATH=/usr/local/bin:/usr/bin:/bin "$@"
}

# make_user NAME: a hosting account: /home/NAME (0711), and php-cgi's wrapper for suexec.
make_user()
{
    local user=$1
    useradd --create-home --home-dir "/home/$user" --user-group --shell /bin/bash "$user" &&
        chmod 711 "/home/$user" &&
        as_user "$user" mkdir -m 755 "/home/$user/cgi-bin" &&
        printf '#!/bin/sh\nexec /usr/bin/php-cgi\n' | put_file "$user" "/home/$user/cgi-bin/php" 755
}

# put_file USER PATH [MODE]: writes stdin to the file, as the user.
put_file()
{
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_user "$1" sh -c 'cat >"$0" && chmod "$1" "$0"' "$2" "${3:-644}"
}

# make_site USER DOMAIN DOCROOT [wrapper|shebang]: folder, virtual host, name, and the panel's table.
# wrapper: .php runs by `Action` and the user's ~/cgi-bin/php. shebang: each .php file is itself the CGI
# program (executable, first line #!/usr/bin/php-cgi). A running Apache needs apache_reload afterwards.
make_site()
{
    local user=$1 domain=$2 docroot=$3 kind=${4:-wrapper}
    as_user "$user" mkdir -p "$docroot" &&
        apache_vhost "$domain" "$user" "$docroot" "$kind" &&
        panel_add "$domain" "$user" "$docroot" &&
        echo "127.0.0.1 $domain" >>/etc/hosts || return 1
    site_owner[$domain]=$user
    site_docroot[$domain]=$docroot
    site_kind[$domain]=$kind
}

# forget_site DOMAIN: the virtual host and the panel's line go; the files stay.
forget_site()
{
    rm "/etc/apache2/sites-enabled/$1.conf" && panel_remove "$1"
    unset "site_owner[$1]" "site_docroot[$1]" "site_kind[$1]"
}

# put_php DOMAIN FILE 'CODE': a PHP file of the site, FILE relative to its document root.
put_php()
{
    local domain=$1 file=$2 code=$3 first='' mode=644
    if [ -z "${site_owner[$domain]:-}" ]; then
        echo "put_php: no site $domain: call make_site first" >&2
        return 1
    fi
    if [ "${site_kind[$domain]}" = shebang ]; then
        first=$'#!/usr/bin/php-cgi\n' mode=755
    fi
    printf '%s<?php %s\n' "$first" "$code" |
        put_file "${site_owner[$domain]}" "${site_docroot[$domain]}/$file" "$mode"
}

# php_eval DOMAIN 'CODE': runs the code in a request to that site and prints what it prints; 22 when the
# server's answer is an error.
php_eval()
{
    local domain=$1 code=$2 file status=0
    php_counter=$((php_counter + 1))
    file=box-eval-$BASHPID-$php_counter.php
    put_php "$domain" "$file" "$code" || return
    http "$domain" "/$file" || status=$?
    rm -f "${site_docroot[$domain]}/$file"
    return "$status"
}
