/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the router and the supervisor that started it say to each other over a socket of packets
 * (SOCK_SEQPACKET): the router may open nothing, and asks for descriptors. */
#ifndef SC_FPM_ROUTER_CONTROL_H
#define SC_FPM_ROUTER_CONTROL_H

#include <stdint.h>

/* The router's descriptors when it starts; standard error is read by the supervisor. */
#define SC_ROUTER_LISTENER 3
#define SC_ROUTER_CONTROL  4

/* What is asked for: a site's id, or */
#define SC_ROUTER_OF_REST  0u          /* the socket of the master of all other sites */
#define SC_ROUTER_OF_TABLE 0xffffffffu /* the account's table of sites */
/* The supervisor's alone: accept no more, and end when all is answered. */
#define SC_ROUTER_FINISH 0xfffffffeu

struct sc_router_packet {
    uint32_t what;
    int32_t status; /* of an answer: 0 and the descriptor (O_PATH, of a socket); 1: there is no
                       closed site; a negative errno */
};

/* Sends one, with `fd` (-1: none). 0 or -1 with errno. */
int sc_router_send(int control, uint32_t what, int32_t status, int fd);

/* Takes one. 1 with *ret and *ret_fd (-EBADF: none; the caller's, O_CLOEXEC); 0: nothing now; -1:
 * the other side has ended. */
int sc_router_receive(int control, struct sc_router_packet *ret, int *ret_fd);

#endif
