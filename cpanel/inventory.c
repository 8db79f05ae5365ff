/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer to `domains`: from userdata, from the cache where that is no older, from the API. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/domain_name.h"
#include "cpanel/accounts.h"
#include "cpanel/api.h"
#include "cpanel/cpanel.h"
#include "cpanel/userdata.h"
#include "cpanel/userdatadomains.h"

/* ---- the cache ---- */

/* The panel has that account, as far as one can tell: its list of them, where there is one. */
static bool known_user(const struct sc_cpanel *cp, const char *user)
{
    char path[SC_CPANEL_PATH_MAX];
    struct stat st;
    if (!sc_owner_valid(user) || sc_cpanel_path(cp, path, NULL, SC_CPANEL_USERS "/%s", user) < 0)
        return false;
    if (stat(path, &st) == 0 || !sc_is_absent(errno))
        return true;
    *strrchr(path, '/') = 0;
    return stat(path, &st) < 0; /* no list, or one that cannot be looked at */
}

/* The cache as text or as JSON, whichever is there; *ret_time when it was made. */
static int load_cache(const struct sc_cpanel *cp, struct sc_buf *text, bool *ret_json,
                      char path[SC_CPANEL_PATH_MAX], struct timespec *ret_time,
                      struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    text->limit = SC_CPANEL_CACHE_MAX;
    for (int json = 0; json < 2; json++) {
        struct stat st;
        int rc = sc_cpanel_path(cp, path, err, json ? SC_CPANEL_CACHE_JSON : SC_CPANEL_CACHE);
        if (rc < 0)
            return rc;
        *ret_time = stat(path, &st) == 0 ? st.st_mtim : (struct timespec){0};
        why = (struct sc_error)SC_ERROR_INIT;
        rc = sc_read_file(path, SC_CPANEL_CACHE_MAX, text, &why);
        if (rc == 0 || !sc_cpanel_unreadable(rc, &why)) {
            *ret_json = json;
            if (rc < 0 && err)
                *err = why;
            return rc;
        }
    }
    if (err)
        *err = why;
    return why.code;
}

struct pick {
    const char *user, *name; /* NULL: any */
    const struct sc_cpanel *cp;
    struct sc_domains *ret;
    struct sc_error *err;
};

/* Adds a row. Of one that does not say whose it is only that: it may be anybody's. */
static int add_row(struct sc_domains *to, const struct sc_cpanel_row *row, struct sc_error *err)
{
    return sc_domains_add(to, row->name, row->user, row->docroot, row->is_main, err);
}

static bool is_called(const struct sc_cpanel_row *row, const char *name)
{
    char canon[256];
    return sc_domain_canon(row->name, canon, NULL) == 0 && strcmp(canon, name) == 0;
}

static int picked_row(const struct sc_cpanel_row *row, void *arg)
{
    const struct pick *p = arg;
    if ((p->name && !is_called(row, p->name)) ||
        (*row->user &&
         ((p->user && strcmp(row->user, p->user) != 0) || !known_user(p->cp, row->user))))
        return 0;
    return add_row(p->ret, row, p->err);
}

/* What the cache has of that user or name, for an account without userdata. SC_E_NOTFOUND when that
 * is nothing, or there is no cache. */
static int from_cache(const struct sc_cpanel *cp, const char *user, const char *name,
                      struct sc_domains *ret, struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    bool json = false;
    struct timespec made;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    struct pick p = {.user = user, .name = name, .cp = cp, .ret = &d, .err = &why};
    int rc = load_cache(cp, &text, &json, path, &made, &why);
    if (rc == 0)
        rc = json ? sc_cpanel_cache_json(text.data, text.len, path, picked_row, &p, &why)
                  : sc_cpanel_cache_text(text.data, text.len, picked_row, &p);
    if (sc_cpanel_unreadable(rc, &why) || (rc == 0 && d.n == 0 && d.odds.n == 0))
        return sc_error_set(err, SC_E_NOTFOUND, "the cache of domains does not have it");
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static bool has_userdata(const struct sc_cpanel *cp, const char *user)
{
    char path[SC_CPANEL_PATH_MAX];
    struct stat st;
    return sc_cpanel_path(cp, path, NULL, SC_CPANEL_USERDATA "/%s", user) < 0 ||
           stat(path, &st) == 0 || !sc_is_absent(errno);
}

/* ---- one user ---- */

static int one_user(const struct sc_cpanel *cp, const struct sc_caller *c, const char *user,
                    struct sc_domains *ret, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT, api = SC_ERROR_INIT;
    if (!has_userdata(cp, user) && !c->user) {
        int cached = from_cache(cp, user, NULL, ret, err);
        if (cached != SC_E_NOTFOUND)
            return cached;
    }
    int rc = sc_cpanel_user_domains(cp, user, ret, &why);
    if (!sc_cpanel_unreadable(rc, &why)) {
        if (rc < 0 && err)
            *err = why;
        return rc;
    }
    if (c->user)
        return sc_error_set(err, SC_E_DENIED, "%s: only root can ask cPanel for domains here",
                            why.text);
    rc = sc_cpanel_api_domains(cp, c, user, ret, &api);
    return rc < 0 ? sc_error_set(err, rc == SC_E_NOTFOUND ? SC_E_PANEL : rc,
                                 "%.400s, and its API does not help: %.400s", why.text, api.text)
                  : 0;
}

/* ---- one name ---- */

/* Whether the text is a spelling of the canonical name. Most lines are not, and need no look at
 * their letters. */
static bool same_name(const char *text, size_t n, const char *canon)
{
    char copy[512], other[256];
    size_t want = strlen(canon);
    bool ascii = true;
    for (size_t i = 0; i < n; i++)
        ascii &= (unsigned char)text[i] < 0x80;
    if (n >= sizeof(copy) ||
        (ascii && (n < want || n > want + 1 || strncasecmp(text, canon, want) != 0)))
        return false;
    memcpy(copy, text, n);
    copy[n] = 0;
    return sc_domain_canon(copy, other, NULL) == 0 && strcmp(other, canon) == 0;
}

/* The user of that name in /etc/userdomains ("name: user"). *ret stays "" when it is not there. */
static int owner_of(const char *path, const char *name, char ret[SC_OWNER_MAX + 1],
                    struct sc_error *err)
{
    SC_FILE FILE *f = fopen(path, "re");
    if (!f)
        return errno == ENOENT ? sc_error_set(err, SC_E_NOTFOUND, "%s does not exist", path)
                               : sc_error_sys(err, errno, "cannot read %s", path);
    char line[1024];
    for (bool whole = true, began = true; fgets(line, sizeof(line), f); began = whole) {
        size_t len = strcspn(line, "\n"), n = strcspn(line, ":");
        whole = line[len] == '\n';
        if (!began || line[n] != ':' || !same_name(line, n, name))
            continue;
        const char *user = line + n + 1 + strspn(line + n + 1, " \t");
        line[len - (len && line[len - 1] == '\r')] = 0;
        if (sc_owner_valid(user)) {
            stpcpy(ret, user);
            return 0;
        }
    }
    return feof(f) ? 0 : sc_error_sys(err, EIO, "cannot read %s", path);
}

static int one_name(const struct sc_cpanel *cp, const struct sc_caller *c, const char *name,
                    struct sc_domains *ret, struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX], user[SC_OWNER_MAX + 1] = "";
    struct sc_error why = SC_ERROR_INIT;
    struct stat st = {0};
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_OWNERS);
    if (rc < 0)
        return rc;
    (void)stat(path, &st);
    rc = owner_of(path, name, user, &why);
    if (rc < 0 && !sc_cpanel_unreadable(rc, &why)) {
        if (err)
            *err = why;
        return rc;
    }
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (*user) {
        rc = one_user(cp, c, user, &d, err);
        if (rc < 0)
            return rc;
        sc_domains_finish(&d);
    }
    /* That file is written last: who changed since may have the name now. */
    SC_CLEANUP(sc_cpanel_accounts_done) struct sc_cpanel_accounts accounts = {0};
    if (!sc_domains_lists(&d, name)) {
        sc_domains_done(&d);
        why = (struct sc_error)SC_ERROR_INIT;
        rc = sc_cpanel_accounts_read(cp, &st.st_mtim, &accounts, &why);
        if (sc_cpanel_unreadable(rc, &why) && !*user) {
            int cached = c->user ? SC_E_NOTFOUND : from_cache(cp, NULL, name, ret, err);
            return cached != SC_E_NOTFOUND ? cached : sc_cpanel_api_domains(cp, c, NULL, ret, err);
        }
        if (rc < 0 && !sc_cpanel_unreadable(rc, &why)) {
            if (err)
                *err = why;
            return rc;
        }
        bool found = false;
        for (size_t i = 0; i < accounts.n && !found; i++) {
            if (accounts.v[i].newer && sc_cpanel_has_domain(cp, accounts.v[i].name, name)) {
                rc = one_user(cp, c, accounts.v[i].name, &d, err);
                if (rc < 0)
                    return rc;
                found = true;
            }
        }
        /* an account of which there is nothing but the cache */
        if (!found && !c->user && from_cache(cp, NULL, name, &d, NULL) == 0 && d.n &&
            has_userdata(cp, d.v[0].owner))
            sc_domains_done(&d);
    }
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

/* ---- all ---- */

struct whole {
    const struct sc_cpanel *cp;
    struct sc_cpanel_accounts accounts;
    bool have_accounts; /* else the cache is all there is */
    struct sc_domains *ret;
    struct sc_error *err;
};

static int cached_row(const struct sc_cpanel_row *row, void *arg)
{
    struct whole *w = arg;
    if (w->have_accounts && *row->user) {
        struct sc_cpanel_account *a = sc_cpanel_account_find(&w->accounts, row->user);
        if (a)
            a->cached = true;
        /* Read already; or gone since the cache was made. */
        if (a ? a->read : !known_user(w->cp, row->user))
            return 0;
    }
    return add_row(w->ret, row, w->err);
}

/* Reads userdata of the accounts that need it. A failure is only an error where nothing else tells
 * of an account that the panel has. */
static int read_accounts(struct whole *w, bool newer)
{
    for (size_t i = 0; i < w->accounts.n; i++) {
        struct sc_cpanel_account *a = &w->accounts.v[i];
        if (newer ? !a->newer : a->read || a->cached)
            continue;
        struct sc_error why = SC_ERROR_INIT;
        size_t before = w->ret->n;
        int rc = sc_cpanel_user_domains(w->cp, a->name, w->ret, &why);
        a->read = rc == 0;
        if (rc == 0 || (newer && rc == SC_E_PANEL && w->ret->n == before))
            continue;
        if (!newer && !known_user(w->cp, a->name))
            continue;
        if (w->err)
            *w->err = why;
        return rc;
    }
    return 0;
}

static void whole_done(struct whole *w)
{
    sc_cpanel_accounts_done(&w->accounts);
}

static int all(const struct sc_cpanel *cp, const struct sc_caller *c, struct sc_domains *ret,
               struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    bool json = false;
    struct timespec made = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    SC_CLEANUP(whole_done) struct whole w = {.cp = cp, .ret = &d, .err = err};
    struct sc_error why = SC_ERROR_INIT, api = SC_ERROR_INIT;

    int rc = load_cache(cp, &text, &json, path, &made, &why);
    bool have_cache = rc == 0;
    if (rc < 0 && !sc_cpanel_unreadable(rc, &why)) {
        if (err)
            *err = why;
        return rc;
    }
    rc = sc_cpanel_accounts_read(cp, &made, &w.accounts, &api);
    if (rc < 0 && !sc_cpanel_unreadable(rc, &api)) {
        if (err)
            *err = api;
        return rc;
    }
    w.have_accounts = rc == 0 && w.accounts.n > 0;
    if (!have_cache && !w.have_accounts) {
        if (c->user)
            return sc_error_set(err, SC_E_DENIED, "%s: only root can ask cPanel for domains here",
                                why.text);
        api = (struct sc_error)SC_ERROR_INIT;
        rc = sc_cpanel_api_domains(cp, c, NULL, ret, &api);
        return rc < 0 ? sc_error_set(err, SC_E_PANEL,
                                     "%.400s (cPanel makes it with "
                                     "/usr/local/cpanel/scripts/updateuserdatacache), and its API "
                                     "does not help: %.400s",
                                     why.text, api.text)
                      : 0;
    }
    rc = read_accounts(&w, true);
    if (rc == 0 && have_cache)
        rc = json ? sc_cpanel_cache_json(text.data, text.len, path, cached_row, &w, err)
                  : sc_cpanel_cache_text(text.data, text.len, cached_row, &w);
    if (rc == 0)
        rc = read_accounts(&w, false);
    if (rc < 0)
        return rc;
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_cpanel_domains(const struct sc_cpanel *cp, const struct sc_caller *c,
                      const struct sc_question *q, struct sc_domains *ret, struct sc_error *err)
{
    const char *owner = c->user ? c->user : q->owner;
    int rc = owner     ? one_user(cp, c, owner, ret, err)
             : q->name ? one_name(cp, c, q->name, ret, err)
                       : all(cp, c, ret, err);
    if (rc == 0)
        sc_domains_finish(ret);
    return rc;
}
