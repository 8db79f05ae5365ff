/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/steady.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/account/in_home.h"
#include "core/base/around.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"

/* A name that is looked up in a directory that a link leads to, or through: in another one, once it leads there. */
struct next {
    char *beside; /* where that directory lies, … */
    char *is;     /* … which is this one now */
    char *name;
    bool ends; /* the link's text ends with it */
};

struct looking {
    const struct sc_account *a;
    struct sc_asuser as;
    struct sc_steady out;
    char **links; /* directories with links */
    size_t n_links;
    char **led; /* that links lead through; some stand there twice */
    size_t n_led;
    struct next *nexts;
    size_t n_nexts;
    bool by_link; /* the last name was said by a link */
    bool failed;  /* no memory */
};

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the ways of nginx");
}

void sc_steady_done(struct sc_steady *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i].rel);
    free(s->v);
    *s = (struct sc_steady){0};
}

static void next_done(struct next *x)
{
    SC_FREE_ALL(x->beside, x->is, x->name);
}

static void looking_done(struct looking *l)
{
    sc_asuser_end(&l->as);
    sc_steady_done(&l->out);
    sc_strings_free(l->links, l->n_links);
    sc_strings_free(l->led, l->n_led);
    SC_VEC_DONE(l->nexts, l->n_nexts, next_done);
}

/* ---- ways ---- */

static void add(struct looking *l, const char *dir, const char *name)
{
    char *rel = NULL;
    if (!SC_VEC_ROOM(l->out.v, l->out.n) ||
        asprintf(&rel, "%s%s%s", dir, name && *dir ? "/" : "", name ? name : "") < 0)
        l->failed = true;
    else
        l->out.v[l->out.n++] = (struct sc_plan_steady){.rel = rel, .is_open = name != NULL};
}

static void note_next(struct looking *l, const char *dir, const char *name, bool ends)
{
    const char *slash = strrchr(dir, '/');
    char *beside = strndup(dir, slash ? (size_t)(slash - dir) : 0);
    struct next x = {beside, strdup(dir), strdup(name), ends};
    if (!x.beside || !x.is || !x.name || !SC_VEC_ROOM(l->nexts, l->n_nexts)) {
        next_done(&x);
        l->failed = true;
        return;
    }
    l->nexts[l->n_nexts++] = x;
}

static bool is_among(char *const *v, size_t n, const char *dir)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(v[i], dir) == 0)
            return true;
    return false;
}

static void note_dir(struct looking *l, char ***v, size_t *n, const char *dir)
{
    if (!*dir || is_among(*v, *n, dir)) /* the home itself is no site's */
        return;
    if (!SC_VEC_ROOM(*v, *n) || !((*v)[*n] = strdup(dir)))
        l->failed = true;
    else
        (*n)++;
}

static void tell_link(void *arg, const char *dir)
{
    struct looking *l = arg;
    note_dir(l, &l->links, &l->n_links, dir);
}

static void tell_name(void *arg, const char *dir, const char *name, bool by_link)
{
    struct looking *l = arg;
    if (l->by_link)
        note_next(l, dir, name, !by_link);
    if (by_link) {
        note_dir(l, &l->led, &l->n_led, dir);
        add(l, dir, name);
    }
    l->by_link = by_link;
}

/* Where a way ends, or that it does, is nothing to us: links before that count. */
static int follow(struct looking *l, const char *path, struct sc_error *err)
{
    const struct sc_resolve_trace trace = {.link = tell_link, .arg = l, .name = tell_name};
    SC_FREE char *rel = NULL, *known = NULL, *inside = NULL;
    struct sc_error why = SC_ERROR_INIT;
    if (!sc_path_below(path, l->a->home) && !sc_path_below(path, l->a->home_alias)) {
        if (sc_around_home(l->a->home, path, &inside, NULL) < 0)
            return no_memory(err);
        if (!inside)
            return 0;
    }
    int rc = sc_asuser_begin(&l->as, l->a->uid, l->a->gid, err);
    if (rc < 0)
        return rc;
    l->by_link = false;
    rc = sc_in_home_traced(l->a, &l->as, inside ? inside : path, false, &trace, &rel, NULL, &known,
                           &why);
    sc_asuser_end(&l->as);
    if (l->failed)
        return no_memory(err);
    if (rc >= 0 || sc_in_home_told(rc, &why))
        return 0;
    if (err)
        *err = why;
    return rc;
}

/* ---- what is in these directories ---- */

/* It holds what deploy tools make one after the other, and nothing else: `releases`. */
static bool is_for_nexts(const struct looking *l, const char *dir)
{
    for (size_t i = 0; i < l->n_nexts; i++)
        if (l->nexts[i].ends && strcmp(l->nexts[i].beside, dir) == 0)
            return !is_among(l->links, l->n_links, dir);
    return false;
}

/* A link could lead there next: the rest of its way is there already. */
static bool is_next(const struct looking *l, const char *dir, int dirfd, const char *name)
{
    char path[2 * NAME_MAX + 2];
    struct stat st;
    for (size_t i = 0; i < l->n_nexts; i++) {
        const struct next *x = &l->nexts[i];
        if (strcmp(x->beside, dir) != 0 || strcmp(x->is + strlen(dir) + 1, name) == 0)
            continue;
        int n = snprintf(path, sizeof(path), "%s/%s", name, x->name);
        if (n < 0 || (size_t)n >= sizeof(path) ||
            fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    }
    return false;
}

static bool stays_open(const struct looking *l, const char *dir, int dirfd, const char *name)
{
    struct stat st;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    return S_ISREG(st.st_mode) || (S_ISDIR(st.st_mode) && !is_next(l, dir, dirfd, name));
}

static int list(struct looking *l, const char *dir, int fd, struct sc_error *err)
{
    SC_DIR DIR *d = fdopendir(fd);
    if (!d) {
        int e = errno;
        close(fd);
        return sc_error_sys(err, e, "list %s/%s", l->a->home, dir);
    }
    for (size_t n = 0; n < SC_STEADY_NAMES_MAX && !l->failed;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e && errno)
            return sc_error_sys(err, errno, "list %s/%s", l->a->home, dir);
        if (!e)
            break;
        if (!stays_open(l, dir, dirfd(d), e->d_name))
            continue;
        add(l, dir, e->d_name);
        n++;
    }
    return l->failed ? no_memory(err) : 0;
}

/* One that its owner may not list has nothing in it that stays writable. */
static int look_into(struct looking *l, const char *dir, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    add(l, dir, NULL);
    if (is_for_nexts(l, dir))
        return 0;
    int rc = sc_asuser_begin(&l->as, l->a->uid, l->a->gid, err);
    if (rc < 0)
        return rc;
    if (sc_open_beneath(l->a->homefd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd, NULL) == 0)
        rc = list(l, dir, sc_steal_fd(&fd), err);
    sc_asuser_end(&l->as);
    return rc;
}

int sc_facts_steady(const struct sc_account *a, const struct sc_vhosts *hosts,
                    struct sc_steady *ret, struct sc_error *err)
{
    SC_CLEANUP(looking_done) struct looking l = {.a = a, .as = SC_ASUSER_INIT};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hosts->n; i++)
        for (size_t k = 0; rc == 0 && hosts->v[i].nginx && k < hosts->v[i].n_roots; k++)
            rc = follow(&l, hosts->v[i].roots[k].text, err);
    for (size_t i = 0; rc == 0 && i < l.n_links; i++)
        rc = look_into(&l, l.links[i], err);
    for (size_t i = 0; rc == 0 && i < l.n_led; i++)
        rc = is_among(l.links, l.n_links, l.led[i]) ? 0 : look_into(&l, l.led[i], err);
    if (rc == 0 && l.failed)
        rc = no_memory(err);
    if (rc < 0)
        return rc;
    *ret = l.out;
    l.out = (struct sc_steady){0};
    return 0;
}
