/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variables of a program that Apache runs outside of a site, for a request that an .htaccess of the site had
 * a say in: SetEnv could name a library that the program would load, or a file that it would run. */
#ifndef SC_WEB_APACHE_ENV_H
#define SC_WEB_APACHE_ENV_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the variable is one of those that httpd itself tells programs, and no program takes for an order. Not so
 * PATH_INFO and PATH_TRANSLATED, by which interpreters find what to run. `name` ends with "=" or as text. */
bool sc_web_env_is_plain(const char *name);

/* Whether a site's request may ask for that variable of the server's own environment: others may be secrets of the
 * administrator's, or of another host. */
bool sc_web_env_is_for_all(const char *name);

/* Those of `from` (ended by NULL), in order, into `to`, which has place for `size` pointers and is ended by NULL. What has
 * no place is left out. Allocates nothing: it is asked between fork and exec. */
void sc_web_env_plain(char *const *from, char **to, size_t size);

#endif
