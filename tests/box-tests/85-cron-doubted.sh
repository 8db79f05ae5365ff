#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An isolated site makes and removes the marks that say whose a directory is (composer.json …): what it left there is run
# by no entry of the account's crontab, outside or in another site. Directories that were somebody's before go on.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
monitor_off
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
make_user john
as_user john mkdir -p $H/web/apps/shop $H/web/old/shop $H/lara/public $H/two/sub/inner $H/two/public
make_site john outer.example $H/web
make_site john inner.example $H/web/apps/shop  # in outer.example's, not isolated
make_site john old.example $H/web/old/shop     # the same, with an application from before
make_site john lara.example $H/lara/public
make_site john two.example $H/two/public
make_site john sub.example $H/two/sub/inner    # has its application from two.example's
make_site john other.example $H/other
for app in web/old lara two; do echo '{}' | put_file john $H/$app/composer.json; done
echo "secret of other" | put_file john $H/other/secret
for dir in web/apps web/old lara two; do
    echo 'echo "ran $(cat /home/john/other/secret 2>/dev/null)"' | put_file john $H/$dir/job.sh
    echo "0 0 1 1 * : $dir; cd ~/$dir && sh ./job.sh"
done | as_user john crontab -
run() { like-cron john ": $1" 2>&1; }
for dir in web/apps web/old lara two; do
    expect_output "control: before, $dir runs outside" $'ran secret of other\n' run $dir
done

check "allow" cagefsctl --site-isolation-allow-all
cagefsctl --site-isolation-enable outer.example lara.example two.example >/dev/null 2>&1
for dir in web/apps lara two; do expect_output "isolated, $dir runs in its site" $'ran \n' run $dir; done
expect_output "what is a site's that is not isolated goes on" $'ran secret of other\n' run web/old

inside() { as_user john cagefs_enter_site "$@"; }
check "a site makes a mark above the document root in its own" inside outer.example sh -c "echo {} >$H/web/apps/package.json"
check "another takes its own mark away" inside lara.example rm $H/lara/composer.json
check "a third makes the stray one of its own" inside two.example sh -c "echo {} >$H/two/sub/package.json"
check "a pass" cagefsctl --site-isolation-regenerate john
refused() # DIR
{
    local got
    got=$(run "$1")
    [[ $got == *"cron-shell: not run"* && $got != *ran* ]]
}
for dir in web/apps lara two; do check "nothing of it is run: $dir" refused $dir; done
expect_output "what was there before goes on" $'ran secret of other\n' run web/old
status_says() { cagefsctl --site-isolation-status | grep -qF "$1"; }
check "status says it, and the way out" \
    status_says "3 entries of the crontab of john do not run: an isolated site may have left code where it works"
for dir in web/apps lara two/sub; do check "with the directory: $dir" status_says "$H/$dir"; done
cagefsctl --site-isolation-enable inner.example sub.example >/dev/null 2>&1
for dir in web/apps two; do check "nor in the other site, once that is isolated: $dir" refused $dir; done
check "and after another pass" cagefsctl --site-isolation-regenerate john
for dir in web/apps lara two; do check "still nothing is run: $dir" refused $dir; done

echo '{}' | put_file john $H/lara/composer.json
check "the mark is back" cagefsctl --site-isolation-regenerate john
expect_output "it runs in its site again" $'ran \n' run lara
cagefsctl --site-isolation-disable outer.example >/dev/null 2>&1
cagefsctl --site-isolation-enable outer.example >/dev/null 2>&1
expect_output "the site is isolated again: who did that means it, inner.example's runs there" $'ran \n' run web/apps
check "nothing is isolated any more" cagefsctl --site-isolation-disable outer.example lara.example two.example inner.example sub.example
for dir in web/apps web/old lara two; do expect_output "$dir runs as before" $'ran secret of other\n' run $dir; done
check_not "status is silent" status_says "do not run"
finish
