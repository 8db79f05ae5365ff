/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of an entry's flat text (flat.h), and the paths that they say. Pure but for the names'
 * `resolve`. */
#ifndef SC_CRON_WORDS_H
#define SC_CRON_WORDS_H

#include "core/cron/before.h"
#include "core/cron/names.h"

struct sc_cron_word {
    const char *at;  /* in the flat text */
    size_t len, cut; /* up to the end, or up to the next thing that separates words */
    size_t
        pattern; /* up to the end of the pattern (*, ?, [a-z]) that begins there; 0: it is none */
    bool relative;
    bool runs;   /* what it names is run: a command, or what a shell or PHP is given to run */
    bool script; /* the latter */
    enum sc_cron_before before;
};

/* Whether s[i] begins one: behind a separator, or the value of an option (-c/home/…). */
bool sc_cron_begins_word(const char *s, size_t i);

/* Whether a pattern begins there, in a place where what it stands for is run or worked in (for example, all
 * directories behind `cd`). */
bool sc_cron_begins_pattern(const char *s, size_t i);

struct sc_cron_word sc_cron_word_at(const char *s, size_t i, size_t len);

/* Where a path begins: *ret_from, and how much of the word says so. False: it is none of his. */
bool sc_cron_beginning(struct sc_cron_names *n, const struct sc_cron_word *w, const char *base,
                       const char **ret_from, size_t *ret_skip);

/* Makes "/a//b/./c/../d" to "/a/b/d". False when it does not fit. */
bool sc_cron_normalize(struct sc_cron_names *names, const char *base, const char *path, size_t len,
                       char *out, size_t size);

/* What lies there, by its links: the nearest directory above that exists. Cuts `path`. */
const struct sc_cron_site *sc_cron_site_by_links(struct sc_cron_names *n, char *path);

/* The isolated site that a normalized path with a pattern leads into: the only one of the sites that
 * match it, or (`any`) the first. NULL: none, or nobody can say. */
const struct sc_cron_site *sc_cron_site_by_pattern(struct sc_cron_names *n, const char *path,
                                                   bool any);

#endif
