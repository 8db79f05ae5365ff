# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The box's Apache: Debian's own binaries, folders and apache2ctl, with the modules, port and virtual
# hosts of the test. Set APACHE_MPM=prefork or APACHE_MODULES="..." (more modules) before apache_start.

apache_port=8080
apache_address=127.0.0.1:$apache_port
apache_generation=0

# Replaces what the machine's Apache has enabled; done once, by the first site or start.
apache_configure()
{
    [ ! -e /etc/apache2/conf-enabled/box.conf ] || return 0
    local mpm=${APACHE_MPM:-event} cgi=cgid
    [ "$mpm" != prefork ] || cgi=cgi
    rm -f /etc/apache2/mods-enabled/* /etc/apache2/sites-enabled/*
    # shellcheck disable=SC2086 # a list
    a2enmod -q "mpm_$mpm" "$cgi" suexec actions alias mime rewrite include env setenvif headers \
        authn_core authn_file authz_core authz_host authz_user auth_basic dir autoindex filter \
        access_compat ${APACHE_MODULES:-} >/dev/null || return 1
    echo "Listen $apache_address" >/etc/apache2/ports.conf
    # suexec-custom's own limits: scripts below /home, user folders as Debian has them.
    printf '/home\npublic_html/cgi-bin\n' >/etc/apache2/suexec/www-data
    cat >/etc/apache2/conf-enabled/box.conf <<CONFIG
ServerName box
<Directory "/home">
    Options All
    AllowOverride All
    Require all granted
</Directory>
IncludeOptional /etc/apache2/box-generation
CONFIG
}

# apache_vhost DOMAIN USER DOCROOT wrapper|shebang: writes and enables the virtual host.
apache_vhost()
{
    local domain=$1 user=$2 docroot=$3 kind=$4
    docroot=${docroot//\\/\\\\}
    apache_configure || return 1
    {
        cat <<CONFIG
<VirtualHost $apache_address>
    ServerName $domain
    DocumentRoot "$docroot"
    DirectoryIndex index.php index.html
    SuexecUserGroup $user $user
    ErrorLog /var/log/apache2/$domain.error.log
    AddHandler cgi-script .cgi
CONFIG
        case $kind in
        wrapper)
            cat <<CONFIG
    ScriptAlias /cgi-sys/ "/home/$user/cgi-bin/"
    AddHandler php-cgi .php
    Action php-cgi /cgi-sys/php
CONFIG
            ;;
        shebang)
            # php-cgi refuses to run without a word that the server sent it.
            cat <<CONFIG
    AddHandler cgi-script .php
    SetEnv REDIRECT_STATUS 200
CONFIG
            ;;
        *)
            echo "apache_vhost: no such kind: $kind (wrapper or shebang)" >&2
            return 1
            ;;
        esac
        echo "</VirtualHost>"
    } >"/etc/apache2/sites-enabled/$domain.conf"
}

apache_running()
{
    local pid
    pid=$(cat /run/apache2/apache2.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null
}

# Each start and reload adds an address of its own, and is over when the server answers there: only then
# does every request see the new configuration.
apache_next_generation()
{
    apache_generation=$((apache_generation + 1))
    echo "Redirect 204 /box-generation-$$-$apache_generation" >/etc/apache2/box-generation
}

apache_wait()
{
    wait_until 20 apache_answers || {
        echo "Apache does not answer:" >&2
        apache_logs >&2
        return 1
    }
}

apache_answers()
{
    [ "$(http_code box "/box-generation-$$-$apache_generation")" = 204 ]
}

apache_start()
{
    apache_configure || return 1
    apache_next_generation
    apache2ctl start || return 1
    apache_wait
}

apache_stop()
{
    apache_running || return 0
    apache2ctl stop && wait_until 20 apache_stopped
}

apache_stopped()
{
    ! pgrep -x apache2
}

# Graceful; returns when the new configuration answers.
apache_reload()
{
    apache_next_generation
    apache2ctl graceful || return 1
    apache_wait
}

# The ends of Apache's and suexec's logs, for a failed check.
apache_logs()
{
    tail -n 15 /var/log/apache2/*.log
}

# http DOMAIN PATH [CURL-ARGUMENT...]: prints the body; fails (22) on a status of 400 or more.
http()
{
    local domain=$1 path=$2
    shift 2
    curl -sS --max-time 30 --path-as-is --fail-with-body -H "Host: $domain" "$@" \
        "http://$apache_address$path"
}

# http_code DOMAIN PATH [CURL-ARGUMENT...]: prints the status.
http_code()
{
    local domain=$1 path=$2
    shift 2
    curl -s --max-time 30 --path-as-is -o /dev/null -w '%{http_code}' -H "Host: $domain" "$@" \
        "http://$apache_address$path"
}

# Before the first allow-all: Apache does not get mod_sitecage.
without_module()
{
    echo "apache_module = off" >>/etc/sitecage.conf
}
