/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a web server's configuration. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/match.h"
#include "core/base/there.h"
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

/* Files of one directory follow each other. */
static void note_dir(struct sc_vhosts_reader *r, const char *path)
{
    struct sc_vhosts *o = r->out;
    size_t n = (size_t)(strrchr(path, '/') - path);
    const char *last = o->n_dirs ? o->dirs[o->n_dirs - 1] : "";
    SC_FREE char *dir = n > 0 && (strncmp(last, path, n) != 0 || last[n]) ? strndup(path, n) : NULL;
    if (dir)
        sc_vhosts_word(r, &o->dirs, &o->n_dirs, dir);
}

static void one_file(const struct each *e, const char *path, int depth)
{
    struct sc_vhosts_reader *r = e->r;
    struct stat st;
    if (r->rc < 0)
        return;
    int there = sc_stamps_look(&r->out->seen, path, &st, r->err);
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
    int rc = sc_read_file(path, SC_VHOSTS_FILE_MAX, &text, r->err);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM)
        r->rc = rc;
    else if (rc == 0 && strlen(text.data) == text.len) /* else it is no configuration */
        e->parse(r, path + strlen(r->root), text.data, e->arg);
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
    if (*path == '/') /* else it is relative to nothing that we know */
        each_match(&e, path, 0);
}
