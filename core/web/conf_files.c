/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a web server's configuration. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/match.h"
#include "core/base/there.h"
#include "core/base/vec.h"
#include "core/web/vhosts.h"

struct each {
    struct sc_vhosts_reader *r;
    void (*parse)(struct sc_vhosts_reader *r, const char *name, char *text, void *arg);
    void *arg;
    bool whole_directories;
};

static void one_file(const struct each *e, const char *path, int depth);

static void each_match(const struct each *e, const char *pattern, int depth)
{
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    if (e->r->rc == 0)
        e->r->rc = sc_match(pattern, &e->r->listed, &m, e->r->err);
    for (size_t i = 0; i < m.n; i++)
        one_file(e, m.v[i], depth);
}

/* Directories that were noted lately come again. */
#define AGAIN 16

static bool was_noted(const struct sc_vhosts *o, const char *path, size_t n)
{
    for (size_t i = o->n_dirs; i-- > 0 && o->n_dirs - i <= AGAIN;)
        if (strncmp(o->dirs[i], path, n) == 0 && o->dirs[i][n] == 0)
            return true;
    return false;
}

/* The directory that `path` is in. */
static void note_dir(struct sc_vhosts_reader *r, const char *path)
{
    struct sc_vhosts *o = r->out;
    size_t n = (size_t)(strrchr(path, '/') - path);
    if (n == 0 || was_noted(o, path, n))
        return;
    char *dir = SC_VEC_ROOM(o->dirs, o->n_dirs) ? strndup(path, n) : NULL;
    if (dir)
        o->dirs[o->n_dirs++] = dir;
    else
        sc_vhosts_no_memory(r);
}

/* Files may come where none matches yet. */
static void note_dir_of(struct sc_vhosts_reader *r, const char *pattern)
{
    const char *name = strrchr(pattern, '/');
    size_t n = strcspn(pattern, "*?[");
    SC_FREE char *dir =
        pattern + n > name && name > pattern ? strndup(pattern, (size_t)(name - pattern)) : NULL;
    if (dir && pattern[n] && sc_dir_there(dir, NULL) == SC_THERE)
        note_dir(r, pattern);
}

/* No web server starts with a file that includes itself. */
static bool is_being_read(const struct sc_vhosts_reader *r, const char *path)
{
    const struct sc_vhosts_within *w = r->within;
    while (w && strcmp(w->path, path) != 0)
        w = w->around;
    return w != NULL;
}

static void read_within(const struct each *e, const char *path, char *text)
{
    const struct sc_vhosts_within here = {path, e->r->within};
    e->r->within = &here;
    e->parse(e->r, path + strlen(e->r->root), text, e->arg);
    e->r->within = here.around;
}

static void one_file(const struct each *e, const char *path, int depth)
{
    struct sc_vhosts_reader *r = e->r;
    SC_FD int fd = -EBADF;
    struct stat st;
    if (r->rc < 0 || is_being_read(r, path))
        return;
    int there = sc_stamps_open(&r->out->seen, path, &fd, &st, r->err);
    if (there != SC_THERE) {
        r->rc = there;
        return;
    }
    if (S_ISDIR(st.st_mode) && e->whole_directories && depth < SC_VHOSTS_DEPTH_MAX) {
        SC_FREE char *pattern = NULL;
        if (asprintf(&pattern, "%s/*", path) < 0) {
            pattern = NULL;
            sc_vhosts_no_memory(r);
            return;
        }
        each_match(e, pattern, depth + 1);
        return;
    }
    if (++r->files > SC_VHOSTS_FILES_MAX) {
        r->rc = sc_error_set(r->err, SC_E_TOOBIG,
                             "the web server's configuration has more than %u "
                             "files",
                             SC_VHOSTS_FILES_MAX);
        return;
    }
    note_dir(r, path);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_regular(fd, &st, SC_VHOSTS_FILE_MAX, path, &text, r->err);
    sc_close(&fd); /* others are read within */
    if (rc == SC_E_SYS || rc == SC_E_NOMEM)
        r->rc = rc;
    else if (rc == 0 && strlen(text.data) == text.len) /* else it is no configuration */
        read_within(e, path, text.data);
}

void sc_vhosts_each_file(struct sc_vhosts_reader *r, const char *pattern, bool whole_directories,
                         void (*parse)(struct sc_vhosts_reader *r, const char *name, char *text,
                                       void *arg),
                         void *arg)
{
    const struct each e = {r, parse, arg, whole_directories};
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s%s", r->root, pattern) < 0) {
        path = NULL;
        sc_vhosts_no_memory(r);
        return;
    }
    if (*path != '/') /* it is relative to nothing that we know */
        return;
    note_dir_of(r, path);
    each_match(&e, path, 0);
}
