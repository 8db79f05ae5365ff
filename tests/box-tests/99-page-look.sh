#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The page by itself, in a browser, with made-up sites: barriers, hostile names, 200 sites, keyboard, languages, states,
# plots. tests/page/fetch has the browser and axe-core.
# Functions are called by the checks.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"

look() { timeout 200 python3 "$SC_SOURCE/tests/page/look.py" "$@"; }

check "axe-core finds no barrier: 360 and 1280 pixels, light and dark, list, dialog, report" look barriers
check "hostile names are text" look hostile
check "200 sites, one request" look many
check "the keyboard is enough, and the focus is kept" look keyboard
check "the administrator's page: filters, many at once, check, log, lock" look administrator
check "German, English, right to left" look languages
check "each state is a word, and who may not is told why" look states
check "plots have limits and marks, and are tables, too" look plots
finish
