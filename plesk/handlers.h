/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `plesk bin event_handler` prints. Its layout and language differ between versions, so only
 * this much is relied on: a record begins with a line "…Id NUMBER", and one of the lines that
 * follow has the command in it. */
#ifndef SC_PLESK_HANDLERS_H
#define SC_PLESK_HANDLERS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

#define SC_HANDLERS_MAX 4096u

struct sc_handler {
    unsigned long id;
    char event[64]; /* the word behind `hook` in its command */
};

struct sc_handlers {
    struct sc_handler *v; /* in the order of the listing */
    size_t n;
};

void sc_handlers_done(struct sc_handlers *h);

/* The handlers of `adapter` (a full path) in the output of --list: those whose command is that
 * program with "hook EVENT". SC_E_PANEL when such a command is listed where no number can be told,
 * so that nothing is registered twice; SC_E_TOOBIG, SC_E_NOMEM. */
int sc_handlers_parse(const char *data, size_t len, const char *adapter, struct sc_handlers *ret,
                      struct sc_error *err);

/* Whether the output of --list-events has this event: as a word of its own. */
bool sc_handlers_event_known(const char *data, size_t len, const char *event);

#endif
