/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/debug.h"

#include <stdlib.h>
#include <string.h>

/* NULL: the program does not debug. */
static const char *debug_value(void)
{
    const char *v = secure_getenv(SC_DEBUG_ENV);
    return v && *v && strcmp(v, "0") != 0 ? v : NULL;
}

bool sc_debugging(void)
{
    return debug_value() != NULL;
}

bool sc_debug_shown(void)
{
    const char *v = debug_value();
    return v && strcmp(v, SC_DEBUG_LOG) != 0;
}

static void take(int *argc, char **argv, const char *letter)
{
    int n = 0;
    bool options = true, on = false;
    for (int i = 0; i < *argc; i++) {
        options &= strcmp(argv[i], "--") != 0;
        bool it = i && options && (!strcmp(argv[i], letter) || !strcmp(argv[i], "--verbose"));
        on |= it;
        if (!it)
            argv[n++] = argv[i];
    }
    argv[n] = NULL;
    *argc = n;
    if (on)
        (void)setenv(SC_DEBUG_ENV, "1", 1);
}

void sc_debug_switch(int *argc, char **argv)
{
    take(argc, argv, "-v");
}

void sc_debug_long_switch(int *argc, char **argv)
{
    take(argc, argv, "--verbose");
}

void sc_debug_configured(bool on)
{
    if (on && !sc_debugging())
        (void)setenv(SC_DEBUG_ENV, SC_DEBUG_LOG, 1);
}

const char *sc_debug_env(bool inherited)
{
    const char *v = debug_value();
    if (!v)
        return NULL;
    return inherited || strcmp(v, SC_DEBUG_LOG) == 0 ? SC_DEBUG_ENV "=" SC_DEBUG_LOG
                                                     : SC_DEBUG_ENV "=1";
}
