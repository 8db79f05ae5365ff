/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/dirs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/dir_id.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the directories of an account");
}

/* `rel`: below the home; NULL: there is none. */
static int know_one(const struct sc_account *a, const char *rel, char **ret, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    char id[SC_DIR_ID_MAX] = "";
    if (!rel || *ret || sc_open_beneath(a->homefd, rel, O_PATH | O_DIRECTORY, 0, &fd, NULL) < 0 ||
        sc_dir_id(fd, id, NULL) < 0 || !*id)
        return 0;
    *ret = strdup(id);
    return *ret ? 0 : no_memory(err);
}

int sc_facts_know_dirs(const struct sc_account *a, const bool *wants, struct sc_facts *f,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    if (!f->dirs)
        f->dirs = calloc(f->domains.n ? f->domains.n : 1, sizeof(*f->dirs));
    if (!f->dirs)
        return no_memory(err);
    int rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    for (size_t i = 0; rc == 0 && i < f->domains.n; i++) {
        if (wants && !wants[i])
            continue;
        rc = know_one(a, f->docroots.rels[i], &f->dirs[i].docroot, err);
        if (rc == 0)
            rc = know_one(a, f->places.v[i].site_dir, &f->dirs[i].own, err);
    }
    return rc;
}
