# SPDX-License-Identifier: GPL-2.0-or-later
# What an isolated site is, from its PHP and from a shell: every attempt first succeeds while nothing is isolated.
# For box tests that set home_kind: private (what new sites have) or shared.
# Functions are called by the checks; $ in single quotes is PHP's or an inner shell's.
# shellcheck shell=bash disable=SC2317,SC2016,SC2086,SC2154 # paths here have no spaces
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/attack.sh
. "$SC_SOURCE/tests/boxlib/attack.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/john

# fill USER DOCROOT: what attack.php looks for.
fill()
{
    echo "secret of $2" | put_file "$1" "$2/secret.txt" &&
        printf '<?php /* secret of %s */ return "included";\n' "$2" | put_file "$1" "$2/page.php" &&
        printf '#!/bin/sh\necho secret of %s\n' "$2" | put_file "$1" "$2/run.sh" 755
}

panel_install
make_user john
make_user mary
make_site john main.example $H/public_html           # around addon
make_site john a.example $H/a.example                # the attacker, isolated
make_site john b.example $H/b.example                # not isolated
make_site john c.example $H/c.example                # isolated
make_site john addon.example $H/public_html/addon    # isolated, nested in what is not
make_site john inner.example $H/a.example/x/y/inner  # nested in the attacker, isolated
make_site john inner2.example $H/a.example/inner2    # nested in the attacker, not isolated
make_site john s1.example $H/shared
make_site john s2.example $H/shared
as_user john mkdir $H/real
as_user john ln -s real $H/link
make_site john link.example $H/link                  # by a symbolic link
make_site john shebang.example $H/shebang shebang    # isolated
make_site mary mary.example /home/mary/www
as_user mary chmod 711 /home/mary
siblings="$H/public_html $H/b.example $H/c.example $H/public_html/addon $H/a.example/x/y/inner $H/a.example/inner2
    $H/shared $H/real $H/link $H/shebang"
for dir in $siblings $H/a.example; do
    fill john "$dir"
done
fill mary /home/mary/www
attack_tools
put_file john $H/public_html/addon/attack.php <"$SC_SOURCE/tests/boxlib/attack.php"
printf '#!/usr/bin/php-cgi\n' | cat - "$SC_SOURCE/tests/boxlib/attack.php" | put_file john $H/shebang/attack.php 755
put_file john $H/b.example/attack.php <"$SC_SOURCE/tests/boxlib/attack.php"
put_file john $H/shared/attack.php <"$SC_SOURCE/tests/boxlib/attack.php"
put_file john $H/real/attack.php <"$SC_SOURCE/tests/boxlib/attack.php"

# The home's secrets and what is no secret.
for dir in .ssh .gnupg mail backups .config/rclone; do
    as_user john mkdir -p $H/$dir
    echo "secret of home" | put_file john $H/$dir/file 644
done
for file in .my.cnf .pgpass .bash_history backup-1.tar.gz cpmove-john.tar; do
    echo "secret of home" | put_file john $H/$file 644
done
echo "no secret" | put_file john $H/public.txt
as_user john mkdir $H/bin $H/project
echo "live" | put_file john $H/project/file

apache_start
[ "$home_kind" = private ] || echo "home = $home_kind" >>/etc/sitecage.conf
check "the feature is allowed" cagefsctl --site-isolation-allow-all

## Controls: nothing is isolated
# A process of the same user with a sibling's directory and file open. Its pid is one that no site reaches, or a
# site's own process of that number would be taken for it (this file is of the box's own pid namespace).
echo 30000 >/proc/sys/kernel/ns_last_pid
as_user john sh -c "cd $H/b.example && exec 7<secret.txt && exec sleep 1000" &
wait_until 5 pgrep -u john -x sleep
holder=$(pgrep -u john -x sleep)
check "a process outside" test "$holder" -gt 30000
all='read fopen dotdot relative link-to-file link-to-directory list-link hard-link copy opendir scandir glob glob-parent stat exists append create touch mkdir symlink move-in move-out move-it move-aside chmod chmod-it chdir include highlight run cat ls tar find proc-self-root proc-root'
expect_output "control: every way into a sibling's document root works" "$all proc-cwd proc-fd" ways a.example $H/b.example
for dir in $H/c.example $H/public_html $H/public_html/addon $H/a.example/x/y/inner $H/a.example/inner2 $H/shared; do
    expect_output "control: every way to $dir" "$all proc-fd" ways a.example "$dir"
done
expect_contains "control: by a link" "read fopen" ways a.example $H/link
expect_output "control: out of a nested one" "${all/ move-it move-aside/ move-aside} proc-fd" ways addon.example $H/public_html
# not SigQ, which counts what waits for all of the user's processes
dump='ksort($_SERVER); foreach ($_SERVER as $k => $v) if (!preg_match("/TIME|PORT|UNIQUE|SCRIPT|PHP_SELF|URI|URL|PATH_/", $k)) echo "$k=$v\n"; echo getcwd(), "\n"; system("id; umask; ulimit -a; cat /proc/self/status | grep -E \"^(Uid|Gid|Groups|Cap|NoNew|Seccomp|Sig[^Q])\"; pwd; cat /proc/self/mountinfo | wc -l; ls -l /proc/self/ns | sed \"s/.* //\"; env | sort | grep -v -E \"TIME|PORT|UNIQUE|SCRIPT|PHP_SELF|URI|URL|PATH_\"");'
before=$(php_eval b.example "$dump")
expect_contains "control: what an open site's request is like" "NoNewPrivs:	0" echo "$before"

## Enabled
check "sites are isolated" cagefsctl --site-isolation-enable a.example c.example addon.example inner.example s1.example \
    link.example shebang.example mary.example

# Point 1: its own document root, at its real path, read-write.
expect_output "own document root: PHP reads" "secret of $H/a.example"$'\n' \
    php_eval a.example "readfile('$H/a.example/secret.txt');"
expect_output "the real path" "$H/a.example $H/a.example" \
    php_eval a.example 'echo $_SERVER["DOCUMENT_ROOT"], " ", __DIR__;'
allowed "write, rename, link, remove in the own document root" \
    "mkdir d && echo x >d/f && ln d/f d/g && mv d/f d/h && chmod 700 d/h && rm -r d"
expect_output "what PHP writes is the owner's" "john:john" \
    php_eval a.example 'file_put_contents("w", "x"); echo posix_getpwuid(fileowner("w"))["name"], ":", posix_getgrgid(filegroup("w"))["name"];'
check "and is in the home, outside" test -s $H/a.example/w
shows "runs a program of its own" "secret of $H/a.example"$'\n' "./run.sh"
expect_output "the site serves static pages" "secret of $H/a.example"$'\n' http a.example /secret.txt

# Point 2: every other document root, by every way.
for dir in $siblings; do
    expect_output "no way to $dir" nothing ways a.example "$dir"
done
expect_output "no way to another user's" nothing ways a.example /home/mary/www
for dir in $siblings; do
    for try in "cat $dir/secret.txt" "ls -A $dir/" "echo x >$dir/new" "stat $dir/secret.txt" "cd $dir" "mv $dir ./stolen" \
        "rmdir $dir" "ln $dir/secret.txt l" "$dir/run.sh"; do
        check_not "not from a shell: ${try//$H/\~}" inside "$try"
    done
done
expect_output "what is outside is untouched" "secret of $H/b.example"$'\n' cat $H/b.example/secret.txt
check_not "nothing was written in a sibling" test -e $H/b.example/new -o -e $H/c.example/new
expect_output "out of a nested site: the one around can only be walked through" chdir ways addon.example $H/public_html
expect_output "nor to a sibling" nothing ways addon.example $H/a.example
expect_output "nested in public_html: its own" "secret of $H/public_html/addon"$'\n' \
    php_eval addon.example 'readfile("secret.txt");'
check "and it can write there" php_eval addon.example 'file_put_contents("w", "x") || http_response_code(500);'
for way in "mv x z" "mv x/y x/z" "rmdir x/y/inner" "mv x/y/inner z" "mv inner2 z" "rm -rf x"; do
    check_not "the attacker cannot move away what is nested in it: $way" inside "$way 2>&1; test ! -d x/y/inner -o ! -d inner2"
done
expect_output "the nested sites are where they were" "secret of $H/a.example/x/y/inner"$'\n' http inner.example /secret.txt
expect_output "a nested site does not see the one around" nothing ways shebang.example $H/a.example
expect_output "shared: both names are one site (1)" nothing ways s1.example $H/b.example
expect_output "shared: both names are one site (2)" nothing ways s2.example $H/b.example
expect_output "by a link: isolated" nothing ways link.example $H/a.example
expect_output "by a link: its own" "secret of $H/link"$'\n' php_eval link.example 'readfile("secret.txt");'
expect_output "shebang: isolated" nothing ways shebang.example $H/b.example
expect_contains "a site that is not isolated still reads those that are (a known limit)" read ways b.example $H/a.example

# Point 3: the home. Shared, it is the live one, read-only, minus secrets; private, it is another.
targets='.bashrc .profile .bash_profile .forward .procmailrc .ssh/authorized_keys bin/tool public.txt project/file
    .config/systemd/user/x.service .user.ini php.ini .htaccess cgi-bin/php .cagefs/x .lve/domains.json'
if [ "$home_kind" = shared ]; then
    shows "the home's files" $'no secret\n' "cat $H/public.txt"
    for target in $targets; do
        check_not "cannot write ~/$target" inside "echo x >>$H/$target"
        check_not "PHP cannot write ~/$target" by_php "echo x >>$H/$target"
    done
    denied "make a directory in the home" "mkdir $H/m && rmdir $H/m"
    denied "remove a file of the home" "cp $H/public.txt $H/p2 && rm $H/p2"
    denied "change a mode in the home" "chmod 644 $H/public.txt"
    denied "change times in the home" "touch $H/project"
    denied "replace the home's folder" "mv $H/project $H/p3 && mv $H/p3 $H/project"
    denied "a hard link that makes a file of the home writable" "ln $H/public.txt hl && echo >>hl && rm hl"
    denied "write through /proc/self/root" "echo >>/proc/self/root$H/public.txt"
else
    denied "read the home's files" "cat $H/public.txt"
    denied "read them in a folder" "cat $H/project/file"
    denied "list its folders" "ls $H/project"
    denied "read the home through /proc/self/root" "cat /proc/self/root$H/public.txt"
    for target in $targets; do
        inside "mkdir -p \$(dirname $H/$target); echo stolen >>$H/$target" 2>/dev/null
        by_php "echo stolen >>$H/$target" 2>/dev/null
        check_not "what it writes to ~/$target is not in the home" grep -qs stolen $H/$target
    done
    check "it removes its own" inside "rm -r ~/.ssh ~/.cagefs ~/.lve"
    allowed "make a directory in its home, a file, and remove them" \
        "cd $H && mkdir m && echo x >m/f && mv m/f m/g && chmod 600 m/g && rm -r m"
    check "it keeps one" inside "echo kept >~/kept && mkdir -p ~/project && rm -rf ~/project"
    expect_output "PHP finds it in the next request" $'kept\n' php_eval a.example "readfile('$H/kept');"
    check_not "the home has it not" test -e $H/kept
    check_not "nor has another site" as_user john cagefs_enter_site c.example cat $H/kept
    expect_output "the home's folder is as it was" $'live\n' cat $H/project/file
    expect_output "HOME is its name, as outside" "$H"$'\n' inside "cd ~ && pwd"
    denied "a hard link that makes a file of the home writable" "ln $H/public.txt hl && echo >>hl && rm hl"
fi
for secret in .ssh/file .gnupg/file mail/file backups/file .config/rclone/file .my.cnf .pgpass .bash_history \
    backup-1.tar.gz cpmove-john.tar; do
    denied "read ~/$secret" "cat $H/$secret"
done
for dir in .ssh .cagefs .lve mail; do
    check "control: list ~/$dir" outside "ls -A $H/$dir/"
    check_not "not inside: list ~/$dir" inside "ls -A $H/$dir/"
done
check_not "no way to a site's storage" inside "ls $H/.cagefs/websites"
denied "read the isolation's configuration" "cat $H/.lve/domains.json"

# Live: a failed look-up is not remembered.
check "a shell that stays inside" probe_start live john a.example
check_not "there is no notes.txt" probe live "cat $H/notes.txt"
check_not "nor one in a folder" probe live "cat $H/project/notes.txt"
expect_output "nor for PHP" "none" php_eval a.example "echo file_exists('$H/notes.txt') ? 'there' : 'none';"
echo "written later" | put_file john $H/notes.txt
echo "written later, too" | put_file john $H/project/notes.txt
if [ "$home_kind" = shared ]; then
    expect_output "the same process sees it at once" $'written later\n' probe live "cat $H/notes.txt"
    expect_output "in a folder, too" $'written later, too\n' probe live "cat $H/project/notes.txt"
    expect_contains "in the listing, too" notes.txt probe live "ls $H"
    expect_output "a new request sees it" $'written later\n' php_eval a.example "readfile('$H/notes.txt');"
    echo "changed" | put_file john $H/notes.txt
    expect_output "changes are seen" $'changed\n' probe live "cat $H/notes.txt"
else
    check_not "what is new in the home is not there" probe live "cat $H/notes.txt"
    check_not "in a folder neither" probe live "cat $H/project/notes.txt"
    expect_output "nor for a new request" "none" php_eval a.example "echo file_exists('$H/notes.txt') ? 'there' : 'none';"
fi
rm $H/notes.txt
check_not "so is its end" probe live "cat $H/notes.txt"
echo "written in the site" | put_file john $H/a.example/late.txt
expect_output "so is the own document root" $'written in the site\n' probe live "cat $H/a.example/late.txt"

# Point 4: what is its own.
allowed "use devices" 'echo x >/dev/null && [ "$(head -c 2 /dev/zero | od -An -tx1)" = " 00 00" ] && [ -n "$(head -c 1 /dev/urandom | od -An -tx1)" ]'
for dir in /tmp /var/tmp /dev/shm; do
    echo "secret of $dir" | put_file john $dir/of-outside 644
    denied "another's file in $dir" "cat $dir/of-outside"
    allowed "write in $dir" "echo x >$dir/mine && cat $dir/mine"
    check_not "what the site writes in $dir is not outside" test -e $dir/mine
    check_not "nor in another site" as_user john cagefs_enter_site c.example cat $dir/mine
    shows "it stays in $dir" $'x\n' "cat $dir/mine"
done
expect_output "PHP's temporary files" "/tmp" php_eval a.example 'echo dirname(tempnam("", "x"));'
check "sessions: the site has one" php_eval a.example \
    'session_id("stolen"); session_start() || http_response_code(500); $_SESSION["secret"] = "of a"; session_write_close();'
expect_output "sessions: it is still there in the next request" "of a" php_eval a.example \
    'session_id("stolen"); session_start(); echo $_SESSION["secret"] ?? "none";'
expect_output "sessions: another site has not got it" none php_eval c.example \
    'session_id("stolen"); session_start(); echo $_SESSION["secret"] ?? "none";'
expect_output "sessions: nor has one that is not isolated" none php_eval b.example \
    'session_id("stolen"); session_start(); echo $_SESSION["secret"] ?? "none";'
attack() { as_user john /usr/local/bin/attack "$@"; }
for pair in "shm-make shm-any" "shm-make shm-read" "sem-make sem-find" "msg-send msg-find" "mq-make mq-find" \
    "posix-shm-make posix-shm-find"; do
    check "${pair% *} outside" attack "${pair% *}"
    denied "IPC: ${pair#* }" "./attack ${pair#* }"
    [ "$pair" != "shm-make shm-any" ] || continue
    check "${pair% *} inside" inside "/usr/local/bin/attack ${pair% *}"
    check "its own is there" inside "/usr/local/bin/attack ${pair#* }"
    check_not "another site has not got it" as_user john cagefs_enter_site c.example /usr/local/bin/attack "${pair#* }"
done
denied "other processes of the user" "test -d /proc/$holder"
denied "look into another process" "readlink /proc/$holder/cwd"
denied "signal another process" "kill -0 $holder"
denied "trace another process" "/usr/local/bin/attack ptrace $holder"
denied "read another's memory" "/usr/local/bin/attack mem $holder"
check "control: other processes are listed" sh -c 'ps -e -o args= | grep -q apache2'
processes() { inside 'ps -e -o comm= | sort -u | tr "\n" " "'; }
check "only the site's own processes are listed" sh -c '! grep -vqE "^(sitecage-keeper|sh|ps|sort|tr|cat)$"' < <(processes | tr ' ' '\n' | grep .)
check_not "the keeper cannot be ended" inside "kill -9 1 && sleep 1"
check_not "nor looked into" inside "ls /proc/1/fd/ /proc/1/root/ | grep ."
as_user john cagefs_enter_site a.example sh -c 'kill -9 -1' 2>/dev/null
check "kill -9 -1 inside ends nothing outside" kill -0 "$holder"
echo "* * * * * true" >/var/spool/cron/crontabs/john && chown john /var/spool/cron/crontabs/john
echo "secret" >/etc/cagefs/some.cfg
install -d -m 755 /run/service && echo "of a service" >/run/service/file
check "control: a socket in /run" python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("/run/service/sock")'
for path in /etc/apache2/apache2.conf /etc/apache2/sites-enabled/b.example.conf /opt/cpvendor/etc/integration.ini \
    /etc/cagefs/some.cfg /run/service/file /run/service/sock "/run/sitecage/$(id -u john)" /run/sitecage/lock /var/lib/sitecage /etc/crontab \
    /var/spool/cron/crontabs /var/log/apache2 /home/mary /home/mary/www /sys/kernel /boot /etc/ssh/sshd_config \
    /opt/cloudlinux/flags; do
    [ -e "$path" ] || continue
    check "control: root sees $path" test -e "$path"
    check_not "not there: $path" inside "if test -f $path; then cat $path; elif test -d $path; then ls $path/; else test -e $path; fi"
    check_not "not for PHP: $path" by_php "if test -f $path; then cat $path; elif test -d $path; then ls $path/; else test -e $path; fi"
done
check "control: accounts" outside "grep mary /etc/passwd"
check_not "other accounts' names are not there" inside "grep mary /etc/passwd"
shows "the own name is known" $'john\n' "id -un"

# Point 5: nothing gains privilege.
install -m 4755 /usr/bin/id /usr/local/bin/setuid-id
install -m 4755 /usr/bin/id $H/a.example/setuid-id
denied "a setuid program" 'test "$(/usr/local/bin/setuid-id -u)" = 0'
denied "a setuid program in the document root" 'test "$(./setuid-id -u)" = 0'
status() { inside "grep -E '^(NoNewPrivs|Seccomp|CapInh|CapPrm|CapEff|CapBnd|CapAmb):' /proc/self/status | tr '\n\t' '  '"; }
zero=0000000000000000
expect_output "no privilege from a shell" \
    "CapInh: $zero CapPrm: $zero CapEff: $zero CapBnd: $zero CapAmb: $zero NoNewPrivs: 1 Seccomp: 2 " status
web_status() { by_php "grep -E '^(NoNewPrivs|Seccomp|CapInh|CapPrm|CapEff|CapAmb):' /proc/self/status | tr '\n\t' '  '"; }
expect_output "no privilege from PHP" \
    "CapInh: $zero CapPrm: $zero CapEff: $zero CapAmb: $zero NoNewPrivs: 1 Seccomp: 2 " web_status
shows "ids" "$(as_user john id)"$'\n' id
mount_flags() { inside "cat /proc/self/mountinfo" | awk '$6 !~ /nosuid/ { print $5 }'; }
expect_output "every mount is nosuid" '' mount_flags
writable() { inside "cat /proc/self/mountinfo" | awk '$6 ~ /^rw/ { print $5 }' | sort -u | tr '\n' ' '; }
own_home=
[ "$home_kind" = shared ] || own_home="$H "
expect_output "what can be written" \
    "/.sitecage /.sitecage/home /dev /dev/pts /dev/shm /etc/apache2 $own_home$H/a.example $H/a.example/x $H/a.example/x/y /proc /tmp /var/lib/php/sessions /var/log/apache2 /var/tmp " writable
for dir in /.sitecage /.sitecage/home /dev /dev/pts /etc/apache2 /var/log/apache2 /usr /etc /opt /home / /run /var/lib /var/cache /var/spool; do
    check_not "cannot write in $dir" inside "echo x >$dir/x"
    check_not "PHP cannot write in $dir" by_php "echo x >$dir/x"
done

# Point 6: in 31-attacks.sh (what cannot enter does not run)

## The others serve as before
after=$(php_eval b.example "$dump")
expect_output "a document root that is not isolated runs exactly as before" "$before" printf %s "$after"
for site in main a b c addon inner inner2 s1 s2 link shebang mary; do
    expect_output "$site.example serves" "hello from $site" php_eval $site.example "echo 'hello from $site';"
done

## And back
probe_end live
check "disabling" cagefsctl --site-isolation-disable a.example c.example addon.example inner.example s1.example \
    link.example shebang.example mary.example
expect_output "every way works again" "$all proc-cwd proc-fd" ways a.example $H/b.example
after=$(php_eval b.example "$dump")
expect_output "requests are as they were" "$before" printf %s "$after"
kill "$holder"

finish
