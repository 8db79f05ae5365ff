/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the entry in suexec's place answered instead of the site's program: a line in the virtual host's
 * own error log, for its standard error goes to the server's. The entry puts the reason into its answer
 * behind a word that only this request's entry is told; it is taken out again here. The site's
 * programs never see the word, so they can write no such line. */
#include "core/web/apache/mod.h"

#include <apr_general.h>
#include <util_filter.h>

#include "core/base/told.h"

APLOG_USE_MODULE(sitecage);

#define FILTER "SITECAGE_TOLD"

static void take(request_rec *r, apr_table_t *headers, const char *word)
{
    const char *said = apr_table_get(headers, SC_TOLD_HEADER);
    size_t n = strlen(word);
    const struct sc_mod_request *q = sc_mod ? sc_mod_request_of(r) : NULL;
    if (!said || strncmp(said, word, n) != 0 || said[n] != ' ')
        return;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "sitecage: %s: %d: %s",
                  q && q->site ? q->site->name : "-", r->status,
                  ap_escape_logitem(r->pool, said + n + 1));
    apr_table_unset(headers, SC_TOLD_HEADER);
}

/* Once, before the answer's head is sent. */
static apr_status_t on_answer(ap_filter_t *f, apr_bucket_brigade *bb)
{
    const char *word = f->ctx;
    ap_filter_t *next = f->next;
    take(f->r, f->r->headers_out, word);
    take(f->r, f->r->err_headers_out, word);
    ap_remove_output_filter(f);
    return ap_pass_brigade(next, bb);
}

void sc_mod_ask_entry(request_rec *r)
{
    unsigned char random[SC_TOLD_WORD / 2];
    char *word = apr_palloc(r->pool, SC_TOLD_WORD + 1);
    if (apr_generate_random_bytes(random, sizeof(random)) != APR_SUCCESS)
        return;
    ap_bin2hex(random, sizeof(random), word);
    apr_table_setn(r->subprocess_env, SC_TOLD_ENV, word);
    ap_add_output_filter(FILTER, word, r, r->connection);
}

void sc_mod_told_hooks(apr_pool_t *p)
{
    (void)p;
    ap_register_output_filter(FILTER, on_answer, NULL, AP_FTYPE_CONTENT_SET);
}
