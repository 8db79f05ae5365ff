/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/look.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/history/gather.h"
#include "core/history/metrics.h"

static int keep_in(struct sc_server *s, const struct sc_seen_list *seen,
                   struct sc_metrics_about *about, struct sc_error *err)
{
    SC_CLEANUP(sc_store_freep) struct sc_store *h = NULL;
    SC_FREE char *why = NULL;
    int rc = sc_history_open(SC_HISTORY_PATH, &h, &why, err);
    if (why)
        sc_log("the history is begun again: %s", why);
    if (rc == 0)
        rc = sc_history_tick(h, s->conf.history_size, sc_server_now(s), seen, err);
    return rc < 0 ? rc : sc_history_totals_get(h, about->told, err);
}

/* Nothing depends on it: a damaged one is begun again, and who is in its way is not waited for. */
static bool keep(struct sc_server *s, const struct sc_seen_list *seen,
                 struct sc_metrics_about *about)
{
    struct sc_error why = SC_ERROR_INIT;
    if (!s->conf.history_size)
        return false;
    int rc = keep_in(s, seen, about, &why);
    if (rc == SC_E_INVAL) {
        sc_log("the history is begun again: %s", why.text);
        sc_history_forget(SC_HISTORY_PATH);
        rc = keep_in(s, seen, about, &why);
    }
    if (rc < 0 && rc != SC_E_BUSY)
        sc_log("the history cannot be kept: %s", why.text);
    return rc == 0;
}

int sc_history_look(struct sc_server *s, size_t *ret_sites, struct sc_error *err)
{
    SC_CLEANUP(sc_seen_list_done) struct sc_seen_list seen = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int64_t began = sc_clock_ns();
    struct sc_metrics_about about = {.began = sc_server_now(s)};
    int rc = sc_history_gather(s, &seen, err);
    if (rc < 0)
        return rc;
    about.history = keep(s, &seen, &about);
    about.seconds = (double)(sc_clock_ns() - began) / 1e9;
    sc_metrics_format(&seen, &about, &text);
    rc = sc_buf_check(&text, "the metrics", err);
    if (rc == 0)
        rc = sc_metrics_write(s->conf.metrics, &text, err);
    if (rc == 0)
        *ret_sites = seen.n;
    return rc;
}

void sc_history_end(const struct sc_conf *conf)
{
    const char *path = sc_metrics_path(conf->metrics);
    if (path)
        (void)unlink(path);
}
