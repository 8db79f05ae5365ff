/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>

int sc_why(struct sc_enter_why *why, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why->text, sizeof(why->text), fmt, ap);
    va_end(ap);
    return -SC_EXIT_CANNOT_ENTER;
}

const char *sc_why_not_root(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
               ? "not able to enter a site from here: inside a site, or what started this runs "
                 "with "
                 "NoNewPrivileges=yes (systemctl edit its service, [Service] NoNewPrivileges=no)"
               : "not able to enter a site from here: installed without setuid root, or on a file "
                 "system mounted nosuid (cagefsctl --site-isolation-check)";
}
