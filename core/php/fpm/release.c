/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting pools back into the shared master. */
#include "core/php/fpm/pass.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/pidfd.h"
#include "core/php/fpm/idle.h"
#include "core/php/fpm/master.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/supervisor.h"

/* Whether the pool is in its file, at its address: the panel may have removed or moved it. */
static bool stands(const struct sc_fpm_taken *t)
{
    int rc;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    SC_FREE char *listen = NULL;
    if ((rc = sc_read_file(t->file, SC_FPM_FILE_MAX, &text, NULL)) < 0)
        return rc != SC_E_NOTFOUND; /* it may: its socket stays */
    if (sc_fpm_parse(text.data, text.len, t->file, &f, NULL) < 0)
        return false;
    const struct sc_fpm_pool *p = sc_fpm_pool_find(&f, t->pool);
    return p && sc_fpm_listen(p, &listen, NULL) == 0 && strcmp(listen, t->listen) == 0;
}

/* The shared master gets the socket that the site's has, by a reload; where the pool no longer
 * exists, nobody does. */
static int give_back(struct sc_fpm_taken *t, struct sc_error *err)
{
    char new[128];
    pid_t from = sc_fpm_supervisor(t->id, NULL);
    sc_fpm_beside(t, "new", new);
    const char *bound = t->listen[0] == '/' ? new : t->listen;
    int fd = from > 0 ? sc_fpm_master_socket(from, bound) : from < 0 ? (int)from : -ENOENT;
    if (fd < 0 && fd != -ENOENT)
        return sc_error_sys(err, -fd, "look for who listens at %s", t->listen);
    struct sc_fpm_inject in = {t->listen, bound, from, fd};
    int rc = sc_fpm_put_back(t, err);
    if (rc == 0 && !stands(t)) {
        if (fd >= 0 && t->listen[0] == '/')
            (void)unlink(t->listen);
        return 0;
    }
    if (rc == 0 && fd < 0 && t->listen[0] == '/') {
        sc_fpm_unguard(t->listen);
        if (!sc_fpm_alive(t->listen))
            (void)unlink(t->listen);
    }
    return rc < 0 ? rc : sc_fpm_master_reload(t->main, fd < 0 ? NULL : &in, err);
}

/* An earlier pass that was killed gave the shared master's socket its name back already: what
 * listens there is not the supervisor's. */
static bool is_back(const struct sc_fpm_taken *t)
{
    pid_t at = sc_fpm_listener(t->listen);
    return at > 0 && at != sc_fpm_supervisor(t->id, NULL) && sc_fpm_shared_masters(t);
}

static int release(struct sc_fpm_taken *t, struct sc_error *err)
{
    char old[128] = "", new[128] = "";
    bool unix_socket = t->listen[0] == '/';
    if (unix_socket) {
        sc_fpm_beside(t, "old", old);
        sc_fpm_beside(t, "new", new);
    }
    pid_t master = sc_fpm_master_find(t->main);
    int fd = !unix_socket && master > 0 ? sc_fpm_master_socket(master, t->listen) : (int)-ENOENT,
        rc = 0;
    bool has = fd >= 0;
    if (master < 0 || (fd < 0 && fd != -ENOENT))
        return sc_error_sys(err, master < 0 ? -master : -fd, "look for the PHP-FPM master of %s",
                            t->main);
    if (unix_socket && sc_fpm_alive(old)) {
        /* it never left the shared master: its socket gets its name back */
        rc = sc_fpm_put_back(t, err);
        sc_fpm_unguard(t->listen);
        if (rc == 0 && rename(old, t->listen) < 0)
            rc = sc_error_sys(err, errno, "put %s back", t->listen);
        return rc;
    }
    if (unix_socket) {
        sc_fpm_unguard(t->listen);
        (void)unlink(old);
    }
    if (unix_socket && t->leaving && is_back(t))
        return sc_fpm_put_back(t, err);
    if (master && !has)
        return give_back(t, err);
    rc = sc_fpm_put_back(t, err);
    if (rc == 0 && !master && unix_socket && sc_fpm_supervisor(t->id, NULL) > 0 &&
        !sc_fpm_alive(new))
        (void)unlink(t->listen); /* nobody is there; a master that starts makes it */
    return rc;
}

/* Another record of the site has the address, and is wanted: the pool was moved there. */
static bool is_moved(const struct sc_fpm_pass *p, const struct sc_fpm_taken *t,
                     const struct sc_fpm_use *uses, size_t n_uses)
{
    for (size_t i = 0; i < p->taken.n; i++)
        if (&p->taken.v[i] != t && p->taken.v[i].id == t->id && !p->taken.v[i].leaving &&
            strcmp(p->taken.v[i].listen, t->listen) == 0 &&
            sc_fpm_site_wants(uses, n_uses, &p->taken.v[i]))
            return true;
    return false;
}

/* Whose settings a routed site has changes where it runs: its address stays. */
static bool stays(const struct sc_fpm_use *uses, size_t n, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; !t->leaving && sc_fpm_is_routed(t) && i < n; i++)
        if (uses[i].how == SC_FPM_COVERED && strcmp(uses[i].listen, t->listen) == 0)
            return true;
    return !t->leaving && sc_fpm_site_wants(uses, n, t);
}

bool sc_fpm_site_wants(const struct sc_fpm_use *uses, size_t n, const struct sc_fpm_taken *t)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].how == SC_FPM_COVERED && strcmp(uses[i].pool->file, t->file) == 0 &&
            strcmp(uses[i].pool->pool, t->pool) == 0 &&
            strcmp(uses[i].pool->listen, t->listen) == 0)
            return true;
    return false;
}

/* Ends what of site `id` is not wanted any more. */
int sc_fpm_release_site(struct sc_fpm_pass *p, unsigned id, const struct sc_fpm_use *uses,
                        size_t n_uses, struct sc_error *err)
{
    int rc = 0;
    size_t left = 0, gone = 0;
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        if (t->id != id)
            continue;
        if (stays(uses, n_uses, t)) {
            left++;
            continue;
        }
        if (p->a->later && (p->a->routed || sc_fpm_is_routed(t))) {
            *p->a->later = true;
            left++;
            continue;
        }
        if (is_moved(p, t, uses, n_uses)) {
            rc = sc_fpm_taken_remove(t, err);
            sc_fpm_taken_done(t);
            p->taken.v[i--] = p->taken.v[--p->taken.n];
            continue;
        }
        /* a supervisor that goes on reads the records again */
        rc = sc_fpm_is_routed(t) ? sc_fpm_taken_remove(t, err) : release(t, err);
        t->leaving = true;
        gone++;
    }
    if (rc < 0 || gone == 0)
        return rc;
    SC_FD int pidfd = -EBADF;
    if (left == 0)
        rc = sc_fpm_supervisor_end(id, err);
    else if (sc_fpm_supervisor(id, &pidfd) > 0)
        (void)sc_pidfd_signal(pidfd, SIGUSR2);
    for (size_t i = 0; rc == 0 && i < p->taken.n; i++) {
        struct sc_fpm_taken *t = &p->taken.v[i];
        char dir[PATH_MAX], new[128];
        if (t->id != id || !t->leaving)
            continue;
        if (t->listen[0] == '/') {
            sc_fpm_beside(t, "new", new);
            (void)unlink(new);
        }
        if (sc_fpm_is_routed(t))
            (void)unlink(t->listen);
        rc = sc_fpm_taken_remove(t, err);
        if (rc == 0 && !sc_fpm_is_routed(t) && sc_fpm_shared_dir(t->file, dir))
            rc = sc_fpm_idle_sweep(dir, err);
        sc_fpm_taken_done(t);
        p->taken.v[i--] = p->taken.v[--p->taken.n];
    }
    return rc;
}
