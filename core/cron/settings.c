/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/settings.h"

#include <string.h>

#include "core/base/paths.h"
#include "core/cron/marks.h"

void sc_cron_in_force_done(struct sc_cron_in_force *f)
{
    sc_buf_free(&f->shell_line);
    sc_buf_free(&f->shell);
    sc_buf_free(&f->mailto_line);
}

static void keep(struct sc_buf *to, const char *s, size_t len)
{
    sc_buf_free(to);
    sc_buf_add(to, s, len);
}

int sc_cron_note_env(struct sc_cron_in_force *f, struct sc_cron_names *names,
                     const struct sc_cron_line *l, struct sc_error *err)
{
    SC_BUF struct sc_buf name = SC_BUF_INIT;
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    if (!sc_cron_env(l->s, l->len, &name, &value) || memchr(l->s, 0, l->len))
        return 0;
    sc_buf_str(&name, "");
    sc_buf_str(&value, "");
    if (name.failed || value.failed)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    if (strcmp(name.data, "SHELL") == 0) {
        keep(&f->shell_line, l->s, l->len);
        keep(&f->shell, value.data, value.len);
    } else if (strcmp(name.data, "MAILTO") == 0) {
        keep(&f->mailto_line, l->s, l->len);
    }
    return names ? sc_cron_names_set(names, name.data, value.data, err) : 0;
}

void sc_cron_put_back(struct sc_buf *out, const struct sc_buf *line, const char *name,
                      const char *otherwise)
{
    SC_BUF struct sc_buf set = SC_BUF_INIT;
    if (line->len)
        sc_buf_add(&set, line->data, line->len);
    else
        sc_buf_fmt(&set, "%s=%s", name, otherwise);
    sc_buf_str(out, MARK_BACK);
    sc_buf_enc(out, set.data ? set.data : "", set.len);
    sc_buf_str(out, "\n");
    sc_buf_add(out, set.data ? set.data : "", set.len);
    sc_buf_str(out, "\n");
    out->failed |= set.failed;
}

/* Words of settings: no white space, and no quote at the beginning, which a path has not. */
void sc_cron_put_site(struct sc_buf *out, const char *docroot, const struct sc_buf *shell)
{
    sc_buf_str(out, ENV_SHELL "\n" ENV_SITE);
    size_t before = out->len;
    sc_buf_enc(out, docroot, strlen(docroot));
    if (out->len - before > SC_CRON_LINE_MAX - sizeof(ENV_SITE) && !out->failed) {
        out->len = before; /* cron would cut it: no site at all is refused */
        sc_buf_str(out, SC_CRON_NO_SITE);
    }
    sc_buf_str(out, "\n" ENV_REAL);
    before = out->len;
    if (shell->len && shell->data[0] == '/')
        sc_buf_enc(out, shell->data, shell->len);
    if (out->len == before || out->len - before > SC_CRON_LINE_MAX - sizeof(ENV_REAL)) {
        out->len = out->failed ? out->len : before;
        sc_buf_str(out, "/bin/sh");
    }
    sc_buf_str(out, "\n");
}
