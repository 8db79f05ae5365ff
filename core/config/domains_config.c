/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/domains_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/place.h"
#include "core/base/vec.h"

#define DIR_NAME  ".lve"
#define FILE_NAME "domains.json"
#define FILE_REL  DIR_NAME "/" FILE_NAME

void sc_domain_entry_clear(struct sc_domain_entry *e)
{
    for (size_t i = 0; i < e->n_paths; i++)
        free(e->paths[i].rel);
    free(e->paths);
    free(e->name);
    *e = (struct sc_domain_entry){0};
}

void sc_domains_config_free(struct sc_domains_config *c)
{
    for (size_t i = 0; i < c->n; i++)
        sc_domain_entry_clear(&c->entries[i]);
    free(c->entries);
    free(c->loaded);
    *c = (struct sc_domains_config)SC_DOMAINS_CONFIG_INIT;
}

static int to_name(const void *entry, const void *name)
{
    return strcmp(((const struct sc_domain_entry *)entry)->name, name);
}

/* Where `name` is, or would be. */
static size_t position(const struct sc_domains_config *c, const char *name)
{
    return sc_place(c->entries, c->n, sizeof(*c->entries), name, to_name);
}

struct sc_domain_entry *sc_domains_config_find(const struct sc_domains_config *c, const char *name)
{
    size_t i = position(c, name);
    return i < c->n && !strcmp(c->entries[i].name, name) ? &c->entries[i] : NULL;
}

int sc_domains_config_set_isolated(struct sc_domains_config *c, const char *name, bool isolated,
                                   struct sc_error *err)
{
    struct sc_domain_entry *e = sc_domains_config_find(c, name);
    if (e) {
        e->isolated = isolated;
        e->learning_until = isolated ? 0 : e->learning_until;
        return 0;
    }
    if (c->n >= SC_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "cannot add %s: there are %u domains already", name,
                            SC_DOMAINS_MAX);
    char *copy = strdup(name);
    if (!copy || !SC_VEC_ROOM(c->entries, c->n)) {
        free(copy);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", name);
    }
    size_t i = position(c, name);
    memmove(&c->entries[i + 1], &c->entries[i], (c->n - i) * sizeof(*c->entries));
    c->n++;
    c->entries[i] = (struct sc_domain_entry){.name = copy, .isolated = isolated};
    return 0;
}

bool sc_domains_config_remove(struct sc_domains_config *c, const char *name)
{
    struct sc_domain_entry *e = sc_domains_config_find(c, name);
    if (!e)
        return false;
    sc_domain_entry_clear(e);
    c->n--;
    memmove(e, e + 1, (c->n - (size_t)(e - c->entries)) * sizeof(*e));
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain_entry *)a)->name,
                  ((const struct sc_domain_entry *)b)->name);
}

static int by_old_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain_rename *)a)->old_name,
                  ((const struct sc_domain_rename *)b)->old_name);
}

int sc_domains_config_rename_all(struct sc_domains_config *c,
                                 const struct sc_domain_rename *renames, size_t n,
                                 struct sc_error *err)
{
    /* all names first: without memory nothing has changed */
    SC_FREE char **names = calloc(c->n ? c->n : 1, sizeof(*names));
    SC_FREE bool *drop = calloc(c->n ? c->n : 1, sizeof(*drop));
    bool missing = !names || !drop;
    for (size_t i = 0; n && !missing && i < c->n; i++) {
        const struct sc_domain_rename key = {.old_name = c->entries[i].name}, *r;
        r = bsearch(&key, renames, n, sizeof(*renames), by_old_name);
        if (r && !(names[i] = strdup(r->new_name)))
            missing = true;
    }
    for (size_t i = 0; names && missing && i < c->n; i++)
        free(names[i]);
    if (missing)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains' names");
    /* an entry that was there under the new name stays as it is, isolated when either was */
    for (size_t i = 0; i < c->n; i++) {
        struct sc_domain_entry *there = names[i] ? sc_domains_config_find(c, names[i]) : NULL;
        if (there && !names[there - c->entries])
            there->isolated = there->isolated || c->entries[i].isolated;
        else
            there = NULL;
        drop[i] = there != NULL;
    }
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        struct sc_domain_entry e = c->entries[i];
        if (drop[i]) {
            sc_domain_entry_clear(&e);
            free(names[i]);
            continue;
        }
        if (names[i]) {
            free(e.name);
            e.name = names[i];
        }
        c->entries[kept++] = e;
    }
    c->n = kept;
    if (c->n)
        qsort(c->entries, c->n, sizeof(*c->entries), by_name);
    return 0;
}

/* Names the file and the way out. */
static int about(const struct sc_config_user *user, int rc, struct sc_error *err)
{
    sc_error_wrap(err, "~/" FILE_REL " of user %s", user->name);
    if (err && rc != SC_E_SYS && rc != SC_E_NOMEM) {
        struct sc_error whole = SC_ERROR_INIT;
        sc_error_set(&whole, rc,
                     "%.700s; repair the file, or move it away and isolate its domains again, with "
                     "cagefsctl --site-isolation-enable or isolatectl site-isolation enable",
                     err->text);
        *err = whole;
    }
    return rc;
}

static int check_file(const struct sc_config_user *user, const struct stat *st,
                      struct sc_error *err)
{
    if (st->st_uid != user->uid)
        return sc_error_set(err, SC_E_DENIED, "belongs to uid %u, not to the user's uid %u",
                            (unsigned)st->st_uid, (unsigned)user->uid);
    if (st->st_nlink != 1)
        return sc_error_set(err, SC_E_DENIED, "has %u hard links instead of one",
                            (unsigned)st->st_nlink);
    if (st->st_mode & S_IWOTH)
        return sc_error_set(err, SC_E_DENIED, "can be written by everybody");
    return 0;
}

int sc_domains_config_load(const struct sc_config_user *user, struct sc_domains_config *ret,
                           struct sc_error *err)
{
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf canonical = SC_BUF_INIT;
    struct stat st;
    struct sc_error e = SC_ERROR_INIT;
    struct sc_asuser as;
    int rc = sc_asuser_begin(&as, user->uid, user->gid, &e);
    if (rc == 0) {
        rc = sc_read_file_beneath(user->homefd, FILE_REL, SC_DOMAINS_SIZE_MAX, &text, &st, &e);
        sc_asuser_end(&as);
        if (rc == SC_E_NOTFOUND) {
            *ret = (struct sc_domains_config)SC_DOMAINS_CONFIG_INIT;
            return 0;
        }
    }
    if (rc == 0)
        rc = check_file(user, &st, &e);
    if (rc == 0)
        rc = sc_domains_config_parse(text.data, text.len, user->home, &c, &e);
    if (rc == 0)
        rc = sc_domains_config_format(&c, &canonical, &e);
    if (rc < 0) {
        rc = about(user, rc, &e);
        if (err)
            *err = e;
        return rc;
    }
    c.loaded = sc_steal_ptr(&canonical.data);
    *ret = c;
    c = (struct sc_domains_config)SC_DOMAINS_CONFIG_INIT;
    return 0;
}

/* A home that root keeps for itself (some panels do): only root can make ~/.lve there, and nobody
 * else can interfere while it does. */
static int make_dir_in_roots_home(const struct sc_config_user *user, struct sc_error *err)
{
    struct stat st;
    if (geteuid() != 0 || fstat(user->homefd, &st) < 0 || st.st_uid != 0 ||
        st.st_mode & (S_IWGRP | S_IWOTH))
        return 0;
    SC_FD int dir = -EBADF;
    int rc = sc_mkdirs_beneath(user->homefd, DIR_NAME, 0700, &dir, err);
    if (rc < 0)
        return rc;
    if (fstat(dir, &st) < 0 || (st.st_uid == 0 && fchown(dir, user->uid, user->gid) < 0))
        return sc_error_sys(err, errno, "cannot give ~/" DIR_NAME " to its user");
    return 0;
}

static int write_file(const struct sc_config_user *user, const struct sc_buf *text,
                      struct sc_error *err)
{
    if (text->len > SC_DOMAINS_SIZE_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "would be larger than %u bytes", SC_DOMAINS_SIZE_MAX);
    int rc = make_dir_in_roots_home(user, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    rc = sc_asuser_begin(&as, user->uid, user->gid, err);
    if (rc == 0)
        rc = sc_mkdirs_beneath(user->homefd, DIR_NAME, 0700, NULL, err);
    if (rc == 0)
        rc = sc_replace_file_beneath(user->homefd, DIR_NAME, FILE_NAME, 0600, text->data, text->len,
                                     err);
    return rc;
}

static int remove_file(const struct sc_config_user *user, struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_FD int dir = -EBADF;
    int rc = sc_asuser_begin(&as, user->uid, user->gid, err);
    if (rc == 0)
        rc = sc_open_beneath(user->homefd, DIR_NAME, O_RDONLY | O_DIRECTORY, 0, &dir, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc < 0)
        return rc;
    (void)unlinkat(dir, "." FILE_NAME ".new", 0);
    if (unlinkat(dir, FILE_NAME, 0) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "cannot remove it");
    if (fsync(dir) < 0)
        return sc_error_sys(err, errno, "cannot sync its directory");
    (void)unlinkat(user->homefd, DIR_NAME, AT_REMOVEDIR); /* stays where more is in it */
    return 0;
}

/* What a killed write or removal left: there is nothing to write now that would replace it. */
static void tidy(const struct sc_config_user *user, bool empty)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_FD int dir = -EBADF;
    if (sc_asuser_begin(&as, user->uid, user->gid, NULL) < 0 ||
        sc_open_beneath(user->homefd, DIR_NAME, O_RDONLY | O_DIRECTORY, 0, &dir, NULL) < 0)
        return;
    (void)unlinkat(dir, "." FILE_NAME ".new", 0);
    if (empty)
        (void)unlinkat(user->homefd, DIR_NAME, AT_REMOVEDIR); /* stays where more is in it */
}

int sc_domains_config_save(const struct sc_config_user *user, struct sc_domains_config *c,
                           struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error e = SC_ERROR_INIT;
    int rc = sc_domains_config_format(c, &text, &e);
    if (rc == 0 && c->n == 0)
        rc = c->loaded ? remove_file(user, &e) : (tidy(user, true), 0);
    else if (rc == 0 && (!c->loaded || strcmp(c->loaded, text.data)))
        rc = write_file(user, &text, &e);
    else if (rc == 0)
        tidy(user, false);
    if (rc < 0) {
        sc_error_wrap(&e, "~/" FILE_REL " of user %s", user->name);
        if (err)
            *err = e;
        return rc;
    }
    free(c->loaded);
    c->loaded = c->n ? sc_steal_ptr(&text.data) : NULL;
    return 0;
}
