/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: packages that must not be older than SC_CHECK_VERSIONS says
 * (docs/formats.md). Only installed ones are looked at; versions are compared by the package
 * manager that installed them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/check/internal.h"

#define NAME "package"

#define PACKAGES_MAX 1000u
#define FILE_MAX     (64u << 10)

struct least {
    char *name, *version; /* in the file's text */
};

struct least_list {
    char *text;
    struct least *v;
    size_t n;
};

static void least_done(struct least_list *l)
{
    free(l->text);
    free(l->v);
}

/* Letters, digits and a few signs: no option, no macro of rpm's. */
static bool plain(const char *word)
{
    if (!isalnum((unsigned char)*word))
        return false;
    return word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             ".+~^_:-")] == 0;
}

/* Lines PACKAGE VERSION; '#' begins a comment line. */
static int parse(char *text, struct least_list *l, struct sc_error *err)
{
    char *rest = text, *line;
    for (unsigned nr = 1; (line = strsep(&rest, "\n")) != NULL; nr++) {
        char *save = NULL, *name = strtok_r(line, " \t\r", &save);
        if (!name || *name == '#')
            continue;
        char *version = strtok_r(NULL, " \t\r", &save);
        if (!version || strtok_r(NULL, " \t\r", &save) || !plain(name) || !plain(version))
            return sc_error_set(err, SC_E_INVAL, SC_CHECK_VERSIONS ":%u: expected PACKAGE VERSION",
                                nr);
        if (l->n == PACKAGES_MAX)
            return sc_error_set(err, SC_E_TOOBIG, SC_CHECK_VERSIONS " has more than %u packages",
                                PACKAGES_MAX);
        l->v[l->n++] = (struct least){name, version};
    }
    return 0;
}

static int load(struct least_list *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_trusted_file(SC_CHECK_VERSIONS, 0, FILE_MAX, &text, err);
    if (rc < 0)
        return rc;
    ret->text = strdup(text.data);
    ret->v = calloc(PACKAGES_MAX, sizeof(*ret->v));
    if (!ret->text || !ret->v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    return parse(ret->text, ret, err);
}

/* ---- the package managers ---- */

struct manager {
    const char *program;      /* missing: it is not used here */
    const char *const *query; /* prints NAME VERSION of each that is installed, and perhaps more */
    /* "a" older than "b": 1, not: 0 */
    int (*older)(const char *a, const char *b, struct sc_error *err);
};

/* An installed version, without the epoch that no line of the file has. */
static const char *no_epoch(const char *version)
{
    size_t n = strspn(version, "0123456789");
    return n && version[n] == ':' ? version + n + 1 : version;
}

static int dpkg_older(const char *a, const char *b, struct sc_error *err)
{
    const char *const argv[] = {"dpkg", "--compare-versions", a, "lt", b, NULL};
    struct sc_run_spec spec = {.argv = argv};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_run(&spec, &r, err);
    return rc < 0 ? rc : sc_run_ok(&r);
}

/* rpm's own comparison is of a version or of a release, not of both in one word. */
static int rpm_older(const char *a, const char *b, struct sc_error *err)
{
    SC_FREE char *program = NULL;
    const char *ra = strrchr(a, '-'), *rb = strrchr(b, '-');
    int na = (int)(ra ? ra - a : (ptrdiff_t)strlen(a));
    int nb = (int)(rb ? rb - b : (ptrdiff_t)strlen(b));
    if (asprintf(&program,
                 "%%{lua:local v = rpm.vercmp('%.*s', '%.*s'); if v == 0 then v = "
                 "rpm.vercmp('%s', '%s') end; print(v)}",
                 na, a, nb, b, ra && rb ? ra + 1 : "0", ra && rb ? rb + 1 : "0") < 0) {
        program = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    }
    const char *const argv[] = {"rpm", "--eval", program, NULL};
    struct sc_run_spec spec = {.argv = argv};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_run(&spec, &r, err);
    if (rc < 0)
        return rc;
    char *end = r.out.data;
    long order = r.out.data ? strtol(r.out.data, &end, 10) : 0;
    if (!sc_run_ok(&r) || end == r.out.data)
        return sc_error_set(err, SC_E_SYS, "rpm cannot compare %s with %s", a, b);
    return order < 0;
}

static const char *const dpkg_query[] = {"dpkg-query", "-W",
                                         "-f=${db:Status-Status} ${Package} ${Version}\\n", NULL};
static const char *const rpm_query[] = {"rpm", "-q", "--qf",
                                        "installed %{NAME} %{VERSION}-%{RELEASE}\\n", NULL};

static const struct manager managers[] = {{"/usr/bin/dpkg-query", dpkg_query, dpkg_older},
                                          {"/usr/bin/rpm", rpm_query, rpm_older}};

static const struct least *find(const struct least_list *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->v[i].name, name) == 0)
            return &l->v[i];
    return NULL;
}

/* A line of the query. */
static void check_line(const struct manager *m, const struct least_list *l, char *line,
                       struct sc_checks *c)
{
    struct sc_error err = SC_ERROR_INIT;
    char *save = NULL, *state = strtok_r(line, " ", &save), *name = strtok_r(NULL, " ", &save),
         *version = strtok_r(NULL, " ", &save);
    const struct least *least = name ? find(l, name) : NULL;
    if (!least || !version || strcmp(state, "installed") != 0)
        return;
    const char *have = no_epoch(version);
    int older = plain(have) ? m->older(have, least->version, &err)
                            : sc_error_set(&err, SC_E_INVAL, "its version cannot be compared");
    if (older < 0)
        sc_check_add(c, NAME, SC_CHECK_WARNING, "%s %s: %s", name, version, err.text);
    else if (older)
        sc_check_add(c, NAME, SC_CHECK_FAILED,
                     "%s %s is installed, at least %s is needed: update it", name, version,
                     least->version);
    else
        sc_check_add(c, NAME, SC_CHECK_OK, "%s %s, at least %s is needed", name, version,
                     least->version);
}

static int ask(const struct manager *m, const struct least_list *l, struct sc_checks *c,
               struct sc_error *err)
{
    size_t n = 0;
    while (m->query[n])
        n++;
    SC_FREE const char **argv = calloc(n + l->n + 1, sizeof(*argv));
    if (!argv)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    memcpy(argv, m->query, n * sizeof(*argv));
    for (size_t i = 0; i < l->n; i++)
        argv[n + i] = l->v[i].name;
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = 60000};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_run(&spec, &r, err); /* its status says that some are not installed */
    char *rest = rc == 0 ? r.out.data : NULL, *line;
    while ((line = strsep(&rest, "\n")) != NULL)
        check_line(m, l, line, c);
    return rc;
}

void sc_check_versions(struct sc_checks *c)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(least_done) struct least_list l = {0};
    int rc = load(&l, &err);
    for (size_t i = 0; rc == 0 && l.n && i < sizeof(managers) / sizeof(managers[0]); i++)
        if (access(managers[i].program, X_OK) == 0)
            rc = ask(&managers[i], &l, c, &err);
    if (rc < 0)
        sc_check_add(c, "packages", SC_CHECK_WARNING, "%s", err.text);
}
