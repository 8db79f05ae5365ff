/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views that end. A site that is switched off, has moved or is remounted gets no new process in the
 * view that it had, at once; requests that run there may finish, for a while. Nobody sits through
 * that: a pass waits a moment (SC_GRACE_MS), and leaves the rest to a process of its own, one per account
 * (SC_FINISH_EXE), which it does not wait for.
 *
 * The state is the keeper's own lock file (core/enter/keeper_find.h) under another name,
 * SC_RUN_DIR/<uid>/<id>.ending.<time>: the kernel still tells who the keeper is, entries no
 * longer find it, and the site may have a new keeper as well. The time is when the view ends,
 * whatever runs in it. Whoever finds such a file goes on with what it says, so a process that was killed in
 * between is replaced by the next one. All need root. */
#ifndef SC_ENDING_ENDING_H
#define SC_ENDING_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/base/paths.h"

/* An empty file per account that has views which end; locked (POSIX) by the process that sees to
 * them. */
#define SC_ENDING_DIR SC_RUN_DIR "/ending"
#define SC_FINISH_EXE SC_LIBEXECDIR "/sitecage-finish"

#define SC_ENDING_MS      10000 /* for requests that run */
#define SC_ENDING_SOON_MS 1500  /* the same where the old view may show what it should not */
#define SC_ENDING_MAX     8     /* former views of one site; one more ends those at once */
#define SC_ENDING_KILL_MS 10000 /* until killed processes have ended */

struct sc_ending {
    unsigned id;
    int64_t until; /* of sc_clock_ms() */
    char *token;   /* of the site's storage; NULL: not known */
    char *docroot; /* absolute; NULL: not known */
    char *alias;   /* the same by the home's name in passwd; NULL: not known */
    uint64_t plan; /* sc_digest() of the site's plan when it was closed; 0: not known */
    bool told;     /* its programs that wait for requests were told to end */
    char name[48]; /* of the file */
};

struct sc_ending_list {
    struct sc_ending *v; /* by until */
    size_t n;
};

void sc_ending_list_done(struct sc_ending_list *l);

/* The account's; none is no error. SC_E_SYS, SC_E_NOMEM. */
int sc_ending_list(uid_t uid, struct sc_ending_list *ret, struct sc_error *err);

/* sc_digest() of the site's plan as it is now. SC_E_NOTFOUND: it has none. */
int sc_ending_plan(uid_t uid, unsigned id, uint64_t *ret, struct sc_error *err);

/* Closes the site's view to new processes, and has it end within `ms`. The caller holds the site's
 * build lock (core/cage/keeper_start.h); its plan must still be there, for what the record says.
 * *ret_closed: there was a view. SC_E_SYS. */
int sc_ending_close(uid_t uid, unsigned id, int ms, bool *ret_closed, struct sc_error *err);

/* Notes that. */
int sc_ending_set_told(uid_t uid, struct sc_ending *e, struct sc_error *err);

/* Ends those of a site (0: of all sites of the account) now, whatever runs in them. SC_E_BUSY:
 * their processes do not end. */
int sc_ending_now(uid_t uid, unsigned id, struct sc_error *err);

/* The same of those views that were closed while the site's plan was another one: they show what the
 * plan of now may not. The others keep the time that they were given. */
int sc_ending_outdated(uid_t uid, unsigned id, struct sc_error *err);

/* A site has another PHP: its programs that wait for requests and run the one of before (core/php/old.h) are told to
 * end. They have ended when it returns, or the process that sees to the account's views goes on with them: a
 * request that runs may finish. Nothing where the site does not run. */
struct sc_php_catalogue;
int sc_ending_php(const struct sc_php_catalogue *c, uid_t uid, unsigned id, struct sc_error *err);

/* Tells programs that wait for requests in these views to end, waits for the requests that run, and
 * ends each view that has none, or whose time has come. Returns when all have ended, or after
 * `wait_ms`: *ret_left says how many are left. The same of programs with a former PHP. SC_E_BUSY: processes that were killed do not end. */
int sc_ending_wait(uid_t uid, int64_t wait_ms, size_t *ret_left, struct sc_error *err);

/* Starts the process that sees to the account's, unless one does. SC_E_SYS: that cannot be done
 * now; the account stays noted. */
int sc_ending_start(uid_t uid, struct sc_error *err);

/* The same for all accounts that are noted and that no process sees to. */
void sc_ending_resume(void);

/* Whether some account is noted, and nobody sees to it. */
bool sc_ending_any_left(void);

/* Uids of the accounts that are noted; the caller frees *ret. */
int sc_ending_accounts(uid_t **ret, size_t *ret_n, struct sc_error *err);

/* In the process that sees to the account's: notes it and locks the note. SC_E_BUSY: another one
 * does. The caller closes *ret_fd, which gives the lock up. */
int sc_ending_take(uid_t uid, int *ret_fd, struct sc_error *err);

/* Removes the note: there is nothing (any more). */
int sc_ending_unnote(uid_t uid, struct sc_error *err);

/* The living keeper of one: its pidfd (the caller closes it) and pid. SC_E_NOTFOUND: it has ended. */
int sc_ending_keeper(uid_t uid, const struct sc_ending *e, int *ret_pidfd, pid_t *ret_pid,
                     struct sc_error *err);

#endif
