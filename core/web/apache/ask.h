/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the web server asks root for a site's view: one SOCK_SEQPACKET connection for each question,
 * one packet each way. Both ends are of one build. */
#ifndef SC_WEB_APACHE_ASK_H
#define SC_WEB_APACHE_ASK_H

#include <stdint.h>
#include "core/base/paths.h"

/* Only root and the web server's group may pass this directory: mod_sitecage, which knows the
 * group, sees to that at each start. */
#define SC_WEB_DIR    SC_RUN_DIR "/web"
#define SC_WEB_TABLE  SC_WEB_DIR "/table"
#define SC_WEB_SOCKET SC_WEB_DIR "/sock"
#define SC_WEB_SAVED  SC_STATE_DIR "/web/table" /* the same text, kept over a boot; root's alone */
#define SC_WEB_GROUP  SC_STATE_DIR "/web/group" /* the web server's group, a number; root's alone */
#define SC_WEB_EMPTY  SC_WEB_DIR "/empty"       /* an empty directory, for the module's self-test */

#define SC_WEB_ASK_MAGIC 0x73637731u

/* The other question, for root alone: an Apache whose unit lets it write neither below /run nor below
 * /var/lib (ProtectSystem=strict) has started. `uid` is its group, `site` 0; one descriptor comes along:
 * its report (report.h), in memory. No descriptor comes back. */
#define SC_WEB_START_MAGIC 0x73637332u

struct sc_web_question {
    uint32_t magic, uid, site;
};

/* With status 0 three descriptors come along: the view's root (O_PATH), its keeper (a pidfd), and
 * its mount namespace, which keeps the view whole for a request that outlives the keeper. */
struct sc_web_answer {
    int32_t status; /* an sc_code */
    char text[252]; /* why not; ends with a zero byte */
};

enum {
    SC_WEB_FD_ROOT,
    SC_WEB_FD_KEEPER,
    SC_WEB_FD_MOUNTS,
    SC_WEB_FDS
};

#endif
