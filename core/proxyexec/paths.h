/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where both ends of proxyexec meet, and what they are told by. One page for daemon, client and
 * engine. */
#ifndef SC_PROXYEXEC_PATHS_H
#define SC_PROXYEXEC_PATHS_H

#define SC_PROXY_DIR "/run/sitecage" /* SC_RUN_DIR of core/base/paths.h; 0711 */

/* The account-wide socket, for callers outside of sites. */
#define SC_PROXY_SOCKET SC_PROXY_DIR "/proxy.sock"

/* Each isolated site: the directory SC_PROXY_DIR/<uid>/<id>.proxy, which its view has at
 * SC_PROXY_DIR, with the socket in it. A directory, so that a restarted daemon is found. */
#define SC_PROXY_SITE_SUFFIX ".proxy"
#define SC_PROXY_SITE_SOCKET "sock"
#define SC_PROXY_INSIDE      SC_PROXY_DIR "/" SC_PROXY_SITE_SOCKET

/* The engine leaves an empty file here, named by the uid, when sites of an account came or went. */
#define SC_PROXY_NOTES SC_PROXY_DIR "/proxy.d"

/* Locked (POSIX) by the daemon while it lives: who holds it is the daemon. */
#define SC_PROXY_LOCK SC_PROXY_DIR "/proxyexecd.lock"
/* flock held while the service is started or stopped. */
#define SC_PROXY_CHANGE SC_PROXY_DIR "/proxyexecd.change"

#define SC_PROXY_DAEMON  SC_LIBEXECDIR "/sitecage-proxyexecd"
#define SC_PROXY_CLIENT  SC_LIBEXECDIR "/sitecage-proxyexec"
#define SC_PROXY_UNIT    "sitecage-proxyexec.service"
#define SC_PROXY_ETC     "/etc/cagefs"
#define SC_PROXY_FILTERS SC_PROXY_ETC "/filters"
#define SC_PROXY_SAFE    "/usr/share/cagefs/safeprograms" /* wrappers that files may name */

/* Exit statuses of the client that are not the command's own. */
enum {
    SC_PROXY_EXIT_REFUSED = 1,      /* root, a filter, another account's site */
    SC_PROXY_EXIT_BUSY = 75,        /* too many calls at once, for too long (EX_TEMPFAIL) */
    SC_PROXY_EXIT_PROTOCOL = 100,   /* what was sent is no request */
    SC_PROXY_EXIT_NO_SERVICE = 111, /* the daemon does not run, or ended meanwhile */
    SC_PROXY_EXIT_NOT_RUN = 126,    /* the program could not be started */
    SC_PROXY_EXIT_UNKNOWN = 127     /* no such alias, or its program is not there */
};

#endif
