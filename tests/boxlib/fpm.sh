# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PHP-FPM pools of sites, and the shared master. Source it after lib.sh, with APACHE_MODULES="proxy proxy_fcgi".
# Their hosts name who programs run as; fpm_bare=yes: they do not.
# shellcheck disable=SC2154 # site_owner, site_docroot, apache_address: sites.sh, apache.sh

fpm_version=$(cd /etc/php 2>/dev/null && ls -d [0-9]*/fpm | head -n 1)
fpm_version=${fpm_version%/fpm}
fpm_pool_dir=/etc/php/$fpm_version/fpm/pool.d
fpm_main=/etc/php/$fpm_version/fpm/php-fpm.conf

fpm_socket()
{
    echo "/run/php/$1.sock"
}

# fpm_site USER DOMAIN DOCROOT [ADDRESS]: a site whose PHP is a pool of its own.
fpm_site()
{
    local user=$1 domain=$2 docroot=$3 address=${4:-$(fpm_socket "$2")}
    make_site "$user" "$domain" "$docroot" || return
    fpm_pool "$domain" "$address" && fpm_vhost "$domain" "$address"
}

# fpm_pool DOMAIN ADDRESS [LINE...]: the pool's file.
fpm_pool()
{
    local domain=$1 address=$2
    shift 2
    {
        echo "; pool of $domain"
        echo "[$domain]"
        echo "user = ${site_owner[$domain]}"
        echo "group = ${site_owner[$domain]}"
        echo "listen = $address ; an address"
        printf 'listen.owner = www-data\nlisten.group = www-data\nlisten.mode = 0660\n'
        printf 'pm = dynamic\npm.max_children = 8\npm.start_servers = 2\npm.min_spare_servers = 1\npm.max_spare_servers = 4\n'
        echo "php_admin_value[memory_limit] = ${fpm_memory:-64M}"
        [ $# = 0 ] || printf '%s\n' "$@"
    } >"$fpm_pool_dir/$domain.conf.new" && mv "$fpm_pool_dir/$domain.conf.new" "$fpm_pool_dir/$domain.conf"
}

fpm_vhost()
{
    local domain=$1 address=$2 to
    case $address in
    /*) to="proxy:unix:$address|fcgi://localhost" ;;
    *) to="proxy:fcgi://$address" ;;
    esac
    cat >"/etc/apache2/sites-enabled/$domain.conf" <<CONFIG
<VirtualHost $apache_address>
    ServerName $domain
    DocumentRoot "${site_docroot[$domain]}"
    ${fpm_bare:+#} SuexecUserGroup ${site_owner[$domain]} ${site_owner[$domain]}
    DirectoryIndex index.php index.html
    ErrorLog /var/log/apache2/$domain.error.log
    <FilesMatch "\.php$">
        SetHandler "$to"
    </FilesMatch>
</VirtualHost>
CONFIG
}

fpm_master()
{
    pgrep -o -f "^php-fpm: master process \($fpm_main\)"
}

fpm_start()
{
    mkdir -p /run/php && rm -f "$fpm_pool_dir/www.conf" &&
        "/usr/sbin/php-fpm$fpm_version" --daemonize && wait_until 10 fpm_master >/dev/null
}

fpm_reload()
{
    kill -USR2 "$(fpm_master)" && sleep 0.5 && wait_until 10 fpm_master >/dev/null
}

fpm_stop()
{
    local pid
    pid=$(fpm_master) || return 0
    kill -TERM "$pid" && wait_until 10 fpm_is_gone "$pid"
}

fpm_restart()
{
    fpm_stop && fpm_start
}

fpm_is_gone()
{
    ! kill -0 "$1" 2>/dev/null
}

# load_start RATE DOMAIN...: requests to /ok.php of each, until load_stop.
load_start()
{
    local rate=$1 domain args=()
    shift
    for domain in "$@"; do
        put_php "$domain" ok.php 'usleep(3000); echo "ok of ", $_SERVER["SERVER_NAME"];' || return
        args+=("$domain" /ok.php "ok of $domain")
    done
    : >"$checks_dir/load"
    python3 "$SC_SOURCE/tests/boxlib/load.py" "$rate" until "$checks_dir/load" "$apache_address" "${args[@]}" \
        >"$checks_dir/load.out" 2>&1 &
    load_job=$!
    sleep 0.3
}

# no_request_failed: ends the load; passes when there was one (load_min: of so many requests), and each answer was right.
no_request_failed()
{
    sleep 0.3
    rm -f "$checks_dir/load"
    wait "$load_job"
    cat "$checks_dir/load.out" >&2
    awk -v min="${load_min:-50}" '/^#/ { next } { sent += $2; failed += $3; if ($2 == 0) failed++ }
        END { exit !(sent > min && failed == 0) }' "$checks_dir/load.out"
}

# nginx_start: serves the same sites, with the same pools, at the same address instead of Apache. Lines for a domain
# alone: /etc/nginx/domains/DOMAIN.conf*
nginx_start()
{
    local domain address
    mkdir -p /var/log/nginx /var/lib/nginx /run/nginx /etc/nginx/domains
    rm -f /etc/nginx/sites-enabled/*
    for domain in "${!site_docroot[@]}"; do
        address=$(fpm_socket "$domain")
        cat >"/etc/nginx/sites-enabled/$domain" <<CONFIG
server {
    listen $apache_address;
    server_name $domain;
    root "${site_docroot[$domain]}";
    include /etc/nginx/domains/$domain.conf*;
    location ~ \.php$ {
        fastcgi_pass unix:$address;
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
    }
}
CONFIG
    done
    nginx && wait_until 10 nginx_answers
}

nginx_answers()
{
    [ "$(http_code nobody.example /)" != 000 ]
}
