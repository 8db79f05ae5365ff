/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts of others that may run a site's code (core/web/roots.h). Pure. */
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/web/apache/path.h"
#include "core/web/roots.h"

/* The pattern for fnmatch(3): what the name that is asked for decides can be anything. False: too long. */
static bool as_glob(const char *pattern, bool nginx, char out[2 * PATH_MAX])
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t n = 0;
    for (const char *c = pattern; *c && n + 3 < 2 * PATH_MAX;) {
        if (*c != (nginx ? '$' : '%')) {
            if (strchr("*?[]\\", *c))
                out[n++] = '\\';
            out[n++] = *c++;
            continue;
        }
        c++;
        c += !nginx ? strspn(c, "-+.%0123456789") : *c == '{' ? strcspn(c, "}") : strspn(c, word);
        c += nginx && *c == '}';
        out[n++] = '*';
    }
    out[n] = 0;
    return n + 3 < 2 * PATH_MAX;
}

/* Whether it can be the directory or one around it. One of which nothing is known says nothing. */
static bool can_be_around(const char *glob, const char *dir)
{
    char at[PATH_MAX];
    if (glob[0] != '/' || glob[1] == '*' || snprintf(at, sizeof(at), "%s", dir) >= (int)sizeof(at))
        return false;
    for (char *end = at + strlen(at); end > at; end = strrchr(at, '/')) {
        *end = 0;
        if (fnmatch(glob, at, 0) == 0)
            return true;
    }
    return false;
}

static bool pattern_around(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    char glob[2 * PATH_MAX], text[PATH_MAX];
    if (!h->pattern || !as_glob(h->pattern, h->nginx, glob))
        return false;
    if (can_be_around(glob, site->docroot))
        return true;
    for (size_t i = 0; i < site->n_texts; i++)
        if (sc_web_path_clean(site->texts[i], text) > 0 && can_be_around(glob, text))
            return true;
    return false;
}

static bool lies_around(const struct sc_host_root *r, const struct sc_web_whose *site)
{
    char path[PATH_MAX], text[PATH_MAX];
    if (sc_web_path_clean(r->real ? r->real : r->text, path) <= 1)
        return false;
    if (sc_web_path_within(site->docroot, path))
        return true;
    for (size_t i = 0; i < site->n_texts; i++)
        if (sc_web_path_clean(site->texts[i], text) > 0 && sc_web_path_within(text, path))
            return true;
    return false;
}

const char *sc_host_runs_around(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    enum sc_host_stands is = sc_host_stands(h, site);
    if (is == SC_HOST_SITE || is == SC_HOST_AROUND)
        return NULL;
    for (size_t i = 0; i < h->n_roots; i++)
        if (h->roots[i].alias && (h->roots[i].runs || !h->nginx) && lies_around(&h->roots[i], site))
            return h->roots[i].text;
    return (h->pattern_runs || !h->nginx) && pattern_around(h, site) ? h->pattern : NULL;
}
