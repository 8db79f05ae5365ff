/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same look as a file for Prometheus' node exporter (its textfile collector): docs/history.md. */
#ifndef SC_HISTORY_METRICS_H
#define SC_HISTORY_METRICS_H

#include "core/base/buf.h"
#include "core/history/tick.h"

#define SC_METRICS_DIR       "/var/lib/prometheus/node-exporter"
#define SC_METRICS_NAME      "sitecage.prom"
#define SC_METRICS_SITES_MAX 5000u /* beyond it only sums: each site is some ten series */

/* What a tick itself cost. */
struct sc_metrics_about {
    int64_t began;          /* seconds since 1970 */
    double seconds;         /* that gathering and storing took */
    bool history;           /* it is kept; then … */
    int64_t told[SC_TOLDS]; /* … what was noted of all sites, ever */
};

/* Appends the text. Pure. */
void sc_metrics_format(const struct sc_seen_list *seen, const struct sc_metrics_about *about,
                       struct sc_buf *out);

/* The file that the configuration's word means: itself, or "auto": where the distribution's node exporter looks, when
 * that directory is there; "off". NULL: none. */
const char *sc_metrics_path(const char *word);

/* Writes it there, in one piece: who reads sees the old file or the new one. SC_E_SYS. */
int sc_metrics_write(const char *word, const struct sc_buf *text, struct sc_error *err);

#endif
