/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Homes of users whom the table does not know: those of accounts without isolated sites. */
#ifndef SC_WEB_APACHE_HOMES_H
#define SC_WEB_APACHE_HOMES_H

#include <stdbool.h>
#include <sys/stat.h>
#include "core/web/apache/table.h"

/* Whether `real`, which is `st`, lies in its owner's home, or in another home where homes are: a panel's own files in
 * a home (password files) are root's. Asks the system's user database, of what is outside of the site only. */
bool sc_web_is_in_a_home(const struct sc_web_table *t, const char *real, const struct stat *st);

#endif
