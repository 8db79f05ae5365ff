/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/docroot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/there.h"

static const char CANNOT[] = "its document root cannot be looked at";

/* With the owner's rights; 0 or an errno. O_PATH: nothing is read, and a FIFO waits for nobody. */
static int try_to_enter(uid_t uid, gid_t gid, const char *docroot)
{
    struct stat st;
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    if (sc_asuser_begin(&as, uid, gid, &err) < 0)
        return 0; /* nobody can tell */
    SC_FD int fd = open(docroot, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fstatat(fd, ".", &st, 0) < 0 ? errno : 0;
}

const char *sc_docroot_problem(uid_t uid, gid_t gid, const char *docroot, bool *ret_dead)
{
    struct stat st;
    *ret_dead = true;
    if (stat(docroot, &st) < 0)
        return sc_is_absent(errno) ? "its document root is missing: nothing of it can run" : CANNOT;
    if (!S_ISDIR(st.st_mode))
        return "its document root is no directory: nothing of it can run; make it one, or "
               "correct it in the panel";
    int rc = try_to_enter(uid, gid, docroot);
    if (rc == EACCES)
        return "its owner may not enter its document root: nothing of it can run; give him "
               "the right to search it and the directories above";
    if (rc)
        return CANNOT;
    *ret_dead = false;
    if (st.st_uid != uid)
        return "its document root belongs to another user: suexec runs no program in it; chown it";
    return NULL;
}
