/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sites' own storage in the user's home: ~/.cagefs/websites/<token>/. All with the user's
 * rights and quota. */
#ifndef SC_PASS_STORAGE_H
#define SC_PASS_STORAGE_H

#include "core/base/error.h"
#include "core/account/account.h"

int sc_storage_make(const struct sc_account *a, const char *token, struct sc_error *err);

/* Removes the storage of sites that are not among `keep` (nothing else), and empty directories
 * above it. */
int sc_storage_sweep(const struct sc_account *a, const char *const *keep, size_t n,
                     struct sc_error *err);

#endif
