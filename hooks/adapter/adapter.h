/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one main() of all panel adapters: arguments, the caller's identity, envelopes, the hook's
 * manners (all of stdin read, nothing on stdout but the panel's success, exit status 0, an alarm
 * that ends it within the second). An adapter fills in struct sc_adapter_ops.
 *
 *   domains [--owner|-o USER] [--name|-n DOMAIN | --account-of DOMAIN]      users […]   panel_info
 *   hook [EVENT] [ARGUMENT…]      --describe      register   unregister   status
 *   nginx-place DOMAIN, nginx-rewrite DOMAIN
 *   paths                         (for the daemon: which files show that something changed)
 *   watch                         (for the daemon: waits for changes) */
#ifndef SC_HOOKS_ADAPTER_ADAPTER_H
#define SC_HOOKS_ADAPTER_ADAPTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/inventory/domains_json.h"
#include "hooks/events/event.h"

#define SC_HOOK_INPUT_MAX (4u << 20) /* bytes of stdin; more is read and thrown away */
#define SC_HOOK_ALARM_MS  900

/* What the panel handed to the hook. Hostile: everything in it can come from a panel's customer. */
struct sc_hook_input {
    const char *event; /* EVENT argument; NULL */
    char *const *args; /* the arguments behind it, NULL-terminated */
    const char *data;  /* stdin, NUL-terminated; NULL when the adapter does not read it */
    size_t len;
    bool cut;          /* there was more than SC_HOOK_INPUT_MAX */
    char *const *env;  /* the environment as it came (the process's own is cleaned) */
    const char *store; /* path of the database, for adapters that keep a snapshot */
};

/* Who asks, and how long it may take. */
struct sc_caller {
    const char *user; /* NULL: root, who may know all; else answers are limited to this user */
    uid_t uid;
    const char *home;
    int timeout_ms;       /* for the whole question */
    const void *place;    /* NULL; the adapter's own: where its unit tests have the panel's files */
    struct sc_buf *notes; /* NULL; what was passed over, a line each, for people */
};

/* Notes an odd entry of the panel's answer; an empty text is none. */
void sc_caller_note(const struct sc_caller *c, const char *text);

/* The question's options; NULL where not given. Users and names are checked and canonical already:
 * `owner` (of domains) and `username` are possible unix users, `name` is a canonical domain,
 * `unix_id` a number; the others are any text that does not begin with '-'. For a caller who is not
 * root, `owner` (domains) and `username` (users) are set to him. */
struct sc_question {
    const char *owner, *name, *username, *unix_id, *package_name, *package_owner, *fields;
};

struct sc_adapter_ops {
    const char *name;    /* as in core/inventory/adapters.h: "cpanel" */
    const char *program; /* "generic": sitecage-generic; NULL: as the name */
    const char *title;   /* for people: "cPanel & WHM" */

    /* `domains`: fills *ret (sc_domains_add, then sc_domains_finish) with at least what q asks for;
     * more is filtered away by the skeleton, which also says NotFound for a name that is not
     * there. Should read no more of the panel than the question needs. */
    int (*domains)(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                   struct sc_error *err);
    bool all_as_one; /* a program of the panel's is run: all domains cost about what one does */
    /* `users`: a new array of user objects as the integration scripts' specification has them
     * (id, username, owner, domain, package, email, locale_code); filtered by the skeleton. */
    int (*users)(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                 struct sc_error *err);
    /* `panel_info`: a new object {name, version, user_login_url, supported_cl_features}. */
    int (*panel_info)(const struct sc_caller *c, json_t **ret, struct sc_error *err);

    /* `hook`: adds what the input says. An error is logged and becomes a RESYNC_ALL. */
    int (*hook)(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err);
    bool hook_reads_stdin;
    const char *hook_answer; /* what the panel reads as success, on stdout; NULL: nothing */

    int (*describe)(struct sc_buf *out, struct sc_error *err); /* NULL: unknown command */
    int (*enroll)(struct sc_error *err);                       /* register: twice changes nothing */
    int (*unenroll)(struct sc_error *err); /* NULL: nothing was put into the panel */
    /* 0 in place; SC_E_NOTFOUND not (or not all) in place, err says which and the way out.
     * *ret_text one line for people. */
    int (*status)(struct sc_buf *ret_text, struct sc_error *err);
    /* The page in the panel (core/page). register puts it there, which changes nothing twice; unregister takes
     * it; `look`: 0: the panel shows it; else *err says why not. NULL: this panel has no place for it. */
    int (*page_put)(struct sc_error *err);
    int (*page_take)(struct sc_error *err);
    int (*page_look)(struct sc_error *err);
    /* `paths`: one absolute path (file or directory) a line whose change means that users or
     * domains may have changed. A line "poll SECONDS" (from 1 to 3600): they do not show all, ask so
     * often while a site is isolated. NULL: none. */
    int (*paths)(struct sc_buf *out, struct sc_error *err);
    /* `watch`: for panels whose changes no file shows. Waits for changes, queues their hints, and ends by itself
     * within ten minutes; the daemon keeps one running while `paths` has a line "watch". NULL: none. */
    int (*watch)(struct sc_error *err);
    /* `nginx-place`, `nginx-rewrite` (core/web/nginx/panel.h), of a canonical domain: the file from
     * which the panel writes the domain's server blocks of nginx, and having it write them. NULL: it
     * has none. SC_E_NOTFOUND: not for this domain. */
    int (*nginx_place)(const char *domain, struct sc_buf *out, struct sc_error *err);
    int (*nginx_rewrite)(const char *domain, struct sc_error *err);
};

/* `hook` of panels that call none: for scripts of the administrator's, `hook EVENT [USER]`. That user
 * is looked at, or all are. */
int sc_hook_of_scripts(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err);

/* Returns the exit status for main(). */
int sc_adapter_main(const struct sc_adapter_ops *ops, int argc, char **argv);

/* What sc_adapter_main() does first, for a main() with something to do before: descriptors 0-2 are
 * open, the environment has PATH alone (whoever kept `environ` still reads what came), umask 077,
 * "/" is the working directory. Twice changes nothing. */
void sc_adapter_prepare(void);

/* ---- for adapters' `domains` ---- */

/* Adds a domain as the panel spells it. One that cannot be a domain, owner or document root (a
 * relative path, "..") is passed over: it goes to d->odds with what is wrong. Trailing and doubled
 * slashes of the document root are dropped. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_domains_add(struct sc_domains *d, const char *name, const char *owner, const char *docroot,
                   bool is_main, struct sc_error *err);

/* The same for a panel that keeps a directory called like the domain for each: where the document
 * root lies in one, it is the domain's `site_directory`. */
int sc_domains_add_named(struct sc_domains *d, const char *name, const char *owner,
                         const char *docroot, bool is_main, struct sc_error *err);

/* The same for a panel that says which directory it keeps for the domain: where the document root
 * lies in `dir` (clean), that is the domain's `site_directory`. */
int sc_domains_add_in(struct sc_domains *d, const char *name, const char *owner,
                      const char *docroot, const char *dir, bool is_main, struct sc_error *err);

/* Adds all that `from` has, and empties it. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_domains_move(struct sc_domains *from, struct sc_domains *to, struct sc_error *err);

/* The end of a list in two parts: those of `first` go before those of `later`. What *ret had is
 * dropped; it gets both, finished, and they are empty. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_domains_give(struct sc_domains *first, struct sc_domains *later, struct sc_domains *ret,
                    struct sc_error *err);

/* Sorts by name. Of several entries for one name the first added stays; the place of another one
 * goes to d->odds. Odd entries for names that are there rightly go. */
void sc_domains_finish(struct sc_domains *d);

#endif
