/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which programs run outside of the cages: /etc/cagefs/proxy.commands and
 * /etc/cagefs/<any>.proxy.commands, CageFS's own format (docs/formats.md). A line is
 *
 *     ALIAS[:WRAPPER]=[USER:]PATH
 *
 * ALIAS, once in all the files, is what the client asks for. WRAPPER is a file of SC_PROXY_SAFE
 * that stands for the program inside, or "noproceed": nothing does. USER is whom the program runs
 * as; without it, the caller. */
#ifndef SC_PROXYEXEC_COMMANDS_H
#define SC_PROXYEXEC_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_PROXY_COMMANDS_MAX      500u         /* lines of all files */
#define SC_PROXY_COMMANDS_SIZE_MAX (256u << 10) /* bytes of one file */
#define SC_PROXY_ALIAS_MAX         64u

struct sc_proxy_command {
    char *alias;
    char *wrapper; /* NULL: the client itself, unless noproceed */
    bool noproceed;
    char *user; /* NULL: the caller */
    char *path; /* absolute, no empty, "." or ".." component */
};

struct sc_proxy_commands {
    struct sc_proxy_command *v;
    size_t n;
};

void sc_proxy_commands_done(struct sc_proxy_commands *c);

/* Adds the lines of one file, called `name` in errors. SC_E_INVAL "NAME:LINE: …", SC_E_TOOBIG,
 * SC_E_NOMEM; *c is then as far as it got, and only good for sc_proxy_commands_done(). */
int sc_proxy_commands_parse(const char *text, size_t len, const char *name,
                            struct sc_proxy_commands *c, struct sc_error *err);

/* Reads the files of `dir` in the order of their names; no file, no command. Each must belong to
 * `owner` (0 but in tests) and nobody else may write it: SC_E_DENIED. */
int sc_proxy_commands_load(const char *dir, uid_t owner, struct sc_proxy_commands *ret,
                           struct sc_error *err);

const struct sc_proxy_command *sc_proxy_commands_alias(const struct sc_proxy_commands *c,
                                                       const char *alias);

/* The command that the client stands for at `path`: what is written in the file, or where that
 * leads by links. Only those that the client itself stands for: no wrapper, no noproceed. */
const struct sc_proxy_command *sc_proxy_commands_path(const struct sc_proxy_commands *c,
                                                      const char *path);

#endif
