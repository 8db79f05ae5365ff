/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/front.h"

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/server/server.h"
#include "core/web/part.h"
#include "core/web/suexec_front.h"

static int lock_front(bool taking_away, int wait_ms, int *ret_fd, struct sc_error *err)
{
    return sc_account_lock_global("front", taking_away, wait_ms, ret_fd, err);
}

int sc_pass_lock_front(bool taking_away, int *ret_fd, struct sc_error *err)
{
    return lock_front(taking_away, SC_LOCK_WAIT_MS, ret_fd, err);
}

static int see_to(struct sc_server *s, int wait_ms, int (*front)(struct sc_error *err),
                  struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    bool on = false;
    int rc = lock_front(false, wait_ms, &lock, err);
    if (rc == 0)
        rc = sc_policy_enabled(&s->policy, &on, err);
    if (rc == 0 && on)
        rc = front(err);
    return rc < 0 || !on ? rc : sc_web_table_renew(err); /* it names the entry */
}

int sc_pass_front_keep(struct sc_server *s, struct sc_error *err)
{
    return see_to(s, s->lock_ms, sc_suexec_front_on, err);
}

int sc_pass_front_renew(struct sc_server *s, struct sc_error *err)
{
    return see_to(s, 0, sc_suexec_front_renew, err);
}
