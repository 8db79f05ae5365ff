/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schema, and how a file gets to it. docs/database.md says what the columns mean. */
#include "db/internal.h"

/* No STRICT tables: they need SQLite 3.37, RHEL 8 has 3.26. The CHECKs stand in for them. */
static const char version_1[] =
    "CREATE TABLE user("
    " uid INTEGER PRIMARY KEY CHECK(uid BETWEEN 0 AND 4294967294),"
    " name TEXT NOT NULL UNIQUE CHECK(typeof(name) = 'text' AND name <> ''),"
    " home BLOB NOT NULL CHECK(typeof(home) = 'blob'),"
    " inventory_time INTEGER NOT NULL DEFAULT 0 CHECK(typeof(inventory_time) = 'integer'),"
    " applied_time INTEGER NOT NULL DEFAULT 0 CHECK(typeof(applied_time) = 'integer'),"
    " stale INTEGER NOT NULL DEFAULT 0 CHECK(stale IN (0, 1)),"
    " last_error TEXT);"

    "CREATE TABLE domain("
    " name TEXT NOT NULL PRIMARY KEY CHECK(typeof(name) = 'text' AND name <> ''),"
    " uid INTEGER NOT NULL REFERENCES user(uid) ON DELETE CASCADE,"
    " docroot BLOB NOT NULL CHECK(typeof(docroot) = 'blob'),"
    " is_main INTEGER NOT NULL DEFAULT 0 CHECK(is_main IN (0, 1))) WITHOUT ROWID;"
    "CREATE INDEX domain_uid ON domain(uid);"

    "CREATE TABLE site("
    " id INTEGER PRIMARY KEY CHECK(id BETWEEN 60000 AND 2147483646),"
    " uid INTEGER NOT NULL REFERENCES user(uid) ON DELETE CASCADE,"
    " docroot BLOB NOT NULL CHECK(typeof(docroot) = 'blob'),"
    " token TEXT NOT NULL UNIQUE CHECK(typeof(token) = 'text' AND length(token) = 32),"
    " isolated INTEGER NOT NULL DEFAULT 0 CHECK(isolated IN (0, 1)),"
    " config TEXT,"
    " created INTEGER NOT NULL CHECK(typeof(created) = 'integer'),"
    " UNIQUE(uid, docroot));"

    "CREATE TABLE isolated("
    " name TEXT NOT NULL PRIMARY KEY CHECK(typeof(name) = 'text' AND name <> ''),"
    " uid INTEGER NOT NULL REFERENCES user(uid) ON DELETE CASCADE,"
    " site_id INTEGER NOT NULL REFERENCES site(id) ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX isolated_uid ON isolated(uid);"
    "CREATE INDEX isolated_site_id ON isolated(site_id);"

    "CREATE TABLE event("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," /* an id is never given again: see events.c */
    " user TEXT NOT NULL CHECK(typeof(user) = 'text'),"
    " kind TEXT NOT NULL CHECK(typeof(kind) = 'text' AND kind <> ''),"
    " old_name TEXT NOT NULL DEFAULT '' CHECK(typeof(old_name) = 'text'),"
    " new_name TEXT NOT NULL DEFAULT '' CHECK(typeof(new_name) = 'text'),"
    " payload TEXT,"
    " created_ms INTEGER NOT NULL CHECK(typeof(created_ms) = 'integer'),"
    " not_before_ms INTEGER NOT NULL CHECK(typeof(not_before_ms) = 'integer'),"
    " attempts INTEGER NOT NULL DEFAULT 0 CHECK(attempts >= 0),"
    " last_error TEXT,"
    " UNIQUE(user, kind, old_name, new_name));"
    "CREATE INDEX event_not_before_ms ON event(not_before_ms);"

    "CREATE TABLE pending("
    " uid INTEGER PRIMARY KEY CHECK(uid BETWEEN 0 AND 4294967294),"
    " since INTEGER NOT NULL CHECK(typeof(since) = 'integer'));"

    "CREATE TABLE meta("
    " key TEXT NOT NULL PRIMARY KEY CHECK(typeof(key) = 'text' AND key <> ''),"
    " value TEXT NOT NULL) WITHOUT ROWID;";

/* since: when the panel was first seen not to list the name; docroot: the one it had, empty when it
 * never had one; site: the id of the site it had, which waits for it */
static const char version_2[] =
    "CREATE TABLE missed("
    " name TEXT NOT NULL CHECK(typeof(name) = 'text' AND name <> ''),"
    " uid INTEGER NOT NULL REFERENCES user(uid) ON DELETE CASCADE,"
    " since INTEGER NOT NULL CHECK(typeof(since) = 'integer'),"
    " docroot BLOB NOT NULL CHECK(typeof(docroot) = 'blob'),"
    " site INTEGER NOT NULL DEFAULT 0 CHECK(typeof(site) = 'integer'),"
    " PRIMARY KEY(name, uid)) WITHOUT ROWID;"
    "CREATE INDEX missed_uid ON missed(uid);"
    "CREATE INDEX event_renamed_user ON event(new_name) WHERE kind = 'user-renamed';";

/* NULL: the panel keeps no directory for that domain alone, or did not say so yet */
static const char version_3[] =
    "ALTER TABLE domain ADD COLUMN site_dir BLOB CHECK(site_dir IS NULL OR typeof(site_dir) = "
    "'blob');";

/* Which home a site has. 'kept': the shared one because it was isolated when that was the default. */
static const char version_4[] = "ALTER TABLE site ADD COLUMN home TEXT NOT NULL DEFAULT 'private'"
                                " CHECK(home IN ('private', 'shared', 'kept'));"
                                "UPDATE site SET home = 'kept';";

/* Which directories the document root and the panel's own are (core/base/dir_id.h). NULL: not known. */
static const char version_5[] =
    "ALTER TABLE site ADD COLUMN dir TEXT CHECK(dir IS NULL OR typeof(dir) = 'text');"
    "ALTER TABLE site ADD COLUMN own TEXT CHECK(own IS NULL OR typeof(own) = 'text');";

static const char *const steps[] = {version_1, version_2, version_3, version_4, version_5};

const struct sc_schema sc_store_schema = {steps, sizeof(steps) / sizeof(steps[0])};

/* Reads what the file says it is. *empty: it has no content yet. Needs a transaction around it. */
static int identify(struct sc_store *store, const struct sc_schema *schema, int64_t *version,
                    struct sc_error *err)
{
    int64_t id = 0, objects = 0;
    int r = sc_db_int(store, "PRAGMA application_id", &id, err);
    if (r == 0)
        r = sc_db_int(store, "PRAGMA user_version", version, err);
    if (r == 0 && id == 0 && *version == 0)
        r = sc_db_int(store, "SELECT count(*) FROM sqlite_master", &objects, err);
    if (r < 0)
        return r;
    bool fresh = id == 0 && *version == 0 && objects == 0;
    if (!fresh && (id != SC_STORE_APPLICATION_ID || *version <= 0))
        return sc_error_set(err, SC_E_INVAL,
                            "%s is an SQLite file of another program: move it away, a new one is "
                            "made from the panel and the users' configuration",
                            store->path);
    if (*version > schema->version)
        return sc_error_set(
            err, SC_E_INVAL,
            "%s has version %lld, made by a newer Sitecage; this one knows versions "
            "up to %d: install the newer Sitecage again, or move the file away (it "
            "is rebuilt from the panel and the users' configuration)",
            store->path, (long long)*version, schema->version);
    return 0;
}

int sc_schema_check(struct sc_store *store, const struct sc_schema *schema, struct sc_error *err)
{
    /* One snapshot for all that is read: another process may be making the schema right now. */
    int rc = store->sql.exec(store->db, "BEGIN", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return sc_db_fail(store, rc, err);
    int64_t version = 0;
    int r = identify(store, schema, &version, err);
    (void)store->sql.exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

static int run(struct sc_store *store, const char *sql, struct sc_error *err)
{
    int rc = store->sql.exec(store->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : sc_db_fail(store, rc, err);
}

static int upgrade_from(struct sc_store *store, const struct sc_schema *schema, int64_t version,
                        struct sc_error *err)
{
    for (int64_t v = version; v < schema->version; v++) {
        int r = run(store, schema->steps[v], err);
        if (r < 0)
            return sc_error_wrap(err, "from version %lld to %lld", (long long)v, (long long)v + 1);
    }
    /* Pragmas take no parameters. */
    char sql[96];
    (void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d",
                   SC_STORE_APPLICATION_ID, schema->version);
    int r = run(store, sql, err);
    int64_t broken = 0;
    if (r == 0)
        r = sc_db_int(store, "SELECT count(*) FROM pragma_foreign_key_check", &broken, err);
    if (r == 0 && broken)
        r = sc_error_set(err, SC_E_INVAL,
                         "%s: the new version leaves %lld rows without their owner", store->path,
                         (long long)broken);
    return r;
}

int sc_schema_upgrade(struct sc_store *store, const struct sc_schema *schema, struct sc_error *err)
{
    int64_t version = 0;
    int r = sc_db_int(store, "PRAGMA user_version", &version, err);
    if (r < 0 || version == schema->version)
        return r;
    SC_SCOPE struct sc_scope scope = {0};
    r = sc_scope_enter(&scope, store, err);
    if (r == 0)
        r = identify(store, schema, &version, err); /* again: somebody may have been first */
    if (r == 0 && version < schema->version)
        r = upgrade_from(store, schema, version, err);
    return r < 0 ? r : sc_scope_commit(&scope, err);
}
