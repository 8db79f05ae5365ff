/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/virtualmin/servers.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "generic/virtualmin/fields.h"
#include "generic/virtualmin/places.h"
#include "hooks/adapter/folder.h"

#define DEPTH_MAX 8 /* of servers that lead to each other */

static void drop(struct sc_vm_server *v)
{
    SC_FREE_ALL(v->id, v->dom, v->user, v->home, v->parent, v->alias, v->subdom, v->subprefix,
                v->html, v->html_dir, v->email, v->plan, v->reseller);
}

void sc_vm_servers_done(struct sc_vm_servers *s)
{
    SC_VEC_DONE(s->v, s->n, drop);
    sc_odds_done(&s->odds);
    *s = (struct sc_vm_servers){0};
}

/* Ids are numbers; what editors and Webmin leave beside the files has a dot in its name. */
static bool is_id(const char *name)
{
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
            return false;
    return *name != 0 && *name != '-';
}

enum {
    DOM,
    USER,
    HOME,
    PARENT,
    ALIAS,
    SUBDOM,
    SUBPREFIX,
    HTML,
    HTML_DIR,
    EMAIL,
    PLAN,
    RESELLER,
    TEXTS,
    /* features, "1" where the server has it: Apache, and plugins in its place */
    WEB = TEXTS,
    NGINX,
    LITESPEED,
    OPENLITESPEED,
    FIELDS
};

static const char *const keys[FIELDS] = {
    [DOM] = "dom",
    [USER] = "user",
    [HOME] = "home",
    [PARENT] = "parent",
    [ALIAS] = "alias",
    [SUBDOM] = "subdom",
    [SUBPREFIX] = "subprefix",
    [HTML] = "public_html_path",
    [HTML_DIR] = "public_html_dir",
    [EMAIL] = "emailto",
    [PLAN] = "plan",
    [RESELLER] = "reseller",
    [WEB] = "web",
    [NGINX] = "virtualmin-nginx",
    [LITESPEED] = "virtualmin-litespeed",
    [OPENLITESPEED] = "virtualmin-openlitespeed-web",
};

static int add(struct sc_vm_servers *s, const char *id, char *text, struct sc_error *err)
{
    struct sc_vm_field f[FIELDS];
    for (size_t i = 0; i < FIELDS; i++)
        f[i].key = keys[i];
    sc_vm_fields(text, f, FIELDS);
    struct sc_vm_server v = {.id = strdup(id)};
    char **const texts[TEXTS] = {&v.dom,      &v.user,   &v.home,      &v.parent,
                                 &v.alias,    &v.subdom, &v.subprefix, &v.html,
                                 &v.html_dir, &v.email,  &v.plan,      &v.reseller};
    bool good = v.id != NULL;
    for (size_t i = 0; i < TEXTS; i++)
        good = (*texts[i] = strdup(f[i].value)) != NULL && good;
    for (size_t i = WEB; i < FIELDS; i++)
        v.web = v.web || (*f[i].value && strcmp(f[i].value, "0") != 0);
    if (!good || !SC_VEC_ROOM(s->v, s->n)) {
        drop(&v);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the virtual servers");
    }
    s->v[s->n++] = v;
    return 0;
}

/* A file that cannot be read stops no other. */
static int read_one(struct sc_vm_servers *s, const struct sc_folder *f, const char *id,
                    struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_folder_read(f, &text, &why, "%s", id);
    if (rc == SC_E_NOTFOUND) /* it was deleted meanwhile */
        return 0;
    if (rc == SC_E_PANEL)
        return sc_odds_add(&s->odds, &(struct sc_odd){.hides = true}, err, "%s", why.text);
    return rc < 0 ? sc_error_set(err, rc, "%s", why.text) : add(s, id, text.data, err);
}

int sc_vm_servers_load(const char *prefix, struct sc_vm_servers *ret, struct sc_error *err)
{
    SC_FOLDER struct sc_folder f = SC_FOLDER_INIT;
    SC_FOLDER_LIST struct sc_folder_list ids = {0};
    SC_VM_SERVERS struct sc_vm_servers s = {0};
    int rc = sc_folder_open(SC_VM_TITLE, prefix, SC_VM_DOMAINS, &f, err);
    if (rc == 0)
        rc = sc_folder_names(&f, false, is_id, &ids, err);
    for (size_t i = 0; rc == 0 && i < ids.n; i++)
        rc = read_one(&s, &f, ids.v[i], err);
    if (rc == 0)
        SC_MOVE(ret, &s);
    return rc;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct sc_vm_server *)a)->id, ((const struct sc_vm_server *)b)->id);
}

/* The list is in the order of the names, which are the ids. */
const struct sc_vm_server *sc_vm_server(const struct sc_vm_servers *s, const char *id)
{
    const struct sc_vm_server key = {.id = (char *)(uintptr_t)id};
    return s->n ? bsearch(&key, s->v, s->n, sizeof(*s->v), by_id) : NULL;
}

const struct sc_vm_server *sc_vm_server_shown(const struct sc_vm_servers *s,
                                              const struct sc_vm_server *v)
{
    for (int depth = 0; v && *v->alias && depth < DEPTH_MAX; depth++)
        v = sc_vm_server(s, v->alias);
    return v && !*v->alias ? v : NULL;
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the virtual servers");
}

/* Of a server that is no alias, and no subdomain of the old kind. */
static int own_docroot(const struct sc_vm_server *v, char **ret, struct sc_error *err)
{
    const char *dir = *v->html_dir ? v->html_dir : "public_html";
    int n = *v->html == '/' ? asprintf(ret, "%s", v->html) : asprintf(ret, "%s/%s", v->home, dir);
    if (n >= 0)
        return 0;
    *ret = NULL;
    return no_memory(err);
}

/* A subdomain of the old kind lies in its parent's document root. */
static int docroot(const struct sc_vm_servers *s, const struct sc_vm_server *v, int depth,
                   char **ret, struct sc_error *err)
{
    if (!*v->subdom || *v->html)
        return own_docroot(v, ret, err);
    const struct sc_vm_server *in = sc_vm_server(s, v->subdom);
    SC_FREE char *base = NULL;
    if (!in || depth >= DEPTH_MAX)
        return sc_error_set(err, SC_E_NOTFOUND, "its parent '%.32s' is missing", v->subdom);
    int rc = docroot(s, in, depth + 1, &base, err);
    if (rc < 0)
        return rc;
    if (asprintf(ret, "%s/%s", base, v->subprefix) >= 0)
        return 0;
    *ret = NULL;
    return no_memory(err);
}

int sc_vm_server_docroot(const struct sc_vm_servers *s, const struct sc_vm_server *v,
                         char **ret_docroot, const char **ret_dir, struct sc_error *err)
{
    const struct sc_vm_server *shown = sc_vm_server_shown(s, v);
    if (!shown)
        return sc_error_set(err, SC_E_NOTFOUND, "the server '%.32s' that it shows is missing",
                            v->alias);
    int rc = docroot(s, shown, 0, ret_docroot, err);
    if (rc == 0)
        *ret_dir = *shown->parent && !*shown->subdom && *shown->home ? shown->home : NULL;
    return rc;
}
