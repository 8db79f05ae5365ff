/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the environment that Apache gives to programs has PHP look for its settings: PHPRC and
 * PHP_INI_SCAN_DIR (https://www.php.net/manual/en/configuration.file.php). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/web/apache_conf.h"

static void add(struct sc_vhosts_reader *r, const struct sc_apache_conf *p, const char *name,
                const char *value)
{
    SC_FREE char *text = NULL;
    struct sc_vhosts_dir *d = NULL;
    bool known = strcmp(name, "PHPRC") == 0 || strcmp(name, "PHP_INI_SCAN_DIR") == 0;
    if (!known || !strchr(value, '/'))
        return;
    if (asprintf(&text, "%s=%s", name, value) < 0) {
        sc_vhosts_no_memory(r);
        return;
    }
    if (p->in_host) {
        struct sc_vhost *h = &r->out->v[p->host_at];
        sc_vhosts_word(r, &h->php_env, &h->n_php_env, text);
    } else if ((d = sc_vhosts_dir(r, p->dir ? p->dir : ""))) {
        sc_vhosts_word(r, &d->php_env, &d->n_php_env, text);
    }
}

/* NAME=VALUE behind what decides about it. */
static void add_pairs(struct sc_vhosts_reader *r, const struct sc_apache_conf *p, char **w,
                      size_t n)
{
    for (size_t i = 2; i < n; i++) {
        char *is = strchr(w[i], '=');
        if (!is)
            continue;
        *is = 0;
        add(r, p, w[i], is + 1);
        *is = '=';
    }
}

void sc_apache_say_env(struct sc_vhosts_reader *r, const struct sc_apache_conf *p, char **w,
                       size_t n)
{
    if (p->in_htaccess) /* not the server's word */
        return;
    if (strcasecmp(w[0], "lsapi_phprc") == 0 || strcasecmp(w[0], "suPHP_ConfigPath") == 0)
        add(r, p, "PHPRC", w[1]);
    else if (strncasecmp(w[0], "SetEnvIf", 8) == 0)
        add_pairs(r, p, w, n);
    else if (n > 2)
        add(r, p, w[1], w[2]);
}
