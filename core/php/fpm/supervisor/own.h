/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supervisor of a site's PHP-FPM (sitecage-fpm.c): what it holds, and its parts. One thread,
 * one site (isolated, or outside: outside.c). libc only; root. */
#ifndef SC_PHP_FPM_SUPERVISOR_OWN_H
#define SC_PHP_FPM_SUPERVISOR_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/clock.h"
#include "core/enter/failures.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/taken.h"

#define SC_FPM_OWN_MAX  8    /* masters, of which all but one are ending */
#define SC_FPM_LINE_MAX 1000 /* bytes of a line that php-fpm says */

struct sc_fpm_held {
    struct sc_fpm_taken t;
    int fd;
    int watch; /* of the directory of its file */
};

#define SC_FPM_DIRS_MAX 64 /* PHP versions of a server */

/* A directory that pools are put into. */
struct sc_fpm_dir {
    int watch;
    char path[256];
};

/* A process that waits in the site for its php-fpm (sc_enter), or outside php-fpm itself; and what
 * that says. */
struct sc_fpm_own {
    pid_t pid;   /* 0: free */
    pid_t inner; /* php-fpm's own, which leads the process group of its workers */
    int err;     /* its standard error */
    bool ready, ending;
    uint32_t changes; /* sc_fpm_hash() of the run's */
    long long since, kill_at;
    char line[SC_FPM_LINE_MAX + 1];
    size_t len;
};

/* The process that has the pool's address, where several sites share it. */
struct sc_fpm_router {
    pid_t pid;              /* 0: none */
    int control;            /* core/php/fpm/router/control.h */
    int inner;              /* where the master of the other sites listens, */
    int inner_at;           /* … to connect to it (O_PATH): no name leads there */
    struct sc_fpm_own said; /* what it says; `pid` 0 */
    bool finishing;
    unsigned fails;
    long long since, start_at;
};

/* The program's one state. Times are sc_clock_ms(). */
struct sc_fpm_me {
    uid_t uid;
    unsigned id;
    int lock, sig, notify;
    struct sc_fpm_run run;
    struct sc_fpm_held pools[SC_FPM_TAKEN_MAX];
    size_t n;
    struct sc_fpm_dir dirs[SC_FPM_DIRS_MAX];
    size_t n_dirs;
    struct sc_fpm_own masters[SC_FPM_OWN_MAX];
    struct sc_fpm_own *now;    /* the newest that is meant to live */
    unsigned long long answer; /* owed to the pass */
    long long answer_by;       /* a new master is ready: owed when those before accept no more; 0 */
    bool stop, refuse;
    int fails;
    long long start_at, stop_at, minute;
    unsigned said;
    int shared; /* a pidfd of the shared master, where its end is waited for */
    bool given; /* it has ended, and is to have its pools again */
    long long seen_at, look_at;
    struct sc_fpm_router router;
};
extern struct sc_fpm_me me;

/* ---- sitecage-fpm.c ---- */

/* Reads again what is to be served, and starts a new master for it. */
void sc_fpm_change_master(void);

/* ---- start.c ---- */

/* Starts a php-fpm in the site with the pools that are held; me.now is it. SC_E_BUSY: too many are
 * still ending; SC_E_INVAL: a pool that cannot run in a site; SC_E_SYS. */
int sc_fpm_own_start(struct sc_error *err);

/* In a process of its own: no signal is blocked, input is /dev/null, and what it says goes to err_fd. */
void sc_fpm_child_begins(int err_fd);

/* ---- outside.c ---- */

/* The supervisor is one of a site that is not isolated (core/php/fpm/outside.c). */
bool sc_fpm_is_outside(void);

/* In a process of its own, with its groups: becomes `exe` as the account's user, outside of every
 * site, where the isolated document roots below the site's are hidden. `parent` is the supervisor.
 * Never goes on with more rights than the user's. */
_Noreturn void sc_fpm_outside_exec(const char *exe, char *const *argv, char *const *envp,
                                   pid_t parent);

/* The same without: the account's ids and groups, no capability. */
_Noreturn void sc_fpm_user_exec(const char *exe, char *const *argv, char *const *envp,
                                pid_t parent);

/* Has workers end, behind what they do, whose master was killed with an earlier supervisor. */
void sc_fpm_end_orphans(void);

/* Says why on standard error, and ends. */
_Noreturn void sc_fpm_refuse_to_run(const char *text);

/* ---- router.c ---- */

/* Where php-fpm listens for that pool: at its address, or behind the router. */
const char *sc_fpm_held_at(const struct sc_fpm_held *p);
int sc_fpm_held_fd(const struct sc_fpm_held *p);

/* Makes the socket behind the router. SC_E_SYS. */
int sc_fpm_router_listen(struct sc_error *err);

/* Starts the router where there is to be one and is none; one that failed is tried again
 * (me.router.start_at). */
void sc_fpm_router_start(void);
void sc_fpm_router_table_changed(void);
void sc_fpm_router_asks(void); /* me.router.control is readable */

/* A child ended: true when it was the router. */
bool sc_fpm_router_ended(pid_t pid);

/* It accepts no more, and ends when all is answered, at `until` in any case. True when it has. */
bool sc_fpm_router_finish(long long until);

/* ---- giveback.c ---- */

/* Where the supervisor is to give its addresses back: finds the shared master, whose end tells
 * sc_fpm_shared_ended() by me.shared. */
void sc_fpm_watch_shared(void);
void sc_fpm_shared_ended(void);
void sc_fpm_go_on_giving(void); /* from time to time while me.given */

/* ---- masters.c ---- */

/* Asks it to end when its requests are done; sc_fpm_own_kill() is due at m->kill_at. */
void sc_fpm_own_end(struct sc_fpm_own *m);
void sc_fpm_own_kill(struct sc_fpm_own *m);

/* Notes what went wrong for --site-isolation-explain; nothing of a master outside of every site. */
void sc_fpm_note(enum sc_failure_kind kind, unsigned status, const char *text);

/* The answer to the pass, when the new master is alone, or me.answer_by has come. */
void sc_fpm_own_answer(void);

/* A start that went wrong: logged, answered to the pass, and tried again later (me.start_at). */
void sc_fpm_own_failed(const char *why);

void sc_fpm_own_hear(struct sc_fpm_own *m); /* its standard error is readable */

/* A child ended; `status` is wait(2)'s. */
void sc_fpm_own_ended(pid_t pid, int status);

/* ---- held.c ---- */

/* Holds the pools of the records; sockets of those that were there are kept. An error names the
 * first pool without a socket; the others are held. */
int sc_fpm_pools_load(struct sc_error *err);

/* The panel wrote a pool of ours again, or into another file: out it goes, at once, before the
 * shared master is told to read it; and its new text counts. `watch` is inotify's. */
void sc_fpm_pool_file_changed(int watch, const char *name);

#endif
