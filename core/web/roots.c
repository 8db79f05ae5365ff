/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/roots.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/web/apache/path.h"

/* ---- paths ---- */

static bool within_any(const char *path, const char *const *tops, size_t n)
{
    char top[PATH_MAX];
    for (size_t i = 0; i < n; i++)
        if (sc_web_path_clean(tops[i], top) > 1 && sc_web_path_within(path, top))
            return true;
    return false;
}

static size_t count_of(const struct sc_vhost *h)
{
    return h->n_roots ? h->n_roots : h->docroot != NULL;
}

/* What root `i` is compared as; false: it is no path. */
static bool path_of(const struct sc_vhost *h, size_t i, char out[PATH_MAX], bool *ret_alias)
{
    const struct sc_host_root *r = h->n_roots ? &h->roots[i] : NULL;
    *ret_alias = r && r->alias;
    return sc_web_path_clean(!r ? h->docroot : r->real ? r->real : r->text, out) > 0;
}

bool sc_roots_in_home(const char *path, const struct sc_web_whose *site)
{
    char home[PATH_MAX];
    for (size_t i = 0; i < site->n_homes; i++)
        if (sc_web_path_clean(site->homes[i], home) > 1 && sc_web_path_within(path, home))
            return true;
    return false;
}

bool sc_roots_may_hang(const char *path, const struct sc_web_whose *site)
{
    char beside[PATH_MAX];
    if (within_any(path, site->homes, site->n_homes))
        return false;
    if (strncmp(path, "/home", 5) == 0)
        return true;
    for (size_t i = 0; i < site->n_homes; i++) {
        if (sc_web_path_clean(site->homes[i], beside) == 0)
            continue;
        char *slash = strrchr(beside, '/');
        *slash = 0;
        if (*beside && sc_web_path_within(path, beside))
            return true;
    }
    return false;
}

/* ---- names ---- */

bool sc_host_has_name(const struct sc_vhost *h, const char *name)
{
    for (size_t i = 0; i < h->n_names; i++) {
        const char *own = h->names[i];
        size_t n = strlen(own), len = strlen(name);
        if (strcasecmp(own, name) == 0)
            return true;
        if (h->nginx && *own == '.' &&
            (strcasecmp(own + 1, name) == 0 || (len > n && strcasecmp(name + len - n, own) == 0)))
            return true;
        if (strpbrk(own, "*?") && *own != '~' && fnmatch(own, name, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

bool sc_host_has_name_of(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    for (size_t i = 0; i < site->n_names; i++)
        if (sc_host_has_name(h, site->names[i]))
            return true;
    return false;
}

/* The part that "%N", "%-N", "%N+" or "%-N+" names; the whole name for 0. */
static bool name_part(const char *name, long n, bool more, char out[256])
{
    char copy[256], *parts[128];
    long count = 0;
    if (snprintf(copy, sizeof(copy), "%s", name) >= (int)sizeof(copy))
        return false;
    for (char *rest = copy, *part; count < 128 && (part = strsep(&rest, "."));)
        parts[count++] = part;
    long at = n > 0 ? n - 1 : n < 0 ? count + n : 0;
    if (at < 0 || at >= count) {
        snprintf(out, 256, "_");
        return true;
    }
    const char *from = name + (parts[at] - copy);
    size_t len = n == 0 || (more && n > 0) ? strlen(from) : strlen(parts[at]);
    if (more && n < 0) {
        len = (size_t)(from - name) + len;
        from = name;
    }
    snprintf(out, 256, "%.*s", (int)len, from);
    return true;
}

/* A letter of that part: "%1.1", "%1.-1+". */
static bool letters(long n, bool more, char text[256])
{
    long len = (long)strlen(text);
    long at = n > 0 ? n - 1 : n < 0 ? len + n : 0;
    if (n == 0)
        return true;
    if (at < 0 || at >= len)
        at = -1;
    if (at < 0)
        snprintf(text, 256, "_");
    else if (more && n > 0)
        memmove(text, text + at, (size_t)(len - at) + 1);
    else if (more)
        text[at + 1] = 0;
    else
        snprintf(text, 256, "%c", text[at]);
    return true;
}

static long number(const char **at, bool *more)
{
    char *end;
    long n = strtol(*at, &end, 10);
    *more = *end == '+';
    *at = end + *more;
    return n;
}

/* One "%…"; *at is behind the '%' and moves on. "%p" (the port) and others cannot be told. */
static bool percent(const char **at, const char *name, char out[256])
{
    bool more, more_letters;
    if (**at == '%') {
        ++*at;
        snprintf(out, 256, "%%");
        return true;
    }
    if (!strchr("-0123456789", **at) || !**at)
        return false;
    long n = number(at, &more);
    if (!name_part(name, n, more, out))
        return false;
    if (**at != '.' || !strchr("-0123456789", (*at)[1]) || !(*at)[1])
        return true;
    ++*at;
    n = number(at, &more_letters);
    return letters(n, more_letters, out);
}

static bool variable(const char **at, const char *name, char out[256])
{
    static const char *const known[] = {"host",   "http_host",   "server_name",
                                        "{host}", "{http_host}", "{server_name}"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t n = strlen(known[i]);
        if (strncmp(*at, known[i], n) == 0 && (known[i][0] == '{' ||
                                               !strchr("_abcdefghijklmnopqrstuvwxyz"
                                                       "0123456789",
                                                       (*at)[n]) ||
                                               !(*at)[n])) {
            *at += n;
            snprintf(out, 256, "%s", name);
            return true;
        }
    }
    return false;
}

bool sc_host_pattern(const char *pattern, bool nginx, const char *name, char *out)
{
    size_t used = 0;
    for (const char *c = pattern; *c;) {
        char part[256] = {*c, 0};
        char sign = nginx ? '$' : '%';
        bool is = *c++ == sign;
        if (is && !(nginx ? variable(&c, name, part) : percent(&c, name, part)))
            return false;
        size_t n = strlen(part);
        if (used + n >= PATH_MAX)
            return false;
        memcpy(out + used, part, n + 1);
        used += n;
    }
    return used > 0;
}

/* ---- how a host stands to a site ---- */

const char *sc_host_docroot(const struct sc_vhost *h)
{
    for (size_t i = 0; i < h->n_roots; i++)
        if (!h->roots[i].alias)
            return h->roots[i].real ? h->roots[i].real : h->roots[i].text;
    return h->docroot;
}

/* The deepest document root of the account that `path` is in, or the site's own; NULL: in none. */
static const char *owner_of(const char *path, const struct sc_web_whose *site)
{
    const char *own = site->docroot;
    const char *best = *own == '/' && sc_web_path_within(path, own) ? own : NULL;
    for (size_t i = 0; i < site->n_docroots; i++) {
        const char *d = site->docroots[i];
        if (*d == '/' && sc_web_path_within(path, d) && (!best || strlen(d) > strlen(best)))
            best = d;
    }
    return best;
}

static bool is_text(const char *path, const struct sc_web_whose *site)
{
    char text[PATH_MAX];
    for (size_t i = 0; i < site->n_texts; i++)
        if (sc_web_path_clean(site->texts[i], text) > 0 && strcmp(path, text) == 0)
            return true;
    return false;
}

/* Whether it lies in what the site is called by: else no document root around it is the site's. */
static bool may_be_own(const char *path, const struct sc_web_whose *site)
{
    return (*site->docroot == '/' && sc_web_path_within(path, site->docroot)) ||
           within_any(path, site->texts, site->n_texts);
}

/* Asked for each host and site of an account that may have thousands of both: most are told apart
 * without its other document roots. */
static bool is_own(const char *path, const struct sc_web_whose *site)
{
    if (!may_be_own(path, site))
        return false;
    const char *owner = owner_of(path, site);
    if (!owner)
        return is_text(path, site);
    return strcmp(owner, site->docroot) == 0 || is_text(owner, site);
}

static bool lies_around(const char *path, const struct sc_web_whose *site)
{
    char text[PATH_MAX];
    if (path[1] == 0)
        return false;
    if (*site->docroot == '/' && sc_web_path_within(site->docroot, path))
        return true;
    for (size_t i = 0; i < site->n_texts; i++)
        if (sc_web_path_clean(site->texts[i], text) > 0 && sc_web_path_within(text, path))
            return true;
    return false;
}

static enum sc_host_stands by_pattern(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    char text[PATH_MAX], path[PATH_MAX];
    for (size_t i = 0; h->pattern && i < site->n_names; i++)
        if (sc_host_pattern(h->pattern, h->nginx, site->names[i], text) &&
            sc_web_path_clean(text, path) > 0 && is_own(path, site))
            return SC_HOST_SITE;
    return SC_HOST_OTHER;
}

enum sc_host_stands sc_host_stands(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    enum sc_host_stands is = by_pattern(h, site);
    char path[PATH_MAX];
    bool alias;
    for (size_t i = 0; is != SC_HOST_SITE && i < count_of(h); i++) {
        if (!path_of(h, i, path, &alias))
            continue;
        if (is_own(path, site))
            is = SC_HOST_SITE;
        else if (!alias && lies_around(path, site))
            is = SC_HOST_AROUND;
    }
    if (is != SC_HOST_OTHER || !sc_host_has_name_of(h, site))
        return is;
    /* one that says no directory: what it runs is taken for the site's */
    return count_of(h) || h->pattern ? SC_HOST_NAMED : SC_HOST_SITE;
}

/* An alias of nginx's that only leads to another site because of a link: whoever made that takes no line from the site's
 * block. */
static bool is_led_away(const struct sc_vhost *h, size_t i, const struct sc_web_whose *site)
{
    char text[PATH_MAX];
    if (!h->nginx || i >= h->n_roots || !h->roots[i].alias ||
        sc_web_path_clean(h->roots[i].text, text) == 0)
        return false;
    return !owner_of(text, site) || is_own(text, site);
}

bool sc_host_serves_more(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    /* with the site, a directory that is no site's is the site's host's business */
    bool whole = sc_host_stands(h, site) != SC_HOST_SITE, alias;
    char path[PATH_MAX];
    for (size_t i = 0; i < count_of(h); i++)
        if (path_of(h, i, path, &alias) && !is_own(path, site) &&
            ((whole && !alias) || (owner_of(path, site) && !is_led_away(h, i, site))))
            return true;
    return h->pattern != NULL;
}

enum sc_host_stands sc_host_follows_links(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    enum sc_host_stands is = h->links ? by_pattern(h, site) : SC_HOST_OTHER;
    char path[PATH_MAX];
    bool alias;
    for (size_t i = 0; is != SC_HOST_SITE && i < h->n_roots; i++) {
        if (!h->roots[i].links || !path_of(h, i, path, &alias))
            continue;
        if (is_own(path, site))
            is = SC_HOST_SITE;
        else if (lies_around(path, site))
            is = SC_HOST_AROUND;
    }
    return is;
}

static bool holds_a_docroot(const char *path, const struct sc_web_whose *site)
{
    for (size_t i = 0; i < site->n_docroots; i++)
        if (*site->docroots[i] == '/' && sc_web_path_within(site->docroots[i], path))
            return true;
    return false;
}

const struct sc_host_root *sc_host_others_root(const struct sc_vhost *h,
                                               const struct sc_web_whose *site)
{
    char path[PATH_MAX];
    bool alias;
    for (size_t i = 0; i < h->n_roots; i++)
        if (path_of(h, i, path, &alias) && !is_own(path, site) &&
            (owner_of(path, site) || holds_a_docroot(path, site)))
            return &h->roots[i];
    return NULL;
}
