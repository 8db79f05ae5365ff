/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One place that a site names: looked at, judged, noted. Parts of sc_look_gather(). */
#ifndef SC_LOOK_USING_H
#define SC_LOOK_USING_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include "core/base/error.h"
#include "core/look/one.h"
#include "core/look/notes.h"
#include "core/look/words.h"

#define SC_LOOK_SEEN_MAX 4000u /* different names that are looked at, of one site */

struct sc_looking {
    const struct sc_look_one *one;
    struct sc_look_budget *budget;
    struct sc_entries entries;
    struct sc_look_notes notes;
    char **seen;
    size_t n_seen;
    bool cut_short; /* something that counts was not looked at */
    int rc;         /* the first error */
    struct sc_error *err;
};

void sc_looking_done(struct sc_looking *l);

/* The beginning of a regular file below the home, SC_LOOK_FILE_MAX bytes at most, not terminated. *ret_text is
 * the caller's. 0: there is none, it is empty, or it cannot be read. */
size_t sc_look_read(struct sc_looking *l, const char *rel, char **ret_text);

/* A directory below the home, no link; NULL: it cannot be listed. The caller closes it. */
DIR *sc_look_list(const struct sc_looking *l, const char *rel);

/* What lies at `rel`, links followed within the home. *ret_real, below the home, is the caller's. As
 * sc_resolve_beneath(). */
int sc_look_find(const struct sc_looking *l, const char *rel, char **ret_real, struct stat *ret_st);

struct sc_look_named {
    const char *rel; /* below the home, as text; may have dots and links */
    const char *by;  /* who names it, in words */
    bool writes;
    bool to_be; /* the program makes it where it is missing */
};

/* False: nothing is there. True also for what is fine, and what was looked at before. */
bool sc_look_use(struct sc_looking *l, const struct sc_look_named *named);

/* What the text of a file names. `rel`: the file, below the home; `text` is changed. */
void sc_look_file(struct sc_looking *l, const char *rel, char *text, size_t len);

/* What the symbolic link `rel`, whose text is `target`, leads to. */
void sc_look_link(struct sc_looking *l, const char *rel, const char *target);

#endif
