# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks: each runs a command, prints one line, counts, and returns 0 when it passed. A command that does
# not exist never passes any of them.

checks_passed=0
checks_failed=0
checks_finished=
checks_dir=$(mktemp -d /tmp/checks.XXXXXX)

# Runs a command; leaves its status in checks_status and its output in the two files. A status of 127 also
# stands for a command that does not exist, which is asked beforehand.
checks_run()
{
    checks_status=0
    if ! type -t "$1" >/dev/null; then
        : >"$checks_dir/out"
        echo "$1: no such command" >"$checks_dir/err"
        checks_status=127
        return
    fi
    "$@" >"$checks_dir/out" 2>"$checks_dir/err" || checks_status=$?
}

# Prints a file of output, indented, with every unprintable byte visible, and no more than 60 lines of it.
checks_show()
{
    if [ -s "$2" ]; then
        printf '     %s:\n' "$1"
        head -n 60 "$2" | cat -vE | sed 's/^/       | /'
    fi
}

pass()
{
    checks_passed=$((checks_passed + 1))
    printf 'ok   %s\n' "$1"
}

# fail TEXT REASON COMMAND...: for checks of one's own, too.
fail()
{
    local text=$1 reason=$2
    shift 2
    checks_failed=$((checks_failed + 1))
    printf 'FAIL %s\n     %s\n' "$text" "$reason"
    if [ $# -gt 0 ]; then
        printf '     command: %s\n' "${*@Q}"
        checks_show stdout "$checks_dir/out"
        checks_show stderr "$checks_dir/err"
    fi
    return 1
}

# check TEXT COMMAND...: the command succeeds.
check()
{
    local text=$1
    shift
    checks_run "$@"
    if [ "$checks_status" = 0 ]; then
        pass "$text"
    else
        fail "$text" "exit status $checks_status instead of 0" "$@"
    fi
}

# check_not TEXT COMMAND...: the command fails (but exists).
check_not()
{
    local text=$1
    shift
    checks_run "$@"
    case $checks_status in
    0) fail "$text" "it succeeded and should not have" "$@" ;;
    127) fail "$text" "the command was not found, which shows nothing" "$@" ;;
    *) pass "$text" ;;
    esac
}

# expect_output TEXT EXPECTED COMMAND...: success, exactly these bytes on stdout, nothing on stderr.
expect_output()
{
    local text=$1 expected=$2
    shift 2
    checks_run "$@"
    printf '%s' "$expected" >"$checks_dir/expected"
    if [ "$checks_status" != 0 ]; then
        fail "$text" "exit status $checks_status instead of 0" "$@"
    elif ! cmp -s "$checks_dir/expected" "$checks_dir/out"; then
        fail "$text" "stdout is not ${expected@Q}" "$@"
    elif [ -s "$checks_dir/err" ]; then
        fail "$text" "something on stderr" "$@"
    else
        pass "$text"
    fi
}

# expect_contains TEXT PART COMMAND...: success, and PART somewhere on stdout.
expect_contains()
{
    local text=$1 part=$2
    shift 2
    checks_run "$@"
    if [ "$checks_status" != 0 ]; then
        fail "$text" "exit status $checks_status instead of 0" "$@"
    elif ! checks_has out "$part"; then
        fail "$text" "stdout lacks ${part@Q}" "$@"
    else
        pass "$text"
    fi
}

# expect_lacks TEXT PART COMMAND...: success, some output, and PART nowhere in it.
expect_lacks()
{
    local text=$1 part=$2
    shift 2
    checks_run "$@"
    if [ "$checks_status" != 0 ]; then
        fail "$text" "exit status $checks_status instead of 0" "$@"
    elif checks_has out "$part" || checks_has err "$part"; then
        fail "$text" "the output has ${part@Q}" "$@"
    elif ! [ -s "$checks_dir/out" ]; then
        fail "$text" "no output at all, which shows nothing" "$@"
    else
        pass "$text"
    fi
}

# expect_fail CODE PART COMMAND...: exactly this exit status, and PART on stderr ('' for any text).
expect_fail()
{
    local code=$1 part=$2
    shift 2
    local text="exit $code, ${part@Q}: $*"
    checks_run "$@"
    if [ "$checks_status" != "$code" ]; then
        fail "$text" "exit status $checks_status instead of $code" "$@"
    elif ! checks_has err "$part"; then
        fail "$text" "stderr lacks ${part@Q}" "$@"
    else
        pass "$text"
    fi
}

# checks_has out|err PART (the shell's pattern match is byte-exact and takes newlines, unlike grep's)
checks_has()
{
    local content
    content=$(tr -d '\0' <"$checks_dir/$1" && printf .)
    [[ $content == *"$2"* ]]
}

# wait_until SECONDS COMMAND...: repeats the command until it succeeds; fails when the time is over.
wait_until()
{
    local deadline=$((SECONDS + 3 * $1 + 1)) # a busy machine is given three times as long
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

# The last command of every test.
finish()
{
    checks_finished=yes
    printf '%d passed, %d failed\n' "$checks_passed" "$checks_failed"
    if [ $checks_failed -gt 0 ] || [ $checks_passed = 0 ]; then
        exit 1
    fi
    exit 0
}

checks_at_exit()
{
    local status=$?
    rm -rf "$checks_dir"
    if [ -z "$checks_finished" ]; then
        echo "FAIL the test ended before its finish (status $status)"
        exit 1
    fi
}
trap checks_at_exit EXIT
