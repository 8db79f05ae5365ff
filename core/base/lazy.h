/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries that few runs of a program need are loaded when they are needed: loading one with what
 * it needs itself costs up to half a millisecond, and panels wait for hooks. */
#ifndef SC_BASE_LAZY_H
#define SC_BASE_LAZY_H

#include <stddef.h>
#include "core/base/error.h"

/* Of one library: the functions, in the order of the pointers that sc_lazy_load() fills. */
struct sc_lazy {
    const char *soname; /* as a program that is linked with it would name it: "libidn2.so.0" */
    const char *const *names;
    size_t n;
};

/* Loads the library, which then stays, and puts its functions into the struct of function pointers
 * at `ret`. SC_E_PLATFORM: it is missing, or too old. */
int sc_lazy_load(const struct sc_lazy *lib, void *ret, struct sc_error *err);

#endif
