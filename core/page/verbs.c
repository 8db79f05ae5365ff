/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/verbs.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/config/domains_config.h"
#include "core/page/ask.h"

static const char cagefsctl[] = SC_SBINDIR "/cagefsctl";
static const char isolatectl[] = SC_BINDIR "/isolatectl";
static const char selectorctl[] = SC_BINDIR "/selectorctl";

static int overview(struct sc_page_ask *a)
{
    if (!a->admin)
        return SC_PAGE_ADD(a, isolatectl, "overview");
    int rc = SC_PAGE_ADD(a, cagefsctl, "--json", "--site-isolation-overview");
    return rc < 0 || !a->accounts ? rc : sc_page_add_accounts(a);
}

static int change(struct sc_page_ask *a, const char *verb)
{
    int rc;
    if (a->admin) {
        rc = sc_page_add(a, "%s", cagefsctl);
        if (rc == 0)
            rc = sc_page_add(a, "--site-isolation-%s", verb);
    } else {
        rc = SC_PAGE_ADD(a, isolatectl, "site-isolation", verb);
    }
    if (rc == 0 && a->admin)
        rc = sc_page_add(a, "--json");
    if (rc == 0 && sc_page_flag(a, "anyway") && strcmp(verb, "enable") == 0)
        rc = sc_page_add(a, "--anyway");
    if (rc == 0 && a->admin && sc_page_flag(a, "dry_run"))
        rc = sc_page_add(a, "--dry-run");
    if (rc == 0 && a->admin)
        return sc_page_add_domains(a, "domains", 1);
    size_t first = a->job.argc;
    if (rc == 0)
        rc = sc_page_add_domains(a, "domains", 1);
    return rc < 0 ? rc : sc_page_join(a, first, "--domain=");
}

static int enable(struct sc_page_ask *a)
{
    return change(a, "enable");
}

static int disable(struct sc_page_ask *a)
{
    return change(a, "disable");
}

static int limits(struct sc_page_ask *a)
{
    char name[256] = "";
    const json_t *wanted = json_object_get(a->doc, "limits");
    int rc = sc_page_domain(a, name);
    if (rc == 0 && json_object_size(wanted) == 0)
        rc = sc_page_wrong(a, "limits");
    if (rc == 0)
        rc = SC_PAGE_ADD(a, isolatectl, "limits", "set");
    if (rc == 0)
        rc = sc_page_add(a, "--domain=%s", name);
    for (int i = 0; rc == 0 && i < SC_LIMIT_COUNT; i++) {
        const char *limit = sc_limit_name((enum sc_limit)i);
        const json_t *v = json_object_get(wanted, limit);
        if (v && (!json_is_integer(v) || json_integer_value(v) < 0))
            rc = sc_page_wrong(a, limit);
        else if (v)
            rc = sc_page_add(a, "--%s=%" JSON_INTEGER_FORMAT, limit, json_integer_value(v));
    }
    if (rc == 0 && a->job.argc != 4 + json_object_size(wanted))
        rc = sc_page_wrong(a, "limits");
    return rc;
}

/* selectorctl for the domain, with the version behind `option`. */
static int selector(struct sc_page_ask *a, const char *option)
{
    char name[256] = "";
    const char *version = NULL;
    int rc = sc_page_domain(a, name);
    if (rc == 0)
        rc = sc_page_word(a, "version", &version);
    if (rc == 0)
        rc = SC_PAGE_ADD(a, selectorctl, "--json");
    if (rc == 0)
        rc = sc_page_add(a, "--domain=%s", name);
    return rc < 0 ? rc : sc_page_add(a, "%s=%s", option, version);
}

static int php(struct sc_page_ask *a)
{
    return selector(a, "--set-user-current");
}

static int extensions(struct sc_page_ask *a)
{
    int rc = selector(a, "--version");
    bool reset = json_is_null(json_object_get(a->doc, "extensions"));
    if (rc == 0 && reset)
        return sc_page_add(a, "--reset-user-extensions");
    size_t first = a->job.argc;
    if (rc == 0)
        rc = sc_page_add_words(a, "extensions", 0);
    return rc < 0 ? rc : sc_page_join(a, first, "--replace-user-extensions=");
}

static int home(struct sc_page_ask *a)
{
    char name[256] = "";
    const char *word = NULL;
    int rc = sc_page_domain(a, name);
    if (rc == 0)
        rc = sc_page_one_of(a, "home", "private", "shared", &word);
    if (rc == 0)
        rc = SC_PAGE_ADD(a, isolatectl, "home");
    if (rc == 0)
        rc = sc_page_add(a, "--domain=%s", name);
    return rc < 0 ? rc : sc_page_add(a, "%s", word ? word : "default");
}

static int path(struct sc_page_ask *a)
{
    char name[256] = "";
    const char *rel = json_string_value(json_object_get(a->doc, "path")), *mode = NULL;
    int rc = sc_page_domain(a, name);
    if (rc == 0 && (!rel || !*rel || strlen(rel) > SC_DOMAIN_PATH_MAX))
        rc = sc_page_wrong(a, "path");
    if (rc == 0)
        rc = sc_page_one_of(a, "mode", "ro", "rw", &mode);
    if (rc == 0)
        rc = SC_PAGE_ADD(a, isolatectl, "paths", mode ? "add" : "remove");
    if (rc == 0)
        rc = sc_page_add(a, "--domain=%s", name);
    if (rc == 0)
        rc = sc_page_add(a, "--path=%s", rel);
    return rc < 0 || !mode ? rc : sc_page_add(a, "%s", mode);
}

/* A command about one domain: the administrator's has it as a word, the user's as an option. */
static int about_domain(struct sc_page_ask *a, const char *admins, const char *users)
{
    char name[256] = "";
    int rc = sc_page_domain(a, name);
    if (rc == 0 && a->admin)
        return SC_PAGE_ADD(a, cagefsctl, "--json", admins, name);
    if (rc == 0)
        rc = SC_PAGE_ADD(a, isolatectl, users);
    return rc < 0 ? rc : sc_page_add(a, "--domain=%s", name);
}

static int learn_with(struct sc_page_ask *a, const char *option)
{
    int rc = about_domain(a, "--site-isolation-learn", "learn");
    return rc < 0 || !option ? rc : sc_page_add(a, "%s", option);
}

static int learn(struct sc_page_ask *a)
{
    json_int_t days = json_integer_value(json_object_get(a->doc, "days"));
    int rc = learn_with(a, NULL);
    if (rc == 0 && (days < 1 || days > SC_LEARN_DAYS_MAX))
        rc = sc_page_wrong(a, "days");
    if (rc == 0 && sc_page_flag(a, "anyway"))
        rc = sc_page_add(a, "--anyway");
    return rc < 0 ? rc : sc_page_add(a, "--days=%d", (int)days);
}

static int learn_stop(struct sc_page_ask *a)
{
    return learn_with(a, "--stop");
}

static int learn_report(struct sc_page_ask *a)
{
    return learn_with(a, "--report");
}

static int history(struct sc_page_ask *a)
{
    const char *period = NULL, *step = NULL;
    int rc = about_domain(a, "--site-isolation-history", "stats");
    if (rc == 0)
        rc = sc_page_word(a, "period", &period);
    if (rc == 0 && json_object_get(a->doc, "step"))
        rc = sc_page_word(a, "step", &step);
    if (rc == 0)
        rc = sc_page_add(a, "--period=%s", period);
    return rc < 0 || !step ? rc : sc_page_add(a, "--step=%s", step);
}

static int explain(struct sc_page_ask *a)
{
    char name[256] = "";
    const char *what = json_string_value(json_object_get(a->doc, "path"));
    int rc = sc_page_domain(a, name);
    if (rc == 0 && what && (!*what || *what == '-' || strlen(what) > SC_DOMAIN_PATH_MAX))
        rc = sc_page_wrong(a, "path");
    if (rc == 0 && a->admin)
        rc = SC_PAGE_ADD(a, cagefsctl, "--json", "--site-isolation-explain", name);
    else if (rc == 0)
        rc = SC_PAGE_ADD(a, isolatectl, "explain", name);
    return rc < 0 || !what ? rc : sc_page_add(a, "%s", what);
}

static int check(struct sc_page_ask *a)
{
    return SC_PAGE_ADD(a, cagefsctl, "--json", "--site-isolation-check");
}

static int lock(struct sc_page_ask *a)
{
    int rc = SC_PAGE_ADD(a, cagefsctl, "--json", "--site-isolation-lock");
    return rc < 0 ? rc : sc_page_add_users(a, "users", 1);
}

static int unlock(struct sc_page_ask *a)
{
    int rc = SC_PAGE_ADD(a, cagefsctl, "--json", "--site-isolation-unlock");
    return rc < 0 ? rc : sc_page_add_users(a, "users", 1);
}

static int log_lines(struct sc_page_ask *a)
{
    a->job.kind = SC_PAGE_LOG;
    return 0;
}

static const struct {
    const char *name;
    bool owner, admin, reseller; /* on whose page */
    int (*read)(struct sc_page_ask *a);
} verbs[] = {
    {"overview", true, true, true, overview},
    {"enable", true, true, true, enable},
    {"disable", true, true, true, disable},
    {"limits", true, false, false, limits},
    {"php", true, false, false, php},
    {"extensions", true, false, false, extensions},
    {"home", true, false, false, home},
    {"path", true, false, false, path},
    {"learn", true, true, true, learn},
    {"learn-stop", true, true, true, learn_stop},
    {"learn-report", true, true, true, learn_report},
    {"history", true, true, true, history},
    {"explain", true, true, true, explain},
    {"check", false, true, false, check},
    {"lock", false, true, false, lock},
    {"unlock", false, true, false, unlock},
    {"log", false, true, false, log_lines},
};

int sc_page_job_parse(const json_t *doc, bool admin, const char *accounts, struct sc_page_job *ret,
                      struct sc_error *err)
{
    struct sc_page_ask a = {.doc = doc, .admin = admin, .accounts = accounts, .err = err};
    const char *name = json_string_value(json_object_get(doc, "do"));
    int rc = SC_E_INVAL;
    size_t i = 0, n = sizeof(verbs) / sizeof(verbs[0]);
    while (i < n && (!name || strcmp(verbs[i].name, name) != 0))
        i++;
    bool may = i < n && (accounts ? verbs[i].reseller : admin ? verbs[i].admin : verbs[i].owner);
    if (!may)
        return sc_error_set(err, SC_E_INVAL, "this page cannot do that: \"%.40s\"",
                            name ? name : "");
    rc = verbs[i].read(&a);
    if (rc == 0) {
        SC_MOVE(ret, &a.job);
        return 0;
    }
    sc_page_job_done(&a.job);
    return rc;
}
