/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site has another PHP. */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/ending/ending.h"
#include "core/php/old.h"

#define TICK_MS   2
#define MOMENT_MS 1000 /* idle programs end at once */

/* Somebody else may go on with it: that is no reason for the change to fail. */
static void leave_rest(uid_t uid, unsigned id, size_t left)
{
    struct sc_error why = SC_ERROR_INIT;
    sc_log("uid=%u site %u: its PHP has changed; %zu programs finish their requests with the "
           "former one, "
           "%d s at most",
           (unsigned)uid, id, left, SC_PHP_OLD_MS / 1000);
    if (sc_ending_start(uid, &why) < 0)
        sc_log("uid=%u: requests with a former PHP: %s", (unsigned)uid, why.text);
}

int sc_ending_php(const struct sc_php_catalogue *c, uid_t uid, unsigned id, struct sc_error *err)
{
    const int64_t until = sc_clock_ms() + MOMENT_MS;
    bool any = false;
    size_t left = 0;
    int rc = sc_php_old_note(c, uid, id, &any, err);
    if (rc < 0 || !any)
        return rc;
    for (;;) {
        rc = sc_php_old_look(uid, &left, err);
        if (rc < 0 || !left || sc_clock_ms() >= until)
            break;
        sc_sleep_ms(TICK_MS);
    }
    if (rc == 0 && left)
        leave_rest(uid, id, left);
    return rc;
}
