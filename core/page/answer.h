/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the endpoint answers, and how each front end of request.h wants it. */
#ifndef SC_PAGE_ANSWER_H
#define SC_PAGE_ANSWER_H

#include "core/page/request.h"

struct sc_page_answer {
    int status;       /* HTTP's */
    const char *type; /* of the content */
    bool keep;        /* a browser may keep it for a while: the same for everybody */
    bool document;    /* the page itself: it gets a Content-Security-Policy */
    struct sc_buf body;
};

void sc_page_answer_done(struct sc_page_answer *a);

/* {"result":"error","message":…,"code":…} with this status. */
void sc_page_answer_error(struct sc_page_answer *a, int status, const struct sc_error *err);

/* The bytes to be written, headers and all. */
int sc_page_answer_print(const struct sc_page_answer *a, enum sc_page_front front,
                         struct sc_buf *ret, struct sc_error *err);

#endif
