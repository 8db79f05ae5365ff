/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose .htaccess speaks for a site's requests: its own, and those above all sites. Its own knows nothing of what the
 * server's configuration, or its environment, has a name for. */
#include "core/web/apache/mod.h"

#include "core/web/apache/path.h"
#include "core/web/apache/stand_in.h"
#include "core/web/apache/variables.h"

APLOG_USE_MODULE(sitecage);

#define PIECE 8192

/* ---- a file that was read ---- */

struct text {
    const char *at;
    ap_configfile_t *file; /* that it was read from */
};

static apr_status_t text_char(char *ret, void *param)
{
    struct text *t = param;
    if (!*t->at)
        return APR_EOF;
    *ret = *t->at++;
    return APR_SUCCESS;
}

/* A line, or what of it there is room for. */
static apr_status_t text_line(void *buf, apr_size_t size, void *param)
{
    struct text *t = param;
    char *out = buf;
    apr_size_t n = 0;
    if (!*t->at)
        return APR_EOF;
    while (*t->at && n + 1 < size && (n == 0 || out[n - 1] != '\n'))
        out[n++] = *t->at++;
    out[n] = 0;
    return APR_SUCCESS;
}

static apr_status_t text_close(void *param)
{
    struct text *t = param;
    return t->file->close ? t->file->close(t->file->param) : APR_SUCCESS;
}

static apr_status_t read_all(apr_pool_t *p, ap_configfile_t *f, char **ret)
{
    apr_array_header_t *pieces = apr_array_make(p, 2, sizeof(const char *));
    char piece[PIECE];
    apr_status_t rv;
    while ((rv = f->getstr(piece, sizeof(piece), f->param)) == APR_SUCCESS)
        APR_ARRAY_PUSH(pieces, const char *) = apr_pstrdup(p, piece);
    *ret = apr_array_pstrcat(p, pieces, 0);
    return rv == APR_EOF ? APR_SUCCESS : rv;
}

/* The site's own, opened as the site sees it. */
static apr_status_t open_own(request_rec *r, const char *dir, const char *name,
                             ap_configfile_t **ret, const char **ret_name)
{
    struct text *t = apr_pcalloc(r->pool, sizeof(*t));
    char *text = NULL;
    *ret_name = ap_make_full_path(r->pool, dir, name);
    apr_status_t rv = ap_pcfg_openfile(&t->file, r->pool, *ret_name);
    if (rv == APR_SUCCESS)
        rv = read_all(r->pool, t->file, &text);
    if (rv != APR_SUCCESS)
        return rv;
    sc_web_variables_shut(text);
    t->at = text;
    *ret = ap_pcfg_open_custom(r->pool, *ret_name, t, text_char, text_line, text_close);
    return APR_SUCCESS;
}

/* ---- which one ---- */

/* The file's own name must not be a link that somebody in a site made. */
static apr_status_t open_above(request_rec *r, const char *dir, const char *name,
                               ap_configfile_t **ret, const char **ret_name)
{
    struct sc_web_context *now = sc_web_now();
    *ret_name = ap_make_full_path(r->pool, dir, name);
    now->above = true;
    apr_status_t rv = ap_pcfg_openfile(ret, r->pool, *ret_name);
    now->above = false;
    return rv;
}

static apr_status_t on_htaccess(request_rec *r, const char *dir, const char *name,
                                ap_configfile_t **ret, const char **ret_name)
{
    char clean[PATH_MAX], room[PATH_MAX];
    const struct sc_web_context *now = sc_web_now();
    if (!sc_mod || !now->site || sc_web_path_clean(dir, clean) == 0)
        return AP_DECLINED;
    const struct sc_web_place *place = sc_web_table_containing(now->table, clean);
    if (place && sc_web_place_is_of(place, now->site))
        return open_own(r, dir, name, ret, ret_name);
    if (place) {
        *ret_name = ap_make_full_path(r->pool, dir, name);
        return APR_ENOENT; /* another site's, around it */
    }
    /* outside of the home, and what users can write there, is looked at as any file */
    return sc_web_inside(now, clean, room) || sc_web_table_near_home(now->table, clean)
               ? open_above(r, dir, name, ret, ret_name)
               : AP_DECLINED;
}

void sc_mod_htaccess_hooks(apr_pool_t *p)
{
    (void)p;
    ap_hook_open_htaccess(on_htaccess, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
