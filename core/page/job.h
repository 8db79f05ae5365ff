/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a document asks for: a program with its arguments, or one of the things that no program
 * does. */
#ifndef SC_PAGE_JOB_H
#define SC_PAGE_JOB_H

#include <stddef.h>

enum sc_page_kind {
    SC_PAGE_RUN,  /* argv */
    SC_PAGE_HOME, /* domain, word: "private", "shared", NULL: the server's default */
    SC_PAGE_PATH, /* domain, path, word: "ro", "rw", NULL: taken away */
    SC_PAGE_LOG   /* the last lines of the log */
};

struct sc_page_job {
    enum sc_page_kind kind;
    char **argv; /* NULL-terminated; argv[0] is absolute */
    size_t argc;
    char *domain, *path, *word;
};

void sc_page_job_done(struct sc_page_job *j);

#endif
