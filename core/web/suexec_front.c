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
#include "core/web/suexec_arm.h"
#include "core/web/suexec_aside.h"
#include "core/web/suexec_choice.h"
#include "core/web/suexec_where.h"

/* What the real suexec reads and writes, noted so that no change of a site has to run it: lines
 * "config DIR", "log FILE". */
#define NOTED SC_STATE_DIR "/suexec.view"

void sc_suexec_done(struct sc_suexec *s)
{
    SC_FREE_ALL(s->real, s->config_dir, s->log);
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

static bool link_of(const char *path, char out[PATH_MAX])
{
    ssize_t n = readlink(path, out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = 0;
    return n > 0;
}

/* ---- what stands where Apache looks ---- */

struct at {
    bool aside; /* a plain file, or our link in its place; else it is up to the alternatives */
    char place[PATH_MAX], name[PATH_MAX]; /* of it, and of the file that was moved aside */
};

static int find(struct at *ret, struct sc_error *err)
{
    char to[PATH_MAX];
    *ret = (struct at){0};
    int rc = sc_suexec_where(ret->place, err);
    if (rc != SC_THERE || (link_of(ret->place, to) && strcmp(to, SC_SUEXEC_ALTERNATIVE) == 0))
        return rc < 0 ? rc : 0;
    rc = sc_there(ret->place, NULL, err);
    ret->aside = rc == SC_THERE;
    sc_suexec_aside_name(ret->place, ret->name);
    return rc < 0 ? rc : 0;
}

static bool is_real(const char *path)
{
    char to[PATH_MAX];
    return link_of(SC_SUEXEC_REAL, to) && strcmp(to, path) == 0;
}

static int found(const char *real, bool in_front, struct sc_suexec *ret, struct sc_error *err)
{
    char *copy = strdup(real);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    *ret = (struct sc_suexec){.here = true,
                              .in_front = in_front,
                              .armed = in_front && sc_suexec_is_armed(real, false),
                              .real = copy};
    return 0;
}

int sc_suexec_look(struct sc_suexec *ret, struct sc_error *err)
{
    struct at at;
    char real[PATH_MAX];
    bool in_front = false;
    int rc = find(&at, err);
    if (rc == 0 && at.aside) {
        bool stands = sc_suexec_aside_stands(at.place);
        in_front = stands && is_real(at.name) && access(at.name, X_OK) == 0;
        return found(stands ? at.name : at.place, in_front, ret, err);
    }
    if (rc == 0)
        rc = sc_suexec_choice_look(real, &in_front, err);
    if (rc == SC_THERE)
        return found(real, in_front, ret, err);
    if (rc == SC_ABSENT)
        *ret = (struct sc_suexec){0};
    return rc < 0 ? rc : 0;
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

static int is_entry(const char *path, const struct stat *entry, struct stat *ret,
                    struct sc_error *err)
{
    int rc = sc_there_followed(path, ret, err);
    return rc == SC_THERE && (ret->st_dev != entry->st_dev || ret->st_ino != entry->st_ino)
               ? SC_ABSENT
               : rc;
}

int sc_suexec_place(char *path, struct stat *ret, struct sc_error *err)
{
    static const char *const places[] = {"", "/usr/lib/apache2/suexec", "/usr/sbin/suexec",
                                         "/usr/local/apache/bin/suexec"};
    struct stat entry, st;
    char told[PATH_MAX];
    int knows = sc_suexec_where(told, err);
    int rc = knows < 0 ? knows : sc_there_followed(SC_SUEXEC_ENTRY, &entry, err);
    for (size_t i = 0; rc == SC_THERE && i < sizeof(places) / sizeof(places[0]); i++) {
        const char *at = i ? places[i] : knows == SC_THERE ? told : NULL;
        int is = at ? is_entry(at, &entry, &st, err) : SC_ABSENT;
        if (is < 0)
            return is;
        if (is == SC_THERE) {
            snprintf(path, PATH_MAX, "%s", at);
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
    SC_MOVE(ret, &s);
    return 0;
}

/* A few files tell that nothing needs to be done, on the way of every enable. */
static bool surely_on(void)
{
    struct at at;
    struct stat st;
    if (find(&at, NULL) < 0)
        return false;
    if (!at.aside && sc_suexec_choice_none())
        return true; /* no suexec here at all */
    bool stands =
        at.aside ? sc_suexec_aside_stands(at.place) && is_real(at.name) : sc_suexec_choice_stands();
    return stands && stat(NOTED, &st) == 0 && sc_suexec_is_armed(SC_SUEXEC_REAL, true);
}

static int point_at(const char *real, struct sc_error *err)
{
    if (is_real(real))
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

/* What the entry needs: before the switch, because Apache may run it at any moment. */
static int prepare(const char *real, struct sc_error *err)
{
    int rc = point_at(real, err);
    if (rc == 0)
        rc = sc_suexec_arm(real, err);
    if (rc == 0)
        rc = note(real, err);
    return rc < 0 ? rc : sc_suexec_where_note(err);
}

static int aside_on(const struct at *at, struct sc_error *err)
{
    int rc = sc_suexec_aside_move(at->place, err);
    if (rc == 0)
        rc = prepare(at->name, err);
    return rc < 0 ? rc : sc_suexec_aside_stand(at->place, err);
}

static int choice_on(struct sc_error *err)
{
    char real[PATH_MAX];
    bool in_front;
    int rc = sc_suexec_choice_look(real, &in_front, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    rc = prepare(real, err);
    return rc < 0 ? rc : sc_suexec_choice_stand(real, err);
}

int sc_suexec_front_on(struct sc_error *err)
{
    struct at at;
    if (surely_on())
        return 0;
    int rc = find(&at, err);
    if (rc == 0)
        rc = at.aside ? aside_on(&at, err) : choice_on(err);
    return rc < 0 ? rc : sc_suexec_close_installed(err);
}

int sc_suexec_front_renew(struct sc_error *err)
{
    struct at at;
    bool ours = false;
    char to[PATH_MAX];
    if (surely_on())
        return 0;
    int rc = find(&at, err);
    if (rc == 0 && at.aside)
        ours = link_of(SC_SUEXEC_REAL, to); /* what took our place came with an update */
    else if (rc == 0)
        rc = sc_suexec_choice_is_ours(&ours, err);
    return rc < 0 || !ours ? rc : sc_suexec_front_on(err);
}

/* Wherever our link stands, or stood. */
static int aside_back(struct sc_error *err)
{
    char to[PATH_MAX], place[PATH_MAX];
    int rc = 0;
    if (link_of(SC_SUEXEC_REAL, to) && sc_suexec_aside_place(to, place))
        rc = sc_suexec_aside_back(place, err);
    int is = rc == 0 ? sc_suexec_where(place, err) : rc;
    if (is == SC_THERE && sc_suexec_aside_stands(place))
        return sc_suexec_aside_back(place, err);
    return is < 0 ? is : rc;
}

int sc_suexec_front_off(struct sc_error *err)
{
    int rc = sc_suexec_choice_back(err);
    if (rc == 0)
        rc = aside_back(err);
    if (rc < 0)
        return rc;
    (void)unlink(NOTED);
    sc_suexec_where_forget();
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
