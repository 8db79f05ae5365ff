#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mail() and sendmail from inside a site, with a real Exim: what is handed over is delivered; no option of a mail
# program reads or leaves anything outside. Every attack is first shown to work without the filters.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

client=/usr/libexec/sitecage/sitecage-proxyexec
filters=/etc/cagefs/filters
home=/home/john
left=$home/c.example/left
panel_install
make_user john
for site in a b c; do
    make_site john "$site.example" "$home/$site.example"
done
apache_start
echo "csecret" | put_file john "$home/c.example/secret" 600
printf '.include %s\n' "$home/c.example/secret" | put_file john "$home/a.example/own.conf"
printf '.include %s\n' "$home/c.example/secret" | put_file john "$home/b.example/own.conf"

# syslog, to read the reasons in
python3 - <<'LOGGER' &
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open("/tmp/syslog", "wb", 0) as out:
    while True:
        out.write(s.recv(65536) + b"\n")
LOGGER
check "syslog listens" wait_until 5 test -S /dev/log
logged() { wait_until 5 grep -qF "$1" /tmp/syslog; } # its reader is another process

boxed() { grep -c '^From ' /var/mail/john 2>/dev/null || true; }
arrived() { [ "$(boxed)" = "$1" ]; }
# send DOMAIN PROGRAM ARGUMENTS: a message on standard input, as PHP runs it; prints what came back, and the status
send()
{
    local line
    line=$(printf '%s %s 2>&1' "$2" "$3" | base64 -w0)
    php_eval "$1" 'exec("printf \"To: john@box.example\nSubject: sent\n\nbody\n\" | " . base64_decode("'"$line"'"), $o, $s); echo implode("\n", $o), "\n", $s;'
}
# by_mail DOMAIN PARAMETERS [BODY]: PHP's mail() with additional parameters
by_mail()
{
    php_eval "$1" 'var_dump(mail("john@box.example", "by mail()", base64_decode("'"$(printf %s "${3:-body}" | base64 -w0)"'"), "", base64_decode("'"$(printf %s "$2" | base64 -w0)"'")));'
}

## No mail program
rm -f /usr/sbin/sendmail /usr/lib/sendmail # where the machine has one
cagefsctl --site-isolation-allow-all >/dev/null
# what it says of a file of the site's that names another site's is not about mail
enables() { cagefsctl --site-isolation-enable a.example 2>"$checks_dir/said"; }
expect_output "enable without any mail program" $'CloudLinux Isolates was enabled for domain(s),\na.example\n' \
    enables
check_not "nothing else is said" grep -v "(a.example/own.conf)" "$checks_dir/said"
expect_contains "the commands are shipped" "SITECAGE_SENDMAIL=/usr/sbin/sendmail" cat /etc/cagefs/sendmail.proxy.commands
nothing_there() { php_eval a.example 'var_dump(file_exists("/usr/sbin/sendmail"), mail("john@box.example", "s", "b"));'; }
expect_output "nothing stands for it inside, and mail() fails" $'bool(false)\nbool(false)\n' nothing_there

## Installed later
check "a mail server is installed" "$SC_SOURCE/tests/mail/install"
cat >/tmp/qmail <<'STANDIN'
#!/bin/bash
# takes options as sendmail does: -X FILE is its log
while getopts 'A:b:B:C:d:f:F:io:O:r:tX:' option; do
    case $option in X) cat >"$OPTARG" ;; esac
done
echo "qmail: $OPTIND"
STANDIN
install -D -m 755 /tmp/qmail /var/qmail/bin/sendmail
cagefsctl --site-isolation-regenerate john >/dev/null
cagefsctl --remount john >/dev/null
expect_output "mail() works after regenerate and remount" $'bool(true)\n' by_mail a.example ""
check "the message arrives" wait_until 10 arrived 1
expect_contains "as the user's" "by mail()" cat /var/mail/john
expect_output "with a sender" $'bool(true)\n' by_mail a.example "-foctober@be.example"
check "it arrives too" wait_until 10 arrived 2
n=2
for program in /usr/sbin/sendmail /usr/lib/sendmail /usr/sbin/exim /usr/sbin/exim4; do
    n=$((n + 1))
    expect_output "$program" $'\n0' send a.example $program '-t -i'
    check "arrives" wait_until 10 arrived $n
done
expect_output "recipients as arguments" $'\n0' send a.example /usr/sbin/sendmail '-oi -oem -odb -f john@box.example -- john@box.example'
check "arrives" wait_until 10 arrived $((++n))
smtp()
{
    php_eval a.example 'exec("printf \"HELO x\r\nMAIL FROM:<john@box.example>\r\nRCPT TO:<john@box.example>\r\nDATA\r\nSubject: smtp\r\n\r\nx\r\n.\r\nQUIT\r\n\" | /usr/sbin/sendmail -bs 2>&1", $o, $s); echo implode("\n", $o), "\n", $s;'
}
expect_contains "SMTP on standard input" "250 OK id=" smtp
check "arrives" wait_until 10 arrived $((++n))
expect_output "a mail program below /var" $'qmail: 3\n0' send a.example /var/qmail/bin/sendmail '-t -i'
queue_is_closed() { php_eval a.example 'echo is_readable("/var/spool/exim4") || is_readable("/var/mail/john") || is_readable("/etc/exim4/exim4.conf") ? "open" : "closed";'; }
expect_output "queue, mailboxes and configuration are not in the site" closed queue_is_closed

## Attacks. Each line: name | how | arguments. harm() says whether one did what it is for.
be_body='${readfile{'$home'/c.example/secret}}
${run{/bin/cp /etc/hostname '$left'}}'
attacks=(
    "-be reads|send|-be '\${readfile{$home/c.example/secret}}'|-be"
    "-be runs|send|-be '\${run{/bin/cp /etc/hostname $left}}'|-be"
    "-C shows a file|send|-C $home/c.example/secret -bV|-C"
    "-C in one word|send|-C$home/c.example/secret -bV|-C$home/c.example/secret"
    "-C with a configuration of one's own|send|-C \$PWD/own.conf -bV|-C"
    "-D moves the queue|send|-DSPOOL=$left john@box.example|-DSPOOL=$left"
    "-X writes a log|qmail|-X $left -t|-X"
    "-X in a cluster|qmail|-tiX$left|-tiX$left"
    "-X behind an option|qmail|-t -oi -iX $left|-iX"
    "mail() with -be|mail|-be|-be"
    "mail() with -D|mail|-DSPOOL=$left|-DSPOOL=$left"
)
harm()
{
    local domain=$1 how=$2 arguments=$3 output
    rm -rf "$left"
    case $how in
    send) output=$(send "$domain" /usr/sbin/sendmail "$arguments") ;;
    qmail) output=$(send "$domain" /var/qmail/bin/sendmail "$arguments") ;;
    mail) output=$(by_mail "$domain" "$arguments" "$be_body") ;;
    esac
    printf '%s\n' "$output" >/tmp/answer
    grep -q csecret /tmp/answer || [ -e "$left" ]
}
each()
{
    local domain=$1 expected=$2 title=$3 row name how arguments word
    for row in "${attacks[@]}"; do
        IFS='|' read -r name how arguments word <<<"$row"
        if [ "$expected" = harm ]; then
            check "$title: $name" harm "$domain" "$how" "$arguments"
            continue
        fi
        : >/tmp/syslog
        check_not "$title: $name" harm "$domain" "$how" "$arguments"
        case $how in
        mail) check "mail() says so: $name" grep -q 'bool(false)' /tmp/answer ;;
        *) expect_contains "the caller is told: $name" "the option ${word:0:180}" cat /tmp/answer ;;
        esac
        check "and the log: $name" logged "sendmail of user john refused: the option ${word:0:180}"
    done
}
each b.example harm "control, a site that is not isolated"
mkdir /root/filters
mv "$filters"/{sendmail,exim}.json /root/filters/
each a.example harm "control, isolated, without the filters"
mv /root/filters/* "$filters"/
each a.example none "refused"
rm -rf "$left"

# Other ways to the same program
aliases() { php_eval a.example 'exec("'"$client"' '"$1"' -be x 2>&1", $o, $s); echo implode("\n", $o), "\n", $s;'; }
for alias in SITECAGE_SENDMAIL SITECAGE_LIB_SENDMAIL SITECAGE_EXIM SITECAGE_QMAIL; do
    expect_output "by the alias $alias" $'proxyexec: the option -be is not allowed\n1' aliases $alias
done
for program in /usr/sbin/exim /usr/sbin/exim4 /usr/lib/sendmail; do
    expect_output "$program -bp" $'proxyexec: the option -bp is not allowed\n1' send a.example $program -bp
done
mailq() { php_eval a.example 'exec("exec -a mailq /usr/sbin/exim4 2>&1", $o, $s); echo $s;'; }
check_not "what it is called by chooses nothing" sh -c '[ "$1" = 0 ]' - "$(mailq)"

## Code for later
# pipes DOMAIN: leaves a ~/.forward that runs a program when mail arrives, and sends a message
pipes()
{
    rm -f "$left"
    php_eval "$1" 'var_dump((bool)@file_put_contents("'"$home"'/.forward", "|/bin/cp /etc/hostname '"$left"'"));'
    by_mail "$1" "" >/dev/null
}
expect_output "control: a site that is not isolated leaves ~/.forward" $'bool(true)\n' pipes b.example
check "and the mail server runs it" wait_until 10 test -e "$left" || cat /var/log/exim4/*
rm -f "$home/.forward" "$left"
# forwards_nothing TEXT WRITTEN: what an isolated site leaves runs nothing, whether it could write it
forwards_nothing()
{
    now=$(boxed)
    expect_output "$1" "bool($2)"$'\n' pipes a.example
    check "its message arrives" wait_until 10 arrived $((now + 1))
    check_not "and runs nothing" test -e "$left"
    check_not "nothing is left in the home" test -e "$home/.forward" -o -e "$home/dead.letter"
}
forwards_nothing "an isolated one leaves it in a home of its own" true
check "a shared home" cagefsctl --site-isolation-regenerate john --home shared
forwards_nothing "an isolated one cannot" false
check "its own again" cagefsctl --site-isolation-regenerate john --home private
expect_contains "a program as recipient" "" send a.example /usr/sbin/sendmail "-i '|/bin/cp /etc/hostname $left'"
expect_contains "a file as recipient" "" send a.example /usr/sbin/sendmail "-i $left"
sleep 1
check_not "neither leaves anything" test -e "$left"
mail_log() { printf 'mail.log = %s\n' "$left" | put_file john "$home/$1/.user.ini" && by_mail "$1" ""; rm -f "$home/$1/.user.ini"; }
expect_contains "control: mail.log of a site that is not isolated" 'bool(true)' mail_log b.example
check "writes where it wants" test -e "$left"
rm -f "$left"
mail_log a.example >/dev/null
check_not "that of an isolated one does not" test -e "$left"

## Programs that others can change
install -D -o john -m 755 /tmp/qmail /usr/local/bin/johns
echo 'JOHNS=/usr/local/bin/johns' >/etc/cagefs/johns.proxy.commands
johns() { as_user john "$client" JOHNS -t; }
expect_fail 126 "the server's settings are wrong" johns
check "the log says why" logged "/usr/local/bin/johns"
chown root /usr/local/bin/johns
expect_output "control: root's own" $'qmail: 2\n' johns
finish
