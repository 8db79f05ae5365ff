/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx's configuration, any bytes: what is read of it hangs together, and a place that is found is one
 * that only server blocks of the site read. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/web/nginx/place.h"
#include "core/web/roots.h"
#include "core/web/vhosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char root[64];

static void forget_root(void)
{
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", root);
    (void)!system(rm);
}

static void make_root(void)
{
    char path[128];
    strcpy(root, "/tmp/sc_fuzz_nginx_XXXXXX");
    if (!mkdtemp(root))
        abort();
    snprintf(path, sizeof(path), "%s/etc", root);
    (void)mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/etc/nginx", root);
    (void)mkdir(path, 0755);
    (void)atexit(forget_root);
}

static void check(const struct sc_vhosts *hosts, const struct sc_web_whose *site)
{
    for (size_t i = 0; i < hosts->n; i++) {
        const struct sc_vhost *h = &hosts->v[i];
        struct sc_nginx_place p = {0};
        bool any = h->pattern != NULL;
        for (size_t k = 0; k < h->n_roots; k++)
            any |= h->roots[k].links;
        if ((h->links && !any) || (h->links_at && !h->links))
            abort();
        if (sc_host_follows_links(h, site) == SC_HOST_SITE && !h->links)
            abort();
        (void)sc_host_others_root(h, site);
        if (sc_nginx_place_find(hosts, h, site, &p, NULL) == 0) {
            if (sc_host_stands(h, site) != SC_HOST_SITE || sc_host_serves_more(h, site) ||
                p.path[0] != '/')
                abort();
            sc_nginx_place_done(&p);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a.example"}, *const homes[] = {"/home/john"},
                             *const docroots[] = {"/home/john/a", "/home/john/b"};
    static const struct sc_web_whose site = {.docroot = "/home/john/a",
                                             .names = names,
                                             .n_names = 1,
                                             .docroots = docroots,
                                             .n_docroots = 2,
                                             .homes = homes,
                                             .n_homes = 1};
    struct sc_vhosts hosts = {0};
    char path[128];
    if (!*root)
        make_root();
    snprintf(path, sizeof(path), "%s/etc/nginx/nginx.conf", root);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    if (sc_vhosts_load_nginx(root, &hosts, NULL) == 0)
        check(&hosts, &site);
    sc_vhosts_done(&hosts);
    return 0;
}
