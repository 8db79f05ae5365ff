/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers what the parser of events asks: from the database and from the panel's files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "cpanel/cpanel.h"
#include "cpanel/event.h"
#include "cpanel/userdata.h"
#include "db/store.h"

#define STORE_WAIT_MS 200 /* the hook has SC_HOOK_ALARM_MS for all */
#define KEY           "cpanel.main."

struct asked {
    const struct sc_cpanel *cp;
    const char *path;       /* of the database */
    struct sc_store *store; /* opened when it is first needed */
    bool tried;
};

static struct sc_store *store_of(struct asked *a)
{
    if (!a->tried && a->path)
        (void)sc_store_open_wait(a->path, STORE_WAIT_MS, &a->store, NULL);
    a->tried = true;
    return a->store;
}

static bool copy_name(const char *name, char out[256])
{
    return name && strlen(name) < 256 && stpcpy(out, name);
}

static bool main_now(const char *user, char out[256], void *arg)
{
    const struct asked *a = arg;
    return sc_cpanel_main_domain(a->cp, user, out, NULL) == 0;
}

static bool main_of_store(struct sc_store *store, const char *user, char out[256])
{
    bool found = false;
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list list = {0};
    if (sc_store_user_by_name(store, user, &row, NULL) < 0 ||
        sc_store_domains_get(store, row.uid, &list, NULL) < 0)
        return false;
    for (size_t i = 0; i < list.n && !found; i++)
        found = list.rows[i].is_main && copy_name(list.rows[i].name, out);
    return found;
}

static bool main_before(const char *user, char out[256], void *arg)
{
    struct sc_store *store = store_of(arg);
    if (!store)
        return false;
    char key[sizeof(KEY) + SC_OWNER_MAX];
    SC_FREE char *kept = NULL;
    snprintf(key, sizeof(key), KEY "%s", user);
    if (sc_store_meta_get(store, key, &kept, NULL) == 0 && copy_name(kept, out))
        return true;
    /* The "pre" hook was missed: what was known last. */
    return main_of_store(store, user, out);
}

static void keep_main(const char *user, const char *name, void *arg)
{
    struct sc_store *store = store_of(arg);
    char key[sizeof(KEY) + SC_OWNER_MAX];
    SC_FREE char *kept = NULL;
    snprintf(key, sizeof(key), KEY "%s", user);
    if (!store || sc_store_meta_get(store, key, &kept, NULL) < 0)
        return;
    if (name ? !kept || strcmp(kept, name) != 0 : kept != NULL)
        (void)sc_store_meta_set(store, key, name, NULL);
}

static bool is_domain_of(const char *user, const char *name, void *arg)
{
    struct asked *a = arg;
    struct sc_store *store = store_of(a);
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row domain = {0};
    if (store && sc_store_user_by_name(store, user, &row, NULL) == 0 &&
        sc_store_domain_find(store, name, &domain, NULL) == 0 && domain.uid == row.uid)
        return true;
    return sc_cpanel_has_domain(a->cp, user, name);
}

static bool owner_of(const char *name, char out[SC_OWNER_MAX + 1], void *arg)
{
    struct sc_store *store = store_of(arg);
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row domain = {0};
    if (!store || sc_store_domain_find(store, name, &domain, NULL) < 0 ||
        sc_store_user_by_uid(store, domain.uid, &row, NULL) < 0 || row.gone ||
        !sc_owner_valid(row.name))
        return false;
    snprintf(out, SC_OWNER_MAX + 1, "%s", row.name);
    return true;
}

int sc_cpanel_hook(const struct sc_cpanel *cp, const struct sc_hook_input *in,
                   struct sc_events *ret, struct sc_error *err)
{
    (void)err; /* whatever it is becomes an event */
    struct asked a = {.cp = cp, .path = in->store};
    const struct sc_cpanel_lookup look = {.is_domain_of = is_domain_of,
                                          .owner_of = owner_of,
                                          .main_now = main_now,
                                          .main_before = main_before,
                                          .keep_main = keep_main,
                                          .arg = &a};
    sc_cpanel_event_parse(in->data, in->len, &look, ret);
    sc_store_free(a.store);
    return 0;
}
