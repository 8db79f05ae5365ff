/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/coverage/nginx_led.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/there.h"

/* 1, 0, -1: it cannot be told. */
static int is_link(const char *dir, const char *name, size_t len)
{
    char path[2 * PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof(path), "%s/%.*s", dir, (int)len, name);
    if (n < 0 || (size_t)n >= sizeof(path))
        return -1;
    if (lstat(path, &st) < 0)
        return sc_is_absent(errno) ? 0 : -1;
    return S_ISLNK(st.st_mode);
}

/* Goes down the root's directories to the document root, by whatever names; 1: the next one is a link in it. */
static int is_led(const char *root, const char *docroot)
{
    struct stat own, st;
    if (stat(docroot, &own) < 0)
        return sc_is_absent(errno) ? 0 : -1;
    for (const char *at = root; *at == '/';) {
        char way[PATH_MAX];
        const char *name = at + strspn(at, "/");
        size_t len = strcspn(name, "/");
        int n = snprintf(way, sizeof(way), "%.*s/", (int)(at - root), root);
        if (len == 0)
            return 0;
        if (n < 0 || (size_t)n >= sizeof(way))
            return -1;
        if (stat(way, &st) < 0)
            return sc_is_absent(errno) ? 0 : -1;
        if (st.st_dev == own.st_dev && st.st_ino == own.st_ino)
            return is_link(docroot, name, len);
        at = name + len;
    }
    return 0;
}

/* nginx serves files below it by itself; aliases have lines of their own. */
static bool serves(const struct sc_vhost *h, const struct sc_host_root *root)
{
    return !root->alias && (root->links || h->shut_by);
}

int sc_cover_nginx_led(const struct sc_vhost *h, const struct sc_web_whose *site, char **ret_text,
                       struct sc_error *err)
{
    bool own = sc_host_stands(h, site) == SC_HOST_SITE;
    for (size_t i = 0; own && i < h->n_roots; i++) {
        const char *root = h->roots[i].text;
        int led = serves(h, &h->roots[i]) ? is_led(root, site->docroot) : 0;
        char *text = NULL;
        if (led == 0)
            continue;
        if (asprintf(&text,
                     "its root %s %s a link in the document root, which the site can change: have "
                     "the root name "
                     "the directory itself, or the panel the root as the document root",
                     root,
                     led > 0 ? "is found by" : "cannot be looked at, and may be found by") < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
        *ret_text = text;
        return 0;
    }
    *ret_text = NULL;
    return 0;
}
