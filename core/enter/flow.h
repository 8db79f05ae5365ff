/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes on their way from one descriptor to another, neither of which blocks. libc only. */
#ifndef SC_ENTER_FLOW_H
#define SC_ENTER_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sc_flow {
    char data[16384];
    size_t at, len;  /* what still waits: `len` bytes at `at` */
    bool undo_onlcr; /* what comes had ONLCR applied (termios(3)), and will have it applied again */
};

static inline bool sc_flow_empty(const struct sc_flow *f)
{
    return f->len == 0;
}

void sc_flow_clear(struct sc_flow *f);

/* Takes what there is now into an empty flow. How many bytes were read; 0: nothing now; -1 at the
 * end, and when it failed. */
ssize_t sc_flow_read(struct sc_flow *f, int fd);

/* Writes as much as `fd` takes now. 0, or -1 with errno. */
int sc_flow_write(struct sc_flow *f, int fd);

/* Leaves out one carriage return before each line feed, except for a line feed that is not in
 * `data` yet. How many bytes remain. */
size_t sc_flow_undo_onlcr(char *data, size_t len);

#endif
