#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Virtualmin with Apache and PHP-FPM: found by its folder, its domains from its own files, what its command after changes
# is told, and that nothing else is done to that command. tests/panels/virtualmin does the same with the panel's own.
# shellcheck disable=SC2317,SC2016,SC2034
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/day.sh
. "$SC_SOURCE/tests/boxlib/day.sh"
# shellcheck source=tests/boxlib/virtualmin.sh
. "$SC_SOURCE/tests/boxlib/virtualmin.sh"

apache_configure
virtualmin_base
virtualmin_stand_in
vm_create --domain first.example --user first
check "PHP-FPM" fpm_start
check "Apache" apache_start
virtualmin_day

echo "== the administrator's own command"
check "was run all the time" grep -qx "DELETE_DOMAIN alice.example" /root/own.log
expect_output "ours stands before it" "post_command=/usr/libexec/sitecage/sitecage-generic hook; /root/own.sh
" grep post_command $virtualmin_etc/config
check "unregister" $virtualmin_generic unregister
expect_output "leaves it as it was" $'mysql_pass=secret\npost_command=/root/own.sh\nquotas=1\n' cat $virtualmin_etc/config
expect_output "and its mode" $'600\n' stat -c %a $virtualmin_etc/config
expect_fail 1 "does not have" $virtualmin_generic status

finish
