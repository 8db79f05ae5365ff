/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runtime/steady.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/vec.h"

void sc_runtime_steady_text(const struct sc_plan *plan, struct sc_buf *out)
{
    for (size_t i = 0; i < plan->n_steady; i++)
        if (!plan->steady[i].is_open) {
            sc_buf_enc(out, plan->steady[i].rel, strlen(plan->steady[i].rel));
            sc_buf_str(out, "\n");
        }
}

struct list {
    char **v;
    size_t n;
};

static void list_done(struct list *l)
{
    sc_strings_free(l->v, l->n);
}

int sc_runtime_steady(uid_t uid, char ***ret, size_t *ret_n, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(list_done) struct list l = {0};
    char path[64], *save = NULL;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/" SC_STEADY_NAME, (unsigned)uid);
    int rc = sc_read_file(path, SC_STEADY_MAX, &text, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    char *line = rc == 0 ? strtok_r(text.data, "\n", &save) : NULL;
    for (; line; line = strtok_r(NULL, "\n", &save)) {
        if (sc_decode_word(line) <= 0)
            continue;
        char *rel = SC_VEC_ROOM(l.v, l.n) ? strdup(line) : NULL;
        if (!rel)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the ways of nginx");
        l.v[l.n++] = rel;
    }
    *ret = l.v;
    *ret_n = l.n;
    l = (struct list){0};
    return 0;
}
