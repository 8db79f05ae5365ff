#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A server that itself lives in a chroot: the root of a mount namespace is then not the caller's root, and an entry
# by setns() would land on it, outside of every cage, if the view had not become that root.
# shellcheck disable=SC2317,SC2016
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

panel_install
make_user john
for site in a b; do
    as_user john mkdir -p "/home/john/$site.example"
    panel_add "$site.example" john "/home/john/$site.example"
done
echo "b's secret" | put_file john /home/john/b.example/secret 0644

mkdir /jail
mount --rbind / /jail
in_jail()
{
    chroot /jail "$@"
}
as_john()
{
    in_jail setpriv --reuid john --regid john --init-groups "$@"
}

expect_output "the control: outside of a site john reads it" $'b\'s secret\n' as_john cat /home/john/b.example/secret
check "allow" in_jail cagefsctl --site-isolation-allow-all
check "enable" in_jail cagefsctl --site-isolation-enable a.example
expect_output "the site is entered" $'/home/john/a.example\n' \
    as_john cagefs_enter_site a.example /bin/sh -c 'cd /home/john/a.example && pwd'
expect_fail 1 "No such file" as_john cagefs_enter_site a.example cat /home/john/b.example/secret
expect_fail 2 "No such file" as_john cagefs_enter_site a.example ls /jail
expect_lacks "nothing of the real root is there" media as_john cagefs_enter_site a.example ls /
finish
