/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/links.h"

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
#include "core/cage/ownhome.h"
#include "core/config/pathname.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

static int add(struct sc_planfile *p, const char *rel, const char *target, struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s/%s", p->home, rel) < 0)
        return no_memory(err);
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

int sc_links_lines(const struct sc_account *a, const struct sc_plan_site *site,
                   struct sc_planfile *p, struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = site->private_home && site->n_aliases ? sc_asuser_begin(&as, a->uid, a->gid, err) : 0;
    for (size_t i = 0; rc == 0 && as.active && i < site->n_aliases; i++)
        rc = add_way(a, site->aliases[i], p, err);
    return rc;
}
