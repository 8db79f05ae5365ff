/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder in which a panel keeps its data: which entries it has, and its files. Only root writes
 * there; links in it are not followed. */
#ifndef SC_HOOKS_ADAPTER_FOLDER_H
#define SC_HOOKS_ADAPTER_FOLDER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_FOLDER_FILE_MAX (4u << 20) /* bytes of one file */

struct sc_folder {
    int fd;
    char *path; /* for texts */
};

#define SC_FOLDER_INIT                                                                             \
    {                                                                                              \
        .fd = -EBADF                                                                               \
    }
#define SC_FOLDER __attribute__((cleanup(sc_folder_done)))
void sc_folder_done(struct sc_folder *f);

/* Opens PREFIX + PATH; `whose` is the panel, for the texts. SC_E_DENIED: the caller may not read it;
 * SC_E_SYS, SC_E_NOMEM. */
int sc_folder_open(const char *whose, const char *prefix, const char *path, struct sc_folder *ret,
                   struct sc_error *err);

struct sc_folder_list {
    char **v; /* sorted (bytes) */
    size_t n;
};
#define SC_FOLDER_LIST __attribute__((cleanup(sc_folder_list_done)))
void sc_folder_list_done(struct sc_folder_list *names);

/* The names of its entries for which `wanted` says so: folders, or else files. SC_E_SYS, SC_E_NOMEM. */
int sc_folder_names(const struct sc_folder *f, bool folders, bool (*wanted)(const char *name),
                    struct sc_folder_list *ret, struct sc_error *err);

/* Reads the file FMT in it; *out's content is replaced, and data is never NULL afterwards.
 * SC_E_NOTFOUND: there is none; SC_E_DENIED: the caller may not read it; SC_E_PANEL: it is no file
 * that can be a panel's (a link, too large, a NUL in it); SC_E_SYS, SC_E_NOMEM. */
int sc_folder_read(const struct sc_folder *f, struct sc_buf *out, struct sc_error *err,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
