# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Attempts that a site makes, from a shell and from a shell that its PHP starts, and their controls. Source it
# after lib.sh. The attacker is user `john`; attacker_site is the site from which he tries.

attacker_site=a.example

# attack_tools: builds attack.c and puts what attackers use into the attacker's document root.
attack_tools()
{
    # shellcheck disable=SC2154 # of sites.sh
    local dir=${site_docroot[$attacker_site]}
    cc -O1 -o /usr/local/bin/attack "$SC_SOURCE/tests/boxlib/attack.c" -lrt &&
        put_file john "$dir/attack" 755 </usr/local/bin/attack &&
        put_file john "$dir/attack.php" <"$SC_SOURCE/tests/boxlib/attack.php"
}

# Runs a command that prints "=status= N" last; prints the rest; returns N, and 127 when the shell inside did not even
# run: that a site answers with an error shows nothing about what it cannot do.
attack_status()
{
    local out line
    out=$("$@" </dev/null 2>&1)
    line=${out##*=status= }
    if [ "$line" = "$out" ]; then
        printf 'the shell did not run: %s\n' "$out" >&2
        return 127
    fi
    out=${out%=status= *}
    printf '%s' "$out"
    [ "$line" != 127 ] || return 126
    return "$line"
}

attack_script()
{
    # shellcheck disable=SC2016 # $? is the inner shell's
    printf '( %s\n)\necho "=status= $?"\n' "$1"
}

# outside 'SHELL COMMAND': as the user, in no site.
outside()
{
    attack_status as_user john sh -c "cd ${site_docroot[$attacker_site]}; $(attack_script "$1")"
}

# inside 'SHELL COMMAND': in the attacker's site.
inside()
{
    attack_status as_user john cagefs_enter_site "$attacker_site" \
        sh -c "cd ${site_docroot[$attacker_site]}; $(attack_script "$1")"
}

# by_php 'SHELL COMMAND': in a shell that the site's PHP starts.
by_php()
{
    attack_status php_eval "$attacker_site" \
        "passthru(base64_decode('$(attack_script "$1" | base64 -w 0)'));"
}

# denied TEXT 'SHELL COMMAND': the command works outside, and inside neither from a shell nor from PHP.
denied()
{
    check "control: $1" outside "$2"
    check_not "not from a site's shell: $1" inside "$2"
    check_not "not from a site's PHP: $1" by_php "$2"
}

# allowed TEXT 'SHELL COMMAND': works inside, from both.
allowed()
{
    check "from a site's shell: $1" inside "$2"
    check "from a site's PHP: $1" by_php "$2"
}

# shows TEXT EXPECTED 'SHELL COMMAND': the output inside, from both.
shows()
{
    expect_output "from a site's shell: $1" "$2" inside "$3"
    expect_output "from a site's PHP: $1" "$2" by_php "$3"
}

# ways DOMAIN DOCROOT: every way in which that site's PHP gets at something of DOCROOT (attack.php), one line.
ways()
{
    http "$1" "/attack.php?target=$2"
}
