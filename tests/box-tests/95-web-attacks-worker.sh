#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Apache as a deputy, with the MPM worker: what an isolated site's owner tries (boxlib/web_attempts.py), each with its control, and
# what must keep working.
set -uo pipefail
export APACHE_MPM=worker
# shellcheck source=tests/boxlib/web-attacks.sh
. "$SC_SOURCE/tests/boxlib/web-attacks.sh"
finish
