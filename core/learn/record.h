/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was seen to use of its account, outside of what it owns. Pure: the recorder adds to it,
 * the report reads it. Its text is the file SC_LEARN_RECORDS/NAME (docs/formats.md):
 *
 *     sitecage-learn 1
 *     site UID DOCROOT
 *     since SECONDS
 *     lost TIMES             how often the kernel had more to tell than it could keep
 *     more COUNT             uses that found no room
 *     place KINDS COUNT FIRST LAST REL [BY…]
 *     end
 *
 * Words are percent-encoded (core/base/buf.h). KINDS: letters of enum sc_learn_kind, in its order.
 *
 * Bounded by folding: of one directory the files are told apart up to SC_LEARN_FILES_MAX, then it is
 * one place; when all places are taken, directories next to each other become the one that they lie
 * in. What lies in the home itself is not folded. */
#ifndef SC_LEARN_RECORD_H
#define SC_LEARN_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_LEARN_PLACES_MAX 1000
#define SC_LEARN_FILES_MAX  8
#define SC_LEARN_BY_MAX     3   /* programs that are named for a place */
#define SC_LEARN_BY_SIZE    256 /* bytes of one, with its NUL */
#define SC_LEARN_RECORD_MAX (16u << 20)

enum sc_learn_kind {
    SC_LEARN_READ = 1,     /* r: opened, not to write */
    SC_LEARN_WRITE = 2,    /* w */
    SC_LEARN_RUN = 4,      /* x: a program that was run */
    SC_LEARN_LIST = 8,     /* l: a directory that was listed */
    SC_LEARN_CONNECT = 16, /* s: a socket that was connected to */
    SC_LEARN_DIR = 32      /* d: the place is a directory, with what lies in it */
};
#define SC_LEARN_USES                                                                              \
    (SC_LEARN_READ | SC_LEARN_WRITE | SC_LEARN_RUN | SC_LEARN_LIST | SC_LEARN_CONNECT)

struct sc_learn_place {
    char *rel;                 /* below the home, not "" */
    unsigned kinds;            /* enum sc_learn_kind */
    uint64_t n;                /* uses */
    int64_t first, last;       /* seconds since 1970 */
    char *by[SC_LEARN_BY_MAX]; /* the programs, in the order in which they were seen */
    size_t n_by;
};

struct sc_learn_record {
    unsigned uid;
    char *docroot; /* below the home */
    int64_t since;
    uint64_t lost, more;
    struct sc_learn_place *v; /* by rel, in component order */
    size_t n;
};

struct sc_learn_use {
    const char *rel; /* of the file or directory itself */
    unsigned kinds;  /* of SC_LEARN_USES; SC_LEARN_DIR: it is a directory */
    const char *by;  /* "": not known */
    int64_t at;
};

void sc_learn_record_done(struct sc_learn_record *r); /* accepts {0} */

/* Adds a use. SC_E_NOMEM. What finds no room is counted in `more`. */
int sc_learn_record_add(struct sc_learn_record *r, const struct sc_learn_use *use,
                        struct sc_error *err);

/* *ret must be {0} or done. SC_E_INVAL, SC_E_TOOBIG, SC_E_NOMEM. */
int sc_learn_record_parse(const char *text, size_t len, struct sc_learn_record *ret,
                          struct sc_error *err);
int sc_learn_record_format(const struct sc_learn_record *r, struct sc_buf *out,
                           struct sc_error *err);

#endif
