/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs keep in homes that no site is to see: keys, passwords, histories, mail, backups. */
#ifndef SC_FACTS_SECRET_NAMES_H
#define SC_FACTS_SECRET_NAMES_H

/* Names below a home, as in the files of SC_SECRETS_DIR (core/facts/secrets.h), in which a panel's
 * package puts the panel's own. NULL ends them. */
const char *const *sc_secret_names(void);

#endif
