/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that a pool was taken out of (core/php/fpm/taken.h): taking it out, and putting it back.
 * One at a time edits such files. php-fpm refuses to start without any pool, so a directory that pools
 * were taken out of has one of ours, which nobody reaches; a file that a master reads by itself has one
 * in the pool's place. libc only; need root. */
#ifndef SC_PHP_FPM_POOL_FILE_H
#define SC_PHP_FPM_POOL_FILE_H

#include "core/php/fpm/taken.h"

/* Takes the pool out of its file, if it stands there: 1 when the file was changed, 0 when there was
 * nothing to do (no file, no such pool, or it is being put back: t->leaving is set). A text that
 * differs from t's replaces it, in the record first (*ret_changed, may be NULL). */
int sc_fpm_take_out(struct sc_fpm_taken *t, bool *ret_changed, struct sc_error *err);

/* Marks the record as leaving: from now on nobody takes the pool out of its file. And not. */
int sc_fpm_leave(struct sc_fpm_taken *t, bool leaving, struct sc_error *err);

/* Puts the text back where its mark is; fine when the file or the mark is missing: then somebody
 * removed the pool, or has written it again. */
int sc_fpm_put_back(const struct sc_fpm_taken *t, struct sc_error *err);

/* Removes our pool of a file's directory when none is taken out of its files any more. */
int sc_fpm_idle_sweep(const char *file, struct sc_error *err);

#endif
