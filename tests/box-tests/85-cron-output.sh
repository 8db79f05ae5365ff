#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A job of cron that runs in a site and writes elsewhere in the home: its output arrives, as the account's; but not
# where a site could lead it, and not for what was made in the site.
# $ in single quotes is the job's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

H=/home/john
panel_install
make_user john
make_site john a.example $H/app/public
make_site john b.example $H/b.example
echo '{}' | put_file john $H/app/composer.json
as_user john mkdir -p $H/logs $H/app/storage
echo "secret of b" | put_file john $H/b.example/secret
echo "old" | put_file john $H/logs/old.log
printf '%s\n' '* * * * * tar czf ~/archive/$(date).tgz ~/app' '* * * * * php ~/app/x >>~/logs/x 2>&1' | as_user john crontab -
cagefsctl --site-isolation-allow-all >/dev/null
told() { { cagefsctl --site-isolation-enable a.example b.example >/dev/null; } 2>&1; }
expect_contains "enable names what a job uses and its site does not have, and the line that gives it" \
    "(to give it: $H/app/public rw ~/archive)" told
expect_lacks "not what is opened for it" "/logs" cagefsctl --site-isolation-status
as_user john mkdir $H/archive
echo "$H/app/public rw ~/archive" >/etc/cagefs/site-isolation.paths
check "given by that line" cagefsctl --site-isolation-regenerate john
expect_lacks "it is named no more" "/archive" cagefsctl --site-isolation-status

job() # COMMAND [SETTING…]: as cron runs an entry that is a.example's
{
    local command=$1
    shift
    (cd $H && timeout 20 setpriv --reuid john --regid john --init-groups --inh-caps=-all env -i HOME=$H LOGNAME=john \
        PATH=/usr/bin:/bin SHELL=/usr/libexec/sitecage/cron-shell SITECAGE_SITE=$H/app/public \
        SITECAGE_SHELL="${shell:-/bin/sh}" "$@" /usr/libexec/sitecage/cron-shell -c "$command")
}
has() { [ "$(cat "$2" 2>/dev/null)" = "$1" ]; }
arrives() # COMMAND TEXT FILE [SETTING…]
{
    rm -f "$3"
    job "$1" "${@:4}" && has "$2" "$3"
}
nothing_at() # COMMAND FILE [SETTING…]: the job does not write there
{
    job "$1" "${@:3}" 2>/dev/null
    [ ! -e "$2" ]
}

in_site() { as_user john cagefs_enter_site a.example sh -c "$1"; }
check "control: the site has a log of its own there" in_site "echo x >>$H/logs/x"
check_not "which is not the account's" test -e $H/logs/x
for shell in /bin/sh /bin/dash /bin/bash; do
    check "$shell: the usual line" arrives 'cd ~/app && { echo out; echo err >&2; } >> ~/logs/cron.log 2>&1' $'out\nerr' $H/logs/cron.log
    check "$shell: it runs in the site" arrives 'cat ~/b.example/secret >~/logs/x 2>/dev/null; pwd >>~/logs/x' $H $H/logs/x
    check "$shell: by number, quoted" arrives 'echo err 2>>"$HOME/logs/e r r" >&2' err "$H/logs/e r r"
done
shell=/bin/sh
check "a file is added to" job 'echo new >>logs/old.log'
check "at its end" has $'old\nnew' $H/logs/old.log
check "or written again" job 'echo new >logs/old.log'
check "from its beginning" has new $H/logs/old.log
expect_output "it is the account's, of the usual mode" $'john john 644\n' stat -c '%U %G %a' $H/logs/cron.log
check "the site's own files are written inside" arrives 'echo x >~/app/storage/own' x $H/app/storage/own

# Where a site could lead it, nothing is opened outside.
as_user john ln -s $H/b.example/pwned $H/app/storage/link
check "a link in what the site owns" nothing_at 'echo x >>~/app/storage/link' $H/b.example/pwned
as_user john ln -s $H/b.example $H/logs/dir
check "a link on the way" nothing_at 'echo x >>~/logs/dir/pwned' $H/b.example/pwned
as_user john ln -s $H/b.example/pwned $H/logs/last
check "a link at the end" nothing_at 'echo x >>~/logs/last' $H/b.example/pwned
check "a sibling's directory" nothing_at 'echo x >>~/b.example/pwned' $H/b.example/pwned
check "by dots" nothing_at 'echo x >>~/logs/../b.example/pwned' $H/b.example/pwned
check_not "what says who is isolated" job 'echo x >>~/.lve/domains.json 2>/dev/null'
check "another HOME: a directory of the site's" nothing_at 'echo x >>~/link' $H/b.example/pwned
as_user john ln -s $H $H/app/home
check "a HOME that the site could change" nothing_at 'echo x >>~/new' $H/new HOME=$H/app/home
as_user john ln -s app/home $H/by-link
check "nor one that leads there" nothing_at 'echo x >>~/new' $H/new HOME=$H/by-link
check "control: another HOME, by no link" arrives 'echo x >>~/new' x $H/logs/new HOME=$H/logs
as_user john mkfifo $H/logs/fifo
check "a FIFO holds nobody up" job 'echo x >>~/logs/fifo'
check "what was made in the site writes there as ever" nothing_at 'echo x >>~/logs/section' $H/logs/section SITECAGE_SECTION=abc:$H/app/public
check "which is the site's own home" in_site "grep -qx x ~/logs/fifo && grep -qx x ~/logs/section"

# Where the home is shared, what is not opened outside cannot be opened inside.
check "a shared home" cagefsctl --site-isolation-regenerate john --home shared
check_not "control: in the site the log cannot be opened" in_site "echo x >>$H/logs/x 2>/dev/null"
check "the usual line arrives" arrives 'cd ~/app && { echo out; echo err >&2; } >> ~/logs/cron.log 2>&1' $'out\nerr' $H/logs/cron.log
check_not "a HOME that the site could change" job 'echo x >>~/new 2>/dev/null' HOME=$H/app/home
check_not "nor one that leads there" job 'echo x >>~/new 2>/dev/null' HOME=$H/by-link
check_not "nothing came of it" test -e $H/new
check_not "a FIFO holds nobody up" job 'echo x >>~/logs/fifo 2>/dev/null'
check_not "what was made in the site writes there as ever" job 'echo x >>~/logs/section 2>/dev/null' SITECAGE_SECTION=abc:$H/app/public
check_not "nothing came of it" test -e $H/logs/section

# Nothing else comes along.
expect_output "a job without redirections has 0, 1 and 2, and what ls opens" $'0\n1\n2\n3\n' job 'ls /proc/self/fd'
check "the one that is opened is the file" arrives 'readlink /proc/$$/fd/9 >>~/logs/fd' "/home/john/logs/fd" $H/logs/fd
finish
