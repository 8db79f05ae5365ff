/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files nginx serves through links. `disable_symlinks` of a block counts for all blocks in it,
 * until one says otherwise, wherever in the block it stands (nginx, ngx_http_core_module); so it is
 * known when all is read. Pure. */
#ifndef SC_WEB_NGINX_LINKS_H
#define SC_WEB_NGINX_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/web/vhosts.h"

#define SC_NGINX_ROOT_PATTERN (SIZE_MAX - 1) /* a root with variables */

enum sc_nginx_say {
    SC_NGINX_SAYS_NOTHING,
    SC_NGINX_SAYS_OPEN, /* off, if_not_owner: an account's files all have one owner */
    SC_NGINX_SAYS_SHUT  /* on */
};

struct sc_nginx_block {
    size_t around; /* the block that it is in; SIZE_MAX: none */
    size_t host;   /* counted from 1; 0: in none */
    size_t root;   /* among the host's; SC_NGINX_ROOT_PATTERN; SIZE_MAX: says none */
    size_t more;   /* roots behind that one, which it may be instead */
    bool runs;     /* it passes requests to programs (fastcgi_pass) */
    enum sc_nginx_say says;
    char *from; /* of "from=PATH", from where on nginx looks for links; NULL: everywhere */
    char *file;
    unsigned line;
};

struct sc_nginx_links {
    struct sc_nginx_block *v;
    size_t n;
};

/* A block begins, in `around`. Its number; SIZE_MAX: no memory. */
size_t sc_nginx_links_block(struct sc_nginx_links *l, size_t around, size_t host);

/* The block's root or alias; nothing where `block` is SIZE_MAX. */
void sc_nginx_links_root(struct sc_nginx_links *l, size_t block, size_t root);

/* That root's next one among the host's may be the block's instead of it: a variable's value. */
void sc_nginx_links_or_next(struct sc_nginx_links *l, size_t block);

/* The block passes requests to programs: code below its root is run. */
void sc_nginx_links_runs(struct sc_nginx_links *l, size_t block);

/* The block's disable_symlinks, with the words behind that. False: no memory. */
bool sc_nginx_links_said(struct sc_nginx_links *l, size_t block, char **words, size_t n,
                         const char *file, unsigned line);

/* All is read: writes what came out to r->out's hosts, and releases *l. */
void sc_nginx_links_finish(struct sc_vhosts_reader *r, struct sc_nginx_links *l);

#endif
