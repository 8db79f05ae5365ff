/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes between a caller and the proxyexec daemon; docs/proxyexec-protocol.md describes them.
 * libc only: the client is linked with nothing else. Functions return 0 or a negative errno. */
#ifndef SC_PROXYEXEC_PROTOCOL_H
#define SC_PROXYEXEC_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SC_PROXY_HEAD         8u           /* magic and length */
#define SC_PROXY_BODY_MAX     (128u << 10) /* bytes */
#define SC_PROXY_ARGS_MAX     4096u
#define SC_PROXY_ENV_MAX      32u
#define SC_PROXY_FDS          4u /* standard input, output, error; the working directory (O_PATH) */
#define SC_PROXY_TEXT_MAX     1000u
#define SC_PROXY_HANDSHAKE_MS 2000 /* from the connection to the last byte of the request */

enum sc_proxy_kind {
    SC_PROXY_BY_ALIAS = 1, /* name is an alias of *.proxy.commands */
    SC_PROXY_BY_PATH = 2   /* name is the path of the program that the client stands for */
};

struct sc_proxy_request {
    unsigned kind;
    char *cwd;   /* "" or absolute */
    char *name;  /* not empty */
    char **args; /* NULL-terminated; without the program's own name */
    size_t n_args;
    char **env; /* NULL-terminated; NAME=VALUE */
    size_t n_env;
    char *body; /* what the strings point into, when it came from parse */
};

void sc_proxy_request_done(struct sc_proxy_request *r); /* only for one that parse has made */

/* The whole message, head included; the caller frees *ret. -E2BIG beyond a limit, -EINVAL for an
 * empty name, -ENOMEM. */
int sc_proxy_request_write(const struct sc_proxy_request *r, char **ret, size_t *ret_len);

/* Takes a copy of the body. -EPROTO for anything that write would not make, -ENOMEM. */
int sc_proxy_request_parse(const char *body, size_t len, struct sc_proxy_request *ret);

/* Sends the message with SC_PROXY_FDS descriptors at its first byte. Blocks. */
int sc_proxy_send(int sock, const char *message, size_t len, const int fds[SC_PROXY_FDS]);

/* Receives one request and exactly SC_PROXY_FDS descriptors (close-on-exec; the caller closes).
 * -ETIME when the last byte is not there after `wait_ms`, -EPROTO for what is no request, -ENODATA
 * when the peer closed. On failure nothing stays open. */
int sc_proxy_receive(int sock, int wait_ms, struct sc_proxy_request *ret,
                     int ret_fds[SC_PROXY_FDS]);

/* ---- what comes back: one answer ends the call ---- */

enum sc_proxy_answer_type {
    SC_PROXY_EXITED = 'X', /* value: exit status */
    SC_PROXY_KILLED = 'K', /* value: signal */
    SC_PROXY_BUSY = 'B',   /* nothing was done; may be tried again */
    SC_PROXY_ERROR = 'E'   /* nothing was run; value: the client's exit status; text: why */
};

struct sc_proxy_answer {
    unsigned char type, value;
    char text[SC_PROXY_TEXT_MAX + 1]; /* control bytes are '?' */
};

/* Never blocks and raises no signal: an answer fits an empty socket's buffer. */
int sc_proxy_answer_send(int sock, const struct sc_proxy_answer *a);

/* Blocks. -ENODATA when the daemon closed without a word, -EPROTO for what is no answer. */
int sc_proxy_answer_receive(int sock, struct sc_proxy_answer *ret);

/* ---- what a client may send meanwhile: 'S' and the number of a signal ---- */

#define SC_PROXY_SIGNAL 'S'

/* Whether this signal is passed on. */
int sc_proxy_signal_passes(int sig);

/* Whether this variable ("NAME=VALUE") comes along: TERM, LANG, LC_*, TZ, COLUMNS and LINES, with
 * values that name no file. */
int sc_proxy_env_passes(const char *variable);

#endif
