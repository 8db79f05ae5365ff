/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pass works with (core/pass/tools.h), in memory: keepers and their views, the runtime
 * state, PHP, PHP-FPM, control groups, crontabs, the web server's table. */
#ifndef SC_TESTS_FAKES_TOOLS_H
#define SC_TESTS_FAKES_TOOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/pass/tools.h"

#define FAKE_SITES_MAX    32
#define FAKE_ACCOUNTS_MAX 8

/* One site: what there is of it on the server. */
struct fake_site {
    uid_t uid;
    unsigned id;
    bool files;           /* in the runtime state */
    bool socket;          /* for programs outside */
    char *plan;           /* the plan file's text; NULL: there is none */
    char token[64];       /* of the last plan */
    bool running;         /* a keeper lives; … */
    char *view;           /* … and its view shows this plan */
    bool group;           /* has control groups */
    unsigned ends;        /* how often its processes were ended */
    unsigned former;      /* views that it had before and that end, … */
    uint64_t former_plan; /* the last one was closed under this plan */
    unsigned closes;      /* … made so often, … */
    bool busy;            /* … because requests run there that do not finish */
    unsigned held;        /* somebody holds its build lock for so many calls more */
    unsigned restarts, joins, changes;
};

/* One account. */
struct fake_account {
    uid_t uid;
    char *table;  /* "NAME:ID …" of the isolated sites, ID 0 for one that cannot be; NULL: none */
    char *passwd; /* the user's name in it */
    char *web;    /* its lines of the web server's table */
    char *fpm;  /* document roots whose pools were looked after, "DOCROOT:ID " or "DOCROOT:out " */
    char *cron; /* "DOCROOT:TOKEN" of the isolated sites that its crontab knows */
    bool mark;
    bool ports_closed;  /* TCP ports of pools outside */
    unsigned outside;   /* how often its programs outside were ended */
    unsigned finishers; /* how often a process was left with views that end */
};

void tools_all(struct sc_tools *ret);

void tools_reset(void);

/* NULL: nothing is known of it. */
struct fake_site *tools_site(uid_t uid, unsigned id);
struct fake_account *tools_account(uid_t uid);

/* A keeper begins to live for each site with a plan, as a first request makes it. */
void tools_run_all(uid_t uid);

/* The `nth` (1: the next) call of "ending.close", "runtime.write_plan", … fails so. One at a time. */
void tools_fail(const char *call, unsigned nth, int code, const char *text);
/* Every call of it does, until tools_fail(NULL, …). */
void tools_fail_always(const char *call, int code, const char *text);

/* The calls that changed something since the last reset of this text: "runtime.mark 1001\n…". */
const char *tools_calls(void);
void tools_forget_calls(void);
/* Whether the line is among them. */
bool tools_called(const char *line);

/* What crontabs cost too much to understand; which limits this server cannot hold (1u << limit). */
extern size_t tools_cron_unknown;
extern unsigned tools_limits_bad;
/* The site that has a php-fpm of its own; 0: none. */
extern unsigned tools_fpm_own;
/* Whether the account has pools that were taken out. */
extern bool tools_fpm_any;
/* Whether Apache has mod_sitecage. */
extern bool tools_web_guards;

#endif
