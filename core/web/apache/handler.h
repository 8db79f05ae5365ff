/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a handler of Apache's does with a request, by its name. Pure. */
#ifndef SC_WEB_APACHE_HANDLER_H
#define SC_WEB_APACHE_HANDLER_H

enum sc_web_handler {
    SC_WEB_STATIC, /* sends files, lists, negotiates, includes: the guard covers it */
    SC_WEB_CGI,    /* starts a program: mod_cgi, mod_cgid */
    SC_WEB_FCGID,  /* the same, and keeps it: mod_fcgid */
    SC_WEB_PROXY,  /* passes the request on: mod_proxy decides later where to */
    SC_WEB_PHP,    /* PHP in the server's own process, or somebody's name for PHP */
    SC_WEB_SERVER, /* tells about the server: status, configuration */
    SC_WEB_UNKNOWN /* anything else may run anything */
};

/* `handler` as the handler phase sees it: a handler's name, or the media type of a file that has
 * none. */
enum sc_web_handler sc_web_handler_of(const char *handler);

#endif
