/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/signals.h"

#include <stddef.h>

void sc_enter_signals(sigset_t *ret)
{
    static const int passed_on[] = {SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM, SIGUSR1,
                                    SIGUSR2, SIGALRM, SIGWINCH, SIGCHLD};
    sigemptyset(ret);
    for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
        sigaddset(ret, passed_on[i]);
    /* a caller may have ignored it, and wait() would find nothing */
    (void)signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, ret, NULL);
}
