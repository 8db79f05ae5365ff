/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_macro: <Macro NAME $param…> lines </Macro>, `Use NAME argument…`. In the lines each parameter
 * is replaced by its argument, the longest name first ("mod_macro" in the documentation of the
 * Apache HTTP Server, version 2.4). */
#include <stdlib.h>
#include "core/base/vec.h"
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/web/apache_conf.h"

#define TEXT_MAX (1u << 20) /* of a macro, and of one use of it */

static void macro_done(struct sc_apache_macro *m)
{
    sc_strings_free(m->params, m->n_params);
    free(m->name);
    free(m->body);
    *m = (struct sc_apache_macro){0};
}

void sc_apache_macros_done(struct sc_apache_conf *p)
{
    for (size_t i = 0; i < p->n_macros; i++)
        macro_done(&p->macros[i]);
    p->n_macros = 0;
}

static struct sc_apache_macro *find(struct sc_apache_conf *p, const char *name)
{
    for (size_t i = 0; i < p->n_macros; i++)
        if (strcasecmp(p->macros[i].name, name) == 0)
            return &p->macros[i];
    return NULL;
}

void sc_apache_macro_begin(struct sc_vhosts_reader *r, struct sc_apache_conf *p, char *const *words,
                           size_t n)
{
    struct sc_apache_macro m = {.params = calloc(n + 1, sizeof(*m.params))};
    p->in_macro = true;
    struct sc_apache_macro *old = n > 1 ? find(p, words[1]) : NULL;
    if (n < 2 || !m.params || (!old && p->n_macros >= SC_APACHE_MACROS_MAX)) {
        free(m.params);
        return;
    }
    m.name = sc_vhosts_dup(r, words[1]);
    m.body = sc_vhosts_dup(r, "");
    for (size_t i = 2; i < n; i++)
        if ((m.params[m.n_params] = sc_vhosts_dup(r, words[i])))
            m.n_params++;
    if (!m.name || !m.body) {
        macro_done(&m);
        return;
    }
    if (old)
        macro_done(old);
    else
        old = &p->macros[p->n_macros++];
    /* the last of the list is the one that is being read */
    *old = p->macros[p->n_macros - 1];
    p->macros[p->n_macros - 1] = m;
}

void sc_apache_macro_line(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *line)
{
    struct sc_apache_macro *m = p->n_macros ? &p->macros[p->n_macros - 1] : NULL;
    SC_BUF struct sc_buf b = {.limit = TEXT_MAX};
    if (!m)
        return;
    sc_buf_str(&b, m->body);
    sc_buf_str(&b, line);
    sc_buf_str(&b, "\n");
    char *text = b.failed ? NULL : sc_vhosts_dup(r, b.data);
    if (!text)
        return;
    free(m->body);
    m->body = text;
}

/* The longest parameter that `at` begins with; -1: none. */
static int param_at(const struct sc_apache_macro *m, const char *at)
{
    int best = -1;
    size_t longest = 0;
    for (size_t i = 0; i < m->n_params; i++) {
        size_t len = strlen(m->params[i]);
        if (len > longest && strncasecmp(at, m->params[i], len) == 0) {
            longest = len;
            best = (int)i;
        }
    }
    return best;
}

char *sc_apache_macro_use(struct sc_apache_conf *p, char *const *words, size_t n)
{
    const struct sc_apache_macro *m = n > 1 ? find(p, words[1]) : NULL;
    SC_BUF struct sc_buf b = {.limit = TEXT_MAX};
    if (!m || n - 2 != m->n_params)
        return NULL;
    for (const char *c = m->body; *c;) {
        int i = param_at(m, c);
        if (i < 0) {
            sc_buf_add(&b, c++, 1);
            continue;
        }
        sc_buf_str(&b, words[i + 2]);
        c += strlen(m->params[i]);
    }
    return b.failed || !b.data ? NULL : sc_steal_ptr(&b.data);
}
