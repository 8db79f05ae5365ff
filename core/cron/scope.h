/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account's crontab as it is installed, and what it is made of: the account's own text, and for
 * each site the text that was made with `crontab` inside it (docs/formats.md). Pure.
 *
 * Own entries that name a path of an isolated site stand between settings of SHELL, so that cron
 * has them run by SC_CRON_SHELL; the entries themselves are not touched. Of a site's text only the
 * entries stand in the crontab as they are, behind all others; what it sets is handed to its own
 * entries by names that mean nothing to anybody else. */
#ifndef SC_CRON_SCOPE_H
#define SC_CRON_SCOPE_H

#include "core/base/buf.h"
#include "core/cron/names.h"
#include "core/cron/nobodys.h"

#define SC_CRON_TEXT_MAX     (4u << 20)  /* bytes of a crontab with everything in it */
#define SC_CRON_SITE_MAX     (64u << 10) /* bytes of what one site may have */
#define SC_CRON_SECTIONS_MAX 4096u
#define SC_CRON_SITE_ENTRIES 100u /* and entries; and settings */
#define SC_CRON_TOKEN_MAX    64u

struct sc_cron_section { /* what one site made */
    char *token, *docroot;
    bool on; /* false: its site is not isolated, so that it stands there as comments */
    struct sc_buf text;
};

struct sc_cron {
    struct sc_buf own;   /* the account's own text, as it was written */
    struct sc_buf found; /* the same with what Sitecage has put in between */
    struct sc_cron_section *v;
    size_t n;
    struct sc_cron_nobodys nobodys; /* own entries that sc_cron_join() lets run nowhere */
    struct sc_buf outside; /* for people: what own entries name and their site does not have */
};

void sc_cron_done(struct sc_cron *c);

/* Takes an installed crontab apart. Takes any bytes; what somebody edited is understood as far as
 * possible. SC_E_TOOBIG, SC_E_NOMEM. *ret must be {0} or done. */
int sc_cron_split(const char *text, size_t len, struct sc_cron *ret, struct sc_error *err);

/* Puts it together again for the sites as they are. Sections follow their site by its token, else
 * by its document root; those of sites that are not isolated are switched off, those of the same
 * site become one, empty ones go. sc_cron_split() of the result gives c->own back byte by byte. */
int sc_cron_join(struct sc_cron *c, const struct sc_cron_account *a, struct sc_buf *out,
                 struct sc_error *err);

/* The same without looking at the account's own text again: c->found stays as it is, and so do the
 * sections' switches. */
int sc_cron_rejoin(struct sc_cron *c, const char *user, struct sc_buf *out, struct sc_error *err);

/* The section with this token, made if `docroot` is given; NULL: none, or no memory. */
struct sc_cron_section *sc_cron_section(struct sc_cron *c, const char *token, const char *docroot);

/* Whether a site may have this as its crontab. SC_E_INVAL, SC_E_TOOBIG with the line's number. */
int sc_cron_site_check(const char *text, size_t len, struct sc_error *err);

#endif
