/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A terminal under way: what relay.c (bytes) and job.c (whose the terminal is) share. */
#ifndef SC_ENTER_RELAY_PRIVATE_H
#define SC_ENTER_RELAY_PRIVATE_H

#include "core/enter/flow.h"
#include "core/enter/terminal.h"
#include "core/enter/watch.h"

struct sc_relay {
    const struct sc_terminal *t;
    struct sc_watch *watch;
    pid_t leader;
    int signals;           /* a signalfd */
    struct termios before; /* of the caller's terminal, while nobody of ours has it; */
    struct termios raw;    /* and while the program has it */
    struct termios given;  /* to the pseudoterminal, last */
    bool front;            /* the program reads the caller's terminal, which is raw */
    bool job_told;         /* the terminal has told the whole job to stop, not only us */
    bool hung;             /* the pseudoterminal is closed */
    bool ended;            /* the leader has */
    int status;            /* the program's, once that is so */
    int typed_last;        /* a signal, if what was typed last asks for one */
    size_t after;          /* bytes read since it ended */
    struct sc_flow typed;  /* to the program */
    struct sc_flow shown;  /* from it */
};

#endif
