/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that judge (judge.c, judge_programs.c). Pure. */
#ifndef SC_COVERAGE_JUDGING_H
#define SC_COVERAGE_JUDGING_H

#include "core/coverage/coverage.h"

struct judging {
    const struct sc_cover_server *server;
    const struct sc_cover_site *site;
    const struct sc_cover_seen *seen;
    struct sc_cover_verdict *v;
};

/* Writes the verdict. True. */
bool sc_judge_no(struct judging *j, enum sc_coverage is, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the name, cleaned, lies in one of the home's. */
bool sc_judge_in_home(const char *path, const struct sc_cover_site *site);

static inline const struct sc_vhosts *hosts(const struct judging *j)
{
    return &j->server->hosts;
}

/* The site's own, and those around it: both run code of the site. */
static inline bool runs_it(const struct judging *j, const struct sc_vhost *h)
{
    enum sc_host_stands is = sc_host_stands(h, &j->site->is);
    return is == SC_HOST_SITE || is == SC_HOST_AROUND;
}

static inline bool has(const struct judging *j, const char *module)
{
    return hosts(j)->n_modules == 0 || sc_vhosts_has_module(hosts(j), module);
}

/* Whether the way is one of the site's own .htaccess. */
static inline bool is_own_line(const struct judging *j, const struct sc_way *w)
{
    return w >= j->seen->own.v && w < j->seen->own.v + j->seen->own.n;
}

/* ---- judge_programs.c ---- */

/* Of one way: programs that Apache starts. */
bool sc_judge_by_suexec(struct judging *j, const struct sc_vhost *h, const struct sc_way *w);

/* Of one way: files that the host leaves to the server. */
bool sc_judge_by_rest(struct judging *j, const struct sc_vhost *h, const struct sc_way *w);

/* Programs that run its PHP where its view shows nothing. */
bool sc_judge_by_unseen(struct judging *j);

/* A host of others that runs the site's code through an alias around it. */
bool sc_judge_by_alias_around(struct judging *j);

/* What .htaccess files may say at any time. */
bool sc_judge_by_htaccess(struct judging *j);

/* ---- judge_nginx.c ---- */

/* Files of the site that nginx serves itself, and those that it reads besides. */
bool sc_judge_by_nginx_files(struct judging *j);

#endif
