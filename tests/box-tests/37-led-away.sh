#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The way to a document root goes over a link that the isolated site can change (`current`): it leads itself to another
# site's, and to what is nobody's, and gets nothing of it, inside or by the web server. A deploy goes on as before.
# $ in single quotes is PHP's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/mia
panel_install
make_user mia
secret() { as_user mia mkdir -p "$(dirname "$1")" && echo "secret of $1" | put_file mia "$1"; }
for n in 1 2; do
    as_user mia mkdir -p $H/dep$n/releases/1/public $H/dep$n/shared $H/bare/releases/$n
    as_user mia ln -s releases/1 $H/dep$n/current
    secret $H/dep$n/shared/key
    secret $H/dep$n/releases/1/public/in
    make_site mia dep$n.example $H/dep$n/current/public
    echo "release $n" | put_file mia $H/bare/releases/$n/which
done
as_user mia ln -s releases/1 $H/bare/current
make_site mia bare.example $H/bare/current
make_site mia far.example $H/far/www
echo '{}' | put_file mia $H/far/package.json
secret $H/far/.env
secret $H/keys/id
apache_start

# What the sites get of what is not theirs: from a shell in them, and by the web server.
stolen() # [ENTER]: the command that enters a site
{
    local file site
    for file in $H/dep2/shared/key $H/dep2/current/public/in $H/far/.env $H/keys/id; do
        for site in dep1.example bare.example; do
            as_user mia ${1:+"$1" "$site"} cat "$file" 2>/dev/null
        done
    done
    for file in dep1.example:8080/in bare.example:8080/.env bare.example:8080/id; do
        curl -s "http://$file" | grep -F "$H/dep2
$H/far
$H/keys"
    done
    true
}
expect_contains "control: who is not isolated gets at them" "secret of $H/keys/id" stolen
check "allow" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable dep1.example dep2.example bare.example far.example
expect_output "a release is served" $'release 1\n' http bare.example /which
got_nothing() { [ -z "$(stolen cagefs_enter_site)" ]; }
docroots() { cagefsctl --site-isolation-status --json --all | jq -r '.sites[].docroot' | sort | xargs; }
at_home() { [ "$(docroots)" = "$H/bare/releases/1 $H/dep1/releases/1/public $H/dep2/releases/1/public $H/far/www" ]; }
check "control: each is where it is" at_home

for to in ../far ../keys; do
    check "a site leads itself to another's, $to" as_user mia cagefs_enter_site dep1.example ln -sfn ../dep2/current $H/dep1/current
    check "and one elsewhere" as_user mia cagefs_enter_site bare.example ln -sfn $to $H/bare/current
    check "it gets nothing" got_nothing
    told() { cagefsctl --site-isolation-regenerate mia 2>&1; }
    expect_contains "regenerate says it, and the way out" "give it the directory itself as document root in the panel" told
    check "it still gets nothing" got_nothing
    check "the sites are where they were" at_home
done
status_says() { cagefsctl --site-isolation-status | grep -qF 'leads out of what the site owned'; }
check "status says it" status_says
check "all is made again, as at a boot" /usr/libexec/sitecage/sitecage-rebuild --boot
check "it gets nothing" got_nothing
check "the sites are where they were" at_home

# Disabling is no wish that the link leads there: enabled again, the site gets nothing either.
check "isolation ends" cagefsctl --site-isolation-disable bare.example
expect_fail 1 "the site itself led it to $H/keys by a link, while it was isolated" cagefsctl --site-isolation-enable bare.example
expect_contains "control: it lies there now" "secret of" cat "$(readlink -f $H/bare/current)/id"
check_not "it is not isolated there" as_user mia cagefs_enter_site bare.example true
check "the account leads it back" as_user mia ln -sfn releases/1 $H/bare/current
check "it is isolated again" cagefsctl --site-isolation-enable bare.example
check "it gets nothing" got_nothing
check "the sites are where they were" at_home

for n in 2 1; do
    check "a release of its own" as_user mia cagefs_enter_site bare.example ln -sfn releases/$n $H/bare/current
    served() { [ "$(http bare.example /which)" = "release $n" ]; }
    check "is served" wait_until 20 served
done
check "back where it was" as_user mia cagefs_enter_site dep1.example ln -sfn releases/1 $H/dep1/current
cagefsctl --site-isolation-regenerate mia >/dev/null
check_not "nothing is said any more" status_says

# A path that is granted by a link in what the site owns: it stays where it was when it was granted.
as_user mia mkdir -p $H/given && echo "given" | put_file mia $H/given/x
as_user mia ln -s ../given $H/far/storage
echo "$H/far/www rw ~/far/storage" >/etc/cagefs/site-isolation.paths
check "a path is granted" cagefsctl --site-isolation-regenerate mia
in_far() { as_user mia cagefs_enter_site far.example "$@"; }
expect_output "the site has it, by its link" $'given\n' in_far cat $H/far/storage/x
check "the site leads the link to what is nobody's" in_far ln -sfn ../keys $H/far/storage
for again in "" " again"; do
    check "a pass$again" cagefsctl --site-isolation-regenerate mia
    check_not "it does not get that$again" in_far cat $H/keys/id
    check_not "nor by the link$again" in_far cat $H/far/storage/id
    expect_output "what was granted is there$again" $'given\n' in_far cat $H/given/x
done

# What is kept of where a document root was led goes with the domain.
kept() { sqlite3 /var/lib/sitecage/sitecage.db "select count(*) from meta where key like 'led.%.bare.example'"; }
expect_output "control: it is kept" $'1\n' kept
panel_remove bare.example
check "the panel does not list it any more" cagefsctl --site-isolation-regenerate mia
expect_output "it may come back: it is kept" $'1\n' kept
check "its deletion is told" /usr/share/cloudlinux/hooks/post_modify_domain.py delete -u mia --domain bare.example
is_forgotten() { cagefsctl --site-isolation-regenerate mia && [ "$(kept)" = 0 ]; }
check "it is forgotten" wait_until 20 is_forgotten
finish
