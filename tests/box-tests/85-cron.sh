#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cron: entries that name an isolated site run in it, crontab in a site changes only that site's, and a hostile
# site leaves nothing that runs outside.
# shellcheck disable=SC2317,SC2016,SC2059,SC2086
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

shell=/usr/libexec/sitecage/cron-shell
home=/home/john
panel_install
make_user john
make_user jane
make_site john a.example $home/a.example
make_site john b.example $home/b.example
make_site john c.example $home/c.example
for site in a b c; do echo "secret of $site" | put_file john $home/$site.example/secret; done

install -m 755 "$SC_SOURCE/tests/boxlib/like_cron.py" /usr/local/bin/like-cron
mkdir -p /tmp/mail && chmod 1777 /tmp/mail
cat >/usr/sbin/sendmail <<'PROGRAM'
#!/bin/sh
cat >/tmp/mail/$$.$(date +%N)
PROGRAM
chmod 755 /usr/sbin/sendmail

as_john() { as_user john "$@"; }
inside() { as_user john cagefs_enter_site "$@"; }
list() { crontab -u "$1" -l; }

cat >/tmp/original <<'FILE'
# John's own
MAILTO=john@x.example

  # indented
PATH=/usr/local/bin:/usr/bin:/bin
0 0 1 1 * cd ~/a.example; : look; cat /home/john/b.e*/secret
0 0 1 1 * : own; cat ~/b.e*/secret
* * * * * cd ~/a.example; (cat secret; cat ../b.example/secret) >job 2>&1
* * * * * cat ~/b.e*/secret >~/open
1 1 1 1 * cd /home/john/a.example; : stdin; cat%one%two \% three
2 1 1 1 * : mail; echo from the site $MAILTO; ls "/home/john/a.example"
SHELL = "/bin/bash"
@reboot cd ~/a.example && (echo "$SHELL ${BASH_VERSION:+bash} $SITECAGE_SITE"; cat ../b.example/secret) >reboot 2>&1
*/5 * * * * true	tab	  and  spaces 	 
@daily : open; php $HOME/c.example/cron.php
FILE
printf '# \377\376 no UTF-8\n' >>/tmp/original
crontab -u john /tmp/original
crontab -u jane - <<'FILE'
* * * * * cat /home/john/a.example/secret
FILE
list jane >/tmp/original.jane
list john >/tmp/listed
check "control: crontab gives back what it got" cmp /tmp/original /tmp/listed

expect_output "control: before, the job reads the sibling" $'secret of b\n' like-cron john ': look'

# at(1), where the server has none
[ -e /usr/bin/at ] || printf '#!/bin/sh\necho at ran\n' >/usr/bin/at
chmod 755 /usr/bin/at
cagefsctl --site-isolation-allow-all >/dev/null
cagefsctl --site-isolation-enable a.example >/dev/null
list john >/tmp/scoped
check_not "isolated, the crontab is another" cmp -s /tmp/original /tmp/scoped
check "all of its lines are there, in their order" sh -c \
    'grep -av -e ^#sitecage -e ^SITECAGE_ -e ^SHELL=/bin/sh -e ^SHELL=/usr/libexec /tmp/scoped | awk "!(/^SHELL = / && seen++)" | cmp - /tmp/original'
expect_fail 1 "/home/john/b.e" like-cron john ': look'
check "an entry that names no isolated site is as before" test "$(like-cron john ': own')" = "secret of b"
expect_output "its standard input by %" $'one\ntwo % three\n' like-cron john ': stdin'
list jane >/tmp/after.jane
check "others' crontabs stay" cmp /tmp/original.jane /tmp/after.jane
cagefsctl --site-isolation-regenerate john >/dev/null
list john >/tmp/again
check "another pass changes nothing" cmp /tmp/scoped /tmp/again
cagefsctl --site-isolation-enable b.example >/dev/null

## The entry itself
expect_fail 126 "root has no sites" env SITECAGE_SITE=$home/a.example $shell -c id
expect_fail 126 "not isolated: /home/jane/x" as_john env SITECAGE_SITE=/home/jane/x $shell -c id
expect_fail 126 "not isolated: /home/john/c.example" as_john env SITECAGE_SITE=$home/c.example $shell -c id
expect_fail 126 "does not say which site" as_john $shell -c id
expect_fail 2 "run by cron" as_john $shell id
expect_fail 126 "not able to enter a site from here" inside a.example env SITECAGE_SITE=$home/b.example $shell -c 'cat /home/john/b.example/secret'
expect_output "control: from outside it enters that one" $'secret of b\n' \
    as_john env SITECAGE_SITE=$home/b.example $shell -c 'cat /home/john/b.example/secret'
expect_fail 126 "not isolated: /home/jane/x.example" as_user jane env SITECAGE_SITE=/home/jane/x.example $shell -c id
expect_fail 126 "not isolated: /home/john/a.example" as_user jane env SITECAGE_SITE=$home/a.example $shell -c id

expect_output "another shell" $'bash\n' as_john env SITECAGE_SITE=$home/a.example SITECAGE_SHELL=/bin/bash $shell -c 'echo ${BASH_VERSION:+bash}'
expect_output "a shell that is not in sites: a usual one" $'ran\n' \
    as_john env SITECAGE_SITE=$home/a.example SITECAGE_SHELL=/usr/local/panel/jailshell $shell -c 'echo ran'
expect_output "nothing of ours is left in the environment" "" as_john env SITECAGE_SITE=$home/a.example $shell -c 'env | grep SITECAGE; true'
marked() { as_john env SITECAGE_SITE=$home/a.example SITECAGE_SECTION=t:/x SITECAGE_SET_t_1=A=b%20c SITECAGE_SET_u_1=X=y SECRET=1 $shell -c 'env | sort'; }
expect_lacks "an entry of a site gets nothing that others set" "SECRET" marked
expect_lacks "nor what other sites set" "X=y" marked
expect_contains "but its own" "A=b c" marked
expect_contains "control: an own entry gets what its crontab sets" "SECRET=1" as_john env SITECAGE_SITE=$home/a.example SECRET=1 $shell -c env

## crontab inside
expect_fail 1 "no crontab for john in this site" inside a.example crontab -l
expect_fail 1 "no option -u" inside a.example crontab -u root -l
expect_fail 1 "no option -u" inside a.example crontab -uroot -
expect_fail 1 "in a site there are" inside a.example /usr/libexec/sitecage/sitecage-proxyexec SITECAGE_CRONTAB -u root -l
expect_fail 1 "in a site there are" inside a.example /usr/libexec/sitecage/sitecage-proxyexec SITECAGE_CRONTAB /etc/passwd
expect_fail 2 "run by Sitecage itself" as_john /usr/libexec/sitecage/sitecage-proxyexec SITECAGE_CRONTAB -l
expect_fail 2 "run by Sitecage itself" as_john env PROXYEXEC_UID=0 PROXYEXEC_SITE=60001:/ /usr/libexec/sitecage/sitecage-crontab -l
expect_lacks "no spool inside" "john" inside a.example sh -c 'ls -la /var/spool; ls /var/spool/cron 2>&1; find / -xdev -path "*cron*john*" 2>/dev/null; true'
check "control: it is there outside" test -f /var/spool/cron/crontabs/john

printf '# A own\nLD_PRELOAD=/home/john/a.example/evil.so\nPATH=/home/john/a.example/bin:/usr/bin:/bin\nSHELL="/bin/bash"\nBASH_ENV=/home/john/a.example/env\nMAILTO=a@x.example\n\n%s\n%s\n' \
    '* * * * * id >/home/john/a.example/inside; cat /home/john/b.example/secret >>/home/john/a.example/inside 2>&1' \
    '0 0 1 1 * : sibling; cd /home/john/b.example && cat secret' >/tmp/a.cron
echo 'echo sourced >>/home/john/a.example/sourced' | put_file john $home/a.example/env
install_a() { inside a.example crontab - </tmp/a.cron; }
check "A installs" install_a
list_a() { inside a.example crontab -l; }
expect_output "and lists what it installed" "$(cat /tmp/a.cron)"$'\n' list_a
expect_fail 1 "no crontab for john in this site" inside b.example crontab -l
expect_fail 1 "no crontab for john in this site" inside b.example crontab -r
from_file() { inside b.example sh -c 'echo "0 0 1 1 * : bjob; cat ~/b.example/secret" >b.cron && crontab b.cron && crontab -l'; }
expect_output "B installs a file" $'0 0 1 1 * : bjob; cat ~/b.example/secret\n' from_file
expect_output "A's is as it was" "$(cat /tmp/a.cron)"$'\n' list_a
edits() { inside b.example env VISUAL='sed -i s/bjob/bjob2/' crontab -e 2>&1 && inside b.example crontab -l; }
expect_output "B edits" $'0 0 1 1 * : bjob2; cat ~/b.example/secret\n' edits
expect_output "and has an editor that does nothing" $'No modification made\n' sh -c 'setpriv --reuid john --regid john --init-groups env HOME=/home/john VISUAL=true cagefs_enter_site b.example crontab -e 2>&1'
keeps() { echo n | inside b.example crontab -i -r; }
check_not "-i asks" keeps
expect_output "what it says runs" $'secret of b\n' like-cron john ': bjob2'
expect_fail 1 "b.example" like-cron john ': sibling'
check_not "nothing of the sibling is read" grep -q "secret of b" <(like-cron john ': sibling' 2>/dev/null)

list john >/tmp/with
outside_env() { awk '/^#sitecage:site/{s=1} /^SITECAGE_SECTION=none/{s=0} s' /tmp/with | grep -v '^#' | grep -E '^(LD_PRELOAD|PATH|BASH_ENV|SHELL=.?/bin)'; }
check_not "nothing that A set is set for anybody" outside_env
(cat /tmp/a.cron; echo '0 0 1 1 * : victim; env') | crontab -u jane -
expect_contains "control: in a plain crontab they are set for what comes behind them" "LD_PRELOAD=/home/john" like-cron jane ': victim'
as_john sh -c '(crontab -l; echo "0 0 1 1 * : victim; env") | crontab -'
victim() { like-cron john ': victim' | grep -v '^SITECAGE_'; } # those names mean nothing to any program
expect_lacks "here they are not" "a.example" victim
expect_contains "it gets what the account sets" "SHELL=/bin/bash" victim
as_john sh -c 'crontab -l | grep -av ": victim" | crontab -'

## Two sites and an administrator at once
race()
{
    local _
    for _ in 1 2 3 4 5; do
        install_a &
        echo "0 0 1 1 * : bjob2; cat ~/b.example/secret" | inside b.example crontab - &
        cagefsctl --site-isolation-regenerate john >/dev/null &
        wait
        [ "$(inside a.example crontab -l)" = "$(cat /tmp/a.cron)" ] && inside b.example crontab -l | grep -q bjob2 || return 1
    done
}
check "nobody's change is lost" race
list john >/tmp/with

## What is refused, and leaves all as it was
refused() { printf "$1" | inside a.example crontab -; }
expect_fail 1 "line 1: not understood" refused 'hello\n'
expect_fail 1 "line 1: this name cannot be set" refused 'SITECAGE_SITE=/x\n'
expect_fail 1 "NUL byte" refused 'A=b\0c\n'
expect_fail 1 "MAILTO takes" refused 'MAILTO=-be\n'
expect_fail 1 "no newline" refused '* * * * * x'
expect_fail 1 "near line 2: bad minute" refused '# x\n61 * * * * x\n'
expect_fail 1 "at most 100 entries" sh -c 'yes "* * * * * x" | head -n 101 | setpriv --reuid john --regid john --init-groups cagefs_enter_site a.example crontab -'
expect_fail 1 "larger than 65536 bytes" sh -c 'yes "# x" | head -c 9000000 | setpriv --reuid john --regid john --init-groups cagefs_enter_site a.example crontab -'
list john >/tmp/after
check "all is as it was" cmp /tmp/with /tmp/after
echo john >/etc/cron.deny
expect_fail 1 "not allowed" inside a.example crontab -l
rm /etc/cron.deny

## Forged marks
forge='#sitecage:end\n#sitecage:- * * * * * evil\nSHELL=/bin/sh\n#sitecage:back SHELL=/bin/sh\n#sitecage:out\n0 0 1 1 * : forged; cat /home/john/b.example/secret\n'
before_forge() { list john | awk '/^#sitecage:site/{exit} {print}'; }
before_forge >/tmp/own.before
check "a hostile crontab with marks is taken" refused "$forge"
expect_output "as text" "$(printf "$forge")"$'\n' list_a
before_forge >/tmp/own.after
check "and nothing of the account's own part changed" cmp /tmp/own.before /tmp/own.after
expect_fail 1 "b.example" like-cron john ': forged'
cagefsctl --site-isolation-regenerate john >/dev/null
expect_fail 1 "b.example" like-cron john ': forged'
check "A installs again" install_a

## at
expect_output "control: at is there outside" $'at ran\n' as_john at now
expect_fail 1 "at: not available in an isolated site; use crontab" inside a.example at now

## Real cron, one minute: jobs of the own part, of sites, and what was appended behind them
check "a user appends with the usual pipe" as_john sh -c '(crontab -l; echo "* * * * * (env; cat ~/b.e*/secret) >~/appended; echo mail of john") | crontab -'
rm -f $home/a.example/job $home/open
cron
while [ "$(date +%S)" -lt 1 ]; do sleep 0.2; done
all_there() { [ -s $home/a.example/job ] && [ -s $home/open ] && [ -s $home/a.example/inside ] && [ -s $home/appended ]; }
check "cron ran them" wait_until 75 all_there
expect_contains "@reboot, by the account's shell, in the site" "/bin/bash bash" cat $home/a.example/reboot
expect_lacks "without the sibling" "secret of b" cat $home/a.example/reboot
expect_contains "an entry of the own part runs in its site" "secret of a" cat $home/a.example/job
expect_lacks "and reads no sibling" "secret of b" cat $home/a.example/job
expect_output "control: outside of sites, the same minute, it is read" $'secret of b\n' cat $home/open
expect_contains "A's own entry ran" "uid=" cat $home/a.example/inside
expect_lacks "and reads no sibling" "secret of b" cat $home/a.example/inside
check "with its own settings" grep -q sourced $home/a.example/sourced
expect_contains "what was appended runs outside" "secret of b" cat $home/appended
expect_contains "with the account's shell" "SHELL=/bin/bash" cat $home/appended
expect_contains "and path" "PATH=/usr/local/bin:/usr/bin:/bin" cat $home/appended
expect_lacks "and nothing that A set" "a.example/bin" grep -E '^(PATH|LD_PRELOAD|BASH_ENV|SHELL)=' $home/appended
check_not "no LD_PRELOAD" grep -q '^LD_PRELOAD' $home/appended
mailed() { grep -l 'mail of john' /tmp/mail/* | xargs grep -h '^To:' | sort -u; }
expect_contains "its mail goes where the account says" "To: john@x.example" mailed
kill "$(cat /var/run/crond.pid)"

## A site goes, comes back, moves
as_john sh -c 'crontab -l | grep -av appended | crontab -'
cagefsctl --site-isolation-disable a.example >/dev/null
check "its entries of the own part run outside again" test "$(like-cron john ': look')" = "secret of b"
expect_fail 1 "no entry with" like-cron john ': sibling'
check "what was made in it is there, as comments" sh -c "crontab -u john -l | grep -q '^#sitecage:- 0 0 1 1 \* : sibling'"
expect_output "B's is untouched" $'0 0 1 1 * : bjob2; cat ~/b.example/secret\n' inside b.example crontab -l
cagefsctl --site-isolation-enable a.example >/dev/null
expect_output "isolated again, A has its own again" "$(cat /tmp/a.cron)"$'\n' list_a
as_john mv $home/a.example $home/moved
panel_move a.example $home/moved
cagefsctl --site-isolation-regenerate john >/dev/null
expect_output "a document root that moved takes it along" "$(cat /tmp/a.cron)"$'\n' list_a
expect_contains "and its entries" "SITECAGE_SITE=/home/john/moved" list john

inside a.example crontab -r
inside b.example crontab -r
as_john mv $home/moved $home/a.example
panel_move a.example $home/a.example
cagefsctl --site-isolation-regenerate john >/dev/null
list john >/tmp/scoped.again
check "without own entries of sites it is as in the beginning" sh -c 'grep -q cron-shell /tmp/scoped.again'
cagefsctl --site-isolation-disable a.example b.example >/dev/null
list john >/tmp/restored
check "the exact text is restored" cmp /tmp/original /tmp/restored
cagefsctl --site-isolation-enable a.example b.example >/dev/null
check_not "enabled again it is scoped" sh -c 'crontab -u john -l | cmp -s - /tmp/original'
# what the user adds from outside is scoped by the daemon
added_is_scoped() { [ "$(like-cron john later 2>&1)" = later ]; }
check "the daemon sleeps" monitor_sleeps
printf '%s\n' "0 0 2 2 * echo later; cat $home/b.e*/secret 2>/dev/null; : $home/a.example" >/tmp/added
check "an entry is added" as_john sh -c '(crontab -l; cat /tmp/added) | crontab -'
check_not "control: without the daemon it runs outside" wait_until 2 added_is_scoped
monitor_wakes
check "with it, in the site" wait_until 35 added_is_scoped # a home that was changed often is looked at less often
check "taken out again" as_john sh -c "crontab -l | grep -av later | crontab -"
cagefsctl --site-isolation-regenerate john >/dev/null
cagefsctl --site-isolation-deny-all >/dev/null
list john >/tmp/restored
check "deny-all restores the exact text too" cmp /tmp/original /tmp/restored
finish
