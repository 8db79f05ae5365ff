/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mod_proxy is told to connect to, as text ("mod_proxy" in the documentation of the Apache HTTP Server,
 * version 2.4). Pure. */
#ifndef SC_WEB_PROXY_URL_H
#define SC_WEB_PROXY_URL_H

#include <stdbool.h>
#include <stddef.h>

/* "unix:/run/x.sock|fcgi://localhost/…": the socket. "fcgi://127.0.0.1:9000/…": the address, which may be a worker's or a
 * balancer's name. False: not FastCGI. */
bool sc_proxy_fcgi(const char *url, char *out, size_t size);

/* The name that others call a worker by: the URL behind "unix:…|", without its scheme and path. */
bool sc_proxy_worker(const char *url, char *out, size_t size);

/* A process of its own that is asked by another protocol: what it runs is nobody's to say. */
bool sc_proxy_is_application(const char *url);

/* "uwsgi://127.0.0.1:3031/": the address; NULL: a Unix socket. Not AJP's: those run their own alone. */
const char *sc_proxy_tcp(const char *url, char *out, size_t size);

#endif
