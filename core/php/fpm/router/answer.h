/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FastCGI in the other direction: where an answer ends, and an answer of our own (FastCGI
 * Specification 1.0, sections 3 and 5). Pure. */
#ifndef SC_FPM_ROUTER_ANSWER_H
#define SC_FPM_ROUTER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct sc_router_scan {
    size_t left; /* bytes of a record that are still to come */
    bool ended;  /* FCGI_END_REQUEST has begun */
};

/* How many of these bytes come before the record that ends the request; the caller continues behind
 * them. The beginning of a record that is not whole yet is not counted. */
size_t sc_router_before_end(struct sc_router_scan *s, const unsigned char *data, size_t len);

#define SC_ROUTER_ANSWER_MAX 512

/* A whole answer to request `id`: a page with that status ("403 Forbidden"). How many bytes. */
size_t sc_router_refusal(unsigned id, const char *status, unsigned char out[SC_ROUTER_ANSWER_MAX]);

#endif
