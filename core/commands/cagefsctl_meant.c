/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the administrator meant by a domain or a user that does not exist. */
#include "core/commands/cagefsctl.h"

#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/engine/meant.h"
#include "core/inventory/inventory.h"

/* The name that the reason ends with: of a --file it is known from there alone. NULL: it has none. */
static const char *bad_name(const struct sc_error *err)
{
    static const char before[] = SC_INVENTORY_NO_DOMAIN ": ";
    size_t n = strlen(before);
    return strncmp(err->text, before, n) == 0 && err->text[n] ? err->text + n : NULL;
}

static bool find(struct sc_ctl *c, const struct sc_error *err, char meant[SC_DOMAIN_MEANT_MAX])
{
    SC_CLEANUP(sc_server_freep) struct sc_server *own = NULL; /* check has none */
    struct sc_error unsaid = SC_ERROR_INIT;
    struct sc_server *s = c->server;
    const char *bad = c->many.n_files ? bad_name(err) : NULL;
    if (!s && sc_server_open(&own, &unsaid) == 0)
        s = own;
    return s &&
           (sc_engine_meant(s, SC_MEANT_ANYBODY, c->names, c->n, ' ', meant) ||
            sc_engine_meant(s, SC_MEANT_ANYBODY, c->many.except, c->many.n_except, ' ', meant) ||
            sc_engine_meant(s, SC_MEANT_ANYBODY, &bad, bad ? 1 : 0, ' ', meant));
}

/* Where the reason is "User NAME does not exist", and nothing more. */
static bool find_user(struct sc_ctl *c, const struct sc_error *err, char meant[SC_DOMAIN_MEANT_MAX])
{
    static const char before[] = "User ", behind[] = " does not exist";
    char name[SC_ERROR_TEXT_MAX];
    size_t n = strlen(err->text), around = strlen(before) + strlen(behind);
    if (!c->server || n <= around || strncmp(err->text, before, strlen(before)) != 0 ||
        strcmp(err->text + n - strlen(behind), behind) != 0)
        return false;
    memcpy(name, err->text + strlen(before), n - around);
    name[n - around] = 0;
    return sc_engine_meant_user(c->server, name, ' ', meant);
}

void sc_ctl_meant(struct sc_ctl *c, struct sc_error *err)
{
    char meant[SC_DOMAIN_MEANT_MAX];
    bool user = strcmp(sc_error_word(err), SC_IS_UNKNOWN_USER) == 0;
    if (!user && (strcmp(sc_error_word(err), SC_IS_UNKNOWN_DOMAIN) != 0 ||
                  strstr(err->text, SC_INVENTORY_PASSED_OVER)))
        return;
    if (!(user ? find_user(c, err, meant) : find(c, err, meant)))
        return;
    if (c->out->json) {
        char hint[SC_DOMAIN_MEANT_MAX + 32];
        snprintf(hint, sizeof(hint), "did you mean %s?", meant);
        sc_out_set_take(c->out, "hint", sc_json_text(hint));
        return;
    }
    const struct sc_error was = *err;
    (void)sc_error_is(err, was.word,
                      sc_error_set(err, was.code, "%s; did you mean %s?", was.text, meant));
}
