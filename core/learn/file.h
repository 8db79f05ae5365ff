/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of a site on disk, and the recorder that writes it. All need root. */
#ifndef SC_LEARN_FILE_H
#define SC_LEARN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/learn/record.h"

/* The lock of a running view's recorder, which holds it as long as it lives (POSIX): the keeper that it
 * records is written in the file. SIGUSR1 has it write the record at once. */
void sc_learn_lock_path(uid_t uid, unsigned id, char *out, size_t size);

/* *ret must be {0} or done. SC_E_NOTFOUND: nothing was recorded; SC_E_INVAL: the file is damaged, or of
 * another site. */
int sc_learn_load(uid_t uid, const char *docroot_rel, struct sc_learn_record *ret,
                  struct sc_error *err);
int sc_learn_save(const struct sc_learn_record *r, struct sc_error *err);

/* Has the site's recorder write what it has seen until now, and waits for it (3 s at most). False:
 * nobody records it at the moment. */
bool sc_learn_flush(uid_t uid, unsigned id, const char *docroot_rel);

/* Whether this kernel lets us see what a site opens. SC_E_PLATFORM says why not. */
int sc_learn_possible(struct sc_error *err);

#endif
