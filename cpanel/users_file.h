/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /var/cpanel/users/USER: an account's settings, KEY=VALUE in each line. */
#ifndef SC_CPANEL_USERS_FILE_H
#define SC_CPANEL_USERS_FILE_H

#include "cpanel/cpanel.h"

#define SC_CPANEL_USERS_FILE_MAX (4u << 20)

struct sc_cpanel_user { /* "" where the file has none */
    char domain[256];   /* DNS */
    char owner[64], plan[256], email[256], locale[32];
};

/* Takes the text apart; it is written into. Values that are too long are as if they were
 * missing. */
void sc_cpanel_user_parse(char *text, struct sc_cpanel_user *ret);

/* sc_read_file()'s errors. */
int sc_cpanel_user_read(const struct sc_cpanel *cp, const char *user, struct sc_cpanel_user *ret,
                        struct sc_error *err);

#endif
