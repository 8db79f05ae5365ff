/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that stand where the web server and its libraries call the libc's of the same name:
 * open, stat, opendir, connect, … While the thread works for no isolated site they are the libc's;
 * else the files are those that the site sees (context.h). */
#ifndef SC_WEB_APACHE_STAND_IN_H
#define SC_WEB_APACHE_STAND_IN_H

#include "core/web/apache/context.h"
#include "core/web/apache/slots.h"

/* What is written into slots: all of the above, by their names. */
extern const struct sc_web_stand_in sc_web_stand_ins[];
extern const size_t sc_web_n_stand_ins;

/* The context of this thread, to be set and read. What it points to is the caller's, and lives as
 * long as it is set. */
struct sc_web_context *sc_web_now(void);

/* What is kept open of the request so far (ahead.h) is closed: the thread works for another one. */
void sc_web_forget_looks(void);

/* Called when a name is refused (EACCES), or is missing in the site, while a thread works for a site; before
 * child processes have threads. NULL: nobody is told. */
void sc_web_on_refusal(void (*refused)(const char *path, bool missing));

/* A connection that mod_proxy is about to make, decided before (proxy.c). */
enum sc_web_connect {
    SC_WEB_CONNECT_ANY,    /* no request of mod_proxy's: for a site no socket of any account's */
    SC_WEB_CONNECT_ROUTE,  /* the site's own master, and nothing else */
    SC_WEB_CONNECT_INSIDE, /* a socket by its name inside the view */
    SC_WEB_CONNECT_OTHER /* as configured, but no pool of another account, and nothing in a site */
};

struct sc_web_connection {
    enum sc_web_connect how;
    const char *route;                /* with ROUTE */
    const struct sc_web_table *table; /* with OTHER */
    const struct sc_web_account *own; /* with OTHER: whose pools may be reached; may be NULL */
    bool allowed;                     /* with OTHER: the administrator allows the address */
};

struct sc_web_connection *sc_web_connection(void);

/* Called when a library was loaded at run time: its slots want stand-ins, too. */
void sc_web_on_load(void (*loaded)(void *arg), void *arg);

#endif
