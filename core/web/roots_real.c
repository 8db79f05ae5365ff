/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the document roots of hosts really lie. */
#include "core/web/roots.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/web/apache/path.h"

/* The real path; of what does not exist, that of the nearest directory above that does. */
static char *real_path(const char *path)
{
    char text[PATH_MAX], real[PATH_MAX], rest[PATH_MAX] = "";
    char *out = NULL;
    if (snprintf(text, sizeof(text), "%s", path) >= (int)sizeof(text))
        return NULL;
    while (!realpath(text, real)) {
        char *slash = strrchr(text, '/');
        if ((errno != ENOENT && errno != ENOTDIR) || !slash || slash == text)
            return strdup(path);
        snprintf(rest, sizeof(rest), "%s", path + (slash - text));
        *slash = 0;
    }
    return asprintf(&out, "%s%s", real, rest) < 0 ? NULL : out;
}

/* The directory in which the last one was found: most document roots lie beside each other. */
struct beside {
    char text[PATH_MAX], real[PATH_MAX];
};

static size_t dir_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* A plain directory beside the last one: 0, and *ret is NULL where it is something else, which tells its way itself. */
static char *real_beside(const struct beside *b, const char *path)
{
    size_t n = dir_len(path);
    struct stat st;
    char *out = NULL;
    const char *name = path + n + 1;
    if (!n || strlen(b->text) != n || memcmp(b->text, path, n) != 0 || !*name || *name == '.' ||
        lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return NULL;
    return asprintf(&out, "%s/%s", b->real, name) < 0 ? NULL : out;
}

static void remember(struct beside *b, const char *path, const char *real)
{
    size_t n = dir_len(path), m = dir_len(real);
    struct stat st;
    b->text[0] = 0;
    if (!n || !m || n >= sizeof(b->text) || m >= sizeof(b->real) ||
        strcmp(path + n, real + m) != 0 || lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return; /* a link may lead to something of its name */
    memcpy(b->real, real, m);
    b->real[m] = 0;
    memcpy(b->text, path, n);
    b->text[n] = 0;
}

int sc_roots_resolve(struct sc_vhosts *hosts, const struct sc_web_whose *site, struct sc_error *err)
{
    char path[PATH_MAX];
    struct beside last = {.text = ""};
    for (size_t i = 0; i < hosts->n; i++) {
        struct sc_vhost *h = &hosts->v[i];
        for (size_t k = 0; k < h->n_roots; k++) {
            struct sc_host_root *root = &h->roots[k];
            if (root->real || sc_web_path_clean(root->text, path) <= 1 ||
                (sc_roots_may_hang(path, site) && !sc_host_has_name_of(h, site)))
                continue;
            /* as written: what ".." means is the kernel's to say */
            if ((root->real = real_beside(&last, root->text)) != NULL)
                continue;
            if (!(root->real = real_path(root->text)))
                return sc_error_set(err, SC_E_NOMEM,
                                    "out of memory for the web server's configuration");
            remember(&last, root->text, root->real);
        }
    }
    return 0;
}

void sc_roots_forget(struct sc_vhosts *hosts)
{
    for (size_t i = 0; i < hosts->n; i++)
        for (size_t k = 0; k < hosts->v[i].n_roots; k++) {
            free(hosts->v[i].roots[k].real);
            hosts->v[i].roots[k].real = NULL;
        }
}
