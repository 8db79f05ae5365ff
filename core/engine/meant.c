/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/meant.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/similar.h"
#include "core/base/users.h"
#include "core/server/panel.h"

static int known_domains(struct sc_server *s, uid_t uid, struct sc_domains *ret)
{
    if (uid == SC_MEANT_ANYBODY)
        return sc_panel_all(s, ret, NULL);
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_uid(uid, &u, NULL);
    if (rc < 0 || !sc_owner_valid(u.name))
        return SC_E_NOTFOUND;
    return sc_panel_user(s, u.name, ret, NULL);
}

bool sc_engine_meant(struct sc_server *s, uid_t uid, const char *const *names, size_t n,
                     char between, char ret[SC_DOMAIN_MEANT_MAX])
{
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    if (n == 0 || known_domains(s, uid, &all) < 0)
        return false;
    SC_FREE const char **known = calloc(all.n ? all.n : 1, sizeof(*known));
    bool found = false;
    for (size_t i = 0; known && i < all.n; i++)
        known[i] = all.v[i].name;
    for (size_t i = 0; known && i < n && !found; i++)
        found = sc_domain_meant(names[i], known, all.n, between, ret);
    return found;
}

/* The name in `known` that is `word` in any case, or like it. */
static const char *like_user(const char *word, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(known[i], word) == 0)
            return known[i];
    return sc_similar(word, known, n);
}

static bool like_users(char *words, const char *const *known, size_t n, char between,
                       char ret[SC_DOMAIN_MEANT_MAX])
{
    char all[SC_DOMAIN_MEANT_MAX], *word;
    size_t len = 0;
    while ((word = strsep(&words, ", ;"))) {
        const char *like = *word ? like_user(word, known, n) : "";
        if (!like || len + strlen(like) + 2 > sizeof(all))
            return false;
        if (*like && len)
            all[len++] = between;
        len = (size_t)(stpcpy(all + len, like) - all);
    }
    if (len)
        memcpy(ret, all, len + 1);
    return len > 0;
}

bool sc_engine_meant_user(struct sc_server *s, const char *word, char between,
                          char ret[SC_DOMAIN_MEANT_MAX])
{
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    SC_FREE char *words = strdup(word);
    if (!words || sc_panel_all(s, &all, NULL) < 0)
        return false;
    SC_FREE const char **known = calloc(all.n ? all.n : 1, sizeof(*known));
    for (size_t i = 0; known && i < all.n; i++)
        known[i] = all.v[i].owner;
    return known && like_users(words, known, all.n, between, ret);
}
