#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# HestiaCP with Apache and PHP-FPM: found by its folder, its domains from its own files, and each of its changes in
# force by watches alone. tests/panels/hestia does the same with the panel's own commands, within two seconds each.
# shellcheck disable=SC2317,SC2016,SC2034
set -uo pipefail
APACHE_MODULES="proxy proxy_fcgi"
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/fpm.sh
. "$SC_SOURCE/tests/boxlib/fpm.sh"
# shellcheck source=tests/boxlib/day.sh
. "$SC_SOURCE/tests/boxlib/day.sh"
# shellcheck source=tests/boxlib/hestia.sh
. "$SC_SOURCE/tests/boxlib/hestia.sh"

hestia_base apache2
hestia_stand_in
hestia v-add-user first Zu7-geheim-9 first@first.example
hestia v-add-web-domain first first.example
check "PHP-FPM" fpm_start
check "Apache" apache_start
hestia_day

finish
