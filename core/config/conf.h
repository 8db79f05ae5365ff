/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/sitecage.conf: the administrator's settings (docs/formats.md, sitecage.conf(5)). */
#ifndef SC_CONFIG_CONF_H
#define SC_CONFIG_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_CONF_PATH      "/etc/sitecage.conf"
#define SC_CONF_SIZE_MAX  (64u << 10)
#define SC_CONF_PANEL_MAX 32
#define SC_CONF_VALUE_MAX 200 /* more than a line can hold */

/* Section [api]: how the panel's HTTP API is reached (hooks/api/http.h reads the secret). Empty
 * where not given. */
struct sc_conf_api {
    char url[SC_CONF_VALUE_MAX]; /* begins with https://, without user information */
    char user[SC_CONF_VALUE_MAX];
    char secret_file[SC_CONF_VALUE_MAX]; /* absolute */
    char ca_file[SC_CONF_VALUE_MAX];     /* absolute */
    char cert_file[SC_CONF_VALUE_MAX];   /* absolute */
    char key_file[SC_CONF_VALUE_MAX];    /* absolute */
    char prefix[SC_CONF_VALUE_MAX];      /* of keys: etcd's */
};

/* What a site sees of the home besides what it owns. */
enum sc_home {
    SC_HOME_UNSET,   /* not said: what the next says (core/facts/homes.h) */
    SC_HOME_SHARED,  /* the live home, read-only, less what is secret or another site's */
    SC_HOME_PRIVATE, /* a directory of its own */
    SC_HOMES
};

/* "shared", "private"; "" for SC_HOME_UNSET. */
const char *sc_home_name(enum sc_home home);
/* The one of that name; SC_HOME_UNSET when there is none. */
enum sc_home sc_home_from_name(const char *name);

struct sc_conf {
    char panel[SC_CONF_PANEL_MAX]; /* "auto", or an adapter's name */
    unsigned panel_timeout;        /* seconds that a panel's script may take, 1..300 */
    unsigned keeper_idle;          /* seconds that an empty site keeps its keeper, 1..86400 */
    uint64_t shm_size;             /* bytes of a site's /dev/shm, 1M..64G */
    bool debug;
    bool apache_module;    /* mod_sitecage is switched on with the feature */
    enum sc_home home;     /* of sites that say nothing of it; UNSET: the file does not say it */
    bool home_choice;      /* whether a site may say it (domains.json) */
    unsigned fpm_sites;    /* of one account, with PHP-FPM masters of their own, 1..100000 */
    uint64_t history_size; /* bytes that the history may have, 8M..64G; 0: none is kept */
    char metrics[SC_CONF_VALUE_MAX]; /* "auto", "off", or a file's full path */
    struct sc_conf_api api;
};

#define SC_CONF_DEFAULT                                                                            \
    {                                                                                              \
        .panel = "auto", .panel_timeout = 15, .keeper_idle = 600, .shm_size = 64u << 20,           \
        .apache_module = true, .home = SC_HOME_UNSET, .home_choice = true, .fpm_sites = 1000,      \
        .history_size = 256u << 20, .metrics = "auto"                                              \
    }

/* Reads the file; a missing one gives the defaults. `owner` must own it and nobody else may write
 * it (0 but in tests). `panel` may be "auto" or a name of core/inventory/adapters.h. An unknown
 * section or key, a value out of range, a key given twice and a line that is too long are
 * SC_E_INVAL; the text says file, line, key and what is allowed. Else sc_read_trusted_file's
 * errors. */
int sc_conf_load(const char *path, uid_t owner, struct sc_conf *ret, struct sc_error *err);

/* The same for text. `name` stands for the file in errors. */
int sc_conf_parse(const char *text, size_t len, const char *name, struct sc_conf *ret,
                  struct sc_error *err);

#endif
