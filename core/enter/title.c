/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/title.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

#define ARGS_MAX (8u << 20) /* bytes: beyond is another object */

/* The kernel has put the arguments one behind the other. */
void sc_title_set(char *const argv[], const char *name)
{
    char *first = program_invocation_name, *last = first;
    for (size_t i = 0; argv[i]; i++)
        if ((uintptr_t)argv[i] > (uintptr_t)last &&
            (uintptr_t)argv[i] - (uintptr_t)first < ARGS_MAX)
            last = argv[i];
    size_t room = (size_t)(last - first) + strlen(last);
    memset(first, 0, room);
    memcpy(first, name, room < strlen(name) ? room : strlen(name));
    (void)prctl(PR_SET_NAME, name, 0, 0, 0);
}
