/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/recover.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/run.h"
#include "core/coverage/account.h"
#include "core/ending/ending.h"
#include "core/pass/deny.h"
#include "core/pass/pass.h"
#include "core/server/server.h"

/* What a killed command was just starting lives on for a moment, and the lock with it. */
#define LEFT_BEHIND_MS 500

/* The users of a mark whom somebody still knows; `text` is taken apart. */
static int recover_users(struct sc_server *s, char *text)
{
    size_t n = 0, room = 1;
    for (const char *p = text; *p; p++)
        room += *p == '\n';
    SC_FREE const char **users = calloc(room, sizeof(*users));
    if (!users)
        return SC_E_NOMEM;
    char *save = NULL;
    for (char *user = strtok_r(text, "\n", &save); user; user = strtok_r(NULL, "\n", &save)) {
        uid_t uid;
        if (sc_pass_known_user(s, user, &uid, NULL) == 0)
            users[n++] = user;
    }
    return sc_pass_deny_users(s, users, n, NULL, NULL);
}

void sc_pass_recover_deny(struct sc_server *s)
{
    SC_FREE char *seen = NULL, *denied = NULL;
    SC_FD int lock = -EBADF;
    if (sc_store_meta_get(s->store, SC_DENY_UNDER_WAY, &seen, NULL) < 0 || !seen ||
        sc_pass_lock_deny(LEFT_BEHIND_MS, &lock, NULL) < 0)
        return; /* nothing to do, or its command is at it */
    if (sc_store_meta_get(s->store, SC_DENY_UNDER_WAY, &denied, NULL) < 0 || !denied)
        return;
    if (strcmp(denied, "*") == 0)
        (void)sc_pass_deny_all(s, NULL, NULL);
    else
        (void)recover_users(s, denied);
}

void sc_pass_recover_here(struct sc_server *s)
{
    s->lock_ms = 0;
    sc_pass_recover_deny(s);
    sc_pass_pending(s);
    sc_ending_resume();
}

static bool is_anything_left(struct sc_server *s)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    SC_FREE char *denied = NULL;
    return sc_store_meta_get(s->store, SC_DENY_UNDER_WAY, &denied, NULL) < 0 || denied ||
           sc_store_pending_get(s->store, &list, NULL) < 0 || list.n || sc_ending_any_left();
}

void sc_pass_recover(struct sc_server *s)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    const char *const argv[] = {SC_FINISH_EXE, "--left", NULL};
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = SC_RECOVER_MS};
    sc_cover_records_recover();
    if (!is_anything_left(s))
        return;
    int rc = sc_run(&spec, &r, &why);
    if (rc == SC_E_TIMEOUT)
        sc_log_debug("what an earlier command left takes longer: it goes on in the background");
    else if (rc < 0)
        sc_log("what an earlier command left: %s", why.text);
}
