/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words of a site's code and configuration are paths of its home? A guess by text alone, good
 * enough for advice: whoever uses the answer looks whether the place exists. Pure.
 *
 *     /home/john/lib/a.php      by either name of the home
 *     ~/lib, $HOME/lib, getenv('HOME') . '/lib', $_SERVER['HOME'] . '/lib'
 *     '../lib', __DIR__ . '/../lib', dirname(__DIR__) . '/lib', dirname(__FILE__, 2) . '/lib' */
#ifndef SC_LOOK_WORDS_H
#define SC_LOOK_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define SC_LOOK_WORD_MAX 1024u /* bytes; longer ones are none */

struct sc_look_word {
    bool here;        /* it begins at the file's own directory; else at the home */
    unsigned up;      /* so many directories above that */
    const char *text; /* the rest: no slash at its beginning, not terminated */
    size_t len;       /* may be 0 … */
    size_t cut;       /* … and ends here instead where the whole does not exist */
    size_t at;        /* where in the text it begins */
};

struct sc_look_home {
    const char *path, *alias; /* absolute, no slash at the end */
};

/* Calls `found` for each, in order. `text` need not be terminated; any bytes. */
void sc_look_words(const struct sc_look_home *home, const char *text, size_t len,
                   void (*found)(const struct sc_look_word *w, void *arg), void *arg);

/* Replaces "\/" (JSON) by "/", in place. Returns the new length. */
size_t sc_look_unescape(char *text, size_t len);

struct sc_look_line {
    const char *name; /* its first word: of "php_value include_path …" the second; not terminated */
    size_t len;
    bool comment;
};

/* The line that has byte `at`, as configuration files have them. */
void sc_look_line(const char *text, size_t len, size_t at, struct sc_look_line *ret);

#endif
