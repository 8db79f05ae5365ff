/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"

/* A label's value may be any UTF-8; a backslash, a quote and a newline are escaped. Of other bytes that names can
 * have none but printable ASCII is let through: a site must not be able to write lines. */
static void label(struct sc_buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\\' || *p == '"')
            sc_buf_str(out, "\\");
        sc_buf_add(out, *p >= ' ' && *p <= '~' ? p : "?", 1);
    }
}

static void head(struct sc_buf *out, const char *name, const char *type, const char *help)
{
    sc_buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* What each line of a site begins with, behind the name. */
static void labels(struct sc_buf *out, const struct sc_seen *s)
{
    out->len = 0;
    sc_buf_str(out, "{user=\"");
    label(out, s->user);
    sc_buf_str(out, "\",domain=\"");
    label(out, s->domain);
    sc_buf_fmt(out, "\",site=\"%u\"", s->site);
}

/* ---- of each site ---- */

static void seconds(struct sc_buf *out, int64_t usec)
{
    sc_buf_fmt(out, "%" PRId64 ".%06" PRId64 "\n", usec / 1000000, usec % 1000000);
}

static void cpu_value(struct sc_buf *out, const struct sc_seen *s)
{
    seconds(out, s->now.counters.cpu);
}

#define VALUE(name, expression)                                                                    \
    static void name(struct sc_buf *out, const struct sc_seen *s)                                  \
    {                                                                                              \
        sc_buf_fmt(out, "%" PRId64 "\n", (int64_t)(expression));                                   \
    }
VALUE(memory_value, s->now.pmem)
VALUE(processes_value, s->now.nproc)
VALUE(entries_value, s->now.ep)
VALUE(io_value, s->now.counters.io)
VALUE(ops_value, s->now.counters.ops)
VALUE(refused_value, s->now.counters.told[SC_TOLD_REFUSED])
VALUE(failing_value, s->now.counters.failing != 0)

static const struct {
    const char *name, *type, *help;
    void (*value)(struct sc_buf *out, const struct sc_seen *s);
} of_sites[] = {
    {"sitecage_site_cpu_seconds_total", "counter", "Processor time of an isolated site.",
     cpu_value},
    {"sitecage_site_memory_bytes", "gauge", "Physical memory of an isolated site.", memory_value},
    {"sitecage_site_processes", "gauge", "Processes of an isolated site.", processes_value},
    {"sitecage_site_entry_processes", "gauge",
     "Requests that an isolated site serves at the moment.", entries_value},
    {"sitecage_site_io_bytes_total", "counter", "Bytes read and written by an isolated site.",
     io_value},
    {"sitecage_site_io_operations_total", "counter",
     "Operations of input and output of an isolated site.", ops_value},
    {"sitecage_site_refused_requests_total", "counter",
     "Requests of an isolated site that the web server refused.", refused_value},
    {"sitecage_site_failing", "gauge", "1 where nothing of an isolated site can run.",
     failing_value},
};

#define OF_SITES    (sizeof(of_sites) / sizeof(of_sites[0]))
#define FAULTS_NAME "sitecage_site_faults_total"

/* Lines of one name stand together: each name has a text of its own. */
struct lines {
    struct sc_buf of[OF_SITES], faults;
};

static void lines_done(struct lines *l)
{
    for (size_t k = 0; k < OF_SITES; k++)
        sc_buf_free(&l->of[k]);
    sc_buf_free(&l->faults);
}

static void add_site(const struct sc_seen *s, const struct sc_buf *labels, struct lines *l)
{
    static const char *const faults[SC_FAULTS] = {"cpu", "pmem", "nproc", "ep"};
    for (size_t k = 0; k < OF_SITES; k++) {
        sc_buf_str(&l->of[k], of_sites[k].name);
        sc_buf_add(&l->of[k], labels->data, labels->len);
        sc_buf_str(&l->of[k], "} ");
        of_sites[k].value(&l->of[k], s);
    }
    for (int f = 0; f < SC_FAULTS; f++) {
        sc_buf_str(&l->faults, FAULTS_NAME);
        sc_buf_add(&l->faults, labels->data, labels->len);
        sc_buf_fmt(&l->faults, ",limit=\"%s\"} %" PRId64 "\n", faults[f],
                   s->now.counters.faults[f]);
    }
}

/* What failed in a part fails in the whole. */
static void add_part(struct sc_buf *out, const struct sc_buf *part)
{
    sc_buf_add(out, part->data, part->len);
    if (part->failed)
        out->failed = part->failed;
}

static void add_sites(const struct sc_seen_list *l, struct sc_buf *out)
{
    SC_CLEANUP(lines_done) struct lines lines = {0};
    SC_BUF struct sc_buf of_site = SC_BUF_INIT;
    for (size_t i = 0; i < l->n && !of_site.failed; i++) {
        labels(&of_site, &l->v[i]);
        add_site(&l->v[i], &of_site, &lines);
    }
    for (size_t k = 0; k < OF_SITES; k++) {
        head(out, of_sites[k].name, of_sites[k].type, of_sites[k].help);
        add_part(out, &lines.of[k]);
    }
    head(out, FAULTS_NAME, "counter", "How often a limit stopped an isolated site.");
    add_part(out, &lines.faults);
    if (of_site.failed)
        out->failed = of_site.failed;
}

/* ---- of the server ---- */

static void add_states(const struct sc_seen_list *l, struct sc_buf *out)
{
    static const char *const states[] = {"isolated", "unverified", "not covered", "stale",
                                         "failing"};
    head(out, "sitecage_sites", "gauge", "Isolated sites by their state.");
    for (size_t k = 0; k < sizeof(states) / sizeof(states[0]); k++) {
        size_t n = 0;
        for (size_t i = 0; i < l->n; i++)
            n += strcmp(l->v[i].state, states[k]) == 0;
        sc_buf_fmt(out, "sitecage_sites{state=\"%s\"} %zu\n", states[k], n);
    }
}

static void add_sums(const struct sc_metrics_about *a, struct sc_buf *out)
{
    if (!a->history)
        return;
    head(out, "sitecage_failures_total", "counter",
         "What could not run in isolated sites, by cause: nothing of the site, this program, a "
         "limit "
         "said no, ended by SIGKILL.");
    for (int i = 0; i < SC_TOLD_REFUSED; i++)
        sc_buf_fmt(out, "sitecage_failures_total{cause=\"%s\"} %" PRId64 "\n",
                   sc_history_told_name((enum sc_history_told)i), a->told[i]);
    head(out, "sitecage_refused_total", "counter",
         "Requests of isolated sites that the web server refused.");
    sc_buf_fmt(out, "sitecage_refused_total %" PRId64 "\n", a->told[SC_TOLD_REFUSED]);
}

static void add_about(const struct sc_metrics_about *a, const struct sc_seen_list *l,
                      struct sc_buf *out)
{
    head(out, "sitecage_build_info", "gauge", "The version that runs; always 1.");
    sc_buf_str(out, "sitecage_build_info{version=\"" SC_VERSION "\"} 1\n");
    head(out, "sitecage_look_timestamp_seconds", "gauge", "When these figures were read.");
    sc_buf_fmt(out, "sitecage_look_timestamp_seconds %" PRId64 "\n", a->began);
    head(out, "sitecage_look_duration_seconds", "gauge", "How long reading and storing them took.");
    sc_buf_fmt(out, "sitecage_look_duration_seconds %.6f\n", a->seconds);
    head(out, "sitecage_history_kept", "gauge", "1 where the history is written.");
    sc_buf_fmt(out, "sitecage_history_kept %d\n", a->history);
    head(out, "sitecage_sites_left_out", "gauge",
         "Isolated sites without series of their own, because there are too many.");
    sc_buf_fmt(out, "sitecage_sites_left_out %zu\n",
               l->n > SC_METRICS_SITES_MAX ? l->n - SC_METRICS_SITES_MAX : 0);
}

void sc_metrics_format(const struct sc_seen_list *seen, const struct sc_metrics_about *about,
                       struct sc_buf *out)
{
    struct sc_seen_list some = *seen;
    if (some.n > SC_METRICS_SITES_MAX)
        some.n = SC_METRICS_SITES_MAX;
    add_states(seen, out);
    add_sums(about, out);
    add_sites(&some, out);
    add_about(about, seen, out);
}

const char *sc_metrics_path(const char *word)
{
    struct stat st;
    if (strcmp(word, "off") == 0)
        return NULL;
    if (strcmp(word, "auto") != 0)
        return word;
    return stat(SC_METRICS_DIR, &st) == 0 && S_ISDIR(st.st_mode) ? SC_METRICS_DIR
               "/" SC_METRICS_NAME
                                                                 : NULL;
}

int sc_metrics_write(const char *word, const struct sc_buf *text, struct sc_error *err)
{
    const char *path = sc_metrics_path(word);
    return path ? sc_replace_file(path, 0644, text->data, text->len, err) : 0;
}
