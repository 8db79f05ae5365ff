#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What happens in an account while the daemon begins to watch it, right after the first enable, is seen; and what happens in a
# directory that is watched only since a new site of the panel's. Both times a mark makes an application of a sibling's.
# shellcheck disable=SC2317
set -uo pipefail
# shellcheck source=tests/boxlib/lib.sh
. "$SC_SOURCE/tests/boxlib/lib.sh"
# shellcheck source=tests/boxlib/probe.sh
. "$SC_SOURCE/tests/boxlib/probe.sh"

H=/home/mia
echo 'home = shared' >/etc/sitecage.conf # the rest of the home is there, so that what is closed shows
panel_install
make_user mia
make_site mia a.example $H/a
for n in 1 2 3 4 5 6; do
    as_user mia mkdir -p $H/app$n/public $H/app$n/data
    echo "secret of $n" | put_file mia $H/app$n/data/key
done
for n in 1 2 3; do panel_add app$n.example mia $H/app$n/public; done
apache_start
check "allow" cagefsctl --site-isolation-allow-all
check "enable" cagefsctl --site-isolation-enable a.example
check "a process stays in the site" probe_start p mia a.example
closed() { ! probe p "cat $H/app$1/data/key" >/dev/null; }
marked() # NUMBER: control: without a mark it is nobody's
{
    closed "$1" && return 1
    echo '{}' | put_file mia "$H/app$1/composer.json"
}
for n in 1 2 3; do
    check "a mark, while the daemon begins" marked $n
    check "is seen" wait_until 20 closed $n
    sleep 0.2 # the next one comes at another moment of the daemon's
done
for n in 4 5 6; do
    panel_add app$n.example mia $H/app$n/public
    /usr/share/cloudlinux/hooks/post_modify_domain.py create -u mia --domain app$n.example
    no_docroot() { ! probe p "ls $H/app$n/public" >/dev/null; }
    check "a new site of the panel's" wait_until 20 no_docroot
    check "a mark of it, at once" marked $n
    check "is seen" wait_until 20 closed $n
done
finish
