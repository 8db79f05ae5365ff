/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slots through which programs and libraries call functions of other libraries (the GOT): each
 * holds the address that the dynamic linker found. No httpd. x86-64 and aarch64. */
#ifndef SC_WEB_APACHE_SLOTS_H
#define SC_WEB_APACHE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>

struct sc_web_stand_in {
    const char *name;
    void (*function)(void);
};

struct sc_web_slot {
    void **at;
    void *before;
};

struct sc_web_slots {
    struct sc_web_slot *v;
    size_t n;
    const struct sc_web_stand_in *names;
    size_t n_names;
};

/* Writes the stand-ins' addresses into every slot of that name, in all that is loaded now but the
 * libc, the dynamic linker, and what this function itself is in. What was written already stays.
 * Returns how many slots were written; -1 with errno when one could not be: what was written
 * stays to be put back. */
long sc_web_slots_write(struct sc_web_slots *s);

/* Puts everything back, in what is still loaded. */
void sc_web_slots_restore(struct sc_web_slots *s);

/* Whether a loaded object, by the end of its file's name, has a slot of that name that is
 * written. */
bool sc_web_slots_has(const struct sc_web_slots *s, const char *object, const char *name);

#endif
