/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that a pool was taken out of (core/php/fpm/taken.h): taking it out, and putting it back.
 * One at a time edits such files. libc only; need root. */
#ifndef SC_PHP_FPM_POOL_FILE_H
#define SC_PHP_FPM_POOL_FILE_H

#include "core/php/fpm/taken.h"

/* Takes the pool out of its file, if it stands there: 1 when the file was changed, 0 when there was
 * nothing to do (no file, no such pool, or it is being put back: t->leaving is set). A text that
 * differs from t's replaces it, in the record first (*ret_changed). `idle`: as sc_fpm_cut(). */
int sc_fpm_take_out(struct sc_fpm_taken *t, const char *idle, bool *ret_changed,
                    struct sc_error *err);

/* Marks the record as leaving: from now on nobody takes the pool out of its file. And not. */
int sc_fpm_leave(struct sc_fpm_taken *t, struct sc_error *err);
int sc_fpm_stay(struct sc_fpm_taken *t, struct sc_error *err);

/* Puts the text back where its mark is; fine when the file or the mark is missing: then somebody
 * removed the pool, or has written it again. */
int sc_fpm_put_back(const struct sc_fpm_taken *t, struct sc_error *err);

#endif
