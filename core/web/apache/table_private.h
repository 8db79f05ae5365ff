/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of table.h. */
#ifndef SC_WEB_APACHE_TABLE_PRIVATE_H
#define SC_WEB_APACHE_TABLE_PRIVATE_H

#include "core/web/apache/map.h"
#include "core/web/apache/table.h"

struct sc_web_table {
    char *text; /* all words point into it */
    struct sc_web_account *accounts;
    const char **homes;
    struct sc_web_site *sites;
    struct sc_web_place *places;
    struct sc_web_pool *pools;
    size_t n_accounts, n_homes, n_sites, n_places, n_pools;
    struct sc_web_suexec suexec;
    struct sc_web_map by_place, by_home, by_pool;
    struct sc_web_map by_above; /* directories that homes lie in */
    struct sc_web_map by_uid;   /* the bytes of uids */
};

#endif
