/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/using.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/config/pathname.h"

#define NAMES_MAX 500 /* of a directory, that are looked at for programs */

void sc_looking_done(struct sc_looking *l)
{
    sc_entries_done(&l->entries);
    sc_look_notes_done(&l->notes);
    for (size_t i = 0; i < l->n_seen; i++)
        free(l->seen[i]);
    free(l->seen);
}

static void no_memory(struct sc_looking *l)
{
    if (l->rc == 0)
        l->rc = sc_error_set(l->err, SC_E_NOMEM, "out of memory for what a site uses");
}

/* Whether it was named before, or too much was; remembers it. */
static bool was_seen(struct sc_looking *l, const char *name)
{
    for (size_t i = 0; i < l->n_seen; i++)
        if (strcmp(l->seen[i], name) == 0)
            return true;
    if (l->n_seen >= SC_LOOK_SEEN_MAX) {
        l->cut_short = true;
        return true;
    }
    char *copy = SC_VEC_ROOM(l->seen, l->n_seen) ? strdup(name) : NULL;
    if (copy)
        l->seen[l->n_seen++] = copy;
    else
        no_memory(l);
    return false;
}

size_t sc_look_read(struct sc_looking *l, const char *rel, char **ret_text)
{
    SC_FD int fd = -EBADF;
    SC_FREE char *text = malloc(SC_LOOK_FILE_MAX);
    struct stat st;
    if (!text)
        no_memory(l);
    if (!text || sc_open_regular_beneath(l->one->a->homefd, rel, SIZE_MAX / 2, &fd, &st, NULL) < 0)
        return 0;
    ssize_t n = pread(fd, text, SC_LOOK_FILE_MAX, 0);
    l->budget->files++;
    if (n <= 0)
        return 0;
    l->budget->bytes += (size_t)n;
    *ret_text = sc_steal_ptr(&text);
    return (size_t)n;
}

int sc_look_find(const struct sc_looking *l, const char *rel, char **ret_real, struct stat *ret_st)
{
    const struct sc_account *a = l->one->a;
    SC_FREE char *path = NULL, *real = NULL;
    SC_FD int fd = -EBADF;
    if (asprintf(&path, "%s/%s", a->home, rel) < 0)
        return SC_E_NOMEM;
    int rc = sc_resolve_beneath(a->home, a->home_alias, a->homefd, path, false, &real, &fd, NULL);
    if (rc == 0 && fstat(fd, ret_st) < 0)
        rc = SC_E_SYS;
    if (rc == 0)
        *ret_real = sc_steal_ptr(&real);
    return rc;
}

/* A file that is not there yet: its directory is. */
static int find_to_be(const struct sc_looking *l, const char *rel, char **ret_real,
                      struct stat *ret_st)
{
    const char *slash = strrchr(rel, '/');
    SC_FREE char *dir = strndup(rel, slash ? (size_t)(slash - rel) : 0);
    SC_FREE char *real = NULL;
    if (!dir || !slash || !slash[1])
        return dir ? SC_E_NOTFOUND : SC_E_NOMEM;
    int rc = sc_look_find(l, dir, &real, ret_st);
    if (rc == 0 && asprintf(ret_real, "%s%s%s", real, *real ? "/" : "", slash + 1) < 0)
        rc = SC_E_NOMEM;
    ret_st->st_mode = S_IFREG;
    return rc;
}

DIR *sc_look_list(const struct sc_looking *l, const char *rel)
{
    SC_FD int fd = -EBADF;
    if (sc_open_beneath(l->one->a->homefd, rel, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd, NULL) <
        0)
        return NULL;
    DIR *d = fdopendir(fd);
    if (d)
        (void)sc_steal_fd(&fd);
    return d;
}

static bool has_code(const struct sc_looking *l, const char *dir_rel)
{
    SC_DIR DIR *d = sc_look_list(l, dir_rel);
    if (!d)
        return false;
    struct dirent *e;
    for (size_t i = 0; i < NAMES_MAX && (e = readdir(d)); i++)
        if (sc_look_is_code(e->d_name))
            return true;
    return false;
}

static int note(struct sc_looking *l, const struct sc_look_named *named, const char *text,
                const char *real, const struct stat *st)
{
    char place[SC_REL_MAX + 1];
    SC_FREE char *place_real = NULL;
    struct stat place_st = {0};
    struct sc_look_verdict v;
    struct sc_look_use u = {.named = text,
                            .real = real,
                            .is_dir = S_ISDIR(st->st_mode),
                            .writes = named->writes,
                            .place = place};
    if (!sc_look_place(text, real, u.is_dir, place) ||
        sc_look_find(l, place, &place_real, &place_st) < 0)
        return 0;
    u.place_real = place_real;
    sc_look_judge(l->one->plan, l->one->site, &l->entries, &u, &v);
    if (v.is == SC_LOOK_FINE)
        return 0;
    if (v.rw && S_ISDIR(place_st.st_mode) && (u.has_code = has_code(l, place_real)))
        sc_look_judge(l->one->plan, l->one->site, &l->entries, &u, &v);
    return v.is == SC_LOOK_FINE ? 0 : sc_look_notes_add(&l->notes, &u, &v, named->by, l->err);
}

bool sc_look_use(struct sc_looking *l, const struct sc_look_named *named)
{
    SC_FREE char *real = NULL;
    struct stat st = {0};
    char text[SC_REL_MAX + 1];
    if (l->rc < 0 || strlen(named->rel) >= sizeof(text) || was_seen(l, named->rel))
        return true;
    int rc = sc_look_find(l, named->rel, &real, &st);
    if (rc == SC_E_NOTFOUND && named->to_be)
        rc = find_to_be(l, named->rel, &real, &st);
    if (rc < 0 || S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        return false;
    memcpy(text, named->rel, strlen(named->rel) + 1);
    if (sc_path_normalise(text) < 0) /* what ".." leads to */
        snprintf(text, sizeof(text), "%s", real);
    rc = *text && real && *real ? note(l, named, text, real, &st) : 0;
    if (rc == SC_E_TOOBIG)
        l->cut_short = true;
    else if (rc < 0)
        l->rc = rc;
    return true;
}

/* ---- links ---- */

/* What sites see of the system (core/cage/system.c). */
static bool is_of_system(const char *path)
{
    static const char *const trees[] = {"/usr", "/bin",  "/sbin", "/lib", "/lib64",   "/opt",
                                        "/etc", "/proc", "/dev",  "/tmp", "/var/tmp", NULL};
    for (size_t i = 0; trees[i]; i++)
        if (sc_path_below(path, trees[i]))
            return true;
    return false;
}

static void leads_out(struct sc_looking *l, const char *target, const char *by)
{
    struct stat st;
    const struct sc_look_use u = {.named = target, .place = target};
    const struct sc_look_verdict v = {.is = SC_LOOK_GONE, .no = "outside of the home"};
    if (*target != '/' || is_of_system(target) || was_seen(l, target) || stat(target, &st) < 0)
        return;
    int rc = sc_look_notes_add(&l->notes, &u, &v, by, l->err);
    if (rc == SC_E_NOMEM && l->rc == 0)
        l->rc = rc;
}

void sc_look_link(struct sc_looking *l, const char *rel, const char *target)
{
    const struct sc_account *a = l->one->a;
    SC_FREE char *by = NULL, *real = NULL;
    struct stat st;
    if (asprintf(&by, "the link %s", rel) < 0) {
        no_memory(l);
        return;
    }
    int rc = sc_look_find(l, rel, &real, &st);
    if (rc == 0 && *real) {
        const struct sc_look_named named = {.rel = real, .by = by};
        (void)sc_look_use(l, &named);
    } else if (rc < 0 && !sc_path_below(target, a->home) && !sc_path_below(target, a->home_alias)) {
        leads_out(l, target, by);
    }
}
