/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/routes.h"

#include <limits.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/path.h"
#include "core/web/apache/table.h"

void sc_web_routes_done(struct sc_web_routes *r)
{
    sc_web_table_free(r->table);
    sc_stamps_done(&r->seen);
    *r = (struct sc_web_routes){0};
}

/* An account may have thousands of sites, each of which is asked for. */
static bool holds(const struct sc_web_routes *r)
{
    return r->seen.n && sc_stamps_same(&r->seen);
}

static int read_table(struct sc_web_routes *r, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    sc_web_routes_done(r);
    sc_stamps_note(&r->seen, SC_WEB_TABLE);
    int rc = sc_read_file(SC_WEB_TABLE, SC_WEB_TABLE_MAX, &text, err);
    if (rc == 0)
        rc = sc_web_table_parse(text.data, text.len, &r->table, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc < 0)
        sc_stamps_done(&r->seen); /* it is tried again */
    return rc;
}

int sc_web_routes_has(struct sc_web_routes *r, const char *docroot, bool *ret_has,
                      struct sc_error *err)
{
    char clean[PATH_MAX];
    int rc = holds(r) ? 0 : read_table(r, err);
    if (rc < 0)
        return rc;
    const struct sc_web_place *place =
        r->table && sc_web_path_clean(docroot, clean) ? sc_web_table_place(r->table, clean) : NULL;
    *ret_has = place && place->site;
    return 0;
}
