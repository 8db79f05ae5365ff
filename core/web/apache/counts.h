/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a site was refused something: a file that all processes of the web server have mapped,
 * and root reads. libc only. */
#ifndef SC_WEB_APACHE_COUNTS_H
#define SC_WEB_APACHE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/paths.h"

/* Not in /run: it stays when that is emptied, and the processes have it mapped. */
#define SC_WEB_COUNTS     SC_STATE_DIR "/web/refused"
#define SC_WEB_COUNTS_MAX 16384u /* sites; what has no place any more is counted for nobody */

struct sc_web_count {
    uint32_t site;   /* 0: free */
    uint32_t status; /* of the last refusal */
    uint64_t n;
    int64_t last;     /* Unix time, seconds */
    char reason[104]; /* of the last refusal; cut; ends with a zero byte */
};

struct sc_web_counts {
    struct sc_web_count v[SC_WEB_COUNTS_MAX];
};

/* Maps the file, made when it is missing; root only. Whoever inherits the mapping can count. The
 * caller munmap()s *ret. SC_E_SYS. */
int sc_web_counts_map(const char *path, struct sc_web_counts **ret, struct sc_error *err);

/* Counts; safe for threads and processes. `counts` may be NULL: nothing is counted. */
void sc_web_counts_add(struct sc_web_counts *counts, uint32_t site, int status, int64_t now,
                       const char *reason);

/* The same to read, for who asks about many sites; sc_web_counts_close() *ret. SC_E_NOTFOUND: nothing was ever counted;
 * SC_E_SYS, SC_E_INVAL. */
int sc_web_counts_open(const char *path, struct sc_web_counts **ret, struct sc_error *err);
void sc_web_counts_close(struct sc_web_counts *counts); /* NULL is fine */

/* What was counted for a site. False: nothing. `counts` may be NULL. */
bool sc_web_counts_find(struct sc_web_counts *counts, uint32_t site, struct sc_web_count *ret);

/* What was counted for a site. The file is written by the web server's processes: root takes it for
 * hearsay. SC_E_NOTFOUND: nothing; SC_E_SYS. */
int sc_web_counts_read(const char *path, uint32_t site, struct sc_web_count *ret,
                       struct sc_error *err);

#endif
