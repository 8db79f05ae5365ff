/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selectorctl: which PHP, with which extensions, for the server, an account, or an isolated site of
 * it. What people call is a small client: for a user it asks the proxyexec daemon to run
 * SC_SELECTORCTL_ROOT, root runs that itself. Who the caller is, and in which site, is the daemon's
 * word, never an argument's.
 *
 * Options, columns and the word ERROR in every failure are CloudLinux': docs/man/selectorctl.1. */
#ifndef SC_COMMANDS_SELECTORCTL_H
#define SC_COMMANDS_SELECTORCTL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/php/choice.h"
#include "core/engine/php.h"

#define SC_SELECTORCTL_ROOT SC_LIBEXECDIR "/selectorctl-root"

enum sc_select_verb {
    SC_SELECT_NONE,
    SC_SELECT_HELP,
    /* of the server */
    SC_SELECT_LIST,
    SC_SELECT_SUMMARY,
    SC_SELECT_CURRENT,
    SC_SELECT_LIST_EXTENSIONS,
    SC_SELECT_SET_CURRENT, /* from here on root's */
    SC_SELECT_ENABLE_ALTERNATIVE,
    SC_SELECT_DISABLE_ALTERNATIVE,
    SC_SELECT_ENABLE_EXTENSIONS,
    SC_SELECT_DISABLE_EXTENSIONS,
    SC_SELECT_REPLACE_EXTENSIONS,
    /* of a user, or a domain of his */
    SC_SELECT_USER_SUMMARY,
    SC_SELECT_USER_CURRENT,
    SC_SELECT_LIST_USER_EXTENSIONS,
    SC_SELECT_SET_USER_CURRENT, /* from here on changes */
    SC_SELECT_ENABLE_USER_EXTENSIONS,
    SC_SELECT_DISABLE_USER_EXTENSIONS,
    SC_SELECT_REPLACE_USER_EXTENSIONS,
    SC_SELECT_RESET_USER_EXTENSIONS
};

struct sc_select_call {
    enum sc_select_verb verb;
    const char *value; /* the verb's own */
    const char *version, *user, *domain;
    bool native_version, json, print_summary, all, quiet;
};

/* args without the program's name, NULL behind the last; the strings stay the caller's. Usable once
 * in a process (getopt). SC_E_INVAL says what is wrong. */
int sc_select_parse(char **args, int n, struct sc_select_call *ret, struct sc_error *err);
/* Who calls. */
struct sc_select_caller {
    bool root;
    uid_t uid;
    unsigned site; /* the site that he is in; 0: in none */
};

/* ---- answers: pure. `current` is the default, `selected` the user's or the domain's version
 * ---- */

/* "8.1 8.1.27 /opt/alt/php81/usr/bin/php-cgi" a line */
void sc_select_text_list(const struct sc_php_catalogue *c, struct sc_buf *out);
/* "8.1 e -" a line, "native e d"; with `selected` a fourth column */
void sc_select_text_summary(const struct sc_php_catalogue *c, const char *current,
                            const char *selected, bool native_version, struct sc_buf *out);
/* "8.1 8.1.27 /PATH", or "native native /usr/bin/php" */
void sc_select_text_current(struct sc_php_catalogue *c, const char *version, bool native_version,
                            struct sc_buf *out);
/* "+ curl", "- gd", "~ json" */
void sc_select_text_extensions(const struct sc_php *php, struct sc_buf *out);
/* "curl" a line; with `all` "+ curl", "- gd" */
void sc_select_text_user_extensions(const struct sc_php *php, const struct sc_php_names *on,
                                    bool all, struct sc_buf *out);

/* The same as JSON, with result and timestamp; NULL without memory. `selected` may be NULL. */
json_t *sc_select_json_versions(const struct sc_php_catalogue *c, const char *current,
                                const char *selected);
json_t *sc_select_json_extensions(const struct sc_php *php, const struct sc_php_names *on);
json_t *sc_select_json_error(const char *message, const char *code);

/* ---- work ---- */

/* Root's calls about the server. */
int sc_select_global(const struct sc_select_call *call, struct sc_php_catalogue *c,
                     struct sc_error *err);

/* Makes `names` of v be what the verb wants (enable, disable, replace), for a version with these
 * modules. `quiet`: names that it does not have are passed over. SC_E_NOTFOUND, SC_E_INVAL. */
int sc_select_change_names(const struct sc_php *php, enum sc_select_verb verb, const char *value,
                           bool quiet, struct sc_php_names *names, struct sc_error *err);

/* Makes what is chosen of a version be what the call wants (enable, disable, replace); where nothing
 * is chosen yet, it begins with what is on by default. The modules of `php` are known. SC_E_NOTFOUND,
 * SC_E_INVAL. */
int sc_select_change(const struct sc_select_call *call, const struct sc_php *php,
                     struct sc_php_choice_version *v, struct sc_error *err);

/* The whole command. The exit status: 0, 1, or 2 for wrong usage. Needs root. */
int sc_selectorctl(char **args, int n, const struct sc_select_caller *caller);

#endif
