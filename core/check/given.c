/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: grants in the accounts' own files that have no effect. */
#include <stdlib.h>
#include <sys/types.h>

#include "core/account/account.h"
#include "core/account/notes.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/check/internal.h"

#define NAMES_MAX 5u

void sc_check_given(struct sc_checks *c)
{
    static const char row[] = "accounts: paths";
    SC_FREE uid_t *uids = NULL;
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    size_t n = 0, named = 0;
    if (sc_notes_uids(SC_NOTE_PATHS, &uids, &n, &err) < 0) {
        sc_check_add(c, row, SC_CHECK_WARNING, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        SC_FREE char *name = NULL;
        if (sc_account_passwd(uids[i], &name, NULL, NULL, NULL) < 0) /* it was removed */
            continue;
        if (named++ < NAMES_MAX)
            sc_buf_fmt(&names, "%s%s", names.len ? ", " : "", name);
    }
    if (named)
        sc_check_add(
            c, row, SC_CHECK_WARNING,
            "%zu give their sites paths in ~/.lve/domains.json that these do not get: %s%s; "
            "cagefsctl --site-isolation-status says which and why",
            named, names.data ? names.data : "", named > NAMES_MAX ? ", ..." : "");
}
