/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' domains from their web.conf, as func/domain.sh makes virtual hosts of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "generic/hestia/hestia.h"
#include "generic/hestia/record.h"
#include "hooks/adapter/folder.h"
#include "hooks/adapter/homes.h"

/* Domains go before aliases, of whichever user: a name that is both is the domain. */
struct listing {
    struct sc_domains first, later;
    const char *user, *home; /* of the user being read */
    bool any;                /* he has a domain already: the first one is his main one */
    struct sc_error *err;
};

static void listing_done(struct listing *l)
{
    sc_domains_done(&l->first);
    sc_domains_done(&l->later);
}

enum {
    DOMAIN,
    ALIAS,
    CUSTOM,
    FIELDS
};

/* Where the panel keeps a domain's files, whatever its document root is. NULL: no memory. */
static char *own_dir(const struct listing *l, const char *domain)
{
    char *dir;
    if (asprintf(&dir, "%s/web/%s", l->home, domain) >= 0)
        return dir;
    sc_error_set(l->err, SC_E_NOMEM, "out of memory for the domains");
    return NULL;
}

/* `text` "": nothing is wrong, it is only a further place. */
static int add_odd(struct listing *l, const char *domain, const char *path, const char *text)
{
    char canon[256];
    bool known = sc_domain_canon(domain, canon, NULL) == 0;
    const struct sc_odd what = {
        .name = known ? canon : NULL, .owner = l->user, .path = path, .hides = !known && *text};
    return sc_odds_add(&l->first.odds, &what, l->err, "%s", text);
}

/* A line that cannot be read to its end: what it says of a document root stays closed. */
static int add_broken(struct listing *l, const struct sc_hestia_field *f)
{
    char text[SC_ERROR_TEXT_MAX / 2];
    SC_FREE char *dir = *f[DOMAIN].value ? own_dir(l, f[DOMAIN].value) : NULL;
    snprintf(text, sizeof(text),
             "%s: a line of user '%s's web.conf cannot be read (its domain is '%.255s')",
             SC_HESTIA_TITLE, l->user, f[DOMAIN].value);
    int rc = add_odd(l, f[DOMAIN].value, *f[CUSTOM].value ? f[CUSTOM].value : dir, text);
    return rc == 0 && *f[CUSTOM].value && dir ? add_odd(l, f[DOMAIN].value, dir, "") : rc;
}

/* The list is taken apart. */
static int add_aliases(struct listing *l, char *list, const char *docroot, const char *dir)
{
    char *save = NULL;
    int rc = 0;
    for (char *name = strtok_r(list, ", ", &save); rc == 0 && name;
         name = strtok_r(NULL, ", ", &save))
        rc = sc_domains_add_in(&l->later, name, l->user, docroot, dir, false, l->err);
    return rc;
}

static bool is_in(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || !path[n]);
}

static int add_domain(struct listing *l, const struct sc_hestia_field *f)
{
    const char *domain = f[DOMAIN].value, *custom = f[CUSTOM].value;
    SC_FREE char *dir = own_dir(l, domain), *plain = NULL;
    if (!dir)
        return SC_E_NOMEM;
    if (asprintf(&plain, "%s/public_html", dir) < 0) {
        plain = NULL;
        return sc_error_set(l->err, SC_E_NOMEM, "out of memory for the domains");
    }
    const char *docroot = *custom ? custom : plain;
    int rc = sc_domains_add_in(&l->first, domain, l->user, docroot, dir, !l->any, l->err);
    l->any = true;
    if (rc == 0 && *custom && !is_in(custom, dir))
        rc = add_odd(l, domain, dir, "");
    SC_FREE char *aliases = strdup(f[ALIAS].value);
    if (rc == 0 && !aliases)
        rc = sc_error_set(l->err, SC_E_NOMEM, "out of memory for the domains");
    return rc == 0 ? add_aliases(l, aliases, docroot, dir) : rc;
}

static int read_lines(struct listing *l, char *text)
{
    char *save = NULL;
    int rc = 0;
    for (char *line = strtok_r(text, "\n", &save); rc == 0 && line;
         line = strtok_r(NULL, "\n", &save)) {
        struct sc_hestia_field f[FIELDS] = {
            [DOMAIN] = {"DOMAIN", ""}, [ALIAS] = {"ALIAS", ""}, [CUSTOM] = {"CUSTOM_DOCROOT", ""}};
        if (!line[strspn(line, " \t\r")])
            continue;
        bool good = sc_hestia_record(line, f, FIELDS) && *f[DOMAIN].value;
        rc = good ? add_domain(l, f) : add_broken(l, f);
    }
    return rc;
}

/* What cannot be read of one user stops no other. */
static int read_user(struct listing *l, const struct sc_folder *users)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    l->any = false;
    int rc = sc_folder_read(users, &text, &why, "%s/web.conf", l->user);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc == SC_E_PANEL)
        return add_odd(l, "", NULL, why.text);
    if (rc < 0)
        return sc_error_set(l->err, rc, "%s", why.text);
    return read_lines(l, text.data);
}

static int list_users(const struct sc_question *q, const struct sc_folder *users,
                      struct sc_folder_list *ret, struct sc_error *err)
{
    if (!q->owner)
        return sc_folder_names(users, true, sc_owner_valid, ret, err);
    SC_FOLDER_LIST struct sc_folder_list one = {.v = calloc(1, sizeof(*one.v))};
    if (!one.v || !(one.v[0] = strdup(q->owner)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    one.n = 1;
    SC_MOVE(ret, &one);
    return 0;
}

int sc_hestia_domains(const struct sc_caller *c, const struct sc_question *q,
                      struct sc_domains *ret, struct sc_error *err)
{
    SC_FOLDER struct sc_folder users = SC_FOLDER_INIT;
    SC_FOLDER_LIST struct sc_folder_list names = {0};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_CLEANUP(listing_done) struct listing l = {.err = err};
    int rc = sc_folder_open(SC_HESTIA_TITLE, sc_hestia_prefix(c), SC_HESTIA_USERS, &users, err);
    if (rc == 0)
        rc = list_users(q, &users, &names, err);
    if (rc == 0)
        rc = sc_homes_load(sc_hestia_prefix(c), !q->owner, &homes, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        const struct sc_home_of *h;
        rc = sc_home_of(&homes, names.v[i], &h, err);
        if (rc < 0 || !h || h->uid == 0)
            continue;
        l.user = names.v[i];
        l.home = h->home;
        rc = read_user(&l, &users);
    }
    return rc < 0 ? rc : sc_domains_give(&l.first, &l.later, ret, err);
}
