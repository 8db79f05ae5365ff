/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds of views that the web server asked for, each in a process of its own, and the questions that
 * wait for their turn: so many builds of an account at once, and no more of all. */
#ifndef SC_WEB_SERVE_BUILDS_H
#define SC_WEB_SERVE_BUILDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/web/apache/ask.h"

#define SC_WEB_BUILDS_MAX  32 /* at once */
#define SC_WEB_WAITING_MAX 256

struct sc_web_builds {
    struct sc_web_running {
        pid_t pid; /* 0: free */
        uid_t uid;
    } running[SC_WEB_BUILDS_MAX];
    struct sc_web_waiting {
        int fd;
        struct sc_web_question q;
        int64_t since, until; /* ms; it is turned away then */
    } waiting[SC_WEB_WAITING_MAX];
    size_t n_waiting;
    bool again; /* a build has ended since they were seen to */
};

/* The site has no view: has it built, or waits for its turn. The answer comes over `sock`, which stays
 * the caller's to close. */
void sc_web_builds_want(struct sc_web_builds *b, int sock, const struct sc_web_question *q);

/* The process `pid` has ended. */
void sc_web_builds_ended(struct sc_web_builds *b, pid_t pid);

/* Answers those that wait and need not any more; builds those whose turn it is. */
void sc_web_builds_see_to(struct sc_web_builds *b);

/* Milliseconds until somebody has to be seen to; -1: nobody waits. */
int sc_web_builds_wait_ms(const struct sc_web_builds *b);

/* In a process of its own. */
void sc_web_default_signals(void);

#endif
