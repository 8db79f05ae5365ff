# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Plesk for the box: its folder, its command (plesk-fake), its database (SQLite), and its event manager, which runs
# handlers in the background and throws their output away. Source it after lib.sh.

plesk_data=/var/lib/psa
plesk_vhosts=/var/www/vhosts

plesk_install()
{
    mkdir -p /usr/local/psa/var /etc/psa "$plesk_data/info" "$plesk_vhosts/system" &&
        echo '18.0.77 Debian 12.0 1800260101.01' >/usr/local/psa/version &&
        echo "HTTPD_VHOSTS_D $plesk_vhosts" >/etc/psa/psa.conf &&
        install -m 755 "$SC_SOURCE/tests/boxlib/plesk-fake" /usr/sbin/plesk &&
        sqlite3 -bail "$plesk_data/psa.db" ".read $SC_SOURCE/tests/boxlib/plesk-schema.sql" &&
        printf '%s\n' {domain,site,subdomain,site_subdomain,domain_alias,site_alias,phys_hosting}_{create,update,delete} \
            {domain,site}_status_update domain_owner_change site_subdomain_move {client,reseller,ftpuser}_{create,update,delete} \
            mailname_create cp_user_login >"$plesk_data/events" &&
        plesk_sql "INSERT INTO clients(id, login, email) VALUES(1, 'admin', 'admin@first.example')"
}

# plesk_sql SQL
plesk_sql()
{
    sqlite3 -bail -cmd '.timeout 5000' "$plesk_data/psa.db" "$1"
}

# plesk_user NAME MAIN-DOMAIN: a subscription's system user, whose home is the virtual host's folder.
plesk_user()
{
    mkdir -p "$plesk_vhosts" &&
        useradd --create-home --home-dir "$plesk_vhosts/$2" --user-group --shell /bin/bash "$1" &&
        chmod 711 "$plesk_vhosts/$2" &&
        plesk_sql "INSERT INTO sys_users(login, home) VALUES('$1', '$plesk_vhosts/$2')"
}

# plesk_docroot USER DIR WORD: the folder, and a file `secret` with the word in it.
plesk_docroot()
{
    as_user "$1" mkdir -p "$2" && echo "$3" | put_file "$1" "$2/secret"
}

# plesk_domain NAME DOCROOT USER [MAIN]: the row; with MAIN it is a site of that subscription.
plesk_domain()
{
    plesk_sql "INSERT INTO domains(name, displayName, webspace_id)
            VALUES('$1', '$1', coalesce((SELECT id FROM domains WHERE name = '${4-}'), 0));
        INSERT INTO hosting(dom_id, sys_user_id, www_root)
            SELECT d.id, s.id, '$2' FROM domains d, sys_users s WHERE d.name = '$1' AND s.login = '$3';"
}

# plesk_forget NAME: a site is gone.
plesk_forget()
{
    plesk_sql "DELETE FROM hosting WHERE dom_id = (SELECT id FROM domains WHERE name = '$1');
        DELETE FROM domain_aliases WHERE dom_id = (SELECT id FROM domains WHERE name = '$1');
        DELETE FROM domains WHERE name = '$1';"
}

# plesk_fire EVENT NAME=VALUE...: what the event manager does when something has happened: every handler of the
# event, in the background.
plesk_fire()
{
    local event=$1 command
    shift
    while IFS= read -r command; do
        # shellcheck disable=SC2086 # Plesk splits the command line
        env -i PATH=/usr/bin:/bin "$@" $command >/dev/null 2>&1 </dev/null &
    done < <(awk -F '\t' -v event="$event" '$4 == event { print $5 }' "$plesk_data/handlers")
}
