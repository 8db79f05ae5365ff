/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/suexec_front.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/base/paths.h"
#include "core/web/alternatives.h"
#include "core/web/suexec_arm.h"

#define PRIORITY    "1000"
#define ALTERNATIVE "/etc/alternatives/suexec" /* update-alternatives(1): the group's link */
/* What the administrator had chosen by hand before, to be chosen again: one line, the path. */
#define CHOSEN_BEFORE SC_STATE_DIR "/suexec.chosen"
/* What the real suexec reads and writes, noted so that no change of a site has to run it: lines
 * "config DIR", "log FILE". */
#define NOTED SC_STATE_DIR "/suexec.view"

void sc_suexec_done(struct sc_suexec *s)
{
    free(s->real);
    free(s->config_dir);
    free(s->log);
    *s = (struct sc_suexec){0};
}

/* `-D NAME="value"` or `-D NAME=value` in what suexec -V says. */
static char *defined(const char *text, const char *name)
{
    char key[64];
    snprintf(key, sizeof(key), "-D %s=", name);
    const char *p = strstr(text, key);
    if (!p)
        return NULL;
    p += strlen(key);
    if (*p == '"')
        p++;
    size_t n = strcspn(p, "\"\n");
    while (n > 1 && p[n - 1] == '/')
        n--;
    return n && p[0] == '/' ? strndup(p, n) : NULL;
}

/* The real suexec among the alternatives: what is in use unless that is us, else the one with the
 * highest priority. */
static const struct sc_alternative *real_one(const struct sc_alternatives *a)
{
    const struct sc_alternative *best = NULL;
    for (size_t i = 0; i < a->n; i++) {
        const struct sc_alternative *c = &a->v[i];
        if (sc_suexec_is_ours(c->path))
            continue;
        if (a->value && strcmp(a->value, c->path) == 0)
            return c;
        if (!best || c->priority > best->priority)
            best = c;
    }
    return best;
}

static bool link_of(const char *path, char out[PATH_MAX])
{
    ssize_t n = readlink(path, out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = 0;
    return n > 0;
}

/* What the entry stands in front of already, if that is still one of the alternatives. */
static const struct sc_alternative *current_real(const struct sc_alternatives *a)
{
    char path[PATH_MAX];
    if (!link_of(SC_SUEXEC_REAL, path) || !a->value || !sc_suexec_is_ours(a->value))
        return NULL;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i].path, path) == 0)
            return &a->v[i];
    return NULL;
}

/* Where the entry is the choice, and in front of a program, two links tell all: `real` is that
 * program. */
static bool is_chosen(char real[PATH_MAX])
{
    char link[PATH_MAX];
    return link_of(ALTERNATIVE, link) && strcmp(link, SC_SUEXEC_ENTRY) == 0 &&
           link_of(SC_SUEXEC_REAL, real) && access(real, X_OK) == 0;
}

static int found(const char *real, bool in_front, struct sc_suexec *ret, struct sc_error *err)
{
    char *copy = strdup(real);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    *ret = (struct sc_suexec){.here = true,
                              .in_front = in_front,
                              .armed = in_front && sc_suexec_is_armed(real),
                              .real = copy};
    return 0;
}

int sc_suexec_look(struct sc_suexec *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    char path[PATH_MAX];
    if (is_chosen(path))
        return found(path, true, ret, err);
    int rc = sc_alternatives_query("suexec", &a, err);
    if (rc < 0)
        return rc;
    const struct sc_alternative *kept = current_real(&a);
    const struct sc_alternative *real = kept ? kept : real_one(&a);
    if (real)
        return found(real->path, kept && strcmp(a.value, SC_SUEXEC_ENTRY) == 0, ret, err);
    *ret = (struct sc_suexec){0};
    return 0;
}

/* What the real one reads and writes, as it says itself: on stderr. */
static void ask(const char *real, struct sc_suexec *ret)
{
    const char *const argv[] = {real, "-V", NULL};
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = 5000, .max_out = 65536};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    if (sc_run(&spec, &r, NULL) < 0 || !r.err.data)
        return;
    ret->config_dir = defined(r.err.data, "SUEXEC_CONFIG_DIR");
    ret->log = defined(r.err.data, "AP_LOG_EXEC");
}

static int note(const char *real, struct sc_error *err)
{
    SC_CLEANUP(sc_suexec_done) struct sc_suexec s = {0};
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    ask(real, &s);
    if (s.config_dir)
        sc_buf_fmt(&b, "config %s\n", s.config_dir);
    if (s.log)
        sc_buf_fmt(&b, "log %s\n", s.log);
    int rc = sc_buf_check(&b, "what suexec uses", err);
    return rc < 0 ? rc : sc_replace_file(NOTED, 0600, b.data ? b.data : "", b.len, err);
}

int sc_suexec_place(char *path, struct stat *ret, struct sc_error *err)
{
    static const char *const places[] = {"/usr/lib/apache2/suexec", "/usr/sbin/suexec",
                                         "/usr/local/apache/bin/suexec"};
    struct stat entry, st;
    int rc = sc_there_followed(SC_SUEXEC_ENTRY, &entry, err);
    for (size_t i = 0; rc > SC_ABSENT && i < sizeof(places) / sizeof(places[0]); i++) {
        int there = sc_there_followed(places[i], &st, err);
        if (there < 0)
            return there;
        if (there == SC_THERE && st.st_dev == entry.st_dev && st.st_ino == entry.st_ino) {
            snprintf(path, PATH_MAX, "%s", places[i]);
            *ret = st;
            return SC_THERE;
        }
    }
    return rc < 0 ? rc : SC_ABSENT;
}

int sc_suexec_view(struct sc_suexec *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    SC_CLEANUP(sc_suexec_done) struct sc_suexec s = {0};
    int rc = sc_read_file(NOTED, 16384, &b, err);
    if (rc == SC_E_NOTFOUND)
        return 0; /* never put in place */
    if (rc < 0)
        return rc;
    char *save = NULL;
    for (char *line = strtok_r(b.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "config /", 8) == 0 && !s.config_dir)
            s.config_dir = strdup(line + 7);
        else if (strncmp(line, "log /", 5) == 0 && !s.log)
            s.log = strdup(line + 4);
    }
    *ret = s;
    s = (struct sc_suexec){0};
    return 0;
}

/* A few files tell that nothing needs to be done, on the way of every enable. */
static bool surely_on(void)
{
    char link[PATH_MAX];
    struct stat st;
    if (!link_of(ALTERNATIVE, link))
        return sc_is_absent(errno); /* no suexec here at all */
    return strcmp(link, SC_SUEXEC_ENTRY) == 0 && stat(NOTED, &st) == 0 &&
           sc_suexec_is_armed(SC_SUEXEC_REAL);
}

static int point_at(const char *real, struct sc_error *err)
{
    char now[PATH_MAX];
    if (link_of(SC_SUEXEC_REAL, now) && strcmp(now, real) == 0)
        return 0;
    int rc = sc_mkdir_p(SC_STATE_DIR, 0700, err);
    if (rc < 0)
        return rc;
    (void)unlink(SC_SUEXEC_REAL ".new");
    if (symlink(real, SC_SUEXEC_REAL ".new") < 0 ||
        rename(SC_SUEXEC_REAL ".new", SC_SUEXEC_REAL) < 0)
        return sc_error_sys(err, errno, "make the link " SC_SUEXEC_REAL);
    return 0;
}

static bool has(const struct sc_alternatives *a, const char *path)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i].path, path) == 0)
            return true;
    return false;
}

/* The copy becomes the choice. The installed file, which once was, is taken from the alternatives
 * when the copy is among them: update-alternatives then goes on to it, with nothing in between. */
static int switch_to_entry(const struct sc_alternatives *a, const struct sc_alternative *real,
                           struct sc_error *err)
{
    int rc = 0;
    if (a->manual && a->value && !sc_suexec_is_ours(a->value))
        rc = sc_replace_file(CHOSEN_BEFORE, 0600, a->value, strlen(a->value), err);
    if (rc == 0 && !has(a, SC_SUEXEC_ENTRY))
        rc = sc_alternatives_install("suexec", a, real, SC_SUEXEC_ENTRY, PRIORITY, err);
    if (rc == 0 && has(a, SC_SUEXEC_INSTALLED))
        rc = sc_alternatives_call("--remove", "suexec", SC_SUEXEC_INSTALLED, err);
    if (rc == 0 && !(a->manual && a->value && strcmp(a->value, SC_SUEXEC_ENTRY) == 0))
        rc = sc_alternatives_call("--set", "suexec", SC_SUEXEC_ENTRY, err);
    return rc < 0 ? rc : sc_suexec_close_installed(err);
}

int sc_suexec_front_on(struct sc_error *err)
{
    if (surely_on())
        return 0;
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    int rc = sc_alternatives_query("suexec", &a, err);
    if (rc < 0)
        return rc;
    const struct sc_alternative *kept = current_real(&a);
    const struct sc_alternative *real = kept ? kept : real_one(&a);
    if (!real)
        return 0;
    /* first what the entry needs, then the switch: Apache may run it at any moment */
    rc = point_at(real->path, err);
    if (rc == 0)
        rc = sc_suexec_arm(real->path, err);
    if (rc == 0)
        rc = note(real->path, err);
    return rc < 0 ? rc : switch_to_entry(&a, real, err);
}

int sc_suexec_front_renew(struct sc_error *err)
{
    if (surely_on())
        return 0;
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    int rc = sc_alternatives_query("suexec", &a, err);
    return rc < 0 || !a.value || !sc_suexec_is_ours(a.value) ? rc : sc_suexec_front_on(err);
}

int sc_suexec_front_off(struct sc_error *err)
{
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    int rc = sc_alternatives_query("suexec", &a, err);
    if (rc < 0)
        return rc;
    static const char *const ours[] = {SC_SUEXEC_INSTALLED, SC_SUEXEC_ENTRY};
    for (size_t i = 0; rc == 0 && i < sizeof(ours) / sizeof(ours[0]); i++)
        if (has(&a, ours[i]))
            rc = sc_alternatives_call("--remove", "suexec", ours[i], err);
    if (rc == 0 && a.value && sc_suexec_is_ours(a.value) && !has(&a, a.value))
        rc = sc_alternatives_auto("suexec", err); /* a file that is missing is not listed */
    SC_BUF struct sc_buf chosen = SC_BUF_INIT;
    if (rc == 0 && sc_read_file(CHOSEN_BEFORE, PATH_MAX, &chosen, NULL) == 0 &&
        chosen.data[0] == '/')
        (void)sc_alternatives_call("--set", "suexec", chosen.data,
                                   NULL); /* it may be uninstalled: then the best one stays */
    if (rc < 0)
        return rc;
    (void)unlink(CHOSEN_BEFORE);
    (void)unlink(NOTED);
    /* Programs that Apache is just starting may still be in the entry: the link goes last of all,
     * when nothing leads here any more. */
    rc = sc_suexec_disarm(err);
    if (rc == 0)
        rc = sc_suexec_close_installed(err);
    if (rc < 0)
        return rc;
    if (unlink(SC_SUEXEC_REAL) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "remove " SC_SUEXEC_REAL);
    return 0;
}
