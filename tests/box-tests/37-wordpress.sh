#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real application: Debian's WordPress with MariaDB, two installations in one account (one with its configuration one
# level up), isolated while people use them: no request fails, who is logged in stays so; posts, uploads, mail, cron and
# the command line work as before, also after the database was started again; and one gets nothing of the other.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/layouts.sh
. "$SC_SOURCE/tests/boxlib/layouts.sh"

H=/home/john
panel_install
make_user john
layouts_mail
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron

# --- the database ---------------------------------------------------------------------------------------------------
mkdir -p /run/mysqld /var/lib/mysql
sql() { mariadb --socket=/run/mysqld/mysqld.sock -e "$1"; }
database_start()
{
    mkdir -p /run/mysqld
    mariadbd --no-defaults --user=root --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock --skip-networking \
        --pid-file=/run/mysqld/mysqld.pid --innodb-buffer-pool-size=16M >/tmp/mariadbd.log 2>&1 &
    wait_until 60 sql "SELECT 1"
}
database_stop() # its directory goes, too, as with systemd's RuntimeDirectory
{
    local pid
    pid=$(cat /run/mysqld/mysqld.pid) && kill "$pid" && wait_until 60 test ! -e "/proc/$pid" && rm -rf /run/mysqld
}
mariadb-install-db --no-defaults --user=root --datadir=/var/lib/mysql --auth-root-authentication-method=normal >/tmp/install-db.log 2>&1
check "a database" database_start

# --- two WordPresses ------------------------------------------------------------------------------------------------
declare -A root=([one]=$H/one/www [two]=$H/two) config=([one]=$H/one/wp-config.php [two]=$H/two/wp-config.php)
wp() # NAME CODE: on the command line
{
    local domain=$1.example
    as_user john ${app_enter:+"$app_enter" "$domain"} php -r \
        '$_SERVER["HTTP_HOST"] = "'"$domain"'"; $_SERVER["REQUEST_URI"] = "/"; require "'"${root[$1]}"'/wp-load.php"; '"$2"
}
make_wordpress() # NAME
{
    fpm_site john "$1.example" "${root[$1]}" || return
    as_user john cp -RL /usr/share/wordpress/. "${root[$1]}" 2>/dev/null
    as_user john rm -f "${root[$1]}/wp-config.php"
    sql "CREATE DATABASE $1; CREATE USER $1@localhost IDENTIFIED BY 'password-of-$1'; GRANT ALL ON $1.* TO $1@localhost"
    put_file john "${config[$1]}" 600 <<CONFIG
<?php
define('DB_NAME', '$1');
define('DB_USER', '$1');
define('DB_PASSWORD', 'password-of-$1');
define('DB_HOST', 'localhost:/run/mysqld/mysqld.sock');
define('DB_CHARSET', 'utf8mb4');
define('AUTH_KEY', 'key-of-$1');
define('SECURE_AUTH_KEY', 'key-of-$1');
define('LOGGED_IN_KEY', 'key-of-$1');
define('NONCE_KEY', 'key-of-$1');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('FS_METHOD', 'direct');
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', '${root[$1]}/');
require_once ABSPATH . 'wp-settings.php';
CONFIG
    as_user john mkdir -p "${root[$1]}/wp-content/themes/plain"
    echo "/* Theme Name: Plain */" | put_file john "${root[$1]}/wp-content/themes/plain/style.css"
    put_file john "${root[$1]}/wp-content/themes/plain/index.php" <<'THEME'
<?php
if (isset($_GET['front']))
    exit('front of ' . get_bloginfo('name'));
while (have_posts()) {
    the_post();
    echo '<h2>', get_the_title(), "</h2>\n";
}
THEME
    as_user john php -r 'define("WP_INSTALLING", true); $_SERVER["HTTP_HOST"] = "'"$1"'.example"; $_SERVER["REQUEST_URI"] = "/";
        require "'"${root[$1]}"'/wp-load.php"; require ABSPATH . "wp-admin/includes/upgrade.php";
        wp_install("blog '"$1"'", "admin", "admin@'"$1"'.example", true, "", "login-of-'"$1"'");
        update_option("siteurl", "http://'"$1"'.example"); update_option("home", "http://'"$1"'.example"); switch_theme("plain");'
}
check "WordPress one" make_wordpress one
check "WordPress two" make_wordpress two
fpm_start
apache_start

# --- what people do -------------------------------------------------------------------------------------------------
jar() { echo "$checks_dir/jar-$1"; }
log_in() { http "$1.example" /wp-login.php -c "$(jar "$1")" -b "wordpress_test_cookie=WP+Cookie+check" -o /dev/null -d "log=admin&pwd=login-of-$1&testcookie=1"; }
is_logged_in() { [[ $(http "$1.example" /wp-admin/profile.php -b "$(jar "$1")") == *'id="profile-page"'* ]]; }
call() # NAME METHOD PARAMS: XML-RPC, as apps of authors use it
{
    http "$1.example" /xmlrpc.php -H "Content-Type: text/xml" --data-binary "<?xml version=\"1.0\"?><methodCall><methodName>$2</methodName><params>
        <param><value><int>1</int></value></param><param><value>admin</value></param><param><value>login-of-$1</value></param>
        <param><value><struct>$3</struct></value></param></params></methodCall>"
}
member() { echo "<member><name>$1</name><value>$2</value></member>"; }
posts() # NAME TITLE
{
    call "$1" wp.newPost "$(member post_title "<string>$2</string>")$(member post_status "<string>publish</string>")"
    [[ $(http "$1.example" /) == *"<h2>$2</h2>"* ]]
}
uploads() # NAME FILE
{
    local out
    out=$(call "$1" wp.uploadFile "$(member name "<string>$2</string>")$(member type "<string>text/plain</string>")$(member bits "<base64>$(echo "upload $2" | base64)</base64>")")
    echo "$out"
    out=$(sed -n "s|.*http://$1.example\(/wp-content/uploads/[^<]*$2\)<.*|\1|p" <<<"$out" | head -n 1)
    [ -n "$out" ] && [ "$(http "$1.example" "$out")" = "upload $2" ]
}
sends_mail() # NAME SUBJECT
{
    wp "$1" 'wp_mail("somebody@box.example", "'"$2"'", "body") || exit(1);' && wait_until 10 app_mail_arrived "$2"
}
installs_a_plugin() # NAME PLUGIN: as the dashboard does, in a request of its own
{
    [ "$(php_eval "$1.example" 'require "'"${root[$1]}"'/wp-load.php"; require ABSPATH . "wp-admin/includes/file.php"; require ABSPATH . "wp-admin/includes/plugin.php"; WP_Filesystem();
        mkdir(WP_PLUGIN_DIR . "/'"$2"'"); $GLOBALS["wp_filesystem"]->put_contents(WP_PLUGIN_DIR . "/'"$2"'/'"$2"'.php", "<?php\n/* Plugin Name: '"$2"' */\n");
        echo activate_plugin("'"$2/$2"'.php") === null ? "active" : "not";')" = active ]
}
cron_runs() # NAME
{
    wp "$1" 'wp_schedule_single_event(time() - 5, "delete_expired_transients"); set_transient("t-'"$1"'", 1, 1); update_option("_transient_timeout_t-'"$1"'", 5);' &&
        like-cron john "#cron-$1." && wp "$1" 'exit(get_option("_transient_timeout_t-'"$1"'") === false ? 0 : 1);'
}
names_itself() { [ "$(wp "$1" 'echo get_bloginfo("name");')" = "blog $1" ]; }
each_works() # TEXT WORD
{
    local name
    for name in one two; do
        check "$1: $name: still logged in" is_logged_in $name
        check "$1: $name: a post" posts $name "post-$2"
        check "$1: $name: an upload" uploads $name "file-$2.txt"
        check "$1: $name: mail" sends_mail $name "mail-$name-$2"
        check "$1: $name: a plugin" installs_a_plugin $name "plugin-$2"
        check "$1: $name: cron" cron_runs $name
        check "$1: $name: the command line" names_itself $name
    done
}
printf '*/5 * * * * php %s/wp-cron.php #cron-one.\n*/5 * * * * cd %s && php wp-cron.php #cron-two.\n' "${root[one]}" "${root[two]}" | as_user john crontab -
of_the_other() # NAME OTHER: what it reads of the other's configuration, by path and by the web server
{
    php_eval "$1.example" 'echo @file_get_contents("'"${config[$2]}"'"), @shell_exec("cat '"${config[$2]}"' 2>/dev/null"), "done";'
    as_user john ln -sfn "${config[$2]}" "${root[$1]}/config.txt"
    http "$1.example" /config.txt 2>/dev/null
    rm "${root[$1]}/config.txt"
}

check "one: log in" log_in one
check "two: log in" log_in two
each_works "control: before" before
expect_contains "control: one reads the other's password" "password-of-two" of_the_other one two
expect_contains "control: and the other way round" "password-of-one" of_the_other two one

# --- isolated in use ------------------------------------------------------------------------------------------------
load_min=20
visit() # until no_request_failed
{
    : >"$checks_dir/load"
    python3 "$SC_SOURCE/tests/boxlib/load.py" 6 until "$checks_dir/load" "$apache_address" \
        one.example '/?front=1' 'front of blog one' two.example '/?front=1' 'front of blog two' >"$checks_dir/load.out" 2>&1 &
    load_job=$!
    sleep 3
}
visit
check "allow" cagefsctl --site-isolation-allow-all
app_enter=cagefs_enter_site
check "enable" cagefsctl --site-isolation-enable one.example two.example --home private
each_works "isolated" private
check "a shared home" cagefsctl --site-isolation-regenerate john --home shared
each_works "in a shared home" shared
check "no visitor saw a failure" no_request_failed
for home in shared private; do
    check "$home: home" cagefsctl --site-isolation-regenerate john --home $home
    expect_lacks "$home: one reads nothing of the other's password" "password-of-two" of_the_other one two
    expect_lacks "$home: nor the other way round" "password-of-one" of_the_other two one
done

database_stop
check "the database is started again" database_start
check "and reached" wait_until 20 names_itself one
check "by pages, too" wait_until 20 posts two "post-restarted"
visit
app_enter=
check "disable" cagefsctl --site-isolation-disable one.example two.example
each_works "afterwards" after
check "no visitor saw a failure" no_request_failed
database_stop
finish
