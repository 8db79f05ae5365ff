/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a whole cagefsctl in the test's process, against the engine of fake_engine.h. */
#ifndef SC_TESTS_CAGEFSCTL_RUN_H
#define SC_TESTS_CAGEFSCTL_RUN_H

#include <stdio.h>
#include <stdlib.h>
#include "core/commands/cagefsctl.h"
#include "tests/unit/fake_engine.h"

static struct {
    char out[64 << 10], err[64 << 10];
    int status;
} ran;

static bool run_colour, run_reader; /* what standard output is said to be */

/* `args` are the words behind "cagefsctl", NULL at the end. */
static void run_words(uid_t euid, const char *const *args)
{
    char *argv[32] = {"cagefsctl"};
    int argc = 1;
    for (; args[argc - 1]; argc++)
        argv[argc] = strdup(args[argc - 1]);
    char *out = NULL, *err = NULL;
    size_t n_out, n_err;
    FILE *f_out = open_memstream(&out, &n_out), *f_err = open_memstream(&err, &n_err);
    const struct sc_ctl_io io = {
        .out = f_out, .err = f_err, .euid = euid, .reader = run_reader, .colour = run_colour};
    ran.status = sc_cagefsctl(argc, argv, &io);
    fclose(f_out);
    fclose(f_err);
    snprintf(ran.out, sizeof(ran.out), "%s", out);
    snprintf(ran.err, sizeof(ran.err), "%s", err);
    free(out);
    free(err);
    for (int i = 1; i < argc; i++)
        free(argv[i]);
}

#define run(...) run_words(0, (const char *const[]){__VA_ARGS__, NULL})

#define assert_ran(want_status, want_out, want_err)                                                \
    do {                                                                                           \
        assert_string_equal(ran.err, want_err);                                                    \
        assert_string_equal(ran.out, want_out);                                                    \
        assert_int_equal(ran.status, want_status);                                                 \
    } while (0)

#endif
