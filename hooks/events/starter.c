/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/events/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/base/run.h"
#include "core/base/there.h"

/* Descriptors 0-2 lead nowhere (a panel waits until the last writer has closed its pipes), no
 * signal is blocked or ignored, and what ends the panel's session does not end it. */
void sc_starter_prepare(struct sc_starter *s)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    bool bad = posix_spawnattr_init(&s->attr) != 0 || posix_spawn_file_actions_init(&s->files) != 0;
    bad = bad || posix_spawnattr_setflags(&s->attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                        POSIX_SPAWN_SETSIGDEF) != 0;
    bad = bad || posix_spawnattr_setsigmask(&s->attr, &none) != 0 ||
          posix_spawnattr_setsigdefault(&s->attr, &all) != 0;
    for (int fd = 0; fd < 3 && !bad; fd++)
        bad = posix_spawn_file_actions_addopen(&s->files, fd, "/dev/null", O_RDWR, 0) != 0;
    s->ready = !bad;
}

static bool may_be_there(const char *path)
{
    return access(path, F_OK) == 0 || !sc_is_absent(errno);
}

bool sc_starter_go(const struct sc_starter *s)
{
    static const char exe[] = SC_MONITOR_DAEMON;
    static const char *const argv[] = {exe, "--wanted", NULL};
    static const char *const env[] = {"PATH=" SC_RUN_PATH, NULL};
    pid_t pid;
    if (!may_be_there(SC_FLAG_FILE) && !may_be_there(SC_MARK_DIR))
        return true;
    return s->ready && posix_spawn(&pid, exe, &s->files, &s->attr, (char **)(uintptr_t)argv,
                                   (char **)(uintptr_t)env) == 0;
}
