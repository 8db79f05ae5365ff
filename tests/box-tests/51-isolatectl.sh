#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# isolatectl and cagefsctl-user: what a user can do with his own sites, and cannot from inside of one.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
make_user jane
make_site john a.example /home/john/a.example
make_site john b.example /home/john/b.example
make_site jane c.example /home/jane/c.example
apache_start

iso() { as_user john isolatectl "$@"; }
# says CODE MESSAGE COMMAND...: exit 1, one error object with these on stdout, nothing on stderr.
says()
{
    local want="{\"result\": \"error\", \"message\": \"$2\", \"code\": \"$1\"}" got status=0
    shift 2
    got=$("$@" 2>&1) || status=$?
    printf '%s (status %s)\n' "$got" "$status"
    [ "$status" = 1 ] && [ "$got" = "$want" ]
}

## Before the feature is on
check "not enabled yet" says not_enabled "CloudLinux Isolates is not enabled; ask the administrator of this server" \
    iso site-isolation list
for words in --help -h help "help limits" "limits --help" -V version; do
    # shellcheck disable=SC2086 # words
    check "$words needs no service" iso $words
done
for words in --help -h "help versions" --version ""; do
    # shellcheck disable=SC2086 # words
    check "selectorctl $words: nor this" sh -c "selectorctl $words 2>&1 | grep -qi '^usage\|^Which\|^selectorctl (Sitecage)'"
done
check "no command: said by the client itself" says usage "a command is needed; see isolatectl help" iso
check "root may ask for help, too" isolatectl help
pages() { for name in isolatectl cagefsctl-user selectorctl cagefs_enter_site; do test -s "/usr/share/man/man1/$name.1" || { echo "$name" && return 1; }; done; }
check "each command has its page, by each of its names" pages
expect_output "--version" "isolatectl (Sitecage) $(isolatectl --version | sed 's/.* //')"$'\n' iso --version
cagefsctl --site-isolation-allow-all >/dev/null

## Lists and changes, in the specification's bytes
expect_output "nothing is isolated" $'{"result": "success", "enabled_sites": []}\n' iso site-isolation list
expect_output "enable" $'{"result": "success", "enabled_sites": ["a.example"]}\n' \
    iso site-isolation enable --domain a.example
expect_output "enable more: the full list" $'{"result": "success", "enabled_sites": ["a.example", "b.example"]}\n' \
    iso site-isolation enable --domain=B.example
expect_output "list" $'{"result": "success", "enabled_sites": ["a.example", "b.example"]}\n' iso site-isolation list
expect_output "the administrator sees the same" $'\nDomains with enabled CloudLinux Isolates for user john:\na.example\nb.example\n' \
    cagefsctl --site-isolation-list
expect_output "disable both" $'{"result": "success", "enabled_sites": []}\n' \
    iso site-isolation disable --domain a.example,b.example
expect_output "isolates-enable" $'{"result": "success", "enabled_sites": ["a.example"]}\n' iso isolates-enable --domain a.example
expect_output "isolates-list" $'{"result": "success", "enabled_sites": ["a.example"]}\n' iso isolates-list
expect_output "isolates-disable" $'{"result": "success", "enabled_sites": []}\n' iso isolates-disable --domain a.example
expect_output "isolates list" $'{"result": "success", "enabled_sites": []}\n' iso isolates list
user() { as_user john cagefsctl-user "$@"; }
expect_output "cagefsctl-user enables" $'{"result": "success", "enabled_sites": ["a.example", "b.example"]}\n' \
    user site-isolation-enable --domain a.example,b.example
expect_output "cagefsctl-user lists" $'{"result": "success", "enabled_sites": ["a.example", "b.example"]}\n' user site-isolation-list
expect_output "cagefsctl-user disables" $'{"result": "success", "enabled_sites": ["a.example"]}\n' \
    user site-isolation-disable --domain b.example
expect_output "the link in sbin" $'{"result": "success", "enabled_sites": ["a.example"]}\n' \
    as_user john /usr/sbin/isolatectl site-isolation list

## Limits
if iso limits set --domain a.example --ep 20 --vmem 536870912 >/tmp/limits.out 2>&1; then
    expect_output "limits set" $'{\n"result": "success",\n"domain": "a.example",\n"limits": {\n"ep": 20,\n"vmem": 536870912\n}\n}\n' \
        iso limits set --domain a.example --ep 20 --vmem 536870912
    id=$(cagefsctl --site-isolation-status --json a.example | sed 's/.*"lve_id": \([0-9]*\).*/\1/')
    expect_output "limits list" $'{\n"result": "success",\n"domains": [\n{\n"name": "a.example",\n"lve_id": '"$id"$',\n"limits": {"ep": 20, "vmem": 536870912}\n}\n]\n}\n' \
        iso limits list
    expect_output "of one domain" "$(iso limits list)"$'\n' iso limits list --domain A.example
    expect_output "limits apply" $'{\n"result": "success",\n"domain": "a.example",\n"limits": {"ep": 20, "vmem": 536870912}\n}\n' \
        iso limits apply --domain a.example
    as_user john sed -i 's/"ep": 20/"ep": 7/' /home/john/.lve/domains.json
    expect_contains "apply takes what was edited" '"limits": {"ep": 7, "vmem": 536870912}' iso limits apply --domain a.example
    expect_contains "and it is listed" '"limits": {"ep": 7, "vmem": 536870912}' iso limits list
    expect_contains "limits have units" '"cpu": 5000,' iso limits set --domain a.example --cpu 50% --vmem 1G
    expect_contains "of bytes, too" '"vmem": 1073741824' iso limits list
    expect_contains "0 takes a limit away" '"vmem": 0' iso limits set --domain a.example --vmem 0
    wants_unit() { "$@" | jq -r '.notices[]'; }
    expect_output "a unit that was forgotten: it holds, and is said" $'a.example: pmem 256 is in bytes, and no program starts with so few: for MiB write M behind the number\n' \
        wants_unit iso limits set --domain a.example --pmem 256
    check "and can be taken back" iso limits set --domain a.example --pmem 0
    expect_output "of cpu: it holds, and is said" $'a.example: cpu 50 is 0.50% of one core: for percent write 50%\n' wants_unit iso limits set --domain a.example --cpu 50
    expect_lacks "a unit that was given is not" notices iso limits set --domain a.example --cpu 0.5% --vmem 0
    expect_lacks "nor is what was set before" notices iso limits set --domain a.example --ep 7
    as_user john sed -i 's/"vmem": 0/"vmem": 512/' /home/john/.lve/domains.json
    expect_output "written by hand: the same" $'a.example: cpu 50 is 0.50% of one core: for percent write 50%\na.example: vmem 512 is in bytes, and no program starts with so few: for MiB write M behind the number\n' \
        wants_unit iso limits apply --domain a.example
    expect_lacks "as before" notices iso limits set --domain a.example --vmem 0 --cpu 50%
else
    fail "limits can be set" "exit status $?" cat /tmp/limits.out
fi
expect_output "no limits, no domains" $'{\n"result": "success",\n"domains": []\n}\n' as_user jane isolatectl limits list
check "not isolated: no limits" says not_isolated "CloudLinux Isolates is not enabled for domain b.example; enable it with: isolatectl site-isolation enable --domain b.example" \
    iso limits set --domain b.example --cpu 1000
check "at least one limit" says usage "at least one limit is needed: --cpu, --pmem, --io, --nproc, --iops, --ep, --vmem" \
    iso limits set --domain a.example
check "a number" says usage "--cpu must be a whole number from 0 (no limit) to 9007199254740992, or a percentage as 50%; '1x' is none" \
    iso limits set --domain a.example --cpu 1x

expect_output "his own domains complete" $'a.example\nb.example\n' as_user john /usr/share/sitecage/complete isolatectl explain ''
expect_output "those that are isolated, for limits" $'a.example\n' as_user john /usr/share/sitecage/complete isolatectl limits set --domain ''

## What a site sees of the home
tilde='~'
as_user john mkdir /home/john/uploads
echo picture | put_file john /home/john/uploads/p.txt
reads() { php_eval a.example 'echo @file_get_contents("/home/john/uploads/p.txt") ?: "nothing\n";'; }
writes() { php_eval a.example 'echo @file_put_contents("/home/john/uploads/new", "x") ? "yes" : "no";'; }
expect_output "control: a directory of the account's is not there" $'nothing\n' reads
expect_output "paths add" $'{"result": "success", "domain": "a.example", "isolated": true, "home": null, "paths": {"ro": ["uploads"]}}\n' \
    iso paths add a.example uploads
expect_output "it is read" $'picture\n' reads
expect_output "and not written" no writes
expect_contains "with rw" '"paths": {"rw": ["uploads"]}' iso paths add --domain=a.example --path=/home/john/uploads rw
expect_output "it is written" yes writes
check "another site's is not given" says denied "$tilde/b.example cannot be given to a.example: it is inside the document root of another site" \
    iso paths add a.example b.example
check "paths remove" iso paths remove a.example uploads
as_user john cp /home/john/.lve/domains.json /home/john/kept.json
hand() { as_user john sh -c "jq '.domains[\"a.example\"].paths = $1' ~/kept.json >~/.lve/domains.json"; }
check "paths by hand: one, another site's, and one that is not there" hand '{ro: ["uploads", "nosuch"], rw: ["b.example"]}'
applied() { iso limits apply --domain a.example | tee /tmp/applied | jq -r '.notices[]'; }
expect_output "apply names those that the site does not get" "$tilde/nosuch cannot be given: /home/john/nosuch does not exist
$tilde/b.example cannot be given to a.example: it is inside the document root of another site
" applied
check "as the schema has it" sh -c 'python3 "$1/tests/schema" limits </tmp/applied' - "$SC_SOURCE"
expect_output "and gives the other" $'picture\n' reads
told="a.example ~/nosuch (/home/john/nosuch does not exist), a.example ~/b.example (it is inside the document root of another site)"
expect_contains "status tells it" "paths in ~/.lve/domains.json that have no effect: $told" cagefsctl --site-isolation-status
checked() { cagefsctl --site-isolation-check | grep '^WARNING  accounts: paths: '; }
expect_output "the check, too" $'WARNING  accounts: paths: 1 give their sites paths in ~/.lve/domains.json that these do not get: john; cagefsctl --site-isolation-status says which and why\n' checked
as_user john mv /home/john/kept.json /home/john/.lve/domains.json
expect_output "as before it says nothing" null eval 'iso limits apply --domain a.example | jq -j .notices'
check_not "nor does the check" checked
expect_output "it is not there any more" $'nothing\n' reads
expect_contains "home shared" '"home": "shared"' iso home a.example shared
expect_output "it sees the account's home" $'picture\n' reads
expect_contains "home default" '"home": null' iso home a.example default
check "the log says who changed what" grep -q 'by=user user=john home=a.example: done' /var/log/sitecage.log
expect_output "as before" $'nothing\n' reads
expect_contains "--json says nothing new" '"enabled_sites"' iso --json site-isolation list --json
check "stats of one that is not isolated" says not_isolated "CloudLinux Isolates is not enabled for domain b.example; enable it with: isolatectl site-isolation enable --domain b.example" \
    iso stats --domain b.example

## Who cannot be told
deaf() { "$@" >/dev/full; }
full() { iso site-isolation list >/dev/full; }
expect_fail 1 "No space left on device" full

for words in "isolatectl --help" "selectorctl --help" "selectorctl --list" "selectorctl --list --json"; do
    # shellcheck disable=SC2086 # words
    expect_fail 1 "standard output could not be written: No space left on device" deaf as_user john $words
    # shellcheck disable=SC2086 # words
    expect_fail 1 "standard output could not be written: No space left on device" deaf $words
done
expect_fail 2 "standard output could not be written: No space left on device" deaf as_user john selectorctl --nonsense --json
mute() { "$@" >&-; }
for words in --help -h help --version -V; do
    for who in "as_user john" ""; do
        # shellcheck disable=SC2086 # words
        expect_fail 1 "cagefs_enter_site: standard output could not be written" deaf $who cagefs_enter_site $words
    done
done
expect_fail 2 "cagefs_enter_site: unknown option; for the usage see cagefs_enter_site --help: --nosuch" as_user john cagefs_enter_site --nosuch a.example true
expect_contains "its help has an example" "  cagefs_enter_site shop.example php -v" as_user john cagefs_enter_site --help
nobody_hears() { as_user john cagefs_enter_site --help >/dev/null; }
check "who wants to hear nothing is no error" nobody_hears
said_once() { [ "$(wc -l <"$checks_dir/heard")" = 1 ]; }
bad="standard output could not be written: Bad file descriptor"
expect_fail 1 "it is done, but $bad" mute iso site-isolation list
expect_fail 1 "$bad" mute iso --help
expect_fail 1 "root; administrators use cagefsctl; $bad" mute isolatectl site-isolation list
for words in "isolatectl UNKNOWN" "isolatectl help UNKNOWN" "cagefsctl-user UNKNOWN" "selectorctl help UNKNOWN --json"; do
    # shellcheck disable=SC2086 # words
    mute as_user john $words 2>"$checks_dir/heard"
    check "$words: why is said, in one line" said_once
    check "and what was wrong" grep -q "UNKNOWN.*; $bad" "$checks_dir/heard"
done
expect_fail 1 "Please specify existing domain name and try again; $bad" mute iso site-isolation enable --domain nosuch.example
expect_fail 2 "ERROR:unknown option --nonsense" mute as_user john selectorctl --nonsense --json
expect_fail 1 "Please specify existing domain name and try again" mute cagefsctl --json --site-isolation-enable nosuch.example
expect_fail 1 "standard output could not be written: Bad file descriptor" mute as_user john selectorctl --list
expect_fail 1 "standard output could not be written: Bad file descriptor" mute selectorctl --list
check "what has nothing to say does not mind" mute selectorctl --set-user-current=native --user john

## Somebody else's, and nobody's
unknown="Please specify existing domain name and try again"
check "somebody else's domain" says unknown_domain "$unknown" iso site-isolation enable --domain c.example
check "nobody's domain" says unknown_domain "$unknown" iso site-isolation enable --domain nosuch.example
check "no domain at all" says unknown_domain "$unknown" iso site-isolation enable --domain '../../etc'
check "to disable" says unknown_domain "$unknown" iso site-isolation disable --domain c.example
check "and for limits" says unknown_domain "$unknown" iso limits set --domain c.example --ep 3
check "to list limits" says unknown_domain "$unknown" iso limits list --domain c.example
hint() { local out; out=$(iso "${@:2}") && return 1; [ "$(jq -c '[.message, .code, .hint]' <<<"$out")" = "[\"$unknown\",\"unknown_domain\",$1]" ] || { echo "$out" && return 1; }; }
hints='"did you mean a.example?"'
check "an address is no name, but has one" hint "$hints" site-isolation enable --domain https://a.example/x
check "with www., mistyped" hint "$hints" site-isolation disable --domain www.a.examqle
check "where only isolated ones are known" hint "$hints" limits list --domain a.examqle
for words in stats overview explain learn; do
    check "$words, too" hint "$hints" $words --domain a.example/
done
check "nothing of somebody else's is told" hint null site-isolation enable --domain https://c.example/
check "nor where it is mistyped" hint null stats --domain c.examqle
check "one bad name: named, nothing done" says unknown_domain "$unknown: c.example" \
    iso site-isolation enable --domain b.example,c.example
expect_output "b.example is as it was" $'{"result": "success", "enabled_sites": ["a.example"]}\n' iso site-isolation list
check "root is refused" says root_refused "this command cannot be run as root; administrators use cagefsctl" isolatectl site-isolation list

## The policy
cagefsctl --site-isolation-deny jane >/dev/null
check "not allowed" says not_allowed "CloudLinux Isolates is not allowed for user jane; ask the administrator of this server" \
    as_user jane isolatectl site-isolation enable --domain c.example
cagefsctl --site-isolation-allow jane >/dev/null

## Wrong usage: JSON, too
usage() { local out; out=$(iso "$@" 2>&1) && return 1; [ $? = 1 ] && [[ $out == '{"result": "error", "message": "'*'", "code": "usage"}' ]]; }
check "no command" usage
check "unknown command" usage site-isolation destroy
check "no domain" usage site-isolation enable
check "empty name" usage site-isolation enable --domain a.example,
check "unknown option" usage site-isolation list --user jane
check "identity is no argument" usage site-isolation list --username jane --lve-id 1000
check "quotes" usage $'a"b\\c\nd'

## From PHP of an isolated site
# inside COMMAND: by PHP's exec() in the isolated site; its output and status
inside()
{
    local quoted=${1//\\/\\\\}
    php_eval a.example 'exec("'"${quoted//\"/\\\"}"'" . " 2>&1", $o, $s); echo implode("\n", $o), "\n", $s;'
}
expect_output "list works inside" $'{"result": "success", "enabled_sites": ["a.example"]}\n0' inside 'isolatectl site-isolation list'
expect_contains "limits list too" '"name": "a.example"' inside 'isolatectl limits list'
no=$'{"result": "error", "message": "this cannot be changed from inside an isolated site; use the panel or a shell of the account", "code": "inside_site"}\n1'
for change in 'site-isolation enable --domain b.example' 'site-isolation disable --domain a.example' \
    'isolates-disable --domain a.example' 'limits set --domain a.example --cpu 0' 'limits set --domain b.example --cpu 0' \
    'limits apply --domain a.example' 'home a.example shared' 'paths add a.example uploads'; do
    expect_output "inside: no $change" "$no" inside "isolatectl $change"
done
expect_output "cagefsctl-user neither" "$no" inside 'cagefsctl-user site-isolation-disable --domain a.example'
expect_output "a forged environment" "$no" inside \
    'PROXYEXEC_SITE= PROXYEXEC_UID=0 PROXYEXEC_GID=0 DOCUMENT_ROOT=/home/john USER=root isolatectl site-isolation disable --domain a.example'
expect_output "a copied client" "$no" inside \
    'cp /usr/bin/isolatectl ./mine && ./mine site-isolation disable --domain a.example'
expect_output "the generic client" "$no" inside \
    '/usr/libexec/sitecage/sitecage-proxyexec ISOLATECTL site-isolation disable --domain a.example'
expect_contains "the program itself is not for users" 'run isolatectl' inside \
    'PROXYEXEC_UID=0 PROXYEXEC_SITE= /usr/libexec/sitecage/isolatectl-root site-isolation disable --domain a.example'
expect_contains "the account's socket is not there" 'No such file' inside 'ls -l /run/sitecage/proxy.sock'
expect_output "a site sees its own socket alone" $'sock\n0' inside 'ls -A /run/sitecage'
expect_contains "it cannot be replaced" 'Read-only file system' inside 'rm /run/sitecage/sock || ln -s x /run/sitecage/y'
check "nothing of that changed anything" test "$(iso site-isolation list)" = '{"result": "success", "enabled_sites": ["a.example"]}'

## 64 at once: no change is lost
for i in $(seq 64); do
    useradd --create-home --home-dir "/home/u$i" "u$i" && as_user "u$i" mkdir "/home/u$i/www" && panel_add "s$i.example" "u$i" "/home/u$i/www" &&
        apache_vhost "s$i.example" "u$i" "/home/u$i/www" wrapper
done
all_at_once()
{
    local pids=() i bad=0
    for i in $(seq 64); do
        as_user "u$i" isolatectl site-isolation enable --domain "s$i.example" >"/tmp/enable.$i" 2>&1 &
        pids+=($!)
    done
    for i in $(seq 64); do
        wait "${pids[i - 1]}" || { bad=1; cat "/tmp/enable.$i"; }
        [ "$(cat "/tmp/enable.$i")" = "{\"result\": \"success\", \"enabled_sites\": [\"s$i.example\"]}" ] || bad=1
    done
    return "$bad"
}
check "64 users at once: each has his answer" all_at_once
expect_output "and is in the administrator's list" 65 sh -c 'cagefsctl --site-isolation-list | grep -c "for user" | tr -d "\n"'

## One user, many calls
sites=
for i in $(seq 16); do
    as_user john mkdir "/home/john/m$i" && panel_add "m$i.example" john "/home/john/m$i" &&
        apache_vhost "m$i.example" john "/home/john/m$i" wrapper && sites="$sites m$i.example"
done
same_user()
{
    local pids=() i bad=0
    for i in $(seq 16); do
        iso site-isolation enable --domain "m$i.example" >/dev/null 2>&1 &
        pids+=($!)
    done
    for i in "${pids[@]}"; do
        wait "$i" || bad=1
    done
    return "$bad"
}
check "16 changes of one account at once" same_user
expect_output "all of them were made" 17 sh -c 'cagefsctl --site-isolation-list john | grep -c "\.example" | tr -d "\n"'

## The end
cagefsctl --site-isolation-deny-all >/dev/null
check "not enabled any more" says not_enabled "CloudLinux Isolates is not enabled; ask the administrator of this server" \
    iso site-isolation list
finish
