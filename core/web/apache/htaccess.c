/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose .htaccess speaks for a site's requests: its own, and those above all sites. Its own knows nothing of what the
 * server's configuration, or its environment, has a name for. */
#include "core/web/apache/mod.h"

#include "core/web/apache/path.h"
#include "core/web/apache/stand_in.h"
#include "core/web/apache/variables.h"

APLOG_USE_MODULE(sitecage);

#define MOST (8 << 20) /* bytes; httpd itself reads a line at a time */

/* ---- a file that was read ---- */

static apr_status_t text_char(char *ret, void *param)
{
    const char **at = param;
    if (!**at)
        return APR_EOF;
    *ret = *(*at)++;
    return APR_SUCCESS;
}

/* A line, or what of it there is room for. */
static apr_status_t text_line(void *buf, apr_size_t size, void *param)
{
    const char **at = param;
    const char *end = strchr(*at, '\n');
    if (!**at)
        return APR_EOF;
    apr_size_t n = end ? (apr_size_t)(end - *at) + 1 : strlen(*at);
    n = n < size ? n : size - 1;
    memcpy(buf, *at, n);
    ((char *)buf)[n] = 0;
    *at += n;
    return APR_SUCCESS;
}

static apr_status_t read_text(apr_pool_t *p, apr_file_t *f, char **ret)
{
    apr_finfo_t st;
    apr_size_t n = 0;
    apr_status_t rv = apr_file_info_get(&st, APR_FINFO_TYPE | APR_FINFO_SIZE, f);
    if (rv == APR_SUCCESS && st.filetype != APR_REG)
        return APR_EBADF; /* as httpd says it */
    if (rv != APR_SUCCESS || st.size > MOST)
        return rv != APR_SUCCESS ? rv : APR_ENOSPC;
    *ret = apr_palloc(p, (apr_size_t)st.size + 1);
    rv = apr_file_read_full(f, *ret, (apr_size_t)st.size, &n);
    for (char *c = *ret; (c = memchr(c, 0, n - (apr_size_t)(c - *ret)));)
        *c = ' ';
    (*ret)[n] = 0;
    return rv == APR_EOF ? APR_SUCCESS : rv;
}

/* The site's own, opened as the site sees it. */
static apr_status_t open_own(request_rec *r, const char *dir, const char *name,
                             ap_configfile_t **ret, const char **ret_name)
{
    char **at = apr_palloc(r->pool, sizeof(*at));
    apr_file_t *f = NULL;
    *ret_name = ap_make_full_path(r->pool, dir, name);
    apr_status_t rv = apr_file_open(&f, *ret_name, APR_READ, APR_OS_DEFAULT, r->pool);
    if (rv != APR_SUCCESS)
        return rv;
    rv = read_text(r->pool, f, at);
    (void)apr_file_close(f);
    if (rv != APR_SUCCESS)
        return rv;
    sc_web_variables_shut(*at);
    *ret = ap_pcfg_open_custom(r->pool, *ret_name, at, text_char, text_line, NULL);
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
