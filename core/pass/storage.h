/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sites' own storage in the user's home: ~/.cagefs/websites/<token>/. All with the user's
 * rights and quota. */
#ifndef SC_PASS_STORAGE_H
#define SC_PASS_STORAGE_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/account/account.h"

/* Makes it, and writes in it that it is that of the document root `rel` (core/pass/label.h). */
int sc_storage_make(const struct sc_account *a, const char *token, const char *rel,
                    struct sc_error *err);

/* Removes the storage of sites that are not among `keep` (nothing else), and empty directories
 * above it. `awaited` (may be NULL): whether the storage of this document root waits for its site;
 * then it stays. SC_STORAGE_MANY: there are more than can be asked (SC_LABELS_MAX), SC_STORAGE_UNREAD: what
 * some say cannot be read, and all stay. */
#define SC_STORAGE_MANY   1
#define SC_STORAGE_UNREAD 2
int sc_storage_sweep(const struct sc_account *a, const char *const *keep, size_t n,
                     bool (*awaited)(const char *rel, void *arg), void *arg, struct sc_error *err);

#endif
