/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/mounttable.h"

#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/lazy.h"
#include "core/base/vec.h"
#include "core/cage/homeview.h"
#include "core/cage/masks.h"

/* What of libmount is used: few passes have a running view to look at, so it is loaded then. */
/* clang-format off */
#define MNT_FUNCTIONS(X) \
    X(fs_get_devno) X(fs_get_id) X(fs_get_parent_id) X(fs_get_root) X(fs_get_target) \
    X(fs_get_vfs_options) X(fs_match_options) X(free_iter) X(new_iter) \
    X(new_table_from_file) X(table_find_target) X(table_next_fs) X(unref_table)
/* clang-format on */

#define POINTER(name) __typeof__(&mnt_##name) name;
#define NAME(name)    "mnt_" #name,
struct mnt {
    MNT_FUNCTIONS(POINTER)
};
static const char *const mnt_names[] = {MNT_FUNCTIONS(NAME)};

#define WHOLE "/" SC_CAGE_DIR "/" SC_CAGE_HOME

void sc_mounttable_done(struct sc_mounttable *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free((char *)(uintptr_t)t->rows[i].rel);
        free((char *)(uintptr_t)t->rows[i].key);
    }
    for (size_t i = 0; i < t->n_keys; i++)
        free(t->keys[i]);
    free(t->rows);
    free(t->keys);
    *t = (struct sc_mounttable){0};
}

/* "DEVICE:ROOT", ROOT "" for the root of its file system (live.h). */
static char *identity(const struct mnt *m, struct libmnt_fs *fs)
{
    const char *root = m->fs_get_root(fs);
    char *out = NULL;
    if (asprintf(&out, "%llu:%s", (unsigned long long)m->fs_get_devno(fs),
                 root && strcmp(root, "/") ? root : "") < 0)
        return NULL;
    return out;
}

/* What follows `base` in `path`: "" or "a/b"; NULL when it is not at or below it. */
static const char *below(const char *path, const char *base)
{
    size_t n = strlen(base);
    if (!path || strncmp(path, base, n) != 0 || (path[n] && path[n] != '/'))
        return NULL;
    return path[n] ? path + n + 1 : path + n;
}

static enum sc_live_what classify(const struct mnt *m, struct libmnt_fs *fs, dev_t masks,
                                  const char **ret_key)
{
    const char *root = m->fs_get_root(fs);
    *ret_key = NULL;
    if (m->fs_get_devno(fs) != masks || !root)
        return SC_LIVE_BIND;
    if (strcmp(root, "/" SC_CAGE_CLOSED_DIR) == 0)
        return SC_LIVE_CLOSED_DIR;
    if (strcmp(root, "/" SC_CAGE_CLOSED_FILE) == 0)
        return SC_LIVE_CLOSED_FILE;
    const char *key = below(root, "/" SC_CAGE_SHELLS);
    if (!key || !*key)
        return SC_LIVE_BIND;
    *ret_key = key;
    return SC_LIVE_SHELL;
}

static int add_row(const struct mnt *m, struct sc_mounttable *t, struct libmnt_fs *fs,
                   const char *rel, dev_t masks, struct sc_error *err)
{
    if (!SC_VEC_ROOM(t->rows, t->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the mount table");
    const char *key;
    struct sc_live_row *r = &t->rows[t->n];
    *r = (struct sc_live_row){
        .id = m->fs_get_id(fs),
        .parent = m->fs_get_parent_id(fs),
        .what = classify(m, fs, masks, &key),
        .ro = m->fs_get_vfs_options(fs) && m->fs_match_options(fs, "ro"),
    };
    char *copy = strdup(rel);
    r->rel = copy;
    r->key = r->what == SC_LIVE_BIND ? identity(m, fs) : key ? strdup(key) : NULL;
    t->n++;
    if (!copy || ((r->what == SC_LIVE_BIND || key) && !r->key))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the mount table");
    return 0;
}

/* The identity that a bind of `rel` must have: of the deepest mount in the unmasked home that
 * contains it. */
static char *expected(const struct mnt *m, struct libmnt_table *table, const char *rel)
{
    struct libmnt_iter *it = m->new_iter(MNT_ITER_FORWARD);
    struct libmnt_fs *fs, *best = NULL;
    const char *rest = NULL;
    size_t best_len = 0;
    while (it && m->table_next_fs(table, it, &fs) == 0) {
        const char *inner = below(m->fs_get_target(fs), WHOLE);
        const char *more = inner ? (*inner ? below(rel, inner) : rel) : NULL;
        if (!more || (best && strlen(inner) < best_len))
            continue;
        best = fs; /* the later of two at one place is on top */
        best_len = strlen(inner);
        rest = more;
    }
    m->free_iter(it);
    SC_FREE char *key = best ? identity(m, best) : NULL;
    char *out = NULL;
    if (!key || asprintf(&out, "%s%s%s", key, rest && *rest ? "/" : "", rest ? rest : "") < 0)
        return NULL;
    return out;
}

/* The same for a directory of the site's own. */
static char *expected_own(const struct mnt *m, struct libmnt_table *table,
                          const struct sc_planfile *plan, const char *rel)
{
    SC_FREE char *at = sc_homeview_own_rel(plan->token, rel);
    return at ? expected(m, table, at) : NULL;
}

static int add_keys(const struct mnt *m, struct sc_mounttable *t, struct libmnt_table *table,
                    const struct sc_planfile *plan, struct sc_error *err)
{
    const struct sc_entries *want = &plan->entries;
    t->keys = calloc(want->n ? want->n : 1, sizeof(*t->keys));
    if (!t->keys)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the mount table");
    t->n_keys = want->n;
    for (size_t i = 0; i < want->n; i++) {
        const struct sc_plan_entry *e = &want->v[i];
        char key[SC_SHELL_KEY];
        if (e->kind == SC_ENTRY_SHELL) {
            sc_shell_key(e, key);
            t->keys[i] = strdup(key);
        } else if (e->kind == SC_ENTRY_OWN) {
            t->keys[i] = expected_own(m, table, plan, e->rel);
        } else if (!sc_entry_closes(e->kind)) {
            t->keys[i] = expected(m, table, e->rel);
        } else {
            continue;
        }
        if (!t->keys[i])
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the mount table");
    }
    return 0;
}

static int read_table(const struct mnt *m, struct libmnt_table *table, struct libmnt_iter *it,
                      const char *path, const struct sc_planfile *plan, struct sc_mounttable *ret,
                      struct sc_error *err)
{
    if (!table || !it)
        return sc_error_set(err, SC_E_SYS, "cannot read %s", path);
    struct libmnt_fs *fs = m->table_find_target(table, "/" SC_CAGE_DIR, MNT_ITER_FORWARD);
    if (!fs)
        return sc_error_set(err, SC_E_SYS, "%s is not a site's view", path);
    dev_t masks = m->fs_get_devno(fs);
    SC_CLEANUP(sc_mounttable_done) struct sc_mounttable t = {0};
    size_t homes = 0;
    while (m->table_next_fs(table, it, &fs) == 0) {
        const char *rel = below(m->fs_get_target(fs), plan->home);
        if (!rel)
            continue;
        int rc = add_row(m, &t, fs, rel, masks, err);
        if (rc < 0)
            return rc;
        if (!*rel && homes++ == 0)
            t.rows[t.n - 1].home = true; /* the first one there; a shell may lie over it */
    }
    if (homes == 0)
        return sc_error_set(err, SC_E_SYS, "the home %s is not in the site's view", plan->home);
    int rc = add_keys(m, &t, table, plan, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &t);
    return 0;
}

int sc_mounttable_read(pid_t keeper, const struct sc_planfile *plan, struct sc_mounttable *ret,
                       struct sc_error *err)
{
    const struct sc_lazy lib = {.soname = "libmount.so.1",
                                .names = mnt_names,
                                .n = sizeof(mnt_names) / sizeof(mnt_names[0])};
    struct mnt m;
    char path[64];
    int rc = sc_lazy_load(&lib, &m, err);
    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)keeper);
    struct libmnt_table *table = m.new_table_from_file(path);
    struct libmnt_iter *it = m.new_iter(MNT_ITER_FORWARD);
    rc = read_table(&m, table, it, path, plan, ret, err);
    m.free_iter(it);
    m.unref_table(table);
    return rc;
}
