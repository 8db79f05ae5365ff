/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May root read this file, or run it? Only if nobody but root can change it or put another in its
 * place. */
#ifndef SC_GENERIC_TRUST_H
#define SC_GENERIC_TRUST_H

#include <sys/types.h>
#include "core/base/error.h"

/* All zero in production. Tests, which have neither root nor a clean "/", name a folder that is
 * taken as trusted (and so all above it), and themselves as an owner. */
struct sc_trust {
    const char *below; /* absolute, without symbolic links; NULL: check from "/" on */
    uid_t owner;       /* accepted beside root */
};

/* Walks `path` from "/" down, symbolic links included, and checks that every directory on the way
 * and the regular file at its end are owned by root and not writable by group or others (OpenSSH's
 * safe_path(), but also for the directories that hold the links). `what` begins the texts, which
 * name the component and the command that puts it right. Errors: SC_E_PANEL for all that an
 * administrator has to mend, a missing file included; SC_E_SYS. */
int sc_trust_file(const struct sc_trust *t, const char *what, const char *path,
                  struct sc_error *err);

#endif
