# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by every box test: checks, users, sites, and a real Apache. tests/README.md lists the functions.
if [ "${IN_BOX:-}" != 1 ]; then
    echo "this runs only in the box: tests/box $0" >&2
    exit 1
fi

# shellcheck source=tests/boxlib/checks.sh
. "$SC_SOURCE/tests/boxlib/checks.sh"
# shellcheck source=tests/boxlib/panel.sh
. "$SC_SOURCE/tests/boxlib/panel.sh"
# shellcheck source=tests/boxlib/apache.sh
. "$SC_SOURCE/tests/boxlib/apache.sh"
# shellcheck source=tests/boxlib/sites.sh
. "$SC_SOURCE/tests/boxlib/sites.sh"
# shellcheck source=tests/boxlib/daemon.sh
. "$SC_SOURCE/tests/boxlib/daemon.sh"
