/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/panel.h"
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/inventory/odd.h"

#define DOMAINS_MAX 64
#define ODDS_MAX    8

static struct {
    char name[64], owner[64], docroot[512], dir[512];
} domains[DOMAINS_MAX];
static size_t n_domains;

static struct {
    char name[64], owner[64], path[512], text[128];
    bool hides;
} odds[ODDS_MAX];
static size_t n_odds;

static struct sc_error failure;
static void (*meanwhile)(void);
unsigned panel_asked;

void panel_reset(void)
{
    n_domains = n_odds = 0;
    panel_asked = 0;
    meanwhile = NULL;
    failure = (struct sc_error)SC_ERROR_INIT;
}

static size_t find(const char *domain)
{
    size_t i = 0;
    while (i < n_domains && strcmp(domains[i].name, domain) != 0)
        i++;
    return i;
}

void panel_put(const char *domain, const char *owner, const char *docroot)
{
    size_t i = find(domain);
    assert_true(i < DOMAINS_MAX);
    if (i == n_domains)
        domains[n_domains++].dir[0] = 0;
    snprintf(domains[i].name, sizeof(domains[i].name), "%s", domain);
    snprintf(domains[i].owner, sizeof(domains[i].owner), "%s", owner);
    snprintf(domains[i].docroot, sizeof(domains[i].docroot), "%s", docroot);
}

void panel_dir(const char *domain, const char *site_dir)
{
    size_t i = find(domain);
    assert_true(i < n_domains);
    snprintf(domains[i].dir, sizeof(domains[i].dir), "%s", site_dir);
}

void panel_drop(const char *domain)
{
    size_t i = find(domain);
    assert_true(i < n_domains);
    domains[i] = domains[--n_domains];
}

void panel_rename(const char *domain, const char *now)
{
    size_t i = find(domain);
    assert_true(i < n_domains);
    snprintf(domains[i].name, sizeof(domains[i].name), "%s", now);
}

void panel_rename_owner(const char *owner, const char *now)
{
    for (size_t i = 0; i < n_domains; i++)
        if (strcmp(domains[i].owner, owner) == 0)
            snprintf(domains[i].owner, sizeof(domains[i].owner), "%s", now);
}

void panel_odd(const char *domain, const char *owner, const char *path, bool hides,
               const char *text)
{
    assert_true(n_odds < ODDS_MAX);
    snprintf(odds[n_odds].name, sizeof(odds[0].name), "%s", domain ? domain : "");
    snprintf(odds[n_odds].owner, sizeof(odds[0].owner), "%s", owner ? owner : "");
    snprintf(odds[n_odds].path, sizeof(odds[0].path), "%s", path ? path : "");
    snprintf(odds[n_odds].text, sizeof(odds[0].text), "%s", text);
    odds[n_odds++].hides = hides;
}

void panel_fail(int code, const char *text)
{
    failure = (struct sc_error)SC_ERROR_INIT;
    if (code)
        (void)sc_error_set(&failure, code, "%s", text);
}

void panel_meanwhile(void (*run)(void))
{
    meanwhile = run;
}

/* ---- the answers ---- */

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

/* All of it, or why not. */
static int answer(struct sc_domains *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    void (*run)(void) = meanwhile;
    panel_asked++;
    meanwhile = NULL;
    if (run)
        run();
    if (failure.code) {
        if (err)
            *err = failure;
        return failure.code;
    }
    for (size_t i = 0; i < n_domains; i++) {
        assert_int_equal(
            sc_domains_put(&d, domains[i].name, domains[i].owner, domains[i].docroot, i == 0, NULL),
            0);
        if (domains[i].dir[0])
            assert_int_equal(sc_domains_put_dir(&d, domains[i].dir, NULL), 0);
    }
    sc_domains_sort(&d);
    for (size_t i = 0; i < n_odds; i++) {
        const struct sc_odd o = {.name = or_null(odds[i].name),
                                 .owner = or_null(odds[i].owner),
                                 .path = or_null(odds[i].path),
                                 .hides = odds[i].hides};
        assert_int_equal(sc_odds_add(&d.odds, &o, NULL, "%s", odds[i].text), 0);
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static int of_user(const struct sc_inventory_conf *panel, const char *user, struct sc_domains *ret,
                   struct sc_error *err)
{
    (void)panel;
    int rc = answer(ret, err);
    if (rc == 0)
        (void)sc_domains_filter(ret, user, NULL);
    return rc;
}

static int unknown(struct sc_domains *ret, struct sc_error *err)
{
    sc_domains_done(ret);
    return sc_error_set(err, SC_E_NOTFOUND, SC_INVENTORY_NO_DOMAIN);
}

static int of_account(const struct sc_inventory_conf *panel, const char *name,
                      struct sc_domains *ret, struct sc_error *err)
{
    (void)panel;
    int rc = answer(ret, err);
    if (rc < 0)
        return rc;
    size_t i = find(name);
    if (i == n_domains)
        return unknown(ret, err);
    (void)sc_domains_filter(ret, domains[i].owner, NULL);
    return 0;
}

static int of_domain(const struct sc_inventory_conf *panel, const char *name,
                     struct sc_domains *ret, struct sc_error *err)
{
    (void)panel;
    int rc = answer(ret, err);
    if (rc < 0)
        return rc;
    (void)sc_domains_filter(ret, NULL, name);
    return ret->n ? 0 : unknown(ret, err);
}

static int of_all(const struct sc_inventory_conf *panel, struct sc_domains *ret,
                  struct sc_error *err)
{
    (void)panel;
    return answer(ret, err);
}

const struct sc_panel fake_panel = {
    .user = of_user, .account = of_account, .domain = of_domain, .all = of_all};
