/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/outside_text.h"

#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/cron/outside.h"
#include "core/cron/nobodys.h"
#include "core/plan/entries.h"

static bool is_temporary(const char *rel)
{
    return strcmp(rel, "tmp") == 0 || strncmp(rel, "tmp/", 4) == 0;
}

/* What others run is not given to be changed. */
static bool is_run(const struct sc_cron_outside *is)
{
    return is->code || sc_rel_is_run(is->rel);
}

/* The document root is a pattern in that line. */
static void say_docroot(struct sc_buf *out, const char *docroot)
{
    for (const char *c = docroot; *c; c++) {
        if (strchr("*?[]\\", *c))
            sc_buf_str(out, "\\");
        sc_buf_enc(out, c, 1);
    }
}

/* Once, whatever is done with it. */
static bool is_said(const struct sc_buf *out, const char *rel)
{
    SC_BUF struct sc_buf begin = SC_BUF_INIT;
    sc_buf_fmt(&begin, "~/%s (", rel);
    return begin.failed || (out->len && strstr(out->data, begin.data));
}

static bool is_hidden(const struct sc_cron_account *a, const char *rel)
{
    size_t home = strlen(a->home);
    for (size_t i = 0; i < a->n_hidden; i++) {
        const char *path = a->hidden[i];
        size_t n = strlen(path);
        if (n > home + 1 && strncmp(path, a->home, home) == 0 && path[home] == '/' &&
            strncmp(rel, path + home + 1, n - home - 1) == 0 &&
            (!rel[n - home - 1] || rel[n - home - 1] == '/'))
            return true;
    }
    return false;
}

/* What is said of one place, once: by it the site can be given the place. */
static void say_place(struct sc_buf *out, const struct sc_cron_account *a,
                      const struct sc_cron_site *site, const struct sc_cron_outside *is)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    const char *rel = is->rel;
    if (is->other) {
        sc_buf_fmt(&text, "~/%s (another site's: make it an entry of its own)", rel);
    } else if (is_temporary(rel)) {
        sc_buf_fmt(&text, "~/%s (use /tmp, which the site has for itself)", rel);
    } else if (is_hidden(a, rel)) {
        sc_buf_fmt(&text, "~/%s (no site has it: use another directory, or '>')", rel);
    } else {
        sc_buf_fmt(&text, "~/%s (to give it: ", rel);
        say_docroot(&text, site->docroot);
        sc_buf_fmt(&text, " %s ~/", is_run(is) ? "ro" : "rw");
        sc_buf_enc(&text, rel, strlen(rel));
        sc_buf_str(&text, ")");
    }
    sc_buf_str(&text, "");
    if (text.failed || out->len + text.len + 2 > SC_CRON_SAID_MAX || is_said(out, rel))
        return;
    sc_buf_str(out, out->len ? ", " : "");
    sc_buf_str(out, text.data);
}

struct saying {
    struct sc_buf *out;
    const struct sc_cron_account *a;
    const struct sc_cron_site *site;
};

static void say(void *arg, const struct sc_cron_outside *is)
{
    const struct saying *s = arg;
    say_place(s->out, s->a, s->site, is);
}

void sc_cron_say_outside(struct sc_buf *out, struct sc_cron_names *n,
                         const struct sc_cron_site *site, const struct sc_cron_line *l)
{
    struct saying s = {out, n->account, site};
    if (site && !sc_cron_is_nobodys(site))
        sc_cron_outside_each(n, site, l->s, l->len, say, &s);
}
