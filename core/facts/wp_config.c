/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/wp_config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"

#define KEY "wp-config.%u"

static bool has_file(const struct sc_account *a, const struct sc_plan_site *site, const char *name)
{
    SC_FREE char *rel = NULL;
    SC_FD int fd = -EBADF;
    struct stat st;
    return asprintf(&rel, "%s/%s", site->rel, name) >= 0 &&
           sc_open_beneath(a->homefd, rel, O_PATH | O_NOFOLLOW, 0, &fd, NULL) == 0 &&
           fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_main(const struct sc_plan_site *site, const struct sc_domains *domains)
{
    for (size_t i = 0; i < domains->n; i++)
        for (size_t k = 0; domains->v[i].is_main && k < site->n_names; k++)
            if (strcmp(site->names[k], domains->v[i].name) == 0)
                return true;
    return false;
}

static unsigned rank(const struct sc_plan_site *site, const struct sc_domains *domains)
{
    static const char *const firsts[] = {"public_html", "httpdocs", "htdocs", "www", "html"};
    unsigned named = 1;
    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++)
        named += strcmp(site->rel, firsts[i]) == 0;
    return is_main(site, domains) ? 3 : named;
}

int sc_wp_had(struct sc_store *store, uid_t uid, char **ret, struct sc_error *err)
{
    char key[32];
    snprintf(key, sizeof(key), KEY, (unsigned)uid);
    return sc_store_meta_get(store, key, ret, err);
}

int sc_wp_note(struct sc_store *store, uid_t uid, const char *rel, struct sc_error *err)
{
    char key[32];
    SC_FREE char *had = NULL;
    int rc = sc_wp_had(store, uid, &had, err);
    if (rc < 0 || (had ? rel && strcmp(had, rel) == 0 : !rel))
        return rc;
    snprintf(key, sizeof(key), KEY, (unsigned)uid);
    return sc_store_meta_set(store, key, rel, err);
}

const struct sc_plan_site *sc_wp_of_home(const struct sc_account *a, const struct sc_plan *plan,
                                         const struct sc_domains *domains, const char *had)
{
    const struct sc_plan_site *best = had ? sc_plan_find(plan, had) : NULL;
    unsigned best_rank = 0;
    if (best && !has_file(a, best, "wp-config.php"))
        return best;
    best = NULL;
    for (size_t i = 0; i < plan->n_present; i++) {
        const struct sc_plan_site *site = &plan->sites[i];
        if (!*site->rel || strchr(site->rel, '/') || !has_file(a, site, "wp-load.php") ||
            has_file(a, site, "wp-config.php"))
            continue;
        unsigned r = rank(site, domains);
        if (r > best_rank) {
            best = site;
            best_rank = r;
        }
    }
    return best;
}
