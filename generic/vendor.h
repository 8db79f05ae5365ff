/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks one of the vendor's integration scripts. */
#ifndef SC_GENERIC_VENDOR_H
#define SC_GENERIC_VENDOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/run.h"
#include "generic/trust.h"

#define SC_GENERIC_MAX_BYTES (64u << 20)

struct sc_generic_conf {
    const char *ini;                   /* path of integration.ini */
    struct sc_trust trust;             /* all zero in production */
    int timeout_ms;                    /* for one question, however many scripts run for it */
    size_t max_bytes;                  /* most that a script may print */
    const char *home;                  /* HOME for the scripts */
    bool (*is_user)(const char *name); /* whether the system has that user; NULL: not asked */
};

/* One question's way to the scripts. */
struct sc_vendor {
    const struct sc_generic_conf *conf;
    const char *key;             /* in [integration_scripts] */
    long long deadline_ms;       /* monotonic */
    char who[512];               /* begins every text: the file, the key, the script */
    struct sc_run_result result; /* of the last sc_vendor_ask() */
};

/* Starts the clock. Release with sc_vendor_done(). */
void sc_vendor_init(struct sc_vendor *v, const struct sc_generic_conf *conf, const char *key);
void sc_vendor_done(struct sc_vendor *v);

/* Runs the command of v->key with `args` (NULL-terminated) appended, as the calling process's user,
 * in a clean environment, without a shell. Checks before that the file and everything on the
 * command line that is a file can be changed by root alone. On success v->result.out has something
 * in it. Errors: SC_E_PANEL with a text that names integration.ini, the script and what
 * happened. */
int sc_vendor_ask(struct sc_vendor *v, const char *const *args, struct sc_error *err);

/* To be called with the outcome of parsing v->result.out: an "ok" from a script that failed is an
 * error, and how a script ended is added to what is wrong with its answer. */
int sc_vendor_judge(const struct sc_vendor *v, int rc, struct sc_error *err);

#endif
