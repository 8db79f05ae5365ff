/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of several programs in one file was called. Pure. */
#ifndef SC_PROGRAMS_NAMES_H
#define SC_PROGRAMS_NAMES_H

struct sc_program {
    const char *name; /* NULL ends a table */
    int (*main)(int argc, char **argv);
};

/* By the last part of `asked`, the path that the kernel was asked to run (AT_EXECFN, getauxval(3)):
 * what a caller puts into argv[0] counts only where that is none of the names, as with /proc/self/exe
 * or a descriptor. Neither is known: the table's first, which is what an administrator's own link
 * leads to. Either may be NULL. Never NULL; the table must not be empty. */
const struct sc_program *sc_program_called(const struct sc_program *table, const char *asked,
                                           const char *argv0);

#endif
