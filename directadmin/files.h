/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DirectAdmin's domains as its own files have them (facts: docs/panels/directadmin.md), for when
 * its API does not answer. The files are root's and diradmin's; links in them are not followed.
 * Entries that cannot be a domain or a document root are among the odds. */
#ifndef SC_DIRECTADMIN_FILES_H
#define SC_DIRECTADMIN_FILES_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/domain_name.h"
#include "core/inventory/domains_json.h"
#include "directadmin/paths.h"

#define SC_DA_FILE_MAX (4u << 20) /* bytes of one file */

/* The domains, subdomains and aliases of `owner` (NULL: of all users; the files of others are not
 * opened otherwise), added to *ret, not finished. None for an owner that DirectAdmin or the system
 * does not have. Errors: SC_E_DENIED for a caller who may not read the files, SC_E_PANEL,
 * SC_E_TOOBIG, SC_E_SYS, SC_E_NOMEM. */
int sc_da_files_domains(const struct sc_da *da, const char *owner, struct sc_domains *ret,
                        struct sc_error *err);

/* Adds what the API's answer lacks, as far as the files can be read: aliases, and which domain is
 * the main one. `d` is finished, and finished again. SC_E_NOMEM, SC_E_TOOBIG. */
int sc_da_files_complete(const struct sc_da *da, const char *owner, struct sc_domains *d,
                         struct sc_error *err);

/* Whose the domain (canonical) or its nearest parent is, by the list for the mail server. "" in
 * `owner`: nobody's. SC_E_NOTFOUND when there is no such list, SC_E_SYS. */
int sc_da_files_owner(const struct sc_da *da, const char *name, char owner[SC_OWNER_MAX + 1],
                      struct sc_error *err);

/* The names of the users DirectAdmin has, sorted, for the caller to release with
 * sc_da_names_done(). Errors as sc_da_files_domains(). */
struct sc_da_names {
    char **v;
    size_t n;
};
#define SC_DA_NAMES __attribute__((cleanup(sc_da_names_done)))
void sc_da_names_done(struct sc_da_names *names);
int sc_da_files_users(const struct sc_da *da, int *ret_dirfd, struct sc_da_names *ret,
                      struct sc_error *err);

/* Opens the folder of the users' folders. Errors as sc_da_files_domains(). */
int sc_da_files_open(const struct sc_da *da, int *ret_dirfd, struct sc_error *err);

/* Reads USER/REST in that folder; a missing one gives "". */
int sc_da_files_read(int dirfd, struct sc_buf *out, struct sc_error *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
