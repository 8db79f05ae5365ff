#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What an isolated site is, with a shared home (home = shared in sitecage.conf): from its PHP and from a shell, with a control for each attempt.
set -uo pipefail
# shellcheck disable=SC2034 # isolated_site.sh reads it
home_kind=shared
# shellcheck source=tests/boxlib/isolated_site.sh
. "$SC_SOURCE/tests/boxlib/isolated_site.sh"
