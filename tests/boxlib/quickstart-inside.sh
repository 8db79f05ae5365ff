# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The story that ./quickstart tells, in the box. Every line is a command or what it printed; every step is
# checked, and the first that does not do what it should ends the story with status 1.
# shellcheck disable=SC2016 # $ in single quotes is PHP's
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
trap - EXIT

failed()
{
    echo "quickstart: $*" >&2
    exit 1
}

# run 'PROMPT' 'COMMAND LINE': prints both, runs the line, prints what it prints, keeps it in $output.
run()
{
    local status=0
    printf '%s %s\n' "$1" "$2"
    eval "$2" >/tmp/output 2>&1 </dev/null || status=$?
    cat /tmp/output
    output=$(cat /tmp/output; printf .)
    output=${output%.}
    return $status
}

# root EXPECTED 'COMMAND LINE': as root; succeeds and prints exactly EXPECTED.
root()
{
    run '#' "$2" || failed "status $? from: $2"
    [ "$output" = "$1" ] || failed "expected ${1@Q} from: $2"
}

# visit EXPECTED URL: a visitor's request, answered with exactly EXPECTED.
visit()
{
    run '$' "curl -s http://$2" || failed "status $? from: curl -s http://$2"
    [ "$output" = "$1" ] || failed "expected ${1@Q} from: http://$2"
}

# status EXPECTED URL: a visitor's request, answered with that status.
status()
{
    run '$' "curl -s -o /dev/null -w '%{http_code}\n' http://$2" || failed "status $? from: curl http://$2"
    [ "$output" = "$1"$'\n' ] || failed "expected $1 from: http://$2"
}

a=a.example:$apache_port
b=b.example:$apache_port
secret='the password of b.example is pa55word'

root '' 'panel_install'
root '' 'make_user john'
root '' 'make_site john a.example /home/john/a.example'
root '' 'make_site john b.example /home/john/b.example'
root '' "put_php a.example index.php 'echo \"Welcome to a.example\\n\";'"
root '' "put_php b.example index.php 'include \"config.php\"; echo \"Welcome to b.example\\n\";'"
root '' "put_php b.example config.php '\$password = \"$secret\";'"
root '' "put_php a.example spy.php 'echo @file_get_contents(\"/home/john/b.example/config.php\") ?: \"a.example cannot read it\\n\";'"
root '' "as_user john ln -s ../b.example/config.php /home/john/a.example/link.txt"
root '' 'apache_start'

visit $'Welcome to a.example\n' "$a/"
visit $'Welcome to b.example\n' "$b/"
visit "<?php \$password = \"$secret\";"$'\n' "$a/spy.php"
visit "<?php \$password = \"$secret\";"$'\n' "$a/link.txt"

root $'CloudLinux Isolates was allowed for all users.\n' 'cagefsctl --site-isolation-allow-all'
# it says of the link, which leads into the other site, that it will be closed
root $'a.example: /home/john/b.example/config.php belongs to b.example and will be closed (the link a.example/link.txt), and no line gives it: it is inside the document root of another site\nCloudLinux Isolates was enabled for domain(s),\na.example\n' \
    'cagefsctl --site-isolation-enable a.example'

visit $'a.example cannot read it\n' "$a/spy.php"
status 403 "$a/link.txt"
visit $'Welcome to a.example\n' "$a/"
visit $'Welcome to b.example\n' "$b/"

root $'\nDomains with enabled CloudLinux Isolates for user john:\na.example\n' \
    'cagefsctl --site-isolation-list'
root $'CloudLinux Isolates was disabled for domain(s),\na.example\n' \
    'cagefsctl --site-isolation-disable a.example'
root $'No users with enabled CloudLinux Isolates\n' 'cagefsctl --site-isolation-list'

visit "<?php \$password = \"$secret\";"$'\n' "$a/spy.php"
root $'CloudLinux Isolates was denied for all users.\n' 'cagefsctl --site-isolation-deny-all'
root '' 'apache_stop'
