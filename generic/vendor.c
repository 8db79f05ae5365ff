/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/vendor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "generic/ini.h"

void sc_vendor_init(struct sc_vendor *v, const struct sc_generic_conf *conf, const char *key)
{
    *v = (struct sc_vendor){
        .conf = conf, .key = key, .deadline_ms = sc_clock_ms() + conf->timeout_ms};
    snprintf(v->who, sizeof(v->who), "'%s' in %s", key, conf->ini);
}

void sc_vendor_done(struct sc_vendor *v)
{
    sc_run_result_done(&v->result);
}

/* The program, and what an interpreter or wrapper is told to run: every word that is a file. */
static int check_words(const struct sc_vendor *v, const struct sc_words *w, struct sc_error *err)
{
    if (w->n == 0)
        return sc_error_set(err, SC_E_PANEL, "%s names no program", v->who);
    if (w->v[0][0] != '/')
        return sc_error_set(err, SC_E_PANEL, "%s names its program '%s' without the full path",
                            v->who, w->v[0]);
    for (size_t i = 0; i < w->n; i++) {
        struct stat st;
        if (w->v[i][0] != '/' || (i > 0 && (stat(w->v[i], &st) < 0 || !S_ISREG(st.st_mode))))
            continue;
        int rc = sc_trust_file(&v->conf->trust, v->who, w->v[i], err);
        if (rc < 0)
            return rc;
    }
    if (access(w->v[0], X_OK) < 0)
        return sc_error_set(err, SC_E_PANEL, "%s: %s is not executable: %s (chmod 755 %s)", v->who,
                            w->v[0], strerror(errno), w->v[0]);
    return 0;
}

static int ask(struct sc_vendor *v, const char *const *args, struct sc_error *err)
{
    SC_WORDS struct sc_words w = SC_WORDS_INIT;
    int rc = sc_integration_command(&v->conf->trust, v->conf->ini, v->key, &w, err);
    if (rc < 0)
        return rc;
    snprintf(v->who, sizeof(v->who), "'%s' in %s", v->key, v->conf->ini);
    rc = check_words(v, &w, err);
    if (rc < 0)
        return rc;

    size_t n_args = 0;
    while (args[n_args])
        n_args++;
    SC_FREE const char **argv = calloc(w.n + n_args + 1, sizeof(*argv));
    SC_FREE char *home = NULL;
    if (!argv || asprintf(&home, "HOME=%s", v->conf->home ? v->conf->home : "/") < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory to run %s", w.v[0]);
    memcpy(argv, w.v, w.n * sizeof(*argv));
    memcpy(argv + w.n, args, n_args * sizeof(*argv));
    /* PYTHONNOUSERSITE: Python would load code from the user's home before the script's first
     * line. */
    const char *const env[] = {"PATH=" SC_RUN_PATH, "LANG=C.UTF-8", home, "PYTHONNOUSERSITE=1",
                               NULL};
    long long left = v->deadline_ms - sc_clock_ms();
    struct sc_run_spec spec = {.argv = argv,
                               .env = env,
                               .timeout_ms = left > 1 ? (int)left : 1,
                               .max_out = v->conf->max_bytes};
    sc_run_result_done(&v->result);
    v->result = (struct sc_run_result)SC_RUN_RESULT_INIT;
    rc = sc_run(&spec, &v->result, err);
    if (rc == SC_E_TIMEOUT)
        return sc_error_set(err, SC_E_PANEL, "%s: %s did not answer within %g s", v->who, w.v[0],
                            (double)v->conf->timeout_ms / 1000);
    if (rc < 0)
        return sc_error_wrap(err, "%s", v->who);
    snprintf(v->who, sizeof(v->who), "'%s' in %s: %s", v->key, v->conf->ini, w.v[0]);
    if (v->result.out.len == 0) {
        char how[512];
        sc_run_how(&v->result, how, sizeof(how));
        return sc_error_set(err, SC_E_PANEL, "%s answered nothing and %s", v->who, how);
    }
    return 0;
}

int sc_vendor_ask(struct sc_vendor *v, const char *const *args, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = ask(v, args, &why);
    /* Whatever kept the script from answering is the panel's failure, not the asker's mistake. */
    return rc < 0 ? sc_error_set(err, SC_E_PANEL, "%s", why.text) : 0;
}

int sc_vendor_judge(const struct sc_vendor *v, int rc, struct sc_error *err)
{
    if (sc_run_ok(&v->result) || (rc < 0 && rc != SC_E_PANEL))
        return rc;
    char how[512];
    sc_run_how(&v->result, how, sizeof(how));
    if (rc == 0)
        return sc_error_set(err, SC_E_PANEL, "%s answered \"ok\" but %s", v->who, how);
    struct sc_error why = err ? *err : (struct sc_error)SC_ERROR_INIT;
    return sc_error_set(err, rc, "%s (it %s)", why.text, how);
}
