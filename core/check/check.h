/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: can this server do it, and is it so. */
#ifndef SC_CHECK_CHECK_H
#define SC_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

enum sc_check_result {
    SC_CHECK_OK,
    SC_CHECK_FAILED,
    SC_CHECK_WARNING,
    SC_CHECK_SKIPPED
};

struct sc_check_row {
    const char *name; /* static, e.g. "kernel: namespaces"; of a domain: "domain" */
    enum sc_check_result result;
    char *domain;        /* of a domain: its name; else NULL */
    const char *handler; /* of a domain, static: "FPM", "CGI", …, "none" */
    bool covered;        /* of a domain: isolation reaches its PHP, or will once it is isolated */
    char text[SC_ERROR_TEXT_MAX]; /* what was found, and the way out when it is bad */
};

struct sc_checks {
    struct sc_check_row *v;
    size_t n;
};

void sc_checks_done(struct sc_checks *c);
/* Looks at the server, and at all isolated domains; with `domains` (n of them) at those alone.
 * Fills *ret; fails only when it cannot look at all, or with SC_E_NOTFOUND when the panel does not
 * know a domain. Works without a server object: that may be what fails. */
int sc_engine_check(const char *const *domains, size_t n, struct sc_checks *ret,
                    struct sc_error *err);

#endif
