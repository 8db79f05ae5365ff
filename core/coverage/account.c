/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/coverage/account.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/real_dir.h"
#include "core/base/there.h"
#include "core/base/users.h"
#include "core/base/vec.h"

void sc_cover_account_done(struct sc_cover_account *a)
{
    for (size_t i = 0; i < a->n; i++)
        SC_FREE_ALL(a->v[i].name, a->v[i].text, a->v[i].real);
    SC_FREE_ALL(a->v, a->user, a->home, a->home_real);
    *a = (struct sc_cover_account){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
}

/* What cannot be resolved stays as it is written: it is compared as text. */
static char *resolved(const char *path)
{
    char real[PATH_MAX];
    return strdup(realpath(path, real) ? real : path);
}

/* The same for one of several. */
static char *resolved_in(struct sc_real_dir *up, const char *path)
{
    char *real = NULL;
    return sc_real_path_in(up, path, &real, NULL) == SC_THERE ? real : strdup(path);
}

static int append(struct sc_cover_account *a, const char *name, const char *text, char *real,
                  struct sc_error *err)
{
    if (!SC_VEC_ROOM(a->v, a->n)) {
        free(real);
        return no_memory(err);
    }
    struct sc_cover_domain *d = &a->v[a->n++];
    *d = (struct sc_cover_domain){strdup(name), strdup(text), real, 0};
    return d->name && d->text && d->real ? 0 : no_memory(err);
}

int sc_cover_account_add(struct sc_cover_account *a, const char *name, const char *text,
                         struct sc_error *err)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i].name, name) == 0)
            return 0;
    return append(a, name, text, resolved(text), err);
}

/* Both lists are in the order of names, and have each once. */
static int add_domains(struct sc_store *store, struct sc_cover_account *a, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list rows = {0};
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list isolated = {0};
    struct sc_real_dir up = {.text = ""};
    int rc = sc_store_domains_get(store, a->uid, &rows, err);
    if (rc == 0)
        rc = sc_store_isolated_get(store, a->uid, &isolated, err);
    for (size_t i = 0, k = 0; rc == 0 && i < rows.n; i++) {
        const struct sc_domain_row *row = &rows.rows[i];
        rc = append(a, row->name, row->docroot, resolved_in(&up, row->docroot), err);
        while (k < isolated.n && strcmp(isolated.rows[k].name, row->name) < 0)
            k++;
        if (rc == 0 && k < isolated.n && strcmp(isolated.rows[k].name, row->name) == 0)
            a->v[a->n - 1].id = isolated.rows[k].site_id;
    }
    return rc;
}

int sc_cover_account_load(struct sc_store *store, uid_t uid, struct sc_cover_account *ret,
                          struct sc_error *err)
{
    SC_CLEANUP(sc_cover_account_done) struct sc_cover_account a = {.uid = uid};
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_uid(uid, &u, err);
    if (rc < 0)
        return rc;
    a.gid = u.gid;
    a.user = strdup(u.name);
    a.home = strdup(u.home);
    a.home_real = resolved(u.home);
    if (!a.user || !a.home || !a.home_real)
        return no_memory(err);
    rc = add_domains(store, &a, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &a);
    return 0;
}

/* ---- one site ---- */

void sc_cover_lists_done(struct sc_cover_lists *l)
{
    SC_FREE_ALL(l->texts, l->names, l->docroots, l->isolated, l->alias);
    *l = (struct sc_cover_lists){0};
}

static int fill(const struct sc_cover_account *a, const struct sc_cover_domain *of,
                struct sc_cover_lists *l, struct sc_error *err)
{
    size_t n = strlen(a->home_real);
    l->texts = calloc(a->n + 2, sizeof(*l->texts));
    l->names = calloc(a->n + 1, sizeof(*l->names));
    l->docroots = calloc(a->n + 1, sizeof(*l->docroots));
    l->isolated = calloc(a->n + 1, sizeof(*l->isolated));
    if (!l->texts || !l->names || !l->docroots || !l->isolated)
        return no_memory(err);
    l->homes[0] = a->home_real;
    l->homes[1] = a->home;
    for (size_t i = 0; i < a->n; i++) {
        l->docroots[l->n_docroots++] = a->v[i].real;
        if (a->v[i].id)
            l->isolated[l->n_isolated++] = a->v[i].real;
        if (strcmp(a->v[i].real, of->real) != 0)
            continue;
        l->names[l->n_names++] = a->v[i].name;
        l->texts[l->n_texts++] = a->v[i].text;
    }
    if (strncmp(of->real, a->home_real, n) != 0 || of->real[n] != '/')
        return 0;
    if (asprintf(&l->alias, "%s%s", a->home, of->real + n) < 0) {
        l->alias = NULL;
        return no_memory(err);
    }
    l->texts[l->n_texts++] = l->alias;
    return 0;
}

int sc_cover_account_site(const struct sc_cover_account *a, const struct sc_cover_domain *of,
                          struct sc_cover_lists *lists, struct sc_cover_site *ret,
                          struct sc_error *err)
{
    int rc = fill(a, of, lists, err);
    if (rc < 0)
        return rc;
    *ret = (struct sc_cover_site){.domain = of->name,
                                  .id = of->id,
                                  .uid = a->uid,
                                  .gid = a->gid,
                                  .user = a->user,
                                  .home = a->home,
                                  .is = {.docroot = of->real,
                                         .texts = lists->texts,
                                         .n_texts = lists->n_texts,
                                         .names = lists->names,
                                         .n_names = lists->n_names,
                                         .docroots = lists->docroots,
                                         .n_docroots = lists->n_docroots,
                                         .homes = lists->homes,
                                         .n_homes = 2},
                                  .isolated = lists->isolated,
                                  .n_isolated = lists->n_isolated};
    return 0;
}

int sc_cover_account_judge(struct sc_cover_server *server, const struct sc_cover_account *a,
                           const char *name, struct sc_cover_verdict *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_lists_done) struct sc_cover_lists l = {0};
    struct sc_cover_site site;
    const struct sc_cover_domain *d = NULL;
    for (size_t i = 0; i < a->n && !d; i++)
        if (strcmp(a->v[i].name, name) == 0)
            d = &a->v[i];
    if (!d)
        return sc_error_set(err, SC_E_NOTFOUND, "user %s has no domain %s", a->user, name);
    int rc = sc_cover_account_site(a, d, &l, &site, err);
    return rc < 0 ? rc : sc_cover_site(server, &site, ret, err);
}
