#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A visitor whose request has a body is refused with the same whole answer as one whose request has none: by CGI
# (mod_cgid, mod_cgi), FastCGI and PHP-FPM, HTTP/1.1 and HTTP/2, with bodies of all sizes and forms.
# shellcheck disable=SC2317,SC2016,SC2154
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"

H=/home/john
bodies=/tmp/bodies
mkdir $bodies
printf 'name=value' >$bodies/10
head -c 100000 /dev/urandom >$bodies/100k
head -c 3000000 /dev/urandom >$bodies/3M
head -c 17000000 /dev/urandom >$bodies/17M

export APACHE_MODULES="fcgid http2 proxy proxy_fcgi"
without_module # it would refuse some before the entry: 90 to 93 are about it
panel_install
make_user john
make_site john cgi.example $H/cgi
make_site john fcgid.example $H/fcgid shebang
fpm_site john fpm.example $H/fpm
for site in cgi fcgid fpm; do
    put_php $site.example echo.php 'echo strlen(file_get_contents("php://input"));'
done
printf '#!/bin/sh\nexec /usr/bin/php-cgi\n' | put_file john $H/cgi-bin/php-fcgi 755
sed -i "s,AddHandler cgi-script .php,AddHandler fcgid-script .php\n    FcgidWrapper $H/cgi-bin/php-fcgi .php," \
    /etc/apache2/sites-enabled/fcgid.example.conf
# a program in a place that sites do not see: the entry learns of it inside
install -d -o john -g john $H/cgi/sub /home/elsewhere
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"; wc -c\n' >/home/elsewhere/ran.cgi
chown john: /home/elsewhere/ran.cgi && chmod 755 /home/elsewhere/ran.cgi
sed -i "s,^</VirtualHost>,    ScriptAlias /elsewhere/ /home/elsewhere/\n&," /etc/apache2/sites-enabled/cgi.example.conf

use_mpm() # event|prefork
{
    apache_stop
    cp -r /etc/apache2/sites-enabled /tmp/sites-enabled
    rm -f /etc/apache2/conf-enabled/box.conf
    APACHE_MPM=$1
    apache_configure
    cp /tmp/sites-enabled/* /etc/apache2/sites-enabled/
    rm -r /tmp/sites-enabled
    {
        printf '%s\n' "FcgidMaxRequestLen 20000000" "FcgidIOTimeout 60" "FcgidSpawnScoreUpLimit 100000"
        [ "$1" = prefork ] || echo "Protocols h2c http/1.1"
    } >>/etc/apache2/conf-enabled/box.conf
    apache_start
}

# once OUT DOMAIN PATH CURL-OPTION...: prints the status, or curl's complaint about an answer that is not whole
once()
{
    local out=$1 domain=$2 path=$3
    shift 3
    curl -sS --max-time 60 -o "$out" -w '%{http_code}\n' -H "Host: $domain" "$@" "http://$apache_address$path"
}

# twice OUT DOMAIN PATH CURL-OPTION...: the same, and a second request behind it
twice()
{
    local out=$1 domain=$2 path=$3
    shift 3
    once "$out" "$domain" "$path" "$@" -o "$out-2" "http://$apache_address$path" | uniq
    cmp "$out" "$out-2" 2>&1
}

# same_as_get HOW CODE DOMAIN PATH OPTION...: $times requests with these options, together (mod_fcgid takes a second to
# start a program), are answered as one without a body is
same_as_get()
{
    local how=$1 code=$2 domain=$3 path=$4 i bad=0
    shift 4
    rm -rf /tmp/answers && mkdir /tmp/answers
    [ "$(once /tmp/answers/get "$domain" "$path")" = "$code" ] || { echo "GET is not $code" && return 1; }
    for ((i = 0; i < times; i++)); do
        "$how" "/tmp/answers/$i" "$domain" "$path" "$@" >"/tmp/answers/said-$i" 2>&1 &
        requests[i]=$!
    done
    wait "${requests[@]}"
    for ((i = 0; i < times; i++)); do
        [ "$(cat "/tmp/answers/said-$i")" = "$code" ] && cmp /tmp/answers/get "/tmp/answers/$i" && continue
        bad=$((bad + 1))
        cat "/tmp/answers/said-$i"
    done
    [ $bad = 0 ] || { echo "$bad of $times are not whole" && return 1; }
}

# refused TEXT CODE DOMAIN PATH: by all forms of requests. Where PHP-FPM does not serve, the answer is Apache's own: its
# mod_http2 breaks off a stream whose body nobody read, with an unisolated site too.
refused()
{
    local text=$1
    shift
    check "$text: a small body" same_as_get once "$@" --data-binary @$bodies/10
    check "$text: a small body, when told to go on" same_as_get once "$@" --data-binary @$bodies/10 -H 'Expect: 100-continue'
    check "$text: a small body in chunks" same_as_get once "$@" --data-binary @$bodies/10 -H 'Transfer-Encoding: chunked'
    check "$text: 100 kB" same_as_get once "$@" --data-binary @$bodies/100k -H 'Expect:'
    check "$text: 100 kB in chunks" same_as_get once "$@" --data-binary @$bodies/100k -H 'Transfer-Encoding: chunked' -H 'Expect:'
    check "$text: 3 MB" same_as_get once "$@" --data-binary @$bodies/3M -H 'Expect:'
    check "$text: 3 MB, when told to go on" same_as_get once "$@" --data-binary @$bodies/3M -H 'Expect: 100-continue'
    check "$text: 3 MB in chunks" same_as_get once "$@" --data-binary @$bodies/3M -H 'Transfer-Encoding: chunked' -H 'Expect:'
    check "$text: 3 MB in chunks, when told to go on" \
        same_as_get once "$@" --data-binary @$bodies/3M -H 'Transfer-Encoding: chunked' -H 'Expect: 100-continue'
    times=2 check "$text: 17 MB" same_as_get once "$@" --data-binary @$bodies/17M -H 'Expect:'
    check "$text: a form with a file" same_as_get once "$@" -F "file=@$bodies/100k" -F name=value
    check "$text: PUT" same_as_get once "$@" -T $bodies/100k
    check "$text: and the next of the connection" same_as_get twice "$@" --data-binary @$bodies/100k -H 'Expect:'
    [ "$APACHE_MPM" != prefork ] && [ "$2" != fpm.example ] || return 0
    check "$text: HTTP/2, a small body" same_as_get once "$@" --http2-prior-knowledge --data-binary @$bodies/10
    check "$text: HTTP/2, 3 MB" same_as_get once "$@" --http2-prior-knowledge --data-binary @$bodies/3M
    check "$text: HTTP/2, a form with a file" same_as_get once "$@" --http2-prior-knowledge -F "file=@$bodies/100k"
    times=2 check "$text: HTTP/2, 17 MB" same_as_get once "$@" --http2-prior-knowledge --data-binary @$bodies/17M
}

iso() { as_user john isolatectl "$@" >/dev/null; }
take_places() # the one entry that each site may have
{
    local site
    for site in "$@"; do
        iso limits set --domain "$site.example" --ep 1 || return
        as_user john cagefs_enter_site "$site.example" sh -c "echo >$H/$site/entered; exec sleep 10000" &
        sleepers+=($!)
        wait_until 10 rm "$H/$site/entered" 2>/dev/null || return
    done
}
free_places()
{
    kill "${sleepers[@]}"
    wait "${sleepers[@]}"
    sleepers=()
}
sleepers=()
sites="cgi fcgid"
table=/run/sitecage/$(id -u john)/sites
break_table() { cp "$table" /tmp/table && sed 's/^/broken /' /tmp/table >"$table"; }
mend_table() { cat /tmp/table >"$table"; }

monitor_off
use_mpm event
fpm_start
check "allowed" cagefsctl --site-isolation-allow-all
for mpm in event prefork; do
    times=20
    [ $mpm = event ] || sites=cgi # mod_fcgid is the same under both
    use_mpm $mpm
    for site in cgi fcgid fpm; do
        expect_output "control: $site.example takes a body ($mpm)" 3000000 \
            http $site.example /echo.php --data-binary @$bodies/3M
    done
    expect_output "control: a program elsewhere, too ($mpm)" $'3000000\n' \
        http cgi.example /elsewhere/ran.cgi --data-binary @$bodies/3M
    check "enabled" cagefsctl --site-isolation-enable {cgi,fcgid,fpm}.example
    for site in cgi fcgid fpm; do
        expect_output "isolated, $site.example takes a body ($mpm)" 3000000 \
            http $site.example /echo.php --data-binary @$bodies/3M
    done
    pkill -x php-cgi
    check "all entries are taken" take_places $sites
    for site in $sites; do
        refused "508, $site, $mpm" 508 $site.example /echo.php
    done
    check "no limit again" free_places
    for site in $sites; do
        check "no limit again" iso limits set --domain $site.example --ep 0
    done
    times=5
    refused "503 by what the entry finds inside, cgi, $mpm" 503 cgi.example /elsewhere/ran.cgi
    check "the table is damaged" break_table
    for site in $sites; do
        refused "503, $site, $mpm" 503 $site.example /echo.php
    done
    check "the table is mended" mend_table
    pkill -9 -f sitecage-fpm
    pkill -9 -f '^php-fpm: pool fpm.example'
    refused "503, nobody serves the pool, $mpm" 503 fpm.example /echo.php
    check "disabled" cagefsctl --site-isolation-disable {cgi,fcgid,fpm}.example
done
finish
