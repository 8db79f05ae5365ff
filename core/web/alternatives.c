/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/alternatives.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/run.h"
#include "core/base/vec.h"

#define PROGRAM    "/usr/bin/update-alternatives"
#define SLAVES_MAX 16
#define NONE       "no alternatives for" /* what it says of a name that it does not know */

static void pairs_done(char **v, size_t n)
{
    for (size_t i = 0; i < 2 * n; i++)
        free(v[i]);
    free(v);
}

void sc_alternatives_done(struct sc_alternatives *a)
{
    for (size_t i = 0; i < a->n; i++) {
        free(a->v[i].path);
        pairs_done(a->v[i].slaves, a->v[i].n_slaves);
    }
    free(a->v);
    pairs_done(a->slave_links, a->n_slave_links);
    free(a->link);
    free(a->value);
    *a = (struct sc_alternatives){0};
}

/* " name path" of a Slaves: paragraph. */
static int add_pair(char ***v, size_t *n, const char *line, struct sc_error *err)
{
    const char *space = strchr(line, ' ');
    if (!space || *n >= SLAVES_MAX)
        return 0;
    if (!SC_VEC_ROOM(*v, 2 * *n + 1)) /* two words each */
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    char **more = *v;
    more[2 * *n] = strndup(line, (size_t)(space - line));
    more[2 * *n + 1] = strdup(space + 1);
    (*n)++;
    return more[2 * *n - 2] && more[2 * *n - 1] ? 0
                                                : sc_error_set(err, SC_E_NOMEM, "out of memory");
}

static const char *value_of(const char *line, const char *key)
{
    size_t n = strlen(key);
    return strncmp(line, key, n) == 0 ? line + n : NULL;
}

int sc_alternatives_parse(char *text, struct sc_alternatives *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    bool slaves = false;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const char *v;
        struct sc_alternative *last = a.n ? &a.v[a.n - 1] : NULL;
        if (line[0] == ' ') {
            int rc = !slaves ? 0
                     : last  ? add_pair(&last->slaves, &last->n_slaves, line + 1, err)
                             : add_pair(&a.slave_links, &a.n_slave_links, line + 1, err);
            if (rc < 0)
                return rc;
            continue;
        }
        slaves = strcmp(line, "Slaves:") == 0;
        if ((v = value_of(line, "Link: ")) && !a.link) {
            a.link = strdup(v);
        } else if ((v = value_of(line, "Value: ")) && !a.value && strcmp(v, "none") != 0) {
            a.value = strdup(v);
        } else if ((v = value_of(line, "Status: "))) {
            a.manual = strcmp(v, "manual") == 0;
        } else if ((v = value_of(line, "Alternative: "))) {
            if (!SC_VEC_ROOM(a.v, a.n))
                return sc_error_set(err, SC_E_NOMEM, "out of memory");
            a.v[a.n] = (struct sc_alternative){.path = strdup(v)};
            if (!a.v[a.n++].path)
                return sc_error_set(err, SC_E_NOMEM, "out of memory");
        } else if ((v = value_of(line, "Priority: ")) && last) {
            last->priority = atoi(v);
        }
    }
    SC_MOVE(ret, &a);
    return 0;
}

int sc_alternatives_query(const char *name, struct sc_alternatives *ret, struct sc_error *err)
{
    if (access(PROGRAM, X_OK) < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "look for " PROGRAM);
    const char *const argv[] = {PROGRAM, "--query", name, NULL};
    const char *const env[] = {"PATH=" SC_RUN_PATH, "LC_ALL=C", NULL};
    struct sc_run_spec spec = {.argv = argv, .env = env, .timeout_ms = 10000, .max_out = 1 << 20};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_run(&spec, &r, err);
    if (rc < 0)
        return rc;
    if (sc_run_ok(&r) && r.out.data)
        return sc_alternatives_parse(r.out.data, ret, err);
    if (WIFEXITED(r.status) && r.err.data && strstr(r.err.data, NONE))
        return 0;
    char how[512];
    sc_run_how(&r, how, sizeof(how));
    return sc_error_set(err, SC_E_PLATFORM, PROGRAM " --query %s %s", name, how);
}

static int run_it(const char *const *argv, struct sc_error *err)
{
    const char *const env[] = {"PATH=" SC_RUN_PATH, "LC_ALL=C", NULL};
    struct sc_run_spec spec = {.argv = argv, .env = env, .timeout_ms = 30000, .max_out = 1 << 20};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc = sc_error_set(err, SC_E_PLATFORM, "%s %s %s %s", argv[0], argv[1], argv[2], how);
    }
    return rc;
}

int sc_alternatives_install(const char *name, const struct sc_alternatives *a,
                            const struct sc_alternative *like, const char *path,
                            const char *priority, struct sc_error *err)
{
    const char *argv[7 + 4 * SLAVES_MAX + 1] = {PROGRAM, "--install", a->link,
                                                name,    path,        priority};
    size_t n = 6;
    for (size_t i = 0; i < like->n_slaves; i++)
        for (size_t k = 0; k < a->n_slave_links; k++)
            if (strcmp(like->slaves[2 * i], a->slave_links[2 * k]) == 0) {
                argv[n++] = "--slave";
                argv[n++] = a->slave_links[2 * k + 1];
                argv[n++] = like->slaves[2 * i];
                argv[n++] = like->slaves[2 * i + 1];
            }
    argv[n] = NULL;
    return run_it(argv, err);
}

int sc_alternatives_auto(const char *name, struct sc_error *err)
{
    const char *const argv[] = {PROGRAM, "--auto", name, NULL};
    return run_it(argv, err);
}

int sc_alternatives_call(const char *action, const char *name, const char *path,
                         struct sc_error *err)
{
    const char *const argv[] = {PROGRAM, action, name, path, NULL};
    return run_it(argv, err);
}
