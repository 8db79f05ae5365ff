/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "generic/plain/plain.h"

#define LEFT_MAX 5 /* names that are said */

struct adding {
    struct sc_domains *to;
    struct sc_plain_left *left;
    struct sc_error *err;
};

static bool is_address(const char *name)
{
    unsigned char buf[16];
    return inet_pton(AF_INET, name, buf) == 1 || strchr(name, ':') || *name == '[';
}

/* A host's name as domains: nginx's ".a.example" is two. How many; 0: it cannot be a domain. */
static int names_of(const char *name, char out[2][256])
{
    char star[260];
    if (is_address(name) || !name[strspn(name, "_")]) /* nginx's "_" is no name */
        return 0;
    if (name[0] != '.')
        return sc_domain_canon(name, out[0], NULL) == 0 ? 1 : 0;
    if (strlen(name) > 256)
        return 0;
    snprintf(star, sizeof(star), "*%s", name);
    return sc_domain_canon(name + 1, out[0], NULL) == 0 && sc_domain_canon(star, out[1], NULL) == 0
               ? 2
               : 0;
}

static void leave(struct adding *a, const char *name, const char *path, const char *why)
{
    if (!a->left)
        return;
    if (a->left->n++ < LEFT_MAX)
        sc_buf_fmt(&a->left->names, "%s%.255s (%.255s %s)", a->left->n > 1 ? ", " : "", name, path,
                   why);
}

static const char *first_name(const struct sc_vhost *h)
{
    return h->n_names ? h->names[0] : "a host without a name";
}

static int add_names(struct adding *a, const struct sc_vhost *h, const char *docroot,
                     const char *user)
{
    int rc = 0, n_all = 0;
    for (size_t i = 0; rc == 0 && i < h->n_names; i++) {
        char names[2][256];
        int n = names_of(h->names[i], names);
        for (int k = 0; rc == 0 && k < n; k++)
            rc = sc_domains_add(a->to, names[k], user, docroot, false, a->err);
        n_all += n;
    }
    if (rc < 0 || n_all)
        return rc;
    leave(a, first_name(h), docroot, "has no name that can be a domain");
    return sc_odds_add(&a->to->odds, &(struct sc_odd){.owner = user, .path = docroot}, a->err, "%s",
                       "");
}

static int add_host(struct adding *a, const struct sc_plain_owners *owners,
                    const struct sc_vhost *h)
{
    char docroot[SC_DOCROOT_MAX + 1];
    const struct sc_plain_account *whose = NULL;
    const char *why = NULL;
    if (h->pattern)
        leave(a, first_name(h), h->pattern, "is made of the name that is asked for");
    if (!h->docroot) /* it serves no files: a redirect, a proxy */
        return 0;
    why = sc_docroot_clean(h->docroot, docroot);
    if (why) {
        leave(a, first_name(h), h->docroot, why);
        return 0;
    }
    int rc = sc_plain_owner(owners, docroot, &whose, &why, a->err);
    if (rc < 0)
        return rc;
    if (whose)
        return add_names(a, h, docroot, whose->user);
    leave(a, first_name(h), docroot, why);
    return 0;
}

int sc_plain_add(const struct sc_vhosts *hosts, const struct sc_plain_owners *owners,
                 struct sc_domains *ret, struct sc_plain_left *left, struct sc_error *err)
{
    struct adding a = {.to = ret, .left = left, .err = err};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hosts->n; i++)
        rc = add_host(&a, owners, &hosts->v[i]);
    if (rc == 0)
        sc_domains_finish(ret);
    return rc;
}
