/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alt_php.ini: nothing in it is the user's text. */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/php/site.h"

#define INI_MAX     65536u
#define ALL_INI_MAX (4u << 20)

int sc_php_enabled(const struct sc_php *php, const struct sc_php_choice *c,
                   struct sc_php_names *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_php_names_done) struct sc_php_names l = {0};
    const struct sc_php_choice_version *v = sc_php_choice_find(c, php->name);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < php->n_modules; i++) {
        const struct sc_php_module *m = &php->modules[i];
        bool on = v && v->chosen ? sc_php_names_has(&v->modules, m->name) : m->on;
        if (on || m->fixed)
            rc = sc_php_names_add(&l, m->name, err);
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

static int by_order(const void *a, const void *b)
{
    const struct sc_php_module *const *x = a, *const *y = b;
    int d = ((*x)->priority > (*y)->priority) - ((*x)->priority < (*y)->priority);
    return d ? d : strcmp((*x)->name, (*y)->name);
}

static int add_file(const struct sc_php_module *m, uid_t owner, struct sc_buf *out,
                    struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_trusted_file(m->ini, owner, INI_MAX, &text, NULL);
    if (rc == SC_E_NOMEM)
        return sc_error_set(err, rc, "out of memory for %s", m->ini);
    if (rc < 0) /* gone, or not root's any more: not loaded */
        return 0;
    sc_buf_fmt(out, ";---%s---\n", m->name);
    sc_buf_add(out, text.data, text.len);
    if (text.len && text.data[text.len - 1] != '\n')
        sc_buf_str(out, "\n");
    return 0;
}

int sc_php_ini(const struct sc_php *php, const struct sc_php_choice *c, uid_t owner,
               struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_php_names_done) struct sc_php_names on = {0};
    int rc = sc_php_enabled(php, c, &on, err);
    if (rc < 0)
        return rc;
    SC_FREE const struct sc_php_module **order = calloc(php->n_modules + 1, sizeof(*order));
    if (!order)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP's extensions");
    size_t n = 0;
    for (size_t i = 0; i < php->n_modules; i++) {
        const struct sc_php_module *m = &php->modules[i];
        if (m->ini && !m->fixed && sc_php_names_has(&on, m->name))
            order[n++] = m;
    }
    qsort(order, n, sizeof(*order), by_order);
    out->limit = ALL_INI_MAX;
    sc_buf_fmt(out, "; made by Sitecage for PHP %s: see selectorctl(1)\n", php->name);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = add_file(order[i], owner, out, err);
    return rc < 0 ? rc : sc_buf_check(out, "alt_php.ini", err);
}
