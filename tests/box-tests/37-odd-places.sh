#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a site owns in odder accounts: applications in one another, links, marks that are no files, what the panel or a
# grant says of places that are not the site's, and crontabs as people write them.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/layouts.sh
. "$SC_SOURCE/tests/boxlib/layouts.sh"

H=/home/john
panel_install
make_user john
layouts_mail
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
sites=()
add() # DOMAIN DOCROOT [SITE_DIRECTORY]
{
    make_site john "$1" "$2" && sites+=("$1") &&
        panel_edit domain="$1" dir="${3:-}" '$1 == ENVIRON["domain"] && ENVIRON["dir"] != "" { $5 = ENVIRON["dir"] } 1'
}

# WordPress with its configuration one level up, in what the panel keeps for its domain; a subdomain in its document
# root, and one in the domain's directory
add da.example $H/domains/da.example/public_html $H/domains/da.example
app da.example $H/domains/da.example public_html wp-config.php private,public_html/wp-content/uploads
add sub.da.example $H/domains/da.example/public_html/sub
app sub.da.example $H/domains/da.example/public_html/sub "" config.php files
add two.da.example $H/domains/da.example/two
app two.da.example $H/domains/da.example/two "" config.php files
# Laravel; in its public directory a blog, and another Laravel
add outer.example $H/outer/public
app outer.example $H/outer public .env,composer.json storage
app_code artisan
add blog.example $H/outer/public/blog
app blog.example $H/outer/public/blog "" wp-config.php wp-content/uploads
add inner.example $H/outer/public/shop/public
app inner.example $H/outer/public/shop public .env,composer.json storage
# The application's directory is a link; its code names files by that link and by one in the home
as_user john mkdir -p $H/real/app/public
as_user john ln -s real/app $H/app
as_user john ln -s app/public $H/www
add link.example $H/app/public
app link.example $H/app public .env,composer.json storage
app_code artisan
echo "secret by a link" | put_file john $H/app/public/by-link
# The panel names the home, another site's directory and one that is not in the home
add home.example $H/sites/home.example/www $H
app home.example $H/sites/home.example/www "" config.php files
add far.example $H/sites/far.example/www /srv/far.example
app far.example $H/sites/far.example/www "" config.php files
add thief.example $H/sites/thief.example/www $H/outer
app thief.example $H/sites/thief.example/www "" config.php files
# Marks that are no files, one of a directory that nobody else may look into; marks in the home are nobody's
add marks.example $H/marks/public
app marks.example $H/marks public config.php data
as_user john mkdir $H/marks/.env
add fifo.example $H/fifo/public
app fifo.example $H/fifo public config.php data
as_user john mkfifo $H/fifo/composer.json
add shut.example $H/shut/app/public
app shut.example $H/shut/app public .env,package.json data
# An application in another one's directory: that is nobody's, which enable says, and the line that gives it
add around.example $H/around/public
app around.example $H/around public .env,composer.json storage
add plugin.example $H/around/plugins/p/public
app plugin.example $H/around/plugins/p public .env,composer.json storage
echo "{}" | put_file john $H/composer.json
echo "secret of nobody" | put_file john $H/.env
apache_start

reads() { [ "$(php_eval "$1" "echo @file_get_contents('$2');")" = "$3" ]; }
pairs=(da.example:sub.da.example sub.da.example:da.example da.example:two.da.example two.da.example:da.example
    sub.da.example:two.da.example outer.example:blog.example blog.example:outer.example outer.example:inner.example
    inner.example:outer.example inner.example:blog.example blog.example:inner.example link.example:outer.example
    outer.example:thief.example home.example:far.example marks.example:fifo.example fifo.example:marks.example
    shut.example:marks.example around.example:plugin.example plugin.example:around.example around.example:outer.example)
each_pair() # CHECK TEXT
{
    local pair
    for pair in "${pairs[@]}"; do
        check "$2: ${pair%%:*}, of ${pair#*:}" "$1" "${pair%%:*}" "${pair#*:}"
    done
}
each_runs() # TEXT
{
    local one
    for one in "${sites[@]}"; do
        check "$1: $one" app_runs "$one"
    done
}
each_runs "control: works before"
each_pair app_is_open "control: open before"
check "control: by the link in the home" reads link.example $H/www/by-link "secret by a link"

check "allow" cagefsctl --site-isolation-allow-all
around=$(cagefsctl --site-isolation-enable around.example --home private 2>&1 >/dev/null | grep "$H/around looks like its application")
given=$(sed -n 's|.*in /etc/cagefs/site-isolation.paths: ||p' <<<"$around")
check "enable says what is nobody's, and the line" [ "$given" = "$H/around/public rw ~/around" ]
check_not "control: without it the site does not work" app_runs around.example
echo "$given" >/etc/cagefs/site-isolation.paths
check "enable" cagefsctl --site-isolation-enable "${sites[@]}" --home private
app_enter=cagefs_enter_site
each_runs "works"
each_pair app_is_private "private"
check "the link in the home leads to its document root" reads link.example $H/www/by-link "secret by a link"
check_not "for nobody else" reads outer.example $H/www/by-link "secret by a link"
check "a mark in the home makes it nobody's" reads outer.example $H/.env ''
chmod 0 $H/shut
check "a way that is closed to its owner" cagefsctl --site-isolation-regenerate john
check "is private all the same" app_is_private shut.example outer.example
chmod 755 $H/shut

# Grants of what another owns are none.
printf '%s\n' "$given" "$H/sites/thief.example/www ro ~/outer" "$H/sites/thief.example/www rw ~/real/app/storage" \
    "$H/sites/thief.example/www ro ~/outer/public/shop" "$H/sites/thief.example/www rw ~/domains" >/etc/cagefs/site-isolation.paths
check "given places with others in them" cagefsctl --site-isolation-regenerate john
for one in outer.example inner.example link.example da.example sub.da.example; do
    check "they show nothing: $one" app_is_private "$one" thief.example
done
rm /etc/cagefs/site-isolation.paths

# --- crontabs -------------------------------------------------------------------------------------------------------
# Each entry runs what the site wrote; in the site that reads nothing of another.
echo "<?php echo @file_get_contents('$H/domains/da.example/wp-config.php') ?: 'nothing', ' in ', getcwd();" | put_file john $H/outer/job 755
cat >$H/outer/job.sh <<SCRIPT
#!/bin/sh
cat $H/domains/da.example/wp-config.php 2>/dev/null || echo nothing
SCRIPT
chown john: $H/outer/job.sh && chmod 755 $H/outer/job.sh
as_user john mkdir -p $H/logs # a private home has its own
as_user john ln -s outer/job.sh $H/linked.sh
entries=(
    'cd ~/outer && php job'
    'cd $HOME/outer; php job'
    'cd ${HOME}/outer && ./job.sh'
    'cd "$HOME"/outer && php job'
    'cd ~john/outer && php job'
    'cd outer && php job'
    'cd ~ && cd outer && php job'
    'cd ~/outer/public && php ../job'
    'cd ~/logs; cd ../outer/public; php ../job'
    '(cd outer; php job)'
    'cd -- outer && php job'
    'cd -P outer && php job'
    'pushd outer >/dev/null && php job'
    'php outer/job'
    '/usr/bin/php -f ~/outer/job'
    'nice -n 19 php outer/job'
    'outer/job.sh'
    './outer/job.sh'
    '. ~/outer/job.sh'
    'sh -c "cd ~/outer && php job"'
    "bash -lc 'cd outer && ./job.sh'"
    'flock -n ~/outer.lock php ~/outer/job'
    'flock -n /tmp/outer.lock -c "php ~/outer/job"'
    'test -d ~/outer && cd ~/outer && php job'
    'D=outer; cd ~/outer && php job'
    'env -C outer php job'
    'env --chdir=outer php job'
    'find outer -maxdepth 1 -name job.sh -exec {} \;'
    'cat outer/job.sh | sh'
    'sh <outer/job.sh'
    'APP_ENV=prod php outer/job'
    'cd ${APP:-outer} && php job'
    'php ${APP_DIR-$HOME/outer}/job'
    'sh linked.sh'
)
{
    echo "SHELL=/bin/bash"
    for n in "${!entries[@]}"; do
        echo "$n * * * * ${entries[n]} #job-$n."
    done
    printf 'APP=%s/outer\n@reboot cd $APP && php job #job-var.\n@daily php $APP/job #job-daily.\n' $H
    printf 'PATH=%s/outer:/usr/bin:/bin\n@daily job.sh #job-path.\nPATH=/usr/bin:/bin\n' $H
    printf 'BASH_ENV=%s/outer/job.sh\n@daily true #job-env.\nBASH_ENV=""\nHOME=%s/outer\n@daily sh ./job.sh #job-home.\n' $H $H
} | as_user john crontab -
run_job() { like-cron john "#job-$1."; }
jobs=("${!entries[@]}" var daily path env home)
told() { [ -z "${1//[0-9]/}" ] && echo "${entries[$1]}" || echo "$1"; }
check "without marks" cagefsctl --site-isolation-disable "${sites[@]}"
outside() { crontab -u john -l | grep -q '^SITECAGE_SITE='; }
check_not "control: no entry is a site's" outside
for n in "${jobs[@]}"; do
    expect_contains "control: it runs outside: $(told "$n")" "secret of" run_job "$n"
done
check "isolated again" cagefsctl --site-isolation-enable "${sites[@]}"
for n in "${jobs[@]}"; do
    expect_contains "it runs in the site: $(told "$n")" "nothing" run_job "$n"
done
finish
