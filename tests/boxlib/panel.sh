# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The reference panel: the integration scripts that Sitecage ships, and the table of domains they answer from.
# shellcheck disable=SC2016 # $ in single quotes is awk's

panel_table=/opt/cpvendor/etc/refpanel.domains

# Installs the reference panel; the domains known so far stay in its table.
panel_install()
{
    local installer=$SC_SOURCE/generic/refpanel/install
    if ! [ -x "$installer" ]; then
        echo "panel_install: $installer is missing or not executable" >&2
        return 1
    fi
    "$installer"
}

# panel_add DOMAIN OWNER DOCROOT [SITE_DIRECTORY]: the owner's first domain is the main one. Only the table changes:
# no hook is called, as when a panel forgot to.
panel_add()
{
    local kind=main
    mkdir -p "${panel_table%/*}" && touch "$panel_table" || return
    ! cut -f 2 "$panel_table" | grep -qxF -- "$2" || kind=
    printf '%s\t%s\t%s\t%s%s\n' "$1" "$2" "$3" "$kind" "${4:+$'\t'$4}" >>"$panel_table"
}

# panel_edit NAME=VALUE... AWK-PROGRAM: rewrites the table; readers see the old one or the new one.
panel_edit()
{
    # Through the environment: awk's -v would interpret backslashes.
    env "${@:1:$#-1}" awk 'BEGIN { FS = OFS = "\t" } '"${*: -1}" "$panel_table" >"$panel_table.new" &&
        mv "$panel_table.new" "$panel_table"
}

# panel_remove DOMAIN
panel_remove()
{
    panel_edit domain="$1" '$1 != ENVIRON["domain"]'
}

# panel_move DOMAIN DOCROOT: the domain has another document root from now on.
panel_move()
{
    panel_edit domain="$1" docroot="$2" '$1 == ENVIRON["domain"] { $3 = ENVIRON["docroot"] } 1'
}

# panel_rename DOMAIN NEW-NAME
panel_rename()
{
    panel_edit domain="$1" new="$2" '$1 == ENVIRON["domain"] { $1 = ENVIRON["new"] } 1'
}

# monitor_off: for tests of what commands do by themselves: no daemon completes or repeats it meanwhile.
monitor_off()
{
    rm -f /usr/libexec/sitecage/sitecage-monitor # a link to the program that is all of root's commands
    printf '#!/bin/sh\n' >/usr/libexec/sitecage/sitecage-monitor
    chmod 755 /usr/libexec/sitecage/sitecage-monitor
}
