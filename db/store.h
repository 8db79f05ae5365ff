/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root's database: what the panel last said, site ids, the event queue, marks of unfinished work.
 * The schema is described in docs/database.md.
 *
 * Rules for every function here:
 *  - it needs the privileges of the file's owner (root); one thread at a time uses a store, and
 * only the process that opened it (a child after fork() is refused, and its sc_store_free() does
 *    nothing: it would disturb the parent's locks and log);
 *  - it returns 0 or a code of core/base/error.h: SC_E_BUSY (another process held the write lock
 * for longer than the store's patience), SC_E_INVAL (bad argument, or the file is damaged),
 *    SC_E_TOOBIG (a limit below), SC_E_NOTFOUND where said, SC_E_SYS, SC_E_NOMEM; outputs are
 *    untouched on failure;
 *  - a change is whole or not at all, also without sc_store_begin(), and is on disk when the
 *    function (or sc_store_commit()) returns;
 *  - paths are NUL-terminated and otherwise any bytes; names are any bytes too: whoever prints them
 *    takes care of them;
 *  - a row or list that a function fills is owned by the caller, released by its _done function
 *    (which accepts a zeroed one); strings given to a function stay the caller's;
 *  - times named _ms are milliseconds, others seconds, since 1970 UTC. */
#ifndef SC_DB_STORE_H
#define SC_DB_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/dir_id.h"
#include "core/base/error.h"

#define SC_STORE_PATH    "/var/lib/sitecage/sitecage.db"
#define SC_STORE_WAIT_MS 10000 /* how long a command waits for other writers */

/* Limits, in bytes without the closing NUL, or in rows. */
#define SC_STORE_NAME_MAX    255u       /* user, domain, kind of event, key */
#define SC_STORE_PATH_MAX    4095u      /* PATH_MAX - 1 */
#define SC_STORE_TEXT_MAX    (1u << 20) /* payload, site configuration, meta value */
#define SC_STORE_DOMAINS_MAX 100000u    /* domains of one user */
#define SC_STORE_EVENTS_MAX  1000u      /* waiting events of one user; see sc_store_event_push() */
#define SC_STORE_QUEUE_MAX   50000u     /* waiting events of all users; likewise */

#define SC_SITE_ID_FIRST 60000u
#define SC_SITE_ID_MAX   0x7ffffffeu
#define SC_SITE_TOKEN    32 /* hex digits */

/* ---- the store ---- */

struct sc_store;

/* Opens the database at `path`, makes it (mode 0600, its directory 0700, one level) when it is
 * missing, and brings an older version up to date; of several processes that do so at once one does
 * the work and the others wait for it. Refused, with the way out in the text:
 *  SC_E_INVAL  the file is damaged, not Sitecage's, from a newer version, or not a regular file;
 *  SC_E_DENIED the file is not the caller's own, or others can write to its directory.
 * sc_store_open_wait() is for callers with a deadline (hooks): it waits `wait_ms` for other
 * processes, here and in each later call, instead of SC_STORE_WAIT_MS. */
int sc_store_open(const char *path, struct sc_store **ret, struct sc_error *err);
int sc_store_open_wait(const char *path, int wait_ms, struct sc_store **ret, struct sc_error *err);

/* From now on waits that long for other writers: then a change is SC_E_BUSY. */
void sc_store_set_wait(struct sc_store *store, int wait_ms);

/* Closes; what was not committed is undone. NULL is accepted. */
void sc_store_free(struct sc_store *store);
static inline void sc_store_freep(struct sc_store **store)
{
    sc_store_free(*store);
}

/* Makes everything up to sc_store_commit() one change. Takes the write lock at once, so what is
 * read in between stays true until the commit: keep it short, no waiting for programs. Does not
 * nest (SC_E_INVAL). A failed sc_store_commit() has undone everything. sc_store_rollback() does
 * nothing when no transaction is open; for scopes: SC_CLEANUP(sc_store_rollbackp) struct sc_store
 * *transaction = store; */
int sc_store_begin(struct sc_store *store, struct sc_error *err);
int sc_store_commit(struct sc_store *store, struct sc_error *err);
void sc_store_rollback(struct sc_store *store);
static inline void sc_store_rollbackp(struct sc_store **store)
{
    sc_store_rollback(*store);
}

/* A number that is another one when another process (or another store) has written since. */
int sc_store_version(struct sc_store *store, int64_t *ret, struct sc_error *err);

/* ---- users ---- */

struct sc_user_row {
    uid_t uid;
    const char *name; /* "#UID" when gone */
    const char *home;
    int64_t inventory_time; /* when the panel last told this user's domains; 0 never */
    int64_t applied_time;   /* when what is made last agreed with what is wanted; 0 never */
    bool stale;             /* the last attempt failed; the last good state is kept */
    bool gone; /* another account has this user's name now and nobody has told a new one: clean up
                  what was made for the uid, then sc_store_user_remove() */
    const char *last_error; /* why it is stale; NULL */
};

struct sc_user_list {
    struct sc_user_row *rows;
    size_t n;
};

void sc_user_row_done(struct sc_user_row *row);
void sc_user_list_done(struct sc_user_list *list);

/* Adds the user, or gives an existing uid this name and home (a renamed account keeps its sites).
 * Another uid that had the name is kept with its rows, as `gone`. Writes nothing when all is so
 * already. `name` is not empty and does not begin with '#' (SC_E_INVAL). */
int sc_store_user_put(struct sc_store *store, uid_t uid, const char *name, const char *home,
                      struct sc_error *err);

/* SC_E_NOTFOUND when there is none; by name none that was removed is found. */
int sc_store_user_by_uid(struct sc_store *store, uid_t uid, struct sc_user_row *ret,
                         struct sc_error *err);
int sc_store_user_by_name(struct sc_store *store, const char *name, struct sc_user_row *ret,
                          struct sc_error *err);

/* All users, or those with a site or a domain that is isolated, by uid. */
int sc_store_users_get(struct sc_store *store, bool isolated_only, struct sc_user_list *ret,
                       struct sc_error *err);

/* SC_E_NOTFOUND when there is no such user. `applied` ends `stale`. `why` is cut to 1023 bytes. */
int sc_store_user_set_inventory(struct sc_store *store, uid_t uid, int64_t when,
                                struct sc_error *err);
int sc_store_user_set_applied(struct sc_store *store, uid_t uid, int64_t when,
                              struct sc_error *err);
int sc_store_user_set_stale(struct sc_store *store, uid_t uid, const char *why,
                            struct sc_error *err);

/* The account with uid `from` has uid `to` now: his domains, sites (with id and token) and isolated
 * names become those of `to`, which is added or renamed as by sc_store_user_put(), and `from` is
 * marked as pending: what was made for it is to be cleaned up. SC_E_INVAL when `to` has sites, and
 * within a transaction of the caller's. */
int sc_store_user_move(struct sc_store *store, uid_t from, uid_t to, const char *name,
                       const char *home, int64_t now, struct sc_error *err);

/* Whether a site of the user, or one of his domains, is (or is wanted) isolated: *ret. Of any user:
 * uid (uid_t)-1. */
int sc_store_user_isolated(struct sc_store *store, uid_t uid, bool *ret, struct sc_error *err);

/* Removes the user with his domains, sites and isolated names; not his events and his pending mark.
 * Fine when there is none. */
int sc_store_user_remove(struct sc_store *store, uid_t uid, struct sc_error *err);

/* ---- the panel's domains ---- */

struct sc_domain_row {
    const char *name;    /* no upper-case ASCII letters (SC_E_INVAL) */
    const char *docroot; /* as the panel said it */
    bool is_main;
    uid_t uid;            /* owner; not read by sc_store_domains_replace() */
    const char *site_dir; /* the directory that the panel keeps for it alone; NULL */
};

struct sc_domain_list {
    struct sc_domain_row *rows;
    size_t n;
};

void sc_domain_row_done(struct sc_domain_row *row);

/* Whether both say the same of a place: document root, main or not, and the panel's directory. */
bool sc_domain_row_agrees(const struct sc_domain_row *a, const struct sc_domain_row *b);
void sc_domain_list_done(struct sc_domain_list *list);

/* Makes the user's domains equal to `rows` (any order, no name twice). A domain that was another
 * user's becomes this one's. *ret_changed (may be NULL): rows added, changed or removed; nothing is
 * written and no lock taken when that is 0. SC_E_NOTFOUND: the user is not in the store. */
int sc_store_domains_replace(struct sc_store *store, uid_t uid, const struct sc_domain_row *rows,
                             size_t n, size_t *ret_changed, struct sc_error *err);

/* ---- very many at once (bulk.c) ---- */

/* From now on, until sc_store_bulk_end(), changes use more memory, and what they wrote to the log is
 * carried into the file at the end, not in between. */
int sc_store_bulk_begin(struct sc_store *store, struct sc_error *err);
void sc_store_bulk_end(struct sc_store *store);

/* Adds a user with his domains, as sc_store_user_put() and sc_store_domains_replace() do, in a
 * transaction of the caller's (else SC_E_INVAL), who undoes it after a failure. *ret_added false:
 * the uid or the name is in the store already, and nothing was changed. */
int sc_store_account_add(struct sc_store *store, uid_t uid, const char *name, const char *home,
                         const struct sc_domain_row *rows, size_t n, bool *ret_added,
                         struct sc_error *err);

/* The users for whom sc_store_user_isolated() is true, by uid; *ret is the caller's to free(). */
int sc_store_site_owners(struct sc_store *store, uid_t **ret, size_t *ret_n, struct sc_error *err);

/* By name; an empty list also for an unknown user. */
int sc_store_domains_get(struct sc_store *store, uid_t uid, struct sc_domain_list *ret,
                         struct sc_error *err);

/* SC_E_NOTFOUND when there is none. */
int sc_store_domain_find(struct sc_store *store, const char *name, struct sc_domain_row *ret,
                         struct sc_error *err);

/* All users' domains, by name (strcmp order), and in one read. */
int sc_store_domains_all(struct sc_store *store, struct sc_domain_list *ret, struct sc_error *err);

/* ---- missed: names that a user had, or wants isolated, and that the panel does not list ---- */

struct sc_missed_row {
    const char *name;    /* as in sc_domain_row */
    const char *docroot; /* the last one that it had; "" when the user never had it */
    unsigned site_id;    /* the site that waits for it; 0 */
    int64_t since;
};

struct sc_missed_list {
    struct sc_missed_row *rows;
    size_t n;
};

void sc_missed_list_done(struct sc_missed_list *list);

/* By name. sc_store_domains_replace() notes what leaves a user, and forgets what comes to him. */
int sc_store_missed_get(struct sc_store *store, uid_t uid, struct sc_missed_list *ret,
                        struct sc_error *err);

/* Notes these names (of `rows` only name and site_id are read; one that is noted keeps its time),
 * and forgets what was noted before `forget_before` and is not among them, and what the user has
 * now. Writes nothing when all is so. */
int sc_store_missed_note(struct sc_store *store, uid_t uid, const struct sc_missed_row *rows,
                         size_t n, int64_t now, int64_t forget_before, struct sc_error *err);

/* Whether the name was another user's until lately. */
int sc_store_missed_elsewhere(struct sc_store *store, const char *name, uid_t uid, bool *ret,
                              struct sc_error *err);

/* The users with a name noted before `then`; *ret is the caller's to free(). */
int sc_store_missed_users(struct sc_store *store, int64_t then, uid_t **ret, size_t *ret_n,
                          struct sc_error *err);

/* ---- sites ---- */

/* The home that a site has. */
enum sc_site_home {
    SC_SITE_PRIVATE, /* a directory of its own; of a new row */
    SC_SITE_SHARED,  /* the account's, because configuration says so */
    SC_SITE_KEPT,    /* the account's, because the site was isolated when that was the default */
    SC_SITE_HOMES
};

/* "private" or "shared". */
const char *sc_store_home_name(enum sc_site_home home);

struct sc_site_row {
    unsigned id; /* lve_id */
    uid_t uid;
    const char *docroot;           /* canonical, absolute */
    char token[SC_SITE_TOKEN + 1]; /* random */
    bool isolated;
    const char *config; /* the last good limits and paths, JSON; NULL */
    int64_t created;
    enum sc_site_home home; /* as it was applied last */
    struct sc_dir_ids dirs; /* which directories it had when it was seen last */
};

struct sc_site_list {
    struct sc_site_row *rows;
    size_t n;
};

void sc_site_row_done(struct sc_site_row *row);
void sc_site_list_done(struct sc_site_list *list);

/* Says whether `id` must not become a site's, because it is somebody's uid. Must not use the
 * store. */
typedef bool sc_id_taken(unsigned id, void *arg);

/* The site of the user's document root; a new one (not isolated) gets a token and the next id from
 * SC_SITE_ID_FIRST upward for which `taken` (may be NULL) says false. An id is never given twice,
 * also not after its site was removed. SC_E_NOTFOUND: the user is not in the store. */
int sc_store_site_ensure(struct sc_store *store, uid_t uid, const char *docroot, sc_id_taken *taken,
                         void *arg, struct sc_site_row *ret, struct sc_error *err);

/* The same; a new site gets this token where no other site has it (NULL, or what is no token: a
 * random one). */
int sc_store_site_adopt(struct sc_store *store, uid_t uid, const char *docroot, const char *token,
                        sc_id_taken *taken, void *arg, struct sc_site_row *ret,
                        struct sc_error *err);

/* SC_E_NOTFOUND when there is none. */
int sc_store_site_by_id(struct sc_store *store, unsigned id, struct sc_site_row *ret,
                        struct sc_error *err);
int sc_store_site_find(struct sc_store *store, uid_t uid, const char *docroot,
                       struct sc_site_row *ret, struct sc_error *err);

/* By id. */
int sc_store_sites_get(struct sc_store *store, uid_t uid, struct sc_site_list *ret,
                       struct sc_error *err);

/* The users with a site that learns, or did until lately (docs/formats.md, "learning_until"); *ret is the
 * caller's to free(). */
int sc_store_learning_users(struct sc_store *store, uid_t **ret, size_t *ret_n,
                            struct sc_error *err);

/* SC_E_NOTFOUND when there is no such site. set_docroot: the document root has moved, the site
 * keeps id and token; SC_E_INVAL when another site of the user is at `docroot`. */
int sc_store_site_set_isolated(struct sc_store *store, unsigned id, bool isolated,
                               struct sc_error *err);
int sc_store_site_set_docroot(struct sc_store *store, unsigned id, const char *docroot,
                              struct sc_error *err);
int sc_store_site_set_config(struct sc_store *store, unsigned id, const char *config,
                             struct sc_error *err);
int sc_store_site_set_home(struct sc_store *store, unsigned id, enum sc_site_home home,
                           struct sc_error *err);
int sc_store_site_set_dirs(struct sc_store *store, unsigned id, const struct sc_dir_ids *dirs,
                           struct sc_error *err);

/* What the site owned when it was made last: a text of the caller's, kept in `meta`; "" where nothing is known.
 * *ret is the caller's to free. Writes only what differs. It goes with the site. */
int sc_store_site_owned_get(struct sc_store *store, unsigned id, char **ret, struct sc_error *err);
int sc_store_site_owned_set(struct sc_store *store, unsigned id, const char *text,
                            struct sc_error *err);

/* Removes the site and its isolated names. Fine when there is none. */
int sc_store_site_remove(struct sc_store *store, unsigned id, struct sc_error *err);

/* ---- isolated names: the last good list of a user's isolated domains ---- */

struct sc_isolated_row {
    const char *name; /* as in sc_domain_row */
    unsigned site_id;
};

struct sc_isolated_list {
    struct sc_isolated_row *rows;
    size_t n;
};

void sc_isolated_list_done(struct sc_isolated_list *list);

/* As sc_store_domains_replace(). SC_E_INVAL: a site_id is not a site of this user. */
int sc_store_isolated_replace(struct sc_store *store, uid_t uid, const struct sc_isolated_row *rows,
                              size_t n, size_t *ret_changed, struct sc_error *err);

/* By name. */
int sc_store_isolated_get(struct sc_store *store, uid_t uid, struct sc_isolated_list *ret,
                          struct sc_error *err);

/* The row of this name in what sc_store_isolated_get() gave; NULL: it has none. */
const struct sc_isolated_row *sc_isolated_find(const struct sc_isolated_list *list,
                                               const char *name);

/* ---- events: hints that something about a user changed, not yet reconciled ---- */

/* Kinds of events (sc_event_row.kind). What the names are: hooks/events/event.h; for
 * SC_KIND_USER_RENAMED `user` is the old user name and `new_name` the new one. */
#define SC_KIND_USER_CREATED    "user-created"
#define SC_KIND_USER_RENAMED    "user-renamed"
#define SC_KIND_USER_DELETED    "user-deleted"
#define SC_KIND_DOMAIN_CREATED  "domain-created"
#define SC_KIND_DOMAIN_RENAMED  "domain-renamed"
#define SC_KIND_DOMAIN_DELETED  "domain-deleted"
#define SC_KIND_DOCROOT_CHANGED "docroot-changed"
#define SC_KIND_USER_CHANGED    "user-changed"
#define SC_KIND_RESYNC_ALL      "resync-all"
#define SC_EVENT_SUBDOMAINS     "subdomains" /* payload of a rename that takes names below along */

/* The pause before try n + 1 is SC_EVENT_RETRY_MS << n, at most SC_EVENT_RETRY_MAX_MS. */
#define SC_EVENT_RETRY_MS     2000
#define SC_EVENT_RETRY_MAX_MS 3600000

struct sc_event_row {
    int64_t id;
    const char *user;     /* NULL or "": nobody in particular */
    const char *kind;     /* not empty */
    const char *old_name; /* NULL when the event has none (and for "") */
    const char *new_name;
    const char *payload; /* NULL; no passwords */
    int64_t created_ms;
    int64_t not_before_ms; /* not due before this */
    int attempts;          /* failed tries */
    const char *last_error;
};

struct sc_event_list {
    struct sc_event_row *rows;
    size_t n;
};

void sc_event_list_done(struct sc_event_list *list);

/* Queues an event (id, attempts and last_error of `event` are not read). A waiting event of the
 * same user, kind and names becomes one with it: the newer payload, the earlier times, the attempts
 * so far, but a NEW id, so that a reconciliation that began before cannot declare it done. When the
 * user has SC_STORE_EVENTS_MAX events the oldest gives way: a later one stands for it. When there
 * are SC_STORE_QUEUE_MAX events in all, one SC_KIND_RESYNC_ALL of nobody takes the place of them
 * and of this one. */
int sc_store_event_push(struct sc_store *store, const struct sc_event_row *event,
                        struct sc_error *err);

/* The due events of one user, by id (oldest first): of `user` ("" for nobody's), or, for NULL, of
 * the user who has waited longest. now_ms = INT64_MAX: also those not due. None due: an empty list.
 * Nothing is marked as taken, so an event whose reader was killed is simply found again. */
int sc_store_events_peek(struct sc_store *store, const char *user, int64_t now_ms,
                         struct sc_event_list *ret, struct sc_error *err);

/* All waiting events, due or not and oldest first, that can be about the account: of `user`, of the
 * name `also` (may be NULL), of nobody, and of those who were renamed to one of these. */
int sc_store_events_about(struct sc_store *store, const char *user, const char *also,
                          struct sc_event_list *ret, struct sc_error *err);

/* Who has due events. */
struct sc_due_row {
    const char *user;   /* "": nobody in particular */
    int64_t created_ms; /* of the oldest */
    int attempts;       /* the most that one has */
    int64_t newest;     /* the highest id */
};

struct sc_due_list {
    struct sc_due_row *rows;
    size_t n;
    int64_t next_ms; /* when the next one becomes due; -1: none */
};

void sc_due_list_done(struct sc_due_list *list);

/* The users with events that are due at `now_ms`, at most `max`: who has waited longest first. */
int sc_store_events_due(struct sc_store *store, int64_t now_ms, size_t max, struct sc_due_list *ret,
                        struct sc_error *err);

/* When the next event is due (possibly in the past); -1 when there is none. */
int sc_store_events_next(struct sc_store *store, int64_t *ret_ms, struct sc_error *err);

/* Removes these events, by id. One that was pushed again since has a new id and stays. */
int sc_store_events_done(struct sc_store *store, const struct sc_event_row *rows, size_t n,
                         struct sc_error *err);

/* Counts a failed try of these events and makes them due later. `why` is cut to 1023 bytes. */
int sc_store_events_defer(struct sc_store *store, const struct sc_event_row *rows, size_t n,
                          int64_t now_ms, const char *why, struct sc_error *err);

/* ---- pending: "a change of this user began and has not been finished" ---- */

struct sc_pending_row {
    uid_t uid;
    int64_t since;
};

struct sc_pending_list {
    struct sc_pending_row *rows;
    size_t n;
};

void sc_pending_list_done(struct sc_pending_list *list);

/* set keeps the time of a mark that is there already; clear is fine when there is none. The uid
 * need not be in the store. The list is by uid. */
int sc_store_pending_set(struct sc_store *store, uid_t uid, int64_t since, struct sc_error *err);
int sc_store_pending_clear(struct sc_store *store, uid_t uid, struct sc_error *err);
int sc_store_pending_get(struct sc_store *store, struct sc_pending_list *ret, struct sc_error *err);

/* ---- meta: single values ---- */

/* *ret is the caller's to free(), NULL when the key has no value. set with NULL removes. Keys that
 * begin with "store." are the store's own (SC_E_INVAL). */
int sc_store_meta_get(struct sc_store *store, const char *key, char **ret, struct sc_error *err);
int sc_store_meta_set(struct sc_store *store, const char *key, const char *value,
                      struct sc_error *err);

/* The keys that begin so, sorted; sc_strings_free() them. */
int sc_store_meta_keys(struct sc_store *store, const char *beginning, char ***ret, size_t *ret_n,
                       struct sc_error *err);

#endif
