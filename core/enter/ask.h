/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an entry asks of Sitecage's service outside (outside.h), as bytes: a head, and for a run the
 * caller's groups and words. Both ends are root's and of one installation; a head of another format
 * is refused. libc only, and pure. */
#ifndef SC_ENTER_ASK_H
#define SC_ENTER_ASK_H

#include <stdint.h>

#include "core/enter/request.h"
#include "core/enter/why.h"

#define SC_ASK_FORMAT     UINT32_C(0x314b5341) /* "ASK1" */
#define SC_ASK_BODY_MAX   (8u << 20)           /* bytes; the kernel takes 6 MiB of arguments */
#define SC_ASK_GROUPS     65536u               /* NGROUPS_MAX */
#define SC_ASK_LIMITS     16                   /* RLIM_NLIMITS */
#define SC_ASK_KEEP_BELOW 256                  /* numbers of further descriptors */
#define SC_ASK_FDS        (3 + SC_ENTER_KEEP_MAX)

enum sc_ask_what {
    SC_ASK_BUILD = 1, /* the view of a site, and its keeper */
    SC_ASK_REBUILD,   /* the runtime state of an account */
    SC_ASK_COUNTING,  /* its control groups that only count */
    SC_ASK_RUN        /* sc_enter() for the caller */
};

enum sc_ask_flags {
    SC_ASK_CWD = 1, /* there is a working directory */
    SC_ASK_CWD_MUST = 2,
    SC_ASK_AS_ROOT = 4,
    SC_ASK_HOLD_OUTPUT = 8,
    SC_ASK_UNWATCHED = 16,
    SC_ASK_NO_EP = 32 /* this entry takes no place among the site's */
};

struct sc_ask {
    uint32_t format, what;
    uint32_t uid, site;
    uint32_t len; /* of the body that follows */
    /* only of a run, else 0 */
    uint32_t gid;        /* struct sc_enter's */
    uint32_t ruid, rgid; /* the caller's real ids */
    uint32_t umask, flags;
    uint32_t n_groups, n_argv, n_envp, n_keep;
    int32_t keep[SC_ENTER_KEEP_MAX];
    uint64_t limits[SC_ASK_LIMITS][2]; /* the caller's resource limits: soft, hard */
};

/* What comes back: sc_enter()'s result and reason; for the others 0, or a negative exit status. */
struct sc_ask_answer {
    int32_t result;
    char text[sizeof(struct sc_enter_why)];
};

/* What is in the body of a run, in its order: n_groups 32-bit numbers, then words that end with a zero
 * byte: working directory ("" without one), document root, program, arguments, environment. */
struct sc_ask_words {
    const char *cwd, *docroot, *exe;
    char **argv, **envp; /* NULL-terminated; NULL until sc_ask_words() made them */
};

/* Fills the run's part of *ret but ids, umask and limits, which are the process's. 0, or -E2BIG. */
int sc_ask_of(const struct sc_enter *req, size_t n_groups, struct sc_ask *ret);

/* Writes the words behind the groups into a body of ask->len bytes. */
void sc_ask_write(const struct sc_ask *ask, const struct sc_enter *req, char *body);

/* Whether a head can be served at all: its format, numbers within their limits. */
int sc_ask_check(const struct sc_ask *ask);

/* Points into `body`, which must stay. 0; -EPROTO for what sc_ask_write() would not make; -ENOMEM. The
 * caller frees argv (one block with envp). */
int sc_ask_words(const struct sc_ask *ask, char *body, struct sc_ask_words *ret);

#endif
