#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# All of 60-limits on a machine without libcgroup: the kernel's files are used directly.
set -uo pipefail
rm -f /usr/lib/*/libcgroup.so.* /lib/*/libcgroup.so.*
if ldconfig -p | grep -q 'libcgroup\.so' && ls /usr/lib/*/libcgroup.so.* >/dev/null 2>&1; then
    echo "FAIL libcgroup is still here"
    exit 1
fi
# shellcheck source=tests/box-tests/60-limits.sh
. "$SC_SOURCE/tests/box-tests/60-limits.sh"
