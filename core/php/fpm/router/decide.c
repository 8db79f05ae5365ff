/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/router/decide.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/web/apache/path.h"

#define LINKS_MAX 40 /* the kernel's own limit (path_resolution(7)) */

static const struct sc_site_ref broken = {.state = SC_SITE_BROKEN};

static bool is_closed(const struct sc_site_ref *s)
{
    return s->state == SC_SITE_ISOLATED || s->state == SC_SITE_BROKEN;
}

/* ---- the way to a file ---- */

/* As far as it was followed, and the rest as it is written. */
struct way {
    char real[PATH_MAX]; /* "" is the root */
    char todo[PATH_MAX];
    unsigned links;
};

static struct sc_site_ref site_by_name(const struct sc_table *t, const struct way *w)
{
    char whole[2 * PATH_MAX], clean[PATH_MAX];
    snprintf(whole, sizeof(whole), "%s/%s", w->real, w->todo);
    return sc_web_path_clean(whole, clean) ? sc_table_containing(t, clean) : broken;
}

static void leave_directory(struct way *w)
{
    char *slash = strrchr(w->real, '/');
    if (slash)
        *slash = 0;
}

/* Moves the next name behind `real`; false: there is none. ".." is no name: *up. */
static bool next_name(struct way *w, bool *up, bool *too_long)
{
    size_t at = strspn(w->todo, "/"), len = strcspn(w->todo + at, "/"), n = strlen(w->real);
    *up = len == 2 && memcmp(w->todo + at, "..", 2) == 0;
    *too_long = n + 1 + len >= sizeof(w->real);
    if (len == 0 || *too_long)
        return false;
    bool here = *up || (len == 1 && w->todo[at] == '.');
    if (!here) {
        w->real[n] = '/';
        memcpy(w->real + n + 1, w->todo + at, len);
        w->real[n + 1 + len] = 0;
    }
    memmove(w->todo, w->todo + at + len, strlen(w->todo + at + len) + 1);
    return true;
}

/* `real` is a link that leads to `target`. False: that is too long. */
static bool take_link(struct way *w, const char *target)
{
    char todo[2 * PATH_MAX];
    snprintf(todo, sizeof(todo), "%s/%s", target, w->todo);
    if (strlen(todo) >= sizeof(w->todo))
        return false;
    memcpy(w->todo, todo, strlen(todo) + 1);
    leave_directory(w);
    if (*target == '/')
        w->real[0] = 0;
    return true;
}

/* How far the way is plain. */
enum step {
    STEP_END,  /* all of it, or nobody can follow it further */
    STEP_TURN, /* a link, or "..": it is another way now */
    STEP_LINK_OF_SITE,
    STEP_UNKNOWN
};

static enum step follow(const struct sc_table *t, const struct sc_router_links *links,
                        struct way *w, struct sc_site_ref *owner)
{
    char target[PATH_MAX];
    bool up, too_long;
    while (next_name(w, &up, &too_long)) {
        if (up) {
            leave_directory(w);
            return STEP_TURN;
        }
        ssize_t n = links->read(links->arg, w->real, target, sizeof(target) - 1);
        if (n < 0 && errno == EINVAL) /* no link */
            continue;
        if (n < 0)
            return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? STEP_END : STEP_UNKNOWN;
        target[n] = 0;
        *owner = sc_table_containing(t, w->real);
        if (is_closed(owner))
            return STEP_LINK_OF_SITE;
        return ++w->links <= LINKS_MAX && take_link(w, target) ? STEP_TURN : STEP_UNKNOWN;
    }
    return too_long ? STEP_UNKNOWN : STEP_END;
}

static struct sc_site_ref site_of(const struct sc_table *t, const char *path,
                                  const struct sc_router_links *links)
{
    struct way w = {.links = 0};
    struct sc_site_ref owner = {0};
    if (strlen(path) >= sizeof(w.todo))
        return broken;
    memcpy(w.todo, path, strlen(path) + 1);
    for (;;) {
        struct sc_site_ref s = site_by_name(t, &w);
        if (is_closed(&s))
            return s;
        switch (follow(t, links, &w, &owner)) {
        case STEP_END:
            return s;
        case STEP_LINK_OF_SITE:
            return owner;
        case STEP_UNKNOWN:
            return broken;
        case STEP_TURN:
            break;
        }
    }
}

/* ---- the request ---- */

const char *sc_router_script(const struct sc_fcgi_said *said, char out[PATH_MAX])
{
    static const char *const before[] = {"proxy:fcgi://", "proxy:balancer://"};
    const char *from = said->script[0] ? said->script : said->translated;
    bool proxy = false;
    for (size_t i = 0; said->script[0] && i < sizeof(before) / sizeof(before[0]) && !proxy; i++)
        if (strncasecmp(from, before[i], strlen(before[i])) == 0) {
            from += strlen(before[i]);
            from += strcspn(from, "/");
            proxy = true;
        }
    if (*from && *from != '/')
        return NULL;
    snprintf(out, PATH_MAX, "%.*s", (int)(proxy ? strcspn(from, "?") : strlen(from)), from);
    return out;
}

static bool is_same(const struct sc_site_ref *a, const struct sc_site_ref *b)
{
    return a->docroot == b->docroot || (a->id && a->id == b->id);
}

static void nobody(struct sc_router_answer *ret, const char *why)
{
    *ret = (struct sc_router_answer){.whose = SC_ROUTER_NOBODY, .why = why};
}

static void give(const struct sc_site_ref *s, struct sc_router_answer *ret)
{
    if (!s->docroot)
        nobody(ret, "the way to its code cannot be followed");
    else if (s->state != SC_SITE_ISOLATED)
        nobody(ret, "the site is to be isolated, and cannot be now");
    else
        *ret = (struct sc_router_answer){.whose = SC_ROUTER_SITE, .id = s->id};
}

void sc_router_decide(const struct sc_table *t, const struct sc_fcgi_said *said,
                      const struct sc_router_links *links, struct sc_router_answer *ret)
{
    char text[PATH_MAX];
    const char *script = sc_router_script(said, text);
    *ret = (struct sc_router_answer){.whose = SC_ROUTER_REST};
    if (!t->data)
        return;
    if (!script || (said->docroot[0] && said->docroot[0] != '/')) {
        nobody(ret, "SCRIPT_FILENAME or DOCUMENT_ROOT is no full path");
        return;
    }
    struct sc_site_ref code = {0}, root = {0};
    if (*script)
        code = site_of(t, script, links);
    if (said->docroot[0])
        root = site_of(t, said->docroot, links);
    if (is_closed(&code) && code.docroot)
        code = sc_table_sharer(t, &code, &root);
    bool known = is_closed(&code) && code.docroot;
    if (known && root.state != SC_SITE_NONE && !is_same(&code, &root))
        nobody(ret, "its code belongs to another site than its document root");
    else if (is_closed(&code))
        give(&code, ret);
    else if (is_closed(&root))
        give(&root, ret);
}
