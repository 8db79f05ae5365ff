/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool sc_vec_room(void *array, size_t n, size_t size)
{
    void *v;
    memcpy(&v, array, sizeof(v));
    size_t room = 4;
    while (room <= n)
        room *= 2;
    if (n > SIZE_MAX / 4 / size)
        return false;
    /* Asked each time: the array may have been made by another call, with no room to spare. The
     * allocator answers a size that it has given already without copying. */
    v = realloc(v, room * size);
    if (v)
        memcpy(array, &v, sizeof(v));
    return v != NULL;
}

void sc_strings_free(char **v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(v[i]);
    free(v);
}
