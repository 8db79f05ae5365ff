/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where Apache lets .htaccess files name handlers (AllowOverride, AllowOverrideList). Pure. */
#ifndef SC_WEB_OVERRIDE_H
#define SC_WEB_OVERRIDE_H

#include <stdbool.h>
#include <stddef.h>

struct sc_override { /* one such line, in <Directory> */
    char *dir;       /* no slash at its end but "/"; "": a pattern, which may be any directory */
    bool allows;
    bool list; /* AllowOverrideList, which another line does not take back */
    char *at;  /* "FILE:LINE" */
};

struct sc_overrides {
    struct sc_override *v;
    size_t n;
};

void sc_overrides_done(struct sc_overrides *o);

/* False: no memory. */
bool sc_overrides_add(struct sc_overrides *to, const struct sc_override *line);

/* Whether `AllowOverride WORD…` lets a .htaccess name handlers; the same for AllowOverrideList. */
bool sc_override_allows(char *const *words, size_t n);
bool sc_override_list_allows(char *const *words, size_t n);

/* The line by which .htaccess files at or below the directory `root` may name handlers; NULL: none
 * does. Of lines for directories above it the deepest counts, the host's after the server's. */
const char *sc_overrides_at(const struct sc_overrides *server, const struct sc_overrides *host,
                            const char *root);

#endif
