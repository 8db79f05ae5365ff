/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleanup attributes: a resource declared with one of these is released when its scope is left, on
 * every path. Ownership leaves a scope visibly, by sc_steal_fd() or sc_steal_ptr().
 *
 *     SC_FD int fd = -EBADF;
 *     SC_FREE char *s = strdup("x");
 *     *ret_fd = sc_steal_fd(&fd);
 *
 * A struct is handed over by SC_MOVE(): zeros stay behind, which its ..._done() must accept. */
#ifndef SC_BASE_CLEANUP_H
#define SC_BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Closes *fd if it is open; keeps errno; leaves -EBADF behind. */
static inline void sc_close(int *fd)
{
    if (*fd >= 0) {
        int saved = errno;
        close(*fd);
        errno = saved;
        *fd = -EBADF;
    }
}

static inline int sc_steal_fd(int *fd)
{
    int out = *fd;
    *fd = -EBADF;
    return out;
}

static inline void sc_free_ptr(void *pp)
{
    free(*(void **)pp);
}

static inline void *sc_steal_raw(void *pp)
{
    void *out = *(void **)pp;
    *(void **)pp = NULL;
    return out;
}

static inline void sc_closedir_ptr(DIR **d)
{
    if (*d)
        closedir(*d);
}

static inline void sc_fclose_ptr(FILE **f)
{
    if (*f)
        fclose(*f);
}

/* Ends the n pointers in `v`. */
static inline void sc_free_n(void *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(v[i]);
}

#define SC_FD           __attribute__((cleanup(sc_close)))
#define SC_FREE         __attribute__((cleanup(sc_free_ptr)))
#define SC_DIR          __attribute__((cleanup(sc_closedir_ptr)))
#define SC_FILE         __attribute__((cleanup(sc_fclose_ptr)))
#define SC_CLEANUP(f)   __attribute__((cleanup(f)))
#define sc_steal_ptr(p) ((__typeof__(*(p)))sc_steal_raw(p))

#define SC_MOVE(to, from)                                                                          \
    do {                                                                                           \
        *(to) = *(from);                                                                           \
        memset((from), 0, sizeof(*(from)));                                                        \
    } while (0)

/* free() for each of the pointers. */
#define SC_FREE_ALL(...)                                                                           \
    sc_free_n((void *const[]){__VA_ARGS__}, sizeof((void *[]){__VA_ARGS__}) / sizeof(void *))

#endif
