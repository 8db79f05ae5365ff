#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Entries of cron that come to an isolated site's code by ways that only the shell or the job itself finds out: each runs it
# outside while nothing is isolated, and none afterwards. Ordinary entries with the same words run as before.
# shellcheck disable=SC2317,SC2016,SC2088,SC2069
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
monitor_off
install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
make_user john
make_site john shop.example $H/sites/shop
make_site john other.example $H/other
echo "secret of other" | put_file john $H/other/secret
echo 'echo "ran $(cat /home/john/other/secret 2>/dev/null)"' | put_file john $H/sites/shop/job.sh
echo '<?php echo "ran ", @file_get_contents("/home/john/other/secret");' | put_file john $H/sites/shop/job.php
echo 'print "ran "; open(F, "/home/john/other/secret") and print <F>; 1;' | put_file john $H/sites/shop/Job.pm
echo "$H/sites/shop" | put_file john $H/where
echo "APP=$H/sites/shop" | put_file john $H/env.sh
as_user john mkdir $H/scripts
echo 'cat /home/john/other/secret' | put_file john $H/scripts/report.sh 755

ways=(
    '. ~/env.sh; cd $APP && sh ./job.sh'
    'source ~/env.sh; sh $APP/job.sh'
    'set -- sites/shop; cd $1 && sh ./job.sh'
    "bash -c 'cd \$1 && sh ./job.sh' _ sites/shop"
    "bash -c 'cd \"\$0\" && sh ./job.sh' sites/shop"
    "cd ~/sites/\$'\\x73hop' && sh ./job.sh"
    'cd $(cat ~/where) && sh ./job.sh'
    'sh "`cat ~/where`/job.sh"'
    'X=`cat ~/where`; cd $X; sh ./job.sh'
    'cd ~/sites/$(echo sh)op && sh ./job.sh'
    'eval "$(echo cd sites/shop)"; sh ./job.sh'
    'CDPATH=~/sites; cd shop >/dev/null && sh ./job.sh'
    'sh "$(pwd)/sites/shop/job.sh"'
    'cd sites && sh $PWD/shop/job.sh'
    'cd sites && sh ~+/shop/job.sh'
    'A=~/sites; sh $A/shop/job.sh'
    'sh ~/{sites,none}/shop/job.sh'
    'sh ~/*/shop/job.sh'
    'env -C "$(cat ~/where)" sh ./job.sh'
    'find ~/sites -name job.sh -execdir sh {} \;'
    'find ~ -name job.sh -exec sh {} \;'
    'find . -name job.sh | xargs -n1 sh'
    "cat ~/where | xargs -I{} sh -c 'cd {} && sh ./job.sh'"
    'while read d; do (cd $d; sh ./job.sh); done <~/where'
    "php -r \"chdir('sites/shop'); include 'job.php';\""
    "php -r 'chdir(getenv(\"HOME\").\"/sites/shop\"); include \"job.php\";'"
    "perl -e 'chdir(\"sites/shop\"); exec \"sh ./job.sh\"'"
    "python3 -c 'import os; os.chdir(\"sites/shop\"); os.system(\"sh ./job.sh\")'"
    'PATH=~/sites/shop:$PATH; bash job.sh'
    'PATH=sites/shop:$PATH; bash job.sh'
    'PATH=$PATH:sites/shop; bash job.sh'
    'cd sites; PATH="$PATH":shop; export PATH; bash job.sh'
    'PERL5LIB=sites/shop perl -MJob -e 1'
    'BASH_ENV=sites/shop/job.sh bash -c true'
)
ordinary=(
    'PATH=scripts:$PATH; bash report.sh'
    '$(which sh) ~/scripts/report.sh'
    'X=sh; $X scripts/report.sh'
    'sleep $((RANDOM*0)); ~/scripts/report.sh'
    'cd "$(mktemp -d)" && sh ~/scripts/report.sh'
    "find ~/scripts -name 'report.sh' -exec sh {} \\;"
    'ls ~/scripts/*.sh | xargs -n1 sh'
    "echo 1 2 | awk '{\$1=\"\"}'; ~/scripts/report.sh"
    '[ "$(date +\%Y)" -gt 2000 ] && ~/scripts/report.sh'
    '. ~/env.sh; for f in ~/scripts/*; do sh $f; done'
)
# what says itself which site it enters
entering=(
    'cagefs_enter_site shop.example sh ~/sites/shop/job.sh'
    'cd ~/sites/shop && /usr/bin/cagefs_enter_site "Shop.example" sh ./job.sh'
    'cagefs_enter_site shop.example sh -c '\''X=$(echo c2l0ZXMvc2hvcA== | base64 -d); cd $X && sh ./job.sh'\'
)
{
    echo SHELL=/bin/bash
    for i in "${!entering[@]}"; do echo "0 0 1 1 * : ent$i; ${entering[i]}"; done
    echo "0 0 1 1 * : elsewhere; cagefs_enter_site other.example sh ~/sites/shop/job.sh"
    for i in "${!ways[@]}"; do echo "0 0 1 1 * : way$i; ${ways[i]}"; done
    for i in "${!ordinary[@]}"; do echo "0 0 1 1 * : own$i; ${ordinary[i]}"; done
} | as_user john crontab -
run() { like-cron john ": $1; " 2>&1; }
run_anyway() { run "$@" || true; }
reads() { [[ $(run "$1") == *"secret of other"* ]]; }
for i in "${!ways[@]}"; do check "control: outside, ${ways[i]}" reads "way$i"; done
for i in "${!ordinary[@]}"; do check "control: before, ${ordinary[i]}" reads "own$i"; done

check "allow" cagefsctl --site-isolation-allow-all
enabling() { cagefsctl --site-isolation-enable shop.example 2>&1 >/dev/null; }
expect_contains "enable says that some entries will not run, and why" "of the crontab of john do not run: only the job itself finds out" enabling
for i in "${!ways[@]}"; do check_not "isolated, ${ways[i]}" reads "way$i"; done
for i in "${!ordinary[@]}"; do check "as before, ${ordinary[i]}" reads "own$i"; done
check "most of them run in the site: a word says which it is" [ "$(run way2)" = "ran " ]
for i in "${!entering[@]}"; do expect_output "in the site that it enters: ${entering[i]}" $'ran \n' run "ent$i"; done
expect_contains "in no other one" "not able to enter a site from here" run_anyway elsewhere
refused() { [[ $(run way0) == *"cron-shell: not run"* ]]; }
check "where none does, nothing runs" refused
says() { cagefsctl --site-isolation-status | grep -F 'of the crontab of john do not run: only the job itself finds out what it runs or where'; }
check "status says so" says
check "disable" cagefsctl --site-isolation-disable shop.example
check "all is as it was" reads way0
finish
