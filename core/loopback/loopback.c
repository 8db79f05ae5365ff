/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/there.h"
#include "core/loopback/internal.h"
#include "core/loopback/kernel.h"
#include "core/loopback/nft.h"
#include "core/php/pools/running.h"

#define KEPT_MAX (16u << 20)
#define TRY      SC_LOOPBACK_TABLE "_try"
#define TRIES    3

/* ---- what is kept ---- */

/* Nothing where nothing is kept. A damaged one is nothing, too: it is made again. */
static int load(struct sc_loopback *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_read_trusted_file(SC_LOOPBACK_KEPT, 0, KEPT_MAX, &text, &why);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM) {
        if (err)
            *err = why;
        return rc;
    }
    if (rc == 0)
        rc = strlen(text.data) == text.len ? sc_loopback_parse(text.data, ret, &why) : SC_E_INVAL;
    if (rc == SC_E_INVAL)
        sc_log(SC_LOOPBACK_KEPT " is damaged, and made again");
    return rc == SC_E_NOMEM ? sc_error_set(err, rc, "%s", why.text) : 0;
}

static int save(const struct sc_loopback *l, struct sc_error *err)
{
    SC_BUF struct sc_buf text = {.limit = KEPT_MAX};
    sc_loopback_format(l, &text);
    int rc = sc_buf_check(&text, "the list of PHP-FPM's ports", err);
    return rc < 0 ? rc : sc_replace_file(SC_LOOPBACK_KEPT, 0600, text.data, text.len, err);
}

/* ---- the table ---- */

static bool stands(const struct sc_loopback *l)
{
    struct sc_loopback_made is;
    return l->made.handle && sc_loopback_kernel_look(SC_LOOPBACK_TABLE, &is, NULL) == 0 &&
           is.handle == l->made.handle && is.rules == l->made.rules;
}

static bool wants_table(const struct sc_loopback *l)
{
    return l->n_accounts && l->n_ports && l->n_web && !l->mixed;
}

/* No web server's user is closed out, whoever he is. */
static void drop_web_accounts(struct sc_loopback *l)
{
    for (size_t i = 0; i < l->n_web; i++)
        sc_loopback_drop_account(l, l->web[i]);
}

/* What somebody flushes in the same moment must not count as made. */
static int make_table(struct sc_loopback *l, struct sc_error *err)
{
    SC_BUF struct sc_buf script = SC_BUF_INIT;
    sc_loopback_script(l, SC_LOOPBACK_TABLE, false, &script);
    for (int i = 0; i < TRIES; i++) {
        struct sc_loopback_made is = {0};
        int rc = sc_nft(&script, err);
        if (rc == 0)
            rc = sc_loopback_kernel_look(SC_LOOPBACK_TABLE, &is, err);
        if (rc < 0)
            return rc;
        l->made = is;
        if (is.handle && is.rules == SC_LOOPBACK_RULES)
            return 0;
    }
    l->made = (struct sc_loopback_made){0};
    return sc_error_set(err, SC_E_BUSY,
                        "somebody removes the firewall's table inet %s all the time",
                        SC_LOOPBACK_TABLE);
}

/* Without nft(8): what was made can be removed where that is not installed any more. A kernel that
 * cannot be asked has none. */
static int remove_table(struct sc_error *err)
{
    struct sc_loopback_made is = {0};
    return sc_loopback_kernel_look(SC_LOOPBACK_TABLE, &is, NULL) == 0 && is.handle
               ? sc_loopback_kernel_remove(SC_LOOPBACK_TABLE, err)
               : 0;
}

/* Has the kernel hold it; that it cannot is logged once. A call that failed says nothing about the kernel. */
static int hold(struct sc_loopback *l, const struct sc_loopback *was, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    if (sc_loopback_same(l, was) && stands(was)) {
        l->made = was->made;
        return 0;
    }
    bool again = sc_loopback_same(l, was) && was->made.handle;
    int rc = make_table(l, &why);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM)
        return sc_error_set(err, rc, "close TCP ports of PHP-FPM: %s", why.text);
    l->failed = rc < 0;
    if (l->failed && !was->failed)
        sc_log("TCP ports of PHP-FPM are open to isolated sites: %s", why.text);
    else if (!l->failed)
        sc_log("TCP ports of PHP-FPM: %zu closed to the programs of %zu accounts%s", l->n_ports,
               l->n_accounts, again ? ", again: somebody removed that" : "");
    return 0;
}

static int forget(struct sc_error *err)
{
    int rc = remove_table(err);
    if (rc == 0 && unlink(SC_LOOPBACK_KEPT) < 0 && !sc_is_absent(errno))
        rc = sc_error_sys(err, errno, "remove " SC_LOOPBACK_KEPT);
    return rc;
}

/* Makes it so, and keeps it where it differs from what was. The caller holds the lock. */
static int apply(struct sc_loopback *l, const struct sc_loopback *was, struct sc_error *err)
{
    int rc = 0;
    drop_web_accounts(l);
    l->made = (struct sc_loopback_made){0};
    l->failed = false;
    if (l->n_accounts == 0)
        return forget(err);
    if (wants_table(l))
        rc = hold(l, was, err);
    else if (was->made.handle || was->failed)
        rc = remove_table(err);
    bool same = sc_loopback_same(l, was) && l->failed == was->failed &&
                l->made.handle == was->made.handle && l->made.rules == was->made.rules;
    return rc < 0 || same ? rc : save(l, err);
}

/* ---- looking ---- */

static int look_again(struct sc_loopback *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list pools = {0};
    int rc = sc_fpm_known_all(&pools, err);
    if (rc == 0)
        rc = sc_vhosts_load("", &hosts, err);
    return rc < 0 ? rc : sc_loopback_look(&pools, &hosts, ret, err);
}

/* Whom a web server ran as once may connect for as long as something is isolated: one that is just
 * being restarted has no process. */
static int keep_web(struct sc_loopback *l, const struct sc_loopback *was, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < was->n_web; i++)
        if (!sc_loopback_has_account(l, was->web[i]))
            rc = sc_loopback_add_web(l, was->web[i], err);
    return rc;
}

/* ---- the calls ---- */

static bool is_kept(void)
{
    return access(SC_LOOPBACK_KEPT, F_OK) == 0 || !sc_is_absent(errno);
}

/* With the accounts as they are by now: others are changed meanwhile. */
static int copy(const struct sc_loopback *from, struct sc_loopback *ret, struct sc_error *err)
{
    int rc = sc_loopback_add_marked(ret, err);
    for (size_t i = 0; rc == 0 && i < from->n_web; i++)
        rc = sc_loopback_add_web(ret, from->web[i], err);
    for (size_t i = 0; rc == 0 && i < from->n_ports; i++)
        rc = sc_loopback_add_port(ret, from->ports[i].port, from->ports[i].owner, err);
    ret->mixed = from->mixed;
    return rc;
}

/* The kernel has what is kept, or is asked nothing. What it did not take is tried again. */
static bool is_held(const struct sc_loopback *was)
{
    return !was->failed && (wants_table(was) ? stands(was) : !was->made.handle);
}

/* Whether what was found is kept already. Its accounts are not compared: each adds itself by its own pass, and to
 * read all of them here would make a boot's passes cost more, the more accounts there are. */
static bool is_known(const struct sc_loopback *found, const struct sc_loopback *was)
{
    bool same = !found->mixed && sc_loopback_same_ports(found, was);
    for (size_t i = 0; same && i < found->n_web; i++)
        same = sc_loopback_has_web(was, found->web[i]);
    return same;
}

int sc_loopback_account(uid_t uid, bool isolated, const struct sc_loopback *found,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_loopback_done) struct sc_loopback was = {0};
    SC_CLEANUP(sc_loopback_done) struct sc_loopback now = {0};
    SC_FD int fd = -EBADF;
    if (!isolated && !is_kept())
        return 0; /* the usual case of an account without isolated sites */
    int rc = sc_lock_file(SC_LOOPBACK_LOCK, &fd, err);
    if (rc == 0)
        rc = load(&was, err);
    if (rc < 0)
        return rc;
    bool known = sc_loopback_has_account(&was, uid);
    if (!isolated && !known)
        return 0;
    if (isolated && known && (!found || is_known(found, &was)) && is_held(&was))
        return 0;
    if (isolated && found)
        rc = copy(found, &now, err);
    else
        rc = isolated && !known ? look_again(&now, err) : load(&now, err);
    if (rc == 0 && isolated)
        rc = sc_loopback_add_account(&now, uid, err);
    if (rc == 0)
        rc = keep_web(&now, &was, err);
    if (!isolated)
        sc_loopback_drop_account(&now, uid);
    return rc < 0 ? rc : apply(&now, &was, err);
}

int sc_loopback_follow(struct sc_loopback_followed *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_loopback_done) struct sc_loopback was = {0};
    SC_CLEANUP(sc_loopback_done) struct sc_loopback same = {0};
    SC_CLEANUP(sc_loopback_done) struct sc_loopback found = {0};
    SC_FD int fd = -EBADF;
    int rc = sc_lock_file(SC_LOOPBACK_LOCK, &fd, err);
    if (rc == 0)
        rc = load(&was, err);
    bool before = was.failed;
    if (rc == 0 && was.made.handle && !stands(&was)) { /* at once: looking takes longer */
        rc = load(&same, err);
        if (rc == 0)
            rc = apply(&same, &was, err);
        was.made = same.made;
        was.failed = same.failed;
    }
    if (rc == 0)
        rc = look_again(&found, err);
    if (rc == 0)
        rc = keep_web(&found, &was, err);
    if (rc == 0)
        rc = apply(&found, &was, err);
    if (rc == 0)
        *ret = (struct sc_loopback_followed){.changed = !sc_loopback_same(&found, &was) ||
                                                        found.failed != before,
                                             .failed = found.failed};
    return rc;
}

bool sc_loopback_stands(void)
{
    SC_CLEANUP(sc_loopback_done) struct sc_loopback was = {0};
    return !is_kept() || (load(&was, NULL) == 0 && (was.made.handle == 0 || stands(&was)));
}

int sc_loopback_end(struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    if (!is_kept())
        return 0;
    int rc = sc_lock_file(SC_LOOPBACK_LOCK, &fd, err);
    return rc < 0 ? rc : forget(err);
}

static bool same_but_web(const struct sc_loopback *a, const struct sc_loopback *b)
{
    struct sc_loopback x = *a, y = *b;
    x.n_web = y.n_web = 0;
    return sc_loopback_same(&x, &y);
}

int sc_loopback_holds(const struct sc_loopback *found, bool must_stand, struct sc_error *err)
{
    SC_CLEANUP(sc_loopback_done) struct sc_loopback was = {0};
    SC_BUF struct sc_buf script = SC_BUF_INIT;
    if (found->n_ports == 0)
        return 0;
    if (found->mixed)
        return sc_error_set(err, SC_E_PLATFORM,
                            "Apache connects to them as the account (mpm_itk or mod_ruid2), and "
                            "cannot be told from its programs");
    if (found->n_web == 0)
        return sc_error_set(err, SC_E_PLATFORM, "nobody knows whom the web server runs as");
    bool is = load(&was, NULL) == 0 && stands(&was);
    if (is && ((must_stand && same_but_web(found, &was)) || sc_nft_is_installed()))
        return 0;
    sc_loopback_script(found, TRY, true, &script);
    int rc = sc_nft(&script, err);
    if (rc == 0 && must_stand && !is && was.n_accounts)
        rc = sc_error_set(err, SC_E_PLATFORM,
                          "the firewall has no table inet " SC_LOOPBACK_TABLE
                          " (any more); cagefsctl --site-isolation-regenerate makes it");
    return rc;
}
