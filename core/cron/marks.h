/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Sitecage writes into crontabs (docs/formats.md). */
#ifndef SC_CRON_MARKS_H
#define SC_CRON_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/paths.h"

#define MARK            "#sitecage:"
#define MARK_IN         MARK "in "        /* DOCROOT: the following entries run in that site */
#define MARK_OUT        MARK "out"        /* they end */
#define MARK_BACK       MARK "back "      /* LINE: the next line sets that again, if it is LINE */
#define MARK_TEXT       MARK "- "         /* TEXT: a line that is not for cron */
#define MARK_NO_NEWLINE MARK "no-newline" /* the line before it had none */
#define MARK_SITE       MARK "site "      /* DOCROOT: what was made inside that site */
#define MARK_OFF        MARK "off "       /* TOKEN:DOCROOT: the same, as comments */
#define MARK_NOTE       MARK "note "      /* for people */
#define MARK_END        MARK "end"

#define NOTE_ON MARK_NOTE "made by crontab inside this site; see sitecage-cron(7)"
#define NOTE_OFF                                                                                   \
    MARK_NOTE "made inside a site that is not isolated now: does not run; see sitecage-cron(7)"

#define ENV_SHELL "SHELL=" SC_CRON_SHELL
#define ENV_SITE  "SITECAGE_SITE="  /* DOCROOT */
#define ENV_REAL  "SITECAGE_SHELL=" /* what runs the commands inside */
/* TOKEN:DOCROOT, or "none": the same as MARK_SITE and MARK_END */
#define ENV_SECTION "SITECAGE_SECTION="
#define ENV_SET     "SITECAGE_SET_" /* TOKEN_N=NAME=VALUE */

/* A comment of ours (at the very beginning of its line). */
bool sc_cron_is_mark(const char *s, size_t len);

/* A setting of ours, whatever somebody did to its quotes and spaces. */
bool sc_cron_is_our_env(const char *s, size_t len);

/* Whether a site may set this name. */
bool sc_cron_env_name(const char *s, size_t len);

#endif
