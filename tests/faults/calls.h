/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system calls can fail, and how. */
#ifndef SC_TESTS_FAULTS_CALLS_H
#define SC_TESTS_FAULTS_CALLS_H

#include <stddef.h>

#define CALL_ERRORS 5

struct call {
    long nr;
    const char *name;
    int errors[CALL_ERRORS]; /* 0 at the end */
    int path;                /* which argument is a path; -1: none */
};

/* The call of this number, or NULL for one that does not fail, or whose failure ends any
 * program. */
const struct call *call_find(long nr);

/* The errno value of a name ("EIO"); 0 for another text. */
int call_error(const char *name);

/* The name of an errno value among those. */
const char *call_error_name(int error);

#endif
