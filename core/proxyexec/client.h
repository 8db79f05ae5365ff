/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The caller's end: asks the daemon to run a program outside. libc only, no privileges. */
#ifndef SC_PROXYEXEC_CLIENT_H
#define SC_PROXYEXEC_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/proxyexec/protocol.h"

struct sc_proxy_call {
    unsigned kind; /* enum sc_proxy_kind */
    const char *name;
    char *const *args;
    size_t n_args;
    char *const *envp; /* what of it passes is sent */
};

struct sc_proxy_outcome {
    int status;     /* what to end with; SC_PROXY_EXIT_… where text is not empty */
    int signal;     /* the signal that ended the program, or 0 */
    bool no_socket; /* there is no service, as far as this caller can see */
    char text[SC_PROXY_TEXT_MAX + 64]; /* why nothing was run, or what is unknown; else "" */
};

/* Opens /dev/null for each of descriptors 0-2 that is closed. False when that fails. */
bool sc_proxy_guard_fds(void);

/* The same, but standard output cannot be written where it was closed: whoever writes the answer, the service too, is to notice
 * that nobody hears it. */
bool sc_proxy_guard_answer(void);

/* Runs the program by the daemon that this process can reach, with descriptors 0-2 and the working
 * directory of this process, and waits for its end. Signals that sc_proxy_signal_passes() names are
 * blocked from here on and passed on. Nothing is ever run by this process itself. */
void sc_proxy_call(const struct sc_proxy_call *call, struct sc_proxy_outcome *ret);

/* Ends this process as the program ended. */
_Noreturn void sc_proxy_end(const struct sc_proxy_outcome *o);

#endif
