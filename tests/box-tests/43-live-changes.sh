#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What changes around a running site changes inside it, at once and without ending a process: document roots that
# come and go, nested in it and around it, renamed and replaced directories, further paths, renamed domains.
# $ in single quotes is the inner shell's; functions are called by the checks.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"
# shellcheck source=tests/boxlib/state.sh
. "$SC_SOURCE/tests/boxlib/state.sh"

H=/home/john
gcc -O1 -o /usr/local/bin/refuse "$SC_SOURCE/tests/boxlib/refuse.c" -lseccomp || exit 1
panel_install
echo "home = shared" >/etc/sitecage.conf # what is closed in it, and open again; a private home: 38-private-home.sh
make_user john
site_with_secret john a.example $H/sites/a
site_with_secret john b.example $H/b
for dir in later around/inner/deep sites/a/sub sites/a/sub/deeper share rwshare; do
    as_user john mkdir -p "$H/$dir"
    echo "secret of $dir" | put_file john "$H/$dir/secret"
done

regenerate()
{
    local start end out
    start=$(date +%s%N)
    out=$(cagefsctl --site-isolation-regenerate john 2>&1) || {
        echo "$out"
        return 1
    }
    end=$(date +%s%N)
    echo "regenerate took $(((end - start) / 1000000)) ms"
    [ $(((end - start) / 1000000)) -lt 2000 ]
}

reads() # PROBE PATH
{
    [ "$(probe "$1" "cat $2/secret")" = "secret of ${3:-${2#"$H/"}}" ]
}

# Not readable, listable, writable, enterable.
closed() # PROBE PATH
{
    ! probe "$1" "cat $2/secret" >/dev/null && ! probe "$1" "ls $2/" >/dev/null &&
        ! probe "$1" "echo x >$2/new" && [ ! -e "$2/new" ] && ! probe "$1" "cd $2"
}

same() # PROBE: the process that it was
{
    [ "$(probe_pid "$1")" = "${probe_was[$1]}" ] && [ "$(probe "$1" 'echo $$')" = "${probe_inner[$1]}" ]
}

declare -A probe_was=() probe_inner=()
begin() # PROBE DOMAIN
{
    probe_start "$1" john "$2" && probe_was[$1]=$(probe_pid "$1") && probe_inner[$1]=$(probe "$1" 'echo $$')
}

start_without() # DOMAIN: builds the site's view by hand, mount(2) refused
{
    refuse mount=ENOENT /usr/libexec/sitecage/sitecage-build "$(id -u john)" "$(db "SELECT site_id FROM isolated WHERE name = '$1'")"
}

# --- the whole story, and once more without mount(2): what goes through it, by a library or through
# /proc/self/fd, depends on that library and that /proc ----------------------------------------------------------
story()
{
    local mode=$1 keeper
    [ "$mode" = plain ] || cagefsctl() { refuse mount=ENOENT /usr/sbin/cagefsctl "$@"; }
    cagefsctl --site-isolation-enable a.example >/dev/null || fail "enable" "see above"
    [ "$mode" = plain ] || check "$mode: a view" start_without a.example
    check "$mode: a process stays in site A" begin p a.example
    keeper=$(keeper_of john sites/a)
    check "$mode: it cannot read B" closed p $H/b
    check "$mode: control: it reads its own" reads p $H/sites/a a.example
    check "$mode: control: it reads what is no document root yet" reads p $H/later
    check "$mode: control: around" reads p $H/around/inner/deep
    check "$mode: control: what is inside A" reads p $H/sites/a/sub

    panel_add later.example john $H/later
    check "$mode: a document root comes" regenerate
    check "$mode: it has vanished from the running process" closed p $H/later
    panel_add deep.example john $H/around/inner/deep
    check "$mode: a deep one comes" regenerate
    check "$mode: it has vanished too" closed p $H/around/inner/deep
    panel_add inner.example john $H/around/inner
    panel_add around.example john $H/around
    check "$mode: two around it come at once" regenerate
    check "$mode: they have vanished" closed p $H/around
    check "$mode: and all that is in them" closed p $H/around/inner/deep
    panel_add sub.example john $H/sites/a/sub
    check "$mode: one inside A comes" regenerate
    check "$mode: A's process does not see it" closed p $H/sites/a/sub
    check "$mode: it still reads its own" reads p $H/sites/a a.example
    check "$mode: and writes it" probe p "echo x >$H/sites/a/own && rm $H/sites/a/own"
    panel_add sites.example john $H/sites
    echo "secret of sites" | put_file john $H/sites/secret
    check "$mode: one around A comes" regenerate
    check_not "$mode: A's process does not read it" probe p "cat $H/sites/secret"
    check_not "$mode: nor list it" probe p "ls $H/sites/"
    check_not "$mode: nor write it" probe p "echo x >$H/sites/new"
    check "$mode: it still reads its own in the middle" reads p $H/sites/a a.example
    check "$mode: by its absolute path also writes" probe p "echo x >$H/sites/a/own && rm $H/sites/a/own"
    check "$mode: what is closed in it stays so" closed p $H/sites/a/sub
    check "$mode: and B" closed p $H/b

    panel_remove sites.example && panel_remove sub.example
    check "$mode: both go" regenerate
    check "$mode: the one around is visible again" probe p "cat $H/sites/secret"
    check "$mode: the one inside too" reads p $H/sites/a/sub
    check "$mode: writable, as it is A's" probe p "echo x >$H/sites/a/sub/own && rm $H/sites/a/sub/own"
    panel_remove around.example && panel_remove inner.example
    check "$mode: those around the deep one go" regenerate
    check "$mode: the deep one stays away" closed p $H/around/inner/deep
    check "$mode: beside it one can list" probe p "ls $H/around/inner/"
    panel_remove later.example && panel_remove deep.example
    check "$mode: the last ones go" regenerate
    check "$mode: visible again" reads p $H/later
    check "$mode: the deep one too" reads p $H/around/inner/deep
    check_not "$mode: read-only, as it is not A's" probe p "echo x >$H/later/new"

    # a sibling is renamed on disk, and there is a new directory at its place
    as_user john sh -c "mv $H/b $H/b2 && mkdir $H/b && cp $H/b2/secret $H/b/"
    check "$mode: B's directory is another now" regenerate
    check "$mode: the new one is closed" closed p $H/b
    check_not "$mode: not writable where it went" probe p "echo x >$H/b2/new"
    as_user john sh -c "rm -r $H/b && mv $H/b2 $H/b"
    check "$mode: back again" regenerate
    check "$mode: closed" closed p $H/b

    # a process that holds what is closed now ends, others live
    check "$mode: a second process" begin q a.example
    check "$mode: it holds a directory" probe q "exec 7<$H/later"
    check "$mode: and reads through it" probe q "cat /proc/self/fd/7/secret"
    check "$mode: a third process" begin r a.example
    check "$mode: it is in a directory below" probe r "cd $H/later"
    panel_add later.example john $H/later
    check "$mode: the held document root comes" regenerate
    check "$mode: the holder has ended" wait_until 2 probe_is_gone q
    check "$mode: who was in it has ended" wait_until 2 probe_is_gone r
    check "$mode: the other lives" same p
    check "$mode: closed for it" closed p $H/later
    probe_end q
    probe_end r
    panel_remove later.example
    check "$mode: gone again" regenerate

    # further paths, by the user and by the administrator
    check_not "$mode: control: not writable" probe p "echo x >$H/rwshare/new"
    jq '.domains["a.example"].paths = {"rw": ["rwshare"], "ro": ["share"]}' $H/.lve/domains.json >/tmp/json
    put_file john $H/.lve/domains.json 600 </tmp/json
    check "$mode: paths in domains.json" regenerate
    check "$mode: rw" probe p "echo x >$H/rwshare/new && rm $H/rwshare/new"
    check_not "$mode: ro" probe p "echo x >$H/share/new"
    jq '.domains["a.example"].paths = {"ro": ["rwshare"]}' $H/.lve/domains.json >/tmp/json
    put_file john $H/.lve/domains.json 600 </tmp/json
    check "$mode: rw becomes ro" regenerate
    check_not "$mode: not writable any more" probe p "echo x >$H/rwshare/new"
    check "$mode: readable" reads p $H/rwshare
    jq 'del(.domains["a.example"].paths)' $H/.lve/domains.json >/tmp/json
    put_file john $H/.lve/domains.json 600 </tmp/json
    check "$mode: paths removed" regenerate
    check_not "$mode: not writable" probe p "echo x >$H/rwshare/new"
    mkdir -p /etc/cagefs
    echo "$H/sites/a rw ~/rwshare" >/etc/cagefs/site-isolation.paths
    check "$mode: the administrator's path" regenerate
    check "$mode: rw" probe p "echo x >$H/rwshare/new && rm $H/rwshare/new"
    rm /etc/cagefs/site-isolation.paths
    check "$mode: taken back" regenerate
    check_not "$mode: not writable" probe p "echo x >$H/rwshare/new"
    echo "$H/sites/a rw ~/b" >/etc/cagefs/site-isolation.paths
    cagefsctl --site-isolation-regenerate john >/dev/null 2>&1
    check "$mode: a path never opens another site" closed p $H/b
    rm /etc/cagefs/site-isolation.paths
    check "$mode: without it" regenerate

    # renamed, and one document root with two names
    panel_rename a.example renamed.example
    check "$mode: the domain is renamed in the panel" regenerate
    expect_output "$mode: the new name is isolated" \
        $'\nDomains with enabled CloudLinux Isolates for user john:\nrenamed.example\n' cagefsctl --site-isolation-list
    check "$mode: it can be entered" as_user john cagefs_enter_site renamed.example true
    check_not "$mode: the old name cannot" as_user john cagefs_enter_site a.example true
    panel_rename renamed.example a.example
    check "$mode: renamed back" regenerate
    panel_add alias.example john $H/sites/a
    check "$mode: a second name of A" regenerate
    check "$mode: reads its own" reads p $H/sites/a a.example
    panel_remove alias.example
    check "$mode: goes" regenerate
    check "$mode: reads its own" reads p $H/sites/a a.example
    check "$mode: after all this it is the same process" same p
    expect_output "$mode: and the same keeper" "$keeper"$'\n' keeper_of john sites/a

    # the own document root is replaced
    as_user john sh -c "mv $H/sites/a $H/sites/a2 && mkdir $H/sites/a && echo new >$H/sites/a/which"
    check "$mode: A's directory is another now" regenerate
    check "$mode: its processes have ended" wait_until 2 probe_is_gone p
    probe_end p
    expect_output "$mode: a new process is in the new one" $'new\n' as_user john cagefs_enter_site a.example cat which
    as_user john sh -c "rm -r $H/sites/a && mv $H/sites/a2 $H/sites/a"
    check "$mode: the old one is back" regenerate
    check "$mode: it is entered" reads_anew

    # all at once: 300 siblings
    check "$mode: a process before them" begin p a.example
    as_user john sh -c "cd $H && mkdir many && for i in \$(seq 300); do mkdir -p many/s\$i/www && echo n >many/s\$i/www/secret; done"
    seq 300 | awk -v h=$H '{ printf "s%d.example\tjohn\t%s/many/s%d/www\t\n", $1, h, $1 }' >>"$panel_table"
    check "$mode: 300 document roots come" regenerate
    check "$mode: all are closed" all_closed p
    check "$mode: a new process sees none either" none_seen_anew
    check "$mode: the same process" same p
    grep -v '^s[0-9]*\.example' "$panel_table" >"$panel_table.new" && mv "$panel_table.new" "$panel_table"
    check "$mode: 300 document roots go" regenerate
    check "$mode: visible" probe p "cat $H/many/s1/www/secret && cat $H/many/s300/www/secret"
    as_user john rm -r $H/many

    # remount ends processes, and the site comes again
    check "$mode: remount" cagefsctl --remount john
    check "$mode: ended its process" wait_until 2 probe_is_gone p
    check_not "$mode: and its keeper" keeper_of john sites/a
    probe_end p
    check "$mode: it is entered again" reads_anew
    check "$mode: disable" cagefsctl --site-isolation-disable a.example
    check_not "$mode: no keeper is left" keeper_of john sites/a
    expect_output "$mode: nothing is left" '' leftovers john
}

reads_anew()
{
    [ "$(as_user john cagefs_enter_site a.example cat secret)" = "secret of a.example" ]
}

all_closed()
{
    [ "$(probe "$1" "cat $H/many/*/www/secret 2>/dev/null; ls -d $H/many/*/www/* 2>/dev/null; for i in 1 150 299 300; do cat $H/many/s\$i/www/secret 2>/dev/null; done; echo done")" = "done" ]
}

none_seen_anew()
{
    [ "$(as_user john cagefs_enter_site a.example sh -c "cat $H/many/*/www/secret $H/many/s150/www/secret 2>/dev/null; echo done")" = "done" ]
}

cagefsctl --site-isolation-allow-all >/dev/null
story plain
check "control: mount(2)" mount -t tmpfs none /mnt
check "control: umount(2)" umount /mnt
check_not "control: mount(2) refused" refuse mount=ENOENT mount -t tmpfs none /mnt
story "no mount(2)"
unset -f cagefsctl

# --- a keeper that is not needed goes by itself -----------------------------------------------------------------
printf 'keeper_idle = 1\n' >/etc/sitecage.conf
no_keeper()
{
    ! keeper_of john sites/a
}
check "enabled again" cagefsctl --site-isolation-enable a.example
check "entered" reads_anew
check "it has a keeper" keeper_of john sites/a
check "which ends by itself" wait_until 6 no_keeper
check "entered again" reads_anew
check "a process that stays" begin p a.example
first=$(keeper_of john sites/a)
sleep 3
expect_output "keeps its keeper" "$first"$'\n' keeper_of john sites/a
check "the process is the same" same p
probe_end p
check "then the keeper ends" wait_until 6 no_keeper
check "disabled" cagefsctl --site-isolation-disable a.example
expect_output "nothing is left" '' leftovers john
finish
