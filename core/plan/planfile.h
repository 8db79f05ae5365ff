/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text form of one site's plan: what the privileged builder reads, and --site-isolation-plan
 * prints.
 *
 *     sitecage-plan 1
 *     site ID UID GID USER TOKEN
 *     home REAL PASSWD            the home resolved, and as the passwd file says it
 *     docroot REL
 *     sys KIND A B                any number; B is "-" where there is none
 *     entry KIND REL [HOLE…]      any number, in component order; holes for the kind "shell" only
 *     end
 *
 * Words are percent-encoded (core/base/buf.h) and stand one space apart; the path "" is written
 * ".", a B that is really "-" is "%2D". The lines come in this order and each ends with a newline.
 * The parser takes nothing else: no other line, nothing missing, nothing behind `end`. */
#ifndef SC_PLAN_PLANFILE_H
#define SC_PLAN_PLANFILE_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/plan/entries.h"

#define SC_PLANFILE_MAX_SYS   1000
#define SC_PLANFILE_MAX_BYTES SC_BUF_LIMIT_DEFAULT

/* A line about something outside the home. Its meaning is the builder's; here it is only kept. */
struct sc_sysline {
    char *kind; /* a-z, 0-9, '-' */
    char *a;    /* not empty */
    char *b;    /* NULL where there is none; not empty */
};

struct sc_planfile {
    unsigned id; /* not 0 */
    uid_t uid;   /* neither 0 nor -1 */
    gid_t gid;   /* not -1 */
    char *user;
    char *token;
    char *home;       /* absolute, no empty, "." or ".." component, not "/" */
    char *home_alias; /* absolute, as passwd says it; no ".." component */
    char *docroot;    /* relative to the home, not "" */
    struct sc_entries entries;
    struct sc_sysline *sys;
    size_t n_sys;
};

void sc_planfile_done(struct sc_planfile *p); /* frees what it holds; accepts {0} */

/* Appends a "sys" line; `b` may be NULL. SC_E_NOMEM. */
int sc_planfile_add_sys(struct sc_planfile *p, const char *kind, const char *a, const char *b,
                        struct sc_error *err);

/* Takes out the "sys" lines of that kind. */
void sc_planfile_drop_sys(struct sc_planfile *p, const char *kind);

/* Parses `len` bytes. *ret must be {0} or done. SC_E_INVAL with the line's number for anything that
 * is not exactly the format above, that has entries out of order or twice, or whose entries have
 * not exactly one "docroot", at the path of the docroot line; SC_E_TOOBIG beyond SC_ENTRIES_MAX,
 * SC_PLANFILE_MAX_SYS or SC_PLANFILE_MAX_BYTES; SC_E_NOMEM. */
int sc_planfile_parse(const char *text, size_t len, struct sc_planfile *ret, struct sc_error *err);

/* Appends the text to `out`. Refuses what the parser would refuse, with the same codes. */
int sc_planfile_write(const struct sc_planfile *p, struct sc_buf *out, struct sc_error *err);

#endif
