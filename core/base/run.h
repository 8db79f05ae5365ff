/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one program by its argument vector and returns what it printed. No shell, nothing inherited:
 * clean environment, only descriptors 0-2, default signal dispositions, no signal blocked, umask
 * 022, working directory "/", own session and process group (so no controlling terminal), killed
 * when the calling thread dies. */
#ifndef SC_BASE_RUN_H
#define SC_BASE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* Where a program without '/' in its name is looked for; never in the caller's PATH. */
#define SC_RUN_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define SC_RUN_TIMEOUT_MS 15000
#define SC_RUN_STDERR_MAX 4096 /* the last bytes of stderr that are kept */
#define SC_RUN_GRACE_MS   250  /* for output still on its way when the program itself has ended */

/* Whom to become before the program starts. Needs root, or must be what the caller already is. */
struct sc_run_ids {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary groups, n_groups of them; none when 0 */
    size_t n_groups;
};

/* What the caller does while a program runs: done once, in the caller's process. The program's time
 * goes on, and it waits where it has printed more than a pipe holds. */
struct sc_meanwhile {
    void (*fn)(void *arg);
    void *arg;
    bool done; /* false at first */
};

struct sc_run_spec {
    const char *const *argv; /* NULL-terminated; argv[0] absolute, or a bare name: see above */
    const char *const *env;  /* NULL-terminated; NULL: PATH, LANG=C.UTF-8 and HOME */
    const char *home;        /* HOME of that default; NULL: /root */
    const void *input;       /* stdin, input_len bytes; NULL: /dev/null */
    size_t input_len;
    int timeout_ms;                 /* on the monotonic clock; 0: SC_RUN_TIMEOUT_MS */
    size_t max_out;                 /* most bytes of stdout; 0: SC_BUF_LIMIT_DEFAULT */
    const struct sc_run_ids *drop;  /* NULL: stay who we are */
    struct sc_meanwhile *meanwhile; /* NULL: only wait */
};

/* Does it, where nobody has done it yet. Accepts NULL. */
void sc_meanwhile_do(struct sc_meanwhile *m);

struct sc_run_result {
    int status;        /* as waitpid() gives it: WIFEXITED() and friends */
    struct sc_buf out; /* stdout */
    struct sc_buf err; /* the last SC_RUN_STDERR_MAX bytes of stderr, for messages */
};

#define SC_RUN_RESULT_INIT                                                                         \
    {                                                                                              \
        0                                                                                          \
    }
#define SC_RUN_RESULT __attribute__((cleanup(sc_run_result_done)))

/* Runs `spec` to its end. 0 when the program ran, whatever its exit status; *ret_result is then the
 * caller's and released by sc_run_result_done(). Errors, each naming the program:
 *   SC_E_SYS      it could not be started (missing, not executable, ids refused)
 *   SC_E_INVAL    a relative path was given
 *   SC_E_TIMEOUT  "… did not answer within N s"; its whole process group is killed
 *   SC_E_TOOBIG   "… printed more than N bytes"; likewise
 * A descendant that outlives the program and holds its stdout open delays the answer by no more
 * than SC_RUN_GRACE_MS and is left alone. While a program runs, an ignored SIGCHLD is set to its
 * default. */
int sc_run(const struct sc_run_spec *spec, struct sc_run_result *ret_result, struct sc_error *err);

/* Releases what a result holds; accepts one that was never filled. */
void sc_run_result_done(struct sc_run_result *r);

/* True when the program ended by itself with exit status 0. */
bool sc_run_ok(const struct sc_run_result *r);

/* Writes how the program ended, for messages: "exited with status 3, saying: <last line of stderr>"
 * or "was killed by signal 9 (Killed)". */
void sc_run_how(const struct sc_run_result *r, char *text, size_t size);

#endif
