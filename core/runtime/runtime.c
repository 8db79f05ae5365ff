/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runtime/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/vec.h"
#include "core/enter/failures.h"
#include "core/enter/table.h"
#include "core/proxyexec/sites.h"
#include "core/runtime/steady.h"

#define RUNTIME_FILE_MAX SC_TABLE_MAX
/* lines of the table */
#define GROUP_WORD "cgroup"
#define COUNT_WORD "counts"

static void dir_path(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/%u", (unsigned)uid);
}

int sc_runtime_dir(uid_t uid, struct sc_error *err)
{
    char dir[64];
    dir_path(uid, dir);
    int rc = sc_mkdir_p(SC_RUN_DIR, 0711, err);
    return rc < 0 ? rc : sc_mkdir_p(dir, 0700, err);
}

/* *was: what was there. */
static int replace(uid_t uid, const char *name, const struct sc_buf *text, bool *ret_changed,
                   struct sc_buf *was, struct sc_error *err)
{
    char path[128];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%s", (unsigned)uid, name);
    const char *data = text->data ? text->data : "";
    bool same = sc_read_file(path, RUNTIME_FILE_MAX, was, NULL) == 0 && was->len == text->len &&
                memcmp(was->data, data, text->len) == 0;
    /* passwd and group are read inside by everybody; the directory is closed to all but root */
    int rc = same ? 0 : sc_replace_file(path, 0644, data, text->len, err);
    if (rc == 0 && ret_changed)
        *ret_changed = !same;
    return rc;
}

int sc_runtime_write(uid_t uid, const char *name, const struct sc_buf *text, bool *ret_changed,
                     struct sc_error *err)
{
    SC_BUF struct sc_buf was = SC_BUF_INIT;
    return replace(uid, name, text, ret_changed, &was, err);
}

/* The file that builds of the site lock. Made with the plan, never by a build: one that comes late
 * would leave a file of a site that no longer exists. */
static int make_build_lock(uid_t uid, unsigned id, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.build", (unsigned)uid, id);
    SC_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? sc_error_sys(err, errno, "make %s", path) : 0;
}

/* Likewise the file in which entries note why they could not. */
static int make_failures(uid_t uid, unsigned id, struct sc_error *err)
{
    int rc = sc_failures_make(uid, id);
    return rc < 0 ? sc_error_sys(err, -rc, "make " SC_RUN_DIR "/%u/%u.failed", (unsigned)uid, id)
                  : 0;
}

int sc_runtime_write_plan(const struct sc_planfile *plan, bool *ret_changed,
                          struct sc_planfile *ret_was, struct sc_error *err)
{
    SC_BUF struct sc_buf was = SC_BUF_INIT;
    bool changed = false;
    SC_BUF struct sc_buf text = {.limit = SC_PLANFILE_MAX_BYTES};
    char name[32];
    snprintf(name, sizeof(name), "%u.plan", plan->id);
    int rc = sc_planfile_write(plan, &text, err);
    if (rc == 0)
        rc = make_build_lock(plan->uid, plan->id, err);
    if (rc == 0)
        rc = make_failures(plan->uid, plan->id, err);
    if (rc == 0)
        rc = replace(plan->uid, name, &text, &changed, &was, err);
    if (rc < 0)
        return rc;
    if (ret_changed)
        *ret_changed = changed;
    if (ret_was && changed && was.len)
        (void)sc_planfile_parse(was.data, was.len, ret_was, NULL);
    return 0;
}

static int remove_file(const char *path, struct sc_error *err)
{
    return unlink(path) < 0 && errno != ENOENT ? sc_error_sys(err, errno, "remove %s", path) : 0;
}

int sc_runtime_remove_plan(uid_t uid, unsigned id, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.plan", (unsigned)uid, id);
    return remove_file(path, err);
}

static void add_path_line(struct sc_buf *b, const char *key, unsigned id, const char *path)
{
    sc_buf_fmt(b, "%s %u ", key, id);
    sc_buf_enc(b, path, strlen(path));
    sc_buf_str(b, "\n");
}

/* Groups that only count come last: the entry of a version that does not know them reads no further. */
static void add_limits(struct sc_buf *b, unsigned id, const struct sc_limits_made *limits)
{
    for (size_t i = 0; limits->held && i < limits->n_groups; i++)
        add_path_line(b, GROUP_WORD, id, limits->groups[i]);
    if (limits->ep)
        sc_buf_fmt(b, "ep %u %" PRIu64 "\n", id, limits->ep);
    if (limits->vmem)
        sc_buf_fmt(b, "vmem %u %" PRIu64 "\n", id, limits->vmem);
    if (limits->nproc) {
        sc_buf_fmt(b, "nproc %u %" PRIu64 " ", id, limits->nproc);
        sc_buf_enc(b, limits->current, strlen(limits->current));
        sc_buf_str(b, "\n");
    }
    for (size_t i = 0; !limits->held && i < limits->n_groups; i++)
        add_path_line(b, COUNT_WORD, id, limits->groups[i]);
}

static int add_owned(struct sc_buf *b, const char *home, const char *key, unsigned id,
                     const char *rel, struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s/%s", home, rel) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the table of sites");
    add_path_line(b, key, id, path);
    return 0;
}

/* What lies in the application, or is written by the site in a further directory, is its code. An
 * application that isolated sites share is each one's: which of them is meant, the request says. */
static int add_areas(struct sc_buf *b, const char *home, const struct sc_plan *plan,
                     const struct sc_plan_site *site, unsigned id, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < site->n_apps; i++) {
        const struct sc_plan_area *area = sc_plan_area(plan, site->apps[i]);
        if (site->isolated && area->is_shared)
            rc = add_owned(b, home, "shares", id, site->apps[i], err);
        else if (area->site == site)
            rc = add_owned(b, home, "owns", id, site->apps[i], err);
    }
    for (size_t i = 0; rc == 0 && site->isolated && i < site->n_extras; i++)
        if (site->extras[i].rw)
            rc = add_owned(b, home, "owns", id, site->extras[i].rel, err);
    return rc;
}

/* Also as people write it: who looks it up cannot convert names. */
static void add_name(struct sc_buf *b, unsigned id, const char *name)
{
    SC_FREE char *unicode = sc_domain_unicode(name);
    add_path_line(b, "name", id, name);
    if (unicode)
        add_path_line(b, "name", id, unicode);
}

static int add_site(struct sc_buf *b, const char *home, const struct sc_plan *plan,
                    const struct sc_plan_site *site, unsigned id,
                    const struct sc_limits_made *limits, struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (site->rel && asprintf(&path, "%s%s%s", home, site->rel[0] ? "/" : "", site->rel) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the table of sites");
    const char *state = !site->isolated ? "open" : id ? "isolated" : "broken";
    add_path_line(b, state, id, path ? path : site->aliases[0]);
    if (id && limits)
        add_limits(b, id, limits);
    for (size_t i = path ? 0 : 1; i < site->n_aliases; i++)
        add_path_line(b, "alias", id, site->aliases[i]);
    int rc = add_areas(b, home, plan, site, id, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < site->n_names; i++)
        add_name(b, id, site->names[i]);
    return 0;
}

static int write_steady(uid_t uid, const struct sc_plan *plan, struct sc_error *err)
{
    SC_BUF struct sc_buf b = {.limit = SC_STEADY_MAX};
    char path[64];
    sc_runtime_steady_text(plan, &b);
    int rc = sc_buf_check(&b, "the ways of nginx", err);
    if (rc == 0 && b.len)
        return sc_runtime_write(uid, SC_STEADY_NAME, &b, NULL, err);
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/" SC_STEADY_NAME, (unsigned)uid);
    return rc < 0 ? rc : remove_file(path, err);
}

int sc_runtime_write_table(uid_t uid, const char *home, const struct sc_plan *plan,
                           const unsigned *ids, const struct sc_limits_made *limits,
                           struct sc_error *err)
{
    SC_BUF struct sc_buf b = {.limit = SC_TABLE_MAX};
    sc_buf_str(&b, "sitecage-sites 1\n");
    for (size_t i = 0; i < plan->n_sites; i++) {
        int rc = add_site(&b, home, plan, &plan->sites[i], ids[i], limits ? &limits[i] : NULL, err);
        if (rc < 0)
            return rc;
    }
    sc_buf_str(&b, "end\n");
    int rc = sc_buf_check(&b, "the table of sites", err);
    if (rc == 0)
        rc = sc_runtime_write(uid, SC_TABLE_NAME, &b, NULL, err);
    return rc < 0 ? rc : write_steady(uid, plan, err);
}

int sc_runtime_sites(uid_t uid, unsigned **ret, size_t *ret_n, struct sc_error *err)
{
    char dir[64];
    dir_path(uid, dir);
    SC_FREE unsigned *ids = NULL;
    size_t n = 0;
    SC_DIR DIR *d = opendir(dir);
    if (!d && errno != ENOENT)
        return sc_error_sys(err, errno, "open %s", dir);
    for (struct dirent *e; d && (errno = 0, e = readdir(d)) != NULL;) {
        char *end;
        unsigned long id = strtoul(e->d_name, &end, 10);
        if (end == e->d_name || *end != '.' || e->d_name[0] == '.')
            continue;
        size_t i = 0;
        while (i < n && ids[i] != id)
            i++;
        if (i < n)
            continue;
        if (!SC_VEC_ROOM(ids, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory");
        ids[n++] = (unsigned)id;
    }
    if (d && errno)
        return sc_error_sys(err, errno, "list %s", dir);
    *ret = sc_steal_ptr(&ids);
    *ret_n = n;
    return 0;
}

int sc_runtime_sweep(uid_t uid, const unsigned *keep, size_t n, struct sc_error *err)
{
    char dir[64];
    dir_path(uid, dir);
    SC_DIR DIR *d = opendir(dir);
    if (!d)
        return errno == ENOENT ? 0 : sc_error_sys(err, errno, "open %s", dir);
    for (struct dirent *e; (errno = 0, e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        unsigned long id = strtoul(e->d_name, NULL, 10);
        bool kept = n > 0 && id == 0 && e->d_name[0] != '.';
        for (size_t i = 0; i < n && !kept; i++)
            kept = keep[i] == id;
        if (kept || unlinkat(dirfd(d), e->d_name, 0) == 0 || errno == ENOENT)
            continue;
        if (errno != EISDIR)
            return sc_error_sys(err, errno, "remove %s/%s", dir, e->d_name);
        int rc = sc_proxy_site_remove(dirfd(d), e->d_name, err);
        if (rc == 0)
            rc = sc_proxy_note(uid, err);
        if (rc < 0)
            return rc;
    }
    if (errno)
        return sc_error_sys(err, errno, "list %s", dir);
    if (n == 0 && rmdir(dir) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "remove %s", dir);
    return n == 0 ? sc_runtime_mark(uid, false, err) : 0;
}

static bool only_counts(const struct sc_table *t, unsigned id)
{
    struct sc_site_ref ref = sc_table_site(t, id);
    struct sc_site_limits limits;
    return ref.state == SC_SITE_ISOLATED && sc_table_limits(t, &ref, &limits) == 0 && limits.counts;
}

int sc_runtime_counted(uid_t uid, unsigned **ret, size_t *ret_n, struct sc_error *err)
{
    SC_CLEANUP(sc_table_close) struct sc_table t = {0};
    size_t n = 0, kept = 0;
    int rc = sc_table_open(uid, &t);
    if (rc < 0)
        return sc_error_sys(err, -rc, "read the table of the sites of uid %u", (unsigned)uid);
    rc = sc_runtime_sites(uid, ret, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (only_counts(&t, (*ret)[i]))
            (*ret)[kept++] = (*ret)[i];
    if (rc == 0)
        *ret_n = kept;
    return rc;
}

bool sc_runtime_has_groups(uid_t uid)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/sites", (unsigned)uid);
    int rc = sc_read_file(path, SC_TABLE_MAX, &text, NULL);
    return rc == 0
               ? strstr(text.data, "\n" GROUP_WORD " ") || strstr(text.data, "\n" COUNT_WORD " ")
               : rc != SC_E_NOTFOUND;
}

int sc_runtime_mark(uid_t uid, bool on, struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_MARK_DIR "/%u", (unsigned)uid);
    if (!on)
        return remove_file(path, err);
    if (access(path, F_OK) == 0)
        return 0;
    int rc = sc_mkdir_p(SC_MARK_DIR, 0700, err);
    return rc < 0 ? rc : sc_replace_file(path, 0600, "", 0, err);
}

int sc_runtime_unlist(uid_t uid, struct sc_error *err)
{
    char path[128];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/" SC_TABLE_NAME, (unsigned)uid);
    /* the mark first: a table that is lost while the mark is there would be rebuilt */
    int rc = sc_runtime_mark(uid, false, err);
    return rc < 0 ? rc : remove_file(path, err);
}
