/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/io.h"
#include "core/commands/client_help.h"
#include "core/commands/out.h"
#include "core/commands/selectorctl.h"
#include "core/engine/meant.h"
#include "core/inventory/inventory.h"

struct answer {
    struct sc_buf text;
    json_t *doc; /* where JSON is wanted */
};

static bool global_change(enum sc_select_verb v)
{
    return v >= SC_SELECT_SET_CURRENT && v < SC_SELECT_USER_SUMMARY;
}

static bool user_change(enum sc_select_verb v)
{
    return v >= SC_SELECT_SET_USER_CURRENT;
}

/* Whose PHP: the caller's own, or for root whom he names. */
static int find_uid(const struct sc_select_call *call, const struct sc_select_caller *caller,
                    uid_t *ret, struct sc_error *err)
{
    uid_t named = 0;
    if (!call->user) {
        *ret = caller->uid;
        return 0;
    }
    int rc = sc_account_uid(call->user, &named, caller->root ? err : NULL);
    if (!caller->root && (rc < 0 || named != caller->uid)) /* one answer for all others */
        return sc_error_set(err, SC_E_DENIED, "only root can give another user in --user");
    if (rc == 0 && named == 0)
        rc = sc_error_set(err, SC_E_INVAL, "User %s not in CageFS", call->user);
    if (rc == 0)
        *ret = named;
    return rc;
}

static struct sc_php *find_version(struct sc_php_catalogue *c, const char *name,
                                   struct sc_error *err)
{
    struct sc_php *php = sc_php_find(c, name);
    if (php)
        return php;
    SC_BUF struct sc_buf known = SC_BUF_INIT;
    for (size_t i = 0; i < c->n; i++)
        sc_buf_fmt(&known, "%s, ", c->v[i].name);
    sc_error_set(err, SC_E_NOTFOUND, "PHP %s is not available; known are %snative", name,
                 known.data ? known.data : "");
    return NULL;
}

static int set_version(const struct sc_select_call *call, struct sc_php_catalogue *c,
                       struct sc_php_target *t, struct sc_error *err)
{
    struct sc_php *php = find_version(c, call->value, err);
    if (!php)
        return SC_E_NOTFOUND;
    if (c->off && php != &c->native)
        return sc_error_set(err, SC_E_DENIED,
                            "PHP Selector is disabled on this server by its administrator");
    if (php->disabled)
        return sc_error_set(err, SC_E_DENIED, "PHP %s is disabled by the administrator", php->name);
    strcpy(t->choice.version, php->name);
    strcpy(t->version, php->name);
    return 0;
}

static int set_extensions(const struct sc_select_call *call, struct sc_php_catalogue *c,
                          struct sc_php_target *t, struct sc_error *err)
{
    struct sc_php *php = find_version(c, call->version, err);
    if (!php)
        return SC_E_NOTFOUND;
    if (php == &c->native)
        return sc_error_set(err, SC_E_INVAL,
                            "the extensions of the native PHP are the server's; choose another "
                            "version to choose extensions");
    struct sc_php_choice_version *v = sc_php_choice_at(&t->choice, php->name);
    if (!v)
        return sc_error_set(err, SC_E_TOOBIG, "more than %u versions are chosen",
                            SC_PHP_VERSIONS_MAX);
    int rc = sc_php_modules(NULL, php, err);
    if (rc == 0 && call->verb == SC_SELECT_RESET_USER_EXTENSIONS) {
        sc_php_names_done(&v->modules);
        v->chosen = false;
        return 0;
    }
    return rc < 0 ? rc : sc_select_change(call, php, v, err);
}

static int list_extensions(const struct sc_select_call *call, struct sc_php_catalogue *c,
                           const struct sc_php_target *t, struct answer *a, struct sc_error *err)
{
    SC_CLEANUP(sc_php_names_done) struct sc_php_names on = {0};
    const char *name = call->version ? call->version : t->version;
    struct sc_php *php = call->version ? find_version(c, name, err) : sc_php_find(c, name);
    if (!php && call->version)
        return SC_E_NOTFOUND;
    if (!php && !(php = find_version(c, SC_PHP_NATIVE, err)))
        return SC_E_NOTFOUND;
    int rc = sc_php_modules(NULL, php, err);
    if (rc == 0)
        rc = sc_php_enabled(php, &t->choice, &on, err);
    if (rc < 0)
        return rc;
    sc_select_text_user_extensions(php, &on, call->all, &a->text);
    a->doc = call->json ? sc_select_json_extensions(php, &on) : NULL;
    return 0;
}

static int user_work(const struct sc_select_call *call, const struct sc_select_caller *caller,
                     struct sc_php_catalogue *c, struct answer *a, struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    SC_CLEANUP(sc_php_target_done) struct sc_php_target t = {.account = SC_ACCOUNT_INIT};
    uid_t uid = 0;
    int rc = find_uid(call, caller, &uid, err);
    if (rc == 0 && call->domain)
        rc = sc_server_open(&s, err);
    if (rc == 0)
        rc = sc_engine_php_open(s, uid, call->domain, &t, err);
    if (rc == 0 && caller->site && user_change(call->verb) && t.site != caller->site)
        rc = sc_error_is(err, SC_IS_INSIDE_SITE,
                         sc_error_set(err, SC_E_DENIED,
                                      "from inside an isolated site only its own PHP can be "
                                      "changed: give its domain in --domain"));
    if (rc < 0)
        return rc;
    bool change = user_change(call->verb);
    if (call->verb == SC_SELECT_SET_USER_CURRENT)
        rc = set_version(call, c, &t, err);
    else if (change)
        rc = set_extensions(call, c, &t, err);
    if (rc == 0 && change)
        rc = sc_engine_php_save(
            s, &t, call->verb == SC_SELECT_SET_USER_CURRENT ? NULL : call->version, err);
    if (rc < 0)
        return rc;
    if (call->verb == SC_SELECT_LIST_USER_EXTENSIONS)
        return list_extensions(call, c, &t, a, err);
    if (call->verb == SC_SELECT_USER_CURRENT)
        sc_select_text_current(c, t.version, call->native_version, &a->text);
    else if (!change || call->print_summary)
        sc_select_text_summary(c, c->current, t.version, call->native_version, &a->text);
    a->doc = call->json ? sc_select_json_versions(c, c->current, t.version) : NULL;
    return 0;
}

static int server_work(const struct sc_select_call *call, struct sc_php_catalogue *c,
                       struct answer *a, struct sc_error *err)
{
    struct sc_php *php;
    switch (call->verb) {
    case SC_SELECT_LIST:
        sc_select_text_list(c, &a->text);
        break;
    case SC_SELECT_SUMMARY:
        sc_select_text_summary(c, c->current, NULL, call->native_version, &a->text);
        break;
    case SC_SELECT_CURRENT:
        sc_select_text_current(c, c->current, call->native_version, &a->text);
        break;
    case SC_SELECT_LIST_EXTENSIONS:
        php = find_version(c, call->version, err);
        if (!php || sc_php_modules(NULL, php, err) < 0)
            return SC_E_NOTFOUND;
        sc_select_text_extensions(php, &a->text);
        a->doc = call->json ? sc_select_json_extensions(php, NULL) : NULL;
        return 0;
    default:
        break;
    }
    if (global_change(call->verb)) {
        int rc = sc_select_global(call, c, err);
        if (rc == 0) {
            sc_php_catalogue_done(c);
            rc = sc_php_catalogue_load(NULL, c, err);
        }
        if (rc < 0)
            return rc;
        if (call->print_summary)
            sc_select_text_summary(c, c->current, NULL, call->native_version, &a->text);
    }
    a->doc = call->json ? sc_select_json_versions(c, c->current, NULL) : NULL;
    return 0;
}

static int work(const struct sc_select_call *call, const struct sc_select_caller *caller,
                struct answer *a, struct sc_error *err)
{
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    if (global_change(call->verb) && !caller->root)
        return sc_error_is(
            err, SC_IS_ROOT_NEEDED,
            sc_error_set(err, SC_E_DENIED, "only root can change what holds for all users"));
    int rc = sc_php_catalogue_load(NULL, &c, err);
    if (rc == 0)
        rc = call->verb >= SC_SELECT_USER_SUMMARY ? user_work(call, caller, &c, a, err)
                                                  : server_work(call, &c, a, err);
    if (rc == 0 && call->json && !a->doc)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
    if (rc == 0 && caller->root && !call->json && c.notes.len)
        fprintf(stderr, "%s", c.notes.data);
    return rc;
}

/* What cannot be written is said on standard error. `done`: what was asked for is, all the same. */
static int write_out(const char *text, bool done)
{
    if (sc_write_all(STDOUT_FILENO, text, strlen(text)) == 0)
        return 0;
    fprintf(stderr, "ERROR:%sstandard output could not be written: %s\n",
            done ? "it is done, but " : "", strerror(errno));
    return 1;
}

static int write_json(json_t *doc, bool done)
{
    SC_FREE char *text = doc ? json_dumps(doc, JSON_ENSURE_ASCII) : NULL;
    SC_FREE char *line = NULL;
    json_decref(doc);
    if (text && asprintf(&line, "%s\n", text) >= 0)
        return write_out(line, done);
    fprintf(stderr, "ERROR:out of memory for the answer\n");
    return 1;
}

/* Which of the account's domains, or for root which user, was meant. Who is in a site is told of no other one. */
static bool find_meant(const struct sc_select_call *call, const struct sc_select_caller *caller,
                       const struct sc_error *err, char meant[SC_DOMAIN_MEANT_MAX])
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    const char *is = sc_error_word(err);
    bool domain = call->domain && strcmp(is, SC_IS_UNKNOWN_DOMAIN) == 0;
    bool user = call->user && caller->root && strcmp(is, SC_IS_UNKNOWN_USER) == 0;
    uid_t uid = 0;
    if (caller->site || !(domain || user) || sc_server_open(&s, NULL) < 0)
        return false;
    if (user)
        return sc_engine_meant_user(s, call->user, ' ', meant);
    return find_uid(call, caller, &uid, NULL) == 0 &&
           sc_engine_meant(s, uid, &call->domain, 1, ' ', meant);
}

/* Every failure has the word ERROR: callers look for it. */
static int fail(bool json, const struct sc_error *err, const char *meant, int status)
{
    char line[SC_ERROR_TEXT_MAX + SC_DOMAIN_MEANT_MAX + 48], hint[SC_DOMAIN_MEANT_MAX + 32];
    snprintf(hint, sizeof(hint), "did you mean %s?", meant);
    snprintf(line, sizeof(line), "ERROR:%s%s%s\n", err->text, !json && *meant ? "; " : "",
             !json && *meant ? hint : "");
    if (json) {
        line[strlen(line) - 1] = 0;
        json_t *doc = sc_select_json_error(line, sc_error_word(err));
        if (doc && *meant)
            (void)json_object_set_new(doc, "hint", sc_json_text(hint));
        if (write_json(doc, false) != 0)
            fprintf(stderr, "%s\n", line);
    } else {
        (void)sc_write_all(STDERR_FILENO, line, strlen(line));
    }
    return status;
}

/* What is wrong with the words themselves. */
static int parse(char **args, int n, const struct sc_select_caller *caller,
                 struct sc_select_call *ret, struct sc_error *err)
{
    int rc = sc_select_parse(args, n, ret, err);
    if (rc == 0 && caller->root && !ret->user && ret->verb >= SC_SELECT_USER_SUMMARY)
        rc = sc_error_set(err, SC_E_INVAL,
                          "--user is needed: root names the account, as in --user john");
    return rc < 0 ? sc_error_is(err, SC_IS_USAGE, rc) : 0;
}

int sc_selectorctl(char **args, int n, const struct sc_select_caller *caller)
{
    struct sc_select_call call = {0};
    struct sc_error err = SC_ERROR_INIT;
    struct answer a = {.doc = NULL};
    for (int i = 0; i < n; i++) /* also where the arguments cannot be read any further */
        call.json |= strcmp(args[i], "--json") == 0;
    bool json = call.json;
    if (parse(args, n, caller, &call, &err) < 0)
        return fail(json, &err, "", 2);
    if (call.verb == SC_SELECT_HELP)
        return write_out(sc_selectorctl_help.usage, false);
    int rc = work(&call, caller, &a, &err);
    if (rc == 0)
        rc = sc_buf_check(&a.text, "the answer", &err);
    char meant[SC_DOMAIN_MEANT_MAX] = "";
    if (rc == SC_E_NOTFOUND)
        (void)find_meant(&call, caller, &err, meant);
    int status = rc < 0 ? fail(json, &err, meant, 1) : 0;
    if (rc == 0 && json)
        status = write_json(json_incref(a.doc), true);
    else if (rc == 0 && a.text.len)
        status = write_out(a.text.data, true);
    json_decref(a.doc);
    sc_buf_free(&a.text);
    return status;
}
