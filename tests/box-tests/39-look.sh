#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Looking before: enable says what a site uses outside of what it owns, and the lines that it names are what the site
# needs. Nothing is said of a site that needs nothing; no line opens what is another site's, or temporary files of all.
# What a command says on stderr alone is asked for on purpose.
# shellcheck disable=SC2317,SC2016,SC2069
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
PATHS=/etc/cagefs/site-isolation.paths
panel_install
make_user john
make_site john a.example $H/web/a/public_html
make_site john c.example "$H/web/c [1]/public_html"
make_site john b.example $H/b
make_site john plain.example $H/web/plain
as_user john mkdir -p $H/lib $H/data $H/pictures $H/tmp $H/passwords/a $H/tools/releases/7
as_user john ln -s releases/7 $H/tools/current
echo '<?php return "of the library";' | put_file john $H/lib/common.php
echo '<?php return "of the tools";' | put_file john $H/tools/releases/7/inc.php
echo '<?php return "of the neighbour";' | put_file john $H/b/inc.php
echo '<?php return "of the configuration";' | put_file john $H/web-config.php
echo 'a picture' | put_file john $H/pictures/p.txt
echo 'john:$apr1$x$NrfNTmfDXO4Dq1xKjbGmA1' | put_file john $H/passwords/a/passwd
# what the web server is given of cPanel's passwords is no use of another place
as_user john mkdir -p $H/.htpasswds/web/plain/own $H/web/plain/own
put_file john $H/.htpasswds/web/plain/own/passwd </dev/null
echo "AuthUserFile $H/.htpasswds/web/plain/own/passwd" | put_file john $H/web/plain/own/.htaccess
for d in a c; do
    case $d in a) root=$H/web/a/public_html ;; c) root="$H/web/c [1]/public_html" ;; esac
    as_user john ln -s $H/pictures "$root/media"
    as_user john mkdir -p "$root/members"
    echo members | put_file john "$root/members/index.txt"
    printf 'AuthType Basic\nAuthName m\nAuthUserFile %s\nRequire valid-user\n' $H/passwords/a/passwd |
        put_file john "$root/members/.htaccess"
    echo "include_path = \".:$H/lib\"" | put_file john "$root/.user.ini"
    echo "DATA_DIR=$H/data" | put_file john "$root/.env"
    printf '<?php return ["tools" => "%s/tools/current/inc.php"];\n' $H | put_file john "$root/config.inc"
    as_user john mkfifo "$root/fifo.php"
    put_php $d.example include.php 'echo include "common.php", "\n";'
    put_php $d.example data.php '$e = parse_ini_file(".env"); echo @file_put_contents($e["DATA_DIR"] . "/" . $_GET["f"], "x") ? "ok" : "no", "\n";'
    put_php $d.example tools.php '$c = include "config.inc"; echo include $c["tools"], "\n";'
    put_php $d.example above.php 'echo include dirname(__DIR__, 3) . "/web-config.php", "\n";'
    put_php $d.example neighbour.php 'echo include "/home/john/b/inc.php", "\n";'
    put_php $d.example scratch.php 'echo @file_put_contents("/home/john/tmp/scratch", "x") ? "ok" : "no", "\n";'
    put_php $d.example old.php '// include "/home/john/b/old.php";
        echo "ok\n";'
done
put_php plain.example index.php 'echo file_put_contents(__DIR__ . "/../plain/x.txt", "x") ? "ok" : "no", "\n";'
echo '<?php' | put_file john $H/b/old.php
apache_start

log_in() { http_code "$1" /members/index.txt -u john:x; }
uses() { # SITE: what works of its uses
    for u in include.php "data.php?f=of-$1" tools.php above.php neighbour.php media/p.txt; do
        text=$(http "$1" "/$u" 2>/dev/null) || text=
        printf '%s: %s\n' "${u%%\?*}" "$text"
    done
    printf 'members: %s\n' "$(log_in "$1")"
}
password=$(openssl passwd -apr1 x) && echo "john:$password" | put_file john $H/passwords/a/passwd
all_but() { # what the neighbour's line says
    printf '%s\n' "include.php: of the library" "data.php: ok" "tools.php: of the tools" "above.php: of the configuration" \
        "neighbour.php: $1" "media/p.txt: a picture" "members: 200"
}
for d in a c; do
    expect_output "control: before, all of $d's uses work" "$(all_but 'of the neighbour')"$'\n' uses $d.example
done

check "allow" cagefsctl --site-isolation-allow-all
expect_output "of a site that needs nothing nothing is said" $'CloudLinux Isolates was enabled for domain(s),\nplain.example\n' \
    cagefsctl --site-isolation-enable plain.example --home private

# ---- the administrator ----
notices=/run/notices
dry() { cagefsctl --site-isolation-enable a.example --home private --dry-run "$@"; }
says() { grep -c "^a.example: $1" "$notices" >/dev/null; }
listed() { cagefsctl --site-isolation-list john | grep -q "^$1"; }
before() { find /var/lib/sitecage $H/.lve $H/.cagefs -newer /run/mark -type f ! -name '*-wal' ! -name '*-shm' ! -name history.db 2>/dev/null; } # the daemon keeps history.db
touch /run/mark
dry >/run/dry-out 2>/run/dry-err
check "dry-run" test $? = 0
expect_output "it says what it would do" $'CloudLinux Isolates would be enabled for domain(s),\na.example\n' cat /run/dry-out
check_not "and has not done it" listed a.example
expect_output "nor written anything" "" before
cagefsctl --site-isolation-enable a.example --home private >/run/out 2>$notices
check "enable" test $? = 0
expect_output "stdout is as always" $'CloudLinux Isolates was enabled for domain(s),\na.example\n' cat /run/out
check "dry-run said the same" cmp $notices /run/dry-err
plan_says() { cagefsctl --site-isolation-plan a.example 2>&1 >/dev/null | cmp - $notices; }
check "plan says the same" plan_says
json_says() { dry --json 2>&1 | python3 -c 'import json,sys; print("\n".join(json.load(sys.stdin)["notices"]))' | cmp - $notices; }
check "and --json" json_says
check "the include path, by its setting" says "$H/lib will be missing (include_path in web/a/public_html/.user.ini.*: $H/web/a/public_html ro ~/lib$"
check "the data directory, to be written" says "$H/data will be missing (web/a/public_html/.env); .*: $H/web/a/public_html rw ~/data$"
check "the link" says "$H/pictures will be missing (the link web/a/public_html/media); .* ro ~/pictures$"
check "the passwords" says "$H/passwords/a/passwd will be missing (AuthUserFile in web/a/public_html/members/.htaccess); .* ro ~/passwords/a$"
check "not one of the releases" says "$H/tools/current/inc.php will be missing (web/a/public_html/config.inc); .* ro ~/tools$"
check "a file in the home itself" says "$H/web-config.php will be missing (web/a/public_html/above.php); .* ro ~/web-config.php$"
check "the neighbour's stays closed" says "$H/b/inc.php belongs to b.example and will be closed (web/a/public_html/neighbour.php), and no line gives it"
expect_output "and no more than these" $'7\n' grep -c . $notices || cat $notices
expect_output "control: without the lines nothing of it works" $'include.php: \ndata.php: no\ntools.php: \nabove.php: \nneighbour.php: \nmedia/p.txt: \nmembers: 500\n' uses a.example
take() { sed -n 's|^.* in /etc/cagefs/site-isolation.paths: ||p' $notices >>$PATHS; }
check "the very lines are put in" take
check "regenerate" cagefsctl --site-isolation-regenerate john
expect_output "all works that may" "$(all_but '')"$'\n' uses a.example || apache_logs
silent() { dry 2>&1 >/dev/null | grep -v "belongs to b.example"; }
check_not "now nothing is missing but the neighbour's" silent

# ---- what mail and the user's own services start ----
as_user john mkdir -p $H/.config/systemd/user
printf '#!/bin/sh\ncat $0.sibling %s/b/inc.php >%s/web/a/public_html/got 2>/dev/null; cat >>%s/web/a/public_html/got\n' $H $H $H |
    put_file john $H/web/a/public_html/pipe.sh
chmod 755 $H/web/a/public_html/pipe.sh
printf '# | ~/web/a/public_html/old.sh\n"|%s/web/a/public_html/pipe.sh"\n' $H | put_file john $H/.forward
printf '[Service]\nExecStart=/usr/bin/php %s/b/inc.php\n' $H | put_file john $H/.config/systemd/user/queue.service
outside() { dry 2>&1 >/dev/null | grep ' outside of the site'; }
expect_output "mail's pipe is named, and not the neighbour's service" "a.example: ~/.forward starts $H/web/a/public_html/pipe.sh outside of the site, and goes on to; to have it run inside, put cagefs_enter_site a.example in front of the command there"$'\n' outside
pipe() { # as a mail program does it
    rm -f $H/web/a/public_html/got
    echo "the mail" | as_user john sh -c "cd /; $(sed -n 's/^"|\(.*\)"$/\1/p' $H/.forward)"
    cat $H/web/a/public_html/got
}
expect_output "control: it reads the neighbour's" $'<?php return "of the neighbour";\nthe mail\n' pipe
printf '"|/usr/bin/cagefs_enter_site a.example %s/web/a/public_html/pipe.sh"\n' $H | put_file john $H/.forward
expect_output "as told, it does not" $'the mail\n' pipe
check_not "and nothing is said of it" outside
check "a new release" as_user john sh -c "mkdir ~/tools/releases/8 && echo '<?php return \"of release 8\";' >~/tools/releases/8/inc.php && ln -sfn releases/8 ~/tools/current"
expect_contains "is seen at once" "of release 8" http a.example /tools.php
as_user john ln -sfn releases/7 $H/tools/current

# ---- the user ----
cat >/root/obey.py <<'PY'
import json, re, sys
answer, domains = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
paths = domains["domains"]["c.example"].setdefault("paths", {})
for notice in answer["notices"]:
    given = re.search(r'; to give it: "paths": (\{.*\}) in ~/.lve/domains.json', notice)
    for how, names in json.loads(given.group(1)).items() if given else ():
        paths.setdefault(how, []).extend(names)
print(json.dumps(domains))
PY
echo "home = private" >/etc/sitecage.conf
mine() { as_user john isolatectl "$@"; }
enable_c() { mine site-isolation enable --domain c.example >/run/json; }
check "isolatectl" enable_c
expect_output "control: without the lines nothing of it works" $'include.php: \ndata.php: no\ntools.php: \nabove.php: \nneighbour.php: \nmedia/p.txt: \nmembers: 500\n' uses c.example
expect_contains "the administrator's line is right for odd names" "$H/web/c%20\\\\[1\\\\]/public_html rw ~/data" cat /run/json
obey() { python3 /root/obey.py /run/json $H/.lve/domains.json >/run/domains && put_file john $H/.lve/domains.json 600 </run/domains; }
check "its lines go into domains.json" obey
check "and are obeyed" mine limits apply --domain c.example
expect_output "all works that may" "$(all_but '')"$'\n' uses c.example || apache_logs

# ---- a shared home ----
check "c is isolated no more, and what it was given is all sites'" cagefsctl --site-isolation-disable c.example
check "a gets a shared home" cagefsctl --site-isolation-regenerate john --home shared
: >$PATHS
shared() { cagefsctl --site-isolation-enable a.example --home shared 2>&1 >/run/out; }
expect_contains "what is written is said" "$H/data will be read-only" shared
expect_contains "and the neighbour's" "belongs to b.example" shared
expect_lacks "what is read is not" "$H/lib" shared
tmp() { shared | grep "$H/tmp"; }
expect_contains "temporary files of all are no site's" "directory for temporary files that all share" tmp
expect_lacks "no line gives them" "to give it" tmp

# ---- files without end ----
many() { as_user john sh -c 'cd ~/web/plain && mkdir many && cd many && for i in $(seq 1 2100); do echo "<?php" >$i.php; done'; }
check "a site with more files than are looked at" many
large() { cagefsctl --site-isolation-enable plain.example 2>&1 >/run/out; }
expect_contains "it is said that not all was" "looked for in its first 2000 files" large
finish
