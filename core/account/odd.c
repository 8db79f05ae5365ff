/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/odd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/renames.h"
#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/resolve.h"

#define PLACE '?' /* no domain name has it */

struct settling {
    struct sc_domains *d;
    size_t sorted; /* of d->v; what was added since is behind them */
    const struct sc_odd_account *a;
    const struct sc_domain_list *known;
    const struct sc_event_list *events;
    struct sc_error *err;
};

bool sc_odd_is_place(const char *name)
{
    return *name == PLACE;
}

/* ---- places ---- */

/* Appends the parts of `path`, as text: "." is dropped, ".." takes the part before it away. */
static bool append(char out[SC_DOCROOT_MAX + 1], const char *path)
{
    size_t used = strlen(out);
    for (const char *part = path + strspn(path, "/"); *part; part += strspn(part, "/")) {
        size_t n = strcspn(part, "/");
        bool up = n == 2 && part[0] == '.' && part[1] == '.';
        if (up) {
            char *slash = strrchr(out, '/');
            used = slash ? (size_t)(slash - out) : 0;
        } else if (n != 1 || part[0] != '.') {
            if (n + 1 > SC_DOCROOT_MAX - used)
                return false;
            out[used++] = '/';
            memcpy(out + used, part, n);
            used += n;
        }
        out[used] = 0;
        part += n;
    }
    return true;
}

static bool below(const char *path, const char *dir)
{
    const char *rest = dir ? sc_path_below(path, dir) : NULL;
    return rest && *rest;
}

/* The absolute path that the entry names below the account's home. A relative one is taken from the
 * home of whom the entry names. False: it names none. */
static bool place_of(const struct sc_odd *o, const struct sc_odd_account *a,
                     char out[SC_DOCROOT_MAX + 1])
{
    out[0] = 0;
    if (!o->path || (o->path[0] != '/' && (!o->owner || !append(out, a->home))) ||
        !append(out, o->path) || !out[0])
        return false;
    return below(out, a->home) || below(out, a->alias);
}

/* ---- what the database and the notes have ---- */

static const struct sc_domain *find(const struct settling *s, const char *name)
{
    const struct sc_domains sorted = {.v = s->d->v, .n = s->sorted};
    const struct sc_domain *found = sc_domains_find(&sorted, name);
    for (size_t i = s->sorted; i < s->d->n && !found; i++)
        if (strcmp(s->d->v[i].name, name) == 0)
            found = &s->d->v[i];
    return found;
}

static bool is_docroot(const struct settling *s, const char *place)
{
    for (size_t i = 0; i < s->d->n; i++)
        if (strcmp(s->d->v[i].docroot, place) == 0)
            return true;
    return false;
}

/* As it was known. */
static int keep(struct settling *s, const struct sc_domain_row *row)
{
    int rc = sc_domains_put(s->d, row->name, s->a->user, row->docroot, row->is_main, s->err);
    return rc == 0 && row->site_dir ? sc_domains_put_dir(s->d, row->site_dir, s->err) : rc;
}

static bool is_mine(const struct settling *s, const struct sc_domain_row *row)
{
    return row->uid == s->a->uid && !find(s, row->name);
}

static int keep_name(struct settling *s, const char *name)
{
    for (size_t i = 0; i < s->known->n; i++)
        if (strcmp(s->known->rows[i].name, name) == 0 && is_mine(s, &s->known->rows[i]))
            return keep(s, &s->known->rows[i]);
    return 0;
}

/* The domain that had the place until now, or the place alone. */
static int close_place(struct settling *s, const char *place)
{
    int rc = 0;
    char name[48];
    for (size_t i = 0; rc == 0 && i < s->known->n; i++) {
        const struct sc_domain_row *row = &s->known->rows[i];
        if (!sc_odd_is_place(row->name) && strcmp(row->docroot, place) == 0 && is_mine(s, row))
            rc = keep(s, row);
    }
    if (rc < 0 || is_docroot(s, place))
        return rc;
    snprintf(name, sizeof(name), "%c%u.%016" PRIx64, PLACE, (unsigned)s->a->uid,
             sc_digest(SC_DIGEST_BEGIN, place, strlen(place)));
    return find(s, name) ? 0 : sc_domains_put(s->d, name, s->a->user, place, false, s->err);
}

/* A waiting event says that the name goes; a rename does where the answer has the new name. */
static bool goes(const struct settling *s, const char *name)
{
    for (size_t i = 0; s->events && i < s->events->n; i++) {
        const struct sc_event_row *e = &s->events->rows[i];
        if (!e->old_name || strcmp(e->old_name, name) != 0)
            continue;
        if (sc_event_is(e, SC_KIND_DOMAIN_DELETED) ||
            (sc_event_is(e, SC_KIND_DOMAIN_RENAMED) && e->new_name && find(s, e->new_name)))
            return true;
    }
    return false;
}

static int keep_all(struct settling *s)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->known->n; i++) {
        const struct sc_domain_row *row = &s->known->rows[i];
        if (is_mine(s, row) && !goes(s, row->name))
            rc = keep(s, row);
    }
    return rc;
}

bool sc_odd_concerns(const struct sc_odd *o, const struct sc_odd_account *a,
                     const struct sc_domain_list *known)
{
    char place[SC_DOCROOT_MAX + 1];
    if (o->owner)
        return strcmp(o->owner, a->user) == 0;
    if (o->hides || place_of(o, a, place))
        return true;
    for (size_t i = 0; o->name && i < known->n; i++)
        if (known->rows[i].uid == a->uid && strcmp(known->rows[i].name, o->name) == 0)
            return true;
    return false;
}

void sc_odd_part(struct sc_odds *odds, const struct sc_odd_account *a,
                 const struct sc_domain_list *known)
{
    size_t kept = 0;
    for (size_t i = 0; i < odds->n; i++)
        if (sc_odd_concerns(&odds->v[i], a, known))
            odds->v[kept++] = odds->v[i];
        else
            sc_odd_done(&odds->v[i]);
    odds->n = kept;
}

int sc_odd_settle(struct sc_domains *d, const struct sc_odd_account *a,
                  const struct sc_domain_list *known, const struct sc_event_list *events,
                  struct sc_error *err)
{
    struct settling s = {
        .d = d, .sorted = d->n, .a = a, .known = known, .events = events, .err = err};
    char place[SC_DOCROOT_MAX + 1];
    bool hides = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < d->odds.n; i++) {
        const struct sc_odd *o = &d->odds.v[i];
        if (!sc_odd_concerns(o, a, known))
            continue;
        hides |= o->hides;
        if (o->name)
            rc = keep_name(&s, o->name);
        if (rc == 0 && place_of(o, a, place))
            rc = close_place(&s, place);
    }
    if (rc == 0 && hides)
        rc = keep_all(&s);
    if (d->n > s.sorted)
        sc_domains_sort(d);
    return rc;
}
