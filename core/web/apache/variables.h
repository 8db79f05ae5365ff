/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ${NAME} in a .htaccess: httpd puts there what any host's configuration defines (Define), or the server's environment
 * has. A site's own has neither. Pure. */
#ifndef SC_WEB_APACHE_VARIABLES_H
#define SC_WEB_APACHE_VARIABLES_H

/* Makes each ${NAME} of the text one that httpd leaves alone, "$_NAME}": its length, lines and what continues them
 * stay. With a colon it is a look-up in a RewriteMap, and stays. */
void sc_web_variables_shut(char *text);

#endif
