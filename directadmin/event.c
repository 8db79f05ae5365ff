/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/event.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "hooks/adapter/variable.h"

enum what {
    USER,    /* something about the user */
    DOMAIN,  /* `domain` */
    RENAME,  /* `domain` to `newdomain` */
    SUB,     /* `subdomain`, a label below `domain` */
    POINTER, /* `from`, in older versions `DOMAIN`; `domain` is the parent */
    DNS,     /* by `caller`: only zones that come with a domain */
    ALL,     /* nobody in particular */
    NOTHING
};

/* docs.directadmin.com/developer/hooks/ */
static const struct {
    const char *hook;
    enum what what;
    enum sc_event_kind kind;
} table[] = {
    {"domain_create_pre", USER, SC_EVENT_USER_CHANGED},
    {"domain_create_post", DOMAIN, SC_EVENT_DOMAIN_CREATED},
    {"domain_change_pre", RENAME, SC_EVENT_DOMAIN_RENAMED},
    {"domain_change_post", RENAME, SC_EVENT_DOMAIN_RENAMED},
    {"domain_destroy_pre", DOMAIN, SC_EVENT_DOMAIN_DELETED},
    {"domain_destroy_post", DOMAIN, SC_EVENT_DOMAIN_DELETED},
    {"domain_modify_pre", DOMAIN, SC_EVENT_DOCROOT_CHANGED},
    {"domain_modify_post", DOMAIN, SC_EVENT_DOCROOT_CHANGED},
    {"subdomain_create_pre", SUB, SC_EVENT_DOMAIN_CREATED},
    {"subdomain_create_post", SUB, SC_EVENT_DOMAIN_CREATED},
    {"subdomain_destroy_pre", SUB, SC_EVENT_DOMAIN_DELETED},
    {"subdomain_destroy_post", SUB, SC_EVENT_DOMAIN_DELETED},
    {"domain_pointer_create_pre", POINTER, SC_EVENT_DOMAIN_CREATED},
    {"domain_pointer_create_post", POINTER, SC_EVENT_DOMAIN_CREATED},
    {"domain_pointer_destroy_pre", POINTER, SC_EVENT_DOMAIN_DELETED},
    {"domain_pointer_destroy_post", POINTER, SC_EVENT_DOMAIN_DELETED},
    {"user_create_pre", USER, SC_EVENT_USER_CREATED},
    {"user_create_post", USER, SC_EVENT_USER_CREATED},
    {"user_create_post_confirmed", USER, SC_EVENT_USER_CREATED},
    {"user_destroy_pre", USER, SC_EVENT_USER_DELETED},
    {"user_destroy_post", USER, SC_EVENT_USER_DELETED},
    {"user_suspend_post", USER, SC_EVENT_USER_CHANGED},
    {"user_activate_post", USER, SC_EVENT_USER_CHANGED},
    {"user_modify_post", USER, SC_EVENT_USER_CHANGED},
    {"user_restore_post", USER, SC_EVENT_USER_CHANGED},
    {"user_restore_fail_post", USER, SC_EVENT_USER_CHANGED},
    {"all_restores_post", ALL, SC_EVENT_RESYNC_ALL},
    {"user_httpd_write_post", USER, SC_EVENT_DOCROOT_CHANGED},
    {"public_html_link_set_post", USER, SC_EVENT_USER_CHANGED},
    {"dns_create_post", DNS, SC_EVENT_USER_CHANGED},
    {"dns_delete_post", NOTHING, SC_EVENT_USER_CHANGED},
    {"dns_write_post", NOTHING, SC_EVENT_USER_CHANGED},
    {"ipsconf_write_post", NOTHING, SC_EVENT_USER_CHANGED},
};

/* Not the "pre" ones: there nothing has happened yet, and a script that failed would forbid it. */
const char *const sc_da_hooks[] = {
    "domain_create_post",         "domain_change_post",
    "domain_destroy_post",        "domain_modify_post",
    "subdomain_create_post",      "subdomain_destroy_post",
    "domain_pointer_create_post", "domain_pointer_destroy_post",
    "user_create_post",           "user_create_post_confirmed",
    "user_destroy_post",          "user_suspend_post",
    "user_activate_post",         "user_modify_post",
    "user_restore_post",          "user_restore_fail_post",
    "all_restores_post",          "user_httpd_write_post",
    "public_html_link_set_post",  "dns_create_post",
};
const size_t sc_da_hooks_n = sizeof(sc_da_hooks) / sizeof(sc_da_hooks[0]);

/* "…/scripts/custom/HOOK/sitecage.sh" is how the kernel names the script to its interpreter. */
static void hook_name(const char *hook, char *out, size_t size)
{
    out[0] = 0;
    const char *end = hook ? strrchr(hook, '/') : NULL, *begin = end;
    if (!end) {
        snprintf(out, size, "%s", hook ? hook : "");
        return;
    }
    while (begin > hook && begin[-1] != '/')
        begin--;
    if ((size_t)(end - begin) < size) {
        memcpy(out, begin, (size_t)(end - begin));
        out[end - begin] = 0;
    }
}

static bool dns_matters(const char *caller)
{
    return !caller ||
           (strcmp(caller, "create:raw_save") != 0 && strcmp(caller, "create:dnssec") != 0 &&
            strcmp(caller, "remove:dnssec") != 0);
}

void sc_da_event(const char *hook, char *const *env, struct sc_events *events)
{
    char name[64], fqdn[2 * SC_HOOK_WORD_MAX];
    hook_name(hook, name, sizeof(name));
    enum what what = USER;
    enum sc_event_kind kind = SC_EVENT_USER_CHANGED;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].hook, name) == 0) {
            what = table[i].what;
            kind = table[i].kind;
        }
    }
    struct sc_event_words w = {.user = sc_hook_variable(env, "username")};
    switch (what) {
    case DOMAIN:
        w.domain = sc_hook_variable(env, "domain");
        break;
    case RENAME:
        w.domain = sc_hook_variable(env, "domain");
        w.new_domain = sc_hook_variable(env, "newdomain");
        w.subdomains = true;
        break;
    case SUB:
        if (sc_hook_variable(env, "subdomain") && sc_hook_variable(env, "domain")) {
            snprintf(fqdn, sizeof(fqdn), "%s.%s", sc_hook_variable(env, "subdomain"),
                     sc_hook_variable(env, "domain"));
            w.domain = fqdn;
        }
        break;
    case POINTER:
        w.domain = sc_hook_variable(env, "from");
        if (!w.domain)
            w.domain = sc_hook_variable(env, "DOMAIN");
        break;
    case DNS:
        if (!dns_matters(sc_hook_variable(env, "caller")))
            return;
        break;
    case ALL:
        w.user = NULL;
        break;
    case NOTHING:
        return;
    case USER:
        break;
    }
    sc_event_add(events, kind, &w);
}
