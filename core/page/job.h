/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a document asks for: a program with its arguments, or the log. */
#ifndef SC_PAGE_JOB_H
#define SC_PAGE_JOB_H

#include <stddef.h>

enum sc_page_kind {
    SC_PAGE_RUN, /* argv */
    SC_PAGE_LOG  /* the last lines of the log */
};

struct sc_page_job {
    enum sc_page_kind kind;
    char **argv; /* NULL-terminated; argv[0] is absolute */
    size_t argc;
};

void sc_page_job_done(struct sc_page_job *j);

#endif
