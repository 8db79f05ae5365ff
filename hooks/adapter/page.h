/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What adapters share of putting the page (core/page) into a panel: a few files that the panel runs or reads, in
 * folders of our own below the panel's. */
#ifndef SC_HOOKS_ADAPTER_PAGE_H
#define SC_HOOKS_ADAPTER_PAGE_H

#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_PAGE_EXE SC_LIBEXECDIR "/sitecage-page"

struct sc_page_file {
    const char *
        folder; /* below the root: our own, made and removed with the file; what is above must be there */
    const char *name;
    const char *text;
    mode_t mode;
};

/* Writes those that are missing or are not as they should be. `root` is put before each folder: "" in production.
 * SC_E_NOTFOUND names what the panel does not have; SC_E_DENIED: a folder that others than root may write, or a link. */
int sc_page_files_put(const char *root, const struct sc_page_file *files, size_t n,
                      struct sc_error *err);

/* Removes them, and their folders where nothing else is in them. What is not there is no error. */
int sc_page_files_take(const char *root, const struct sc_page_file *files, size_t n,
                       struct sc_error *err);

/* Whether all are there and as they should be: SC_E_NOTFOUND names one that is not. */
int sc_page_files_look(const char *root, const struct sc_page_file *files, size_t n,
                       struct sc_error *err);

/* Runs a program of the panel's for the page. SC_E_PANEL where it fails, with its words. */
int sc_page_run(const char *const *argv, struct sc_error *err);

#endif
