/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a caller may pass to a proxied program: /etc/cagefs/filters/<file name of the program>.json,
 * CageFS's own format (docs/formats.md). One object; its keys are absolute program paths or
 * "default", its values objects with
 *
 *     deny            options that are refused, or
 *     allow           the only options that are not (words that do not begin with '-' always pass)
 *     restrict_path   options whose value must be a path below the caller's home (of a site: below
 *                     its document root)
 *     strict_options  true: "-vf" is looked at as "-v" and "-f", too; with "allow", a word must be
 *                     allowed options to its end, a word that begins with "--" up to its '='
 *     with_value      options that take a value: with strict_options, what follows one of them in
 *                     its word is no option ("-foctober@…" is no "-be…"). Sitecage's own key
 *
 * Elsewhere an option in a list matches every word that begins with it. A word behind "--" is
 * looked at like any other, since not every program knows "--". */
#ifndef SC_PROXYEXEC_FILTER_H
#define SC_PROXYEXEC_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_FILTER_SIZE_MAX (256u << 10)
#define SC_FILTER_LIST_MAX 1000u

struct sc_filter_list {
    char **v;
    size_t n;
};

struct sc_filter {
    bool has_allow; /* "allow": [] lets no option pass */
    bool strict;
    struct sc_filter_list deny, allow, restrict_path, with_value;
};

void sc_filter_done(struct sc_filter *f);

/* The filter for `program` in the text of a file called `name`: its own entry, else the one called
 * "default", else an empty filter. All entries are checked. SC_E_INVAL with the line, or the
 * key. */
int sc_filter_parse(const char *text, size_t len, const char *name, const char *program,
                    struct sc_filter *ret, struct sc_error *err);

/* Reads it from `dir`; no file, no filter. SC_E_DENIED unless the file is `owner`'s (0 but in
 * tests) alone to write. */
int sc_filter_load(const char *dir, uid_t owner, const char *program, struct sc_filter *ret,
                   struct sc_error *err);

/* SC_E_DENIED, naming the word, unless these arguments (without the program's name) pass. Values of
 * restrict_path options are taken relative to `cwd` and followed through links with the calling
 * thread's file rights; `base` is a real path. */
int sc_filter_check(const struct sc_filter *f, char *const *args, size_t n, const char *cwd,
                    const char *base, struct sc_error *err);

#endif
