/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/links.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/cage/ownhome.h"
#include "core/config/pathname.h"
#include "core/base/around.h"
#include "core/plan/relpath.h"

#define ENTRIES_MAX 10000u /* of the home that are looked through */
#define LISTING     (O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

static int add(struct sc_planfile *p, const char *rel, const char *target, struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s/%s", p->home, rel) < 0)
        return no_memory(err);
    for (size_t i = 0; i < p->n_sys; i++)
        if (strcmp(p->sys[i].kind, SC_HOMELINK_KIND) == 0 && strcmp(p->sys[i].a, path) == 0)
            return 0;
    return sc_planfile_add_sys(p, SC_HOMELINK_KIND, path, target, err);
}

/* Whether `rel` is a link; then where it leads to, `target` having PATH_MAX bytes. */
static bool is_link(const struct sc_account *a, const char *rel, char *target)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    if (sc_open_beneath(a->homefd, rel, O_PATH | O_NOFOLLOW, 0, &fd, NULL) < 0 ||
        fstat(fd, &st) < 0 || !S_ISLNK(st.st_mode))
        return false;
    ssize_t n = readlinkat(fd, "", target, PATH_MAX - 1);
    if (n <= 0)
        return false;
    target[n] = 0;
    return true;
}

/* What of a link's target, at `rel`, and `rest` behind it lies below the home; NULL: nothing that
 * can be told from the text alone. */
static char *follow(const struct sc_account *a, const char *rel, const char *target,
                    const char *rest)
{
    const char *slash = strrchr(rel, '/'), *below = target;
    char *out = NULL;
    int n = slash ? (int)(slash - rel) : 0;
    if (target[0] == '/') {
        below = sc_path_below(target, a->home);
        below = below ? below : sc_path_below(target, a->home_alias);
        n = 0;
    }
    if (!below || asprintf(&out, "%.*s%s%s/%s", n, rel, n ? "/" : "", below, rest) < 0)
        return NULL;
    memmove(out, out + strspn(out, "/"), strlen(out + strspn(out, "/")) + 1);
    if (sc_path_normalise(out) == 0)
        return out;
    free(out);
    return NULL;
}

/* The links on the way of one spelling. */
static int add_way(const struct sc_account *a, const char *text, struct sc_planfile *p,
                   struct sc_error *err)
{
    const char *below = sc_path_below(text, a->home);
    below = below ? below : sc_path_below(text, a->home_alias);
    SC_FREE char *way = below ? strdup(below) : NULL;
    char target[PATH_MAX];
    if (below && !way)
        return no_memory(err);
    if (!way || sc_path_normalise(way) < 0)
        return 0;
    int rc = 0;
    size_t links = 0;
    for (char *end = way; rc == 0 && end && *end;) {
        end = strchr(end + (end != way), '/');
        if (end)
            *end = 0;
        bool link = is_link(a, way, target);
        if (link && links++ < SC_RESOLVE_LINKS_MAX) {
            rc = add(p, way, target, err);
            char *next = follow(a, way, target, end ? end + 1 : "");
            free(way);
            way = next;
            end = way; /* from its beginning */
            continue;
        }
        if (end)
            *end = '/';
    }
    return rc;
}

/* ---- links in the home itself ---- */

static void link_done(struct sc_link *l)
{
    SC_FREE_ALL(l->name, l->real);
}

void sc_links_done(struct sc_links *l)
{
    SC_VEC_DONE(l->v, l->n, link_done);
    *l = (struct sc_links){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_link *)a)->name, ((const struct sc_link *)b)->name);
}

static int add_link(const struct sc_account *a, const char *name, struct sc_links *l,
                    struct sc_error *err)
{
    SC_FREE char *path = NULL, *real = NULL;
    char target[PATH_MAX];
    if (asprintf(&path, "%s/%s", a->home, name) < 0)
        return no_memory(err);
    if (!is_link(a, name, target) ||
        sc_resolve_beneath(a->home, a->home_alias, a->homefd, path, false, &real, NULL, NULL) < 0)
        return 0;
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    char *copy = strdup(name);
    if (!copy)
        return no_memory(err);
    l->v[l->n++] = (struct sc_link){.name = copy, .real = sc_steal_ptr(&real)};
    return 0;
}

/* With the user's rights; a home that he may not list himself, with root's: the links in it lead as before. */
static int open_home(const struct sc_account *a, struct sc_asuser *as, DIR **ret,
                     struct sc_error *err)
{
    SC_FD int fd = openat(a->homefd, ".", LISTING);
    if (fd < 0 && errno == EACCES) {
        sc_asuser_end(as);
        fd = openat(a->homefd, ".", LISTING);
        int failed = fd < 0 ? errno : 0;
        int rc = sc_asuser_begin(as, a->uid, a->gid, err);
        if (rc < 0)
            return rc;
        errno = failed;
    }
    if (fd < 0 || !(*ret = fdopendir(fd)))
        return sc_error_sys(err, errno, "list %s", a->home);
    fd = -EBADF;
    return 0;
}

int sc_links_find(const struct sc_account *a, struct sc_links *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_links_done) struct sc_links l = {0};
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = a->homefd < 0 ? 0 : sc_asuser_begin(&as, a->uid, a->gid, err);
    if (rc < 0 || a->homefd < 0)
        return rc;
    SC_DIR DIR *d = NULL;
    rc = open_home(a, &as, &d, err);
    if (rc < 0)
        return rc;
    const struct dirent *e = NULL;
    for (unsigned i = 0;
         rc == 0 && i < ENTRIES_MAX && l.n < SC_LINKS_MAX && (errno = 0, e = readdir(d)) != NULL;
         i++)
        if (e->d_type == DT_LNK || e->d_type == DT_UNKNOWN)
            rc = add_link(a, e->d_name, &l, err);
    if (rc == 0 && !e && errno)
        rc = sc_error_sys(err, errno, "list %s", a->home);
    if (rc < 0)
        return rc;
    if (l.n)
        qsort(l.v, l.n, sizeof(*l.v), by_name);
    SC_MOVE(ret, &l);
    return 0;
}

static bool owns(const struct sc_plan_site *site, const char *rel)
{
    bool yes = sc_rel_rest(site->rel, rel) != NULL;
    for (size_t i = 0; !yes && i < site->n_apps; i++)
        yes = sc_rel_rest(site->apps[i], rel) != NULL;
    for (size_t i = 0; !yes && i < site->n_extras; i++)
        yes = !site->extras[i].own && sc_rel_rest(site->extras[i].rel, rel);
    return yes;
}

static int add_owned(const struct sc_account *a, const struct sc_links *links,
                     const struct sc_plan_site *site, struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < links->n; i++) {
        SC_FREE char *path = NULL;
        if (!owns(site, links->v[i].real))
            continue;
        rc = asprintf(&path, "%s/%s", a->home, links->v[i].name) < 0 ? no_memory(err)
                                                                     : add_way(a, path, p, err);
    }
    return rc;
}

/* A path by another name of the home: that name leads there in the view, too. */
static int add_around(const struct sc_account *a, const char *text, struct sc_planfile *p,
                      struct sc_error *err)
{
    SC_FREE char *inside = NULL, *name = NULL;
    size_t len = 0;
    if (sc_path_below(text, a->home) || sc_path_below(text, a->home_alias))
        return 0;
    if (sc_around_home(a->home, text, &inside, &len) < 0 || !(name = strndup(text, len)))
        return no_memory(err);
    if (!inside || len == 0)
        return 0;
    size_t n = strlen(inside), rest = strlen(text + len + strspn(text + len, "/"));
    if (rest >= n)
        return 0;
    inside[n - rest] = 0; /* what the name itself leads to */
    for (n -= rest; n > 1 && inside[n - 1] == '/';)
        inside[--n] = 0;
    while (len > 1 && name[len - 1] == '/')
        name[--len] = 0;
    return sc_planfile_add_sys(p, "link", name, inside, err);
}

int sc_links_lines(const struct sc_account *a, const struct sc_links *links,
                   const struct sc_plan_site *site, struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < site->n_aliases; i++)
        rc = add_around(a, site->aliases[i], p, err);
    if (rc < 0 || !site->private_home || (!site->n_aliases && !site->n_ways && !links->n))
        return rc;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    for (size_t i = 0; rc == 0 && i < site->n_aliases; i++)
        rc = add_way(a, site->aliases[i], p, err);
    for (size_t i = 0; rc == 0 && i < site->n_ways; i++)
        rc = add_way(a, site->ways[i], p, err);
    return rc < 0 ? rc : add_owned(a, links, site, p, err);
}
