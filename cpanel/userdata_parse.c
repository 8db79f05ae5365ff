/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of /var/cpanel/userdata/USER, as text. */
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"
#include "cpanel/userdata.h"
#include "cpanel/yaml.h"

#define NAMES_MAX 200000u

struct main_file {
    struct sc_cpanel_names names;
    char *main_domain; /* as it stands there; NULL */
    struct sc_error *err;
};

static void main_file_done(struct main_file *m)
{
    sc_cpanel_names_done(&m->names);
    free(m->main_domain);
}

void sc_cpanel_names_done(struct sc_cpanel_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        SC_FREE_ALL(names->v[i].name, names->v[i].said, names->v[i].file);
    free(names->v);
    *names = (struct sc_cpanel_names){0};
}

/* `file` may be NULL: its own. */
static int add_name(struct main_file *m, enum sc_cpanel_kind kind, const char *text,
                    const char *file)
{
    char name[256];
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_domain_canon(text, name, &why);
    if (rc < 0 && rc != SC_E_INVAL)
        return sc_error_set(m->err, rc, "%s", why.text);
    struct sc_cpanel_names *names = &m->names;
    if (names->n == NAMES_MAX)
        return sc_error_set(m->err, SC_E_TOOBIG, "more than %u domains", NAMES_MAX);
    if (!SC_VEC_ROOM(names->v, names->n))
        return sc_error_set(m->err, SC_E_NOMEM, "out of memory for the domains");
    struct sc_cpanel_name *n = &names->v[names->n++];
    *n = (struct sc_cpanel_name){.name = rc == 0 ? strdup(name) : NULL,
                                 .said = strdup(text),
                                 .file = strdup(file ? file : text),
                                 .kind = kind};
    return n->said && n->file && (rc < 0 || n->name)
               ? 0
               : sc_error_set(m->err, SC_E_NOMEM, "out of memory for the domains");
}

static int main_item(const char *key, const char *sub, const char *value, void *arg)
{
    struct main_file *m = arg;
    if (strcmp(key, "main_domain") == 0 && !sub) {
        free(m->main_domain);
        m->main_domain = *value ? strdup(value) : NULL;
        return m->main_domain || !*value
                   ? 0
                   : sc_error_set(m->err, SC_E_NOMEM, "out of memory for the domains");
    }
    if (strcmp(key, "addon_domains") == 0 && sub)
        return add_name(m, SC_CPANEL_ADDON, sub, value);
    if (strcmp(key, "sub_domains") == 0 && !sub && *value)
        return add_name(m, SC_CPANEL_SUB, value, NULL);
    if (strcmp(key, "parked_domains") == 0 && !sub && *value)
        return add_name(m, SC_CPANEL_PARKED, value, NULL);
    return 0;
}

int sc_cpanel_main_parse(const char *data, size_t len, const char *what,
                         struct sc_cpanel_names *ret, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(main_file_done) struct main_file m = {.err = &why};
    int rc = sc_cpanel_yaml_read(data, len, what, main_item, &m, &why);
    if (rc == 0 && !m.main_domain)
        rc = sc_error_set(&why, SC_E_INVAL, "%s: main_domain is missing", what);
    if (rc == 0)
        rc = add_name(&m, SC_CPANEL_MAIN, m.main_domain, NULL);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    for (size_t i = 0; i < m.names.n; i++) {
        struct sc_cpanel_name *n = &m.names.v[i];
        if (n->kind == SC_CPANEL_PARKED) {
            free(n->file);
            n->file = strdup(m.main_domain);
            if (!n->file)
                return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
        }
    }
    *ret = m.names;
    m.names = (struct sc_cpanel_names){0};
    return 0;
}

static int docroot_item(const char *key, const char *sub, const char *value, void *arg)
{
    char **docroot = arg;
    if (sub || strcmp(key, "documentroot") != 0)
        return 0;
    free(*docroot);
    *docroot = strdup(value);
    return *docroot ? 0 : SC_E_NOMEM;
}

int sc_cpanel_docroot_parse(const char *data, size_t len, const char *what, char **ret,
                            struct sc_error *err)
{
    SC_FREE char *docroot = NULL;
    int rc = sc_cpanel_yaml_read(data, len, what, docroot_item, &docroot, err);
    if (rc == SC_E_NOMEM)
        return sc_error_set(err, rc, "out of memory for %s", what);
    if (rc < 0)
        return rc;
    if (!docroot || !*docroot)
        return sc_error_set(err, SC_E_INVAL, "%s: documentroot is missing", what);
    *ret = sc_steal_ptr(&docroot);
    return 0;
}
