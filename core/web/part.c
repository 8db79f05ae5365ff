/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/web/apache/address.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/live.h"
#include "core/web/apache/path.h"
#include "core/web/apache/table.h"
#include "core/web/splice.h"
#include "core/web/suexec_front.h"

_Static_assert(SC_WEB_PART_SEEN_MS * 1000 > SC_WEB_LIVE_PACE_US,
               "requests see the new table by then");

#define LOCK SC_WEB_PARTS "/lock"
/* There while the table is older than the parts. */
#define UNFINISHED SC_WEB_PARTS "/unfinished"

/* ---- lines ---- */

/* Cleaned, as the table wants it. */
static bool path_for_table(const char *path, char out[PATH_MAX])
{
    size_t segments = 0;
    if (sc_web_path_clean(path, out) < 2)
        return false;
    for (const char *p = out; *p; p++)
        segments += *p == '/';
    return segments <= SC_WEB_SEGMENTS_MAX;
}

static bool add_path(struct sc_buf *out, const char *key, const char *path)
{
    char clean[PATH_MAX];
    if (!path_for_table(path, clean))
        return false;
    sc_buf_str(out, key);
    sc_buf_str(out, " ");
    sc_buf_enc(out, clean, strlen(clean));
    sc_buf_str(out, "\n");
    return true;
}

static void add_paths(struct sc_buf *out, const char *key, const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)add_path(out, key, paths[i]);
}

static void add_pools(struct sc_buf *out, const struct sc_web_part *part)
{
    char name[PATH_MAX];
    for (size_t i = 0; i < part->n_pools; i++)
        if (sc_web_address_of_text(part->pools[i], name)) {
            sc_buf_str(out, "pool ");
            sc_buf_enc(out, name, strlen(name));
            sc_buf_str(out, "\n");
        }
}

/* The web server has to know it; one that cannot learn now is as if it did not want to. */
static bool is_listed(const struct sc_web_part_site *s)
{
    return s->isolated && (s->id || !s->learning);
}

static void add_open(struct sc_buf *out, const struct sc_web_part *part)
{
    for (size_t i = 0; i < part->n_sites; i++)
        if (!is_listed(&part->sites[i])) {
            (void)add_path(out, "open", part->sites[i].docroot);
            add_paths(out, "open", part->sites[i].aliases, part->sites[i].n_aliases);
            add_paths(out, "open", part->sites[i].extras, part->sites[i].n_extras);
        }
}

static void add_fpm(struct sc_buf *out, const char *address)
{
    char name[PATH_MAX];
    if (address[0] == '/')
        (void)add_path(out, "fpm", address);
    else if (sc_web_address_of_text(address, name))
        sc_buf_fmt(out, "fpm %s\n", name);
}

static int add_site(struct sc_buf *out, const struct sc_web_part_site *s, struct sc_error *err)
{
    sc_buf_fmt(out, "site %u %s ", s->id, s->learning ? "learning" : s->id ? "isolated" : "broken");
    sc_buf_enc(out, s->name, strlen(s->name));
    if (!add_path(out, "", s->docroot))
        return sc_error_set(err, SC_E_INVAL, "the document root of %s is too deep: %s", s->name,
                            s->docroot);
    add_paths(out, "alias", s->aliases, s->n_aliases);
    add_paths(out, "extra", s->extras, s->n_extras);
    if (s->fpm)
        add_fpm(out, s->fpm);
    return 0;
}

int sc_web_part_format(const struct sc_web_part *part, struct sc_buf *out, struct sc_error *err)
{
    sc_buf_fmt(out, "account %u %u", (unsigned)part->uid, (unsigned)part->gid);
    if (!add_path(out, "", part->home))
        return sc_error_set(err, SC_E_INVAL, "the home is too deep: %s", part->home);
    if (strcmp(part->home, part->home_alias) != 0)
        (void)add_path(out, "home", part->home_alias);
    add_pools(out, part);
    add_open(out, part);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < part->n_sites; i++)
        if (is_listed(&part->sites[i]))
            rc = add_site(out, &part->sites[i], err);
    return rc < 0 ? rc : sc_buf_check(out, "the sites of an account for the web server", err);
}

/* ---- the whole ---- */

static int lock_parts(int *ret, struct sc_error *err)
{
    int rc = sc_mkdir_p(SC_WEB_PARTS, 0700, err);
    return rc < 0 ? rc : sc_lock_file(LOCK, ret, err);
}

static void part_path(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_WEB_PARTS "/%u", (unsigned)uid);
}

static bool is_number(const char *name)
{
    return *name && strspn(name, "0123456789") == strlen(name);
}

static int add_part(struct sc_buf *out, const char *name, struct sc_error *err)
{
    char path[PATH_MAX];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    snprintf(path, sizeof(path), SC_WEB_PARTS "/%s", name);
    int rc = sc_read_trusted_file(path, 0, SC_WEB_TABLE_MAX, &text, err);
    if (rc == 0)
        sc_buf_add(out, text.data, text.len);
    return rc;
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int is_part(const struct dirent *e)
{
    return is_number(e->d_name);
}

static int add_parts(struct sc_buf *out, struct sc_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(SC_WEB_PARTS, &names, is_part, by_number), rc = 0;
    if (n < 0)
        return sc_error_sys(err, errno, "read " SC_WEB_PARTS);
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = add_part(out, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return rc;
}

/* Without its suexec line a table has every CGI program of isolated sites refused: an entry that
 * cannot be looked at is an error, and the old table stays. */
static int add_head(struct sc_buf *out, struct sc_error *err)
{
    char place[PATH_MAX];
    struct stat st;
    sc_buf_str(out, SC_WEB_HEAD);
    int rc = sc_suexec_place(place, &st, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    sc_buf_fmt(out, "suexec %llu %llu ", (unsigned long long)st.st_dev,
               (unsigned long long)st.st_ino);
    sc_buf_enc(out, place, strlen(place));
    sc_buf_str(out, "\n");
    return 0;
}

/* What the module could not read must not get there. */
static int check_table(const struct sc_buf *text, struct sc_error *err)
{
    struct sc_web_table *t = NULL;
    int rc = sc_buf_check(text, "the table for the web server", err);
    if (rc == 0)
        rc = sc_web_table_parse(text->data, text->len, &t, err);
    sc_web_table_free(t);
    return rc;
}

static int check_part(const struct sc_buf *lines, struct sc_error *err)
{
    SC_BUF struct sc_buf text = {.limit = SC_WEB_TABLE_MAX};
    sc_buf_str(&text, SC_WEB_HEAD);
    sc_buf_add(&text, lines->data, lines->len);
    sc_buf_str(&text, "end\n");
    return check_table(&text, err);
}

/* No web server with the module was ever started: it will begin with what is saved. */
static bool has_reader(void)
{
    return access(SC_WEB_DIR, F_OK) == 0 || !sc_is_absent(errno);
}

static int put_table(const struct sc_buf *text, struct sc_error *err)
{
    int rc = check_table(text, err);
    if (rc == 0)
        rc = sc_replace_file(SC_WEB_SAVED, 0600, text->data, text->len, err);
    if (rc == 0 && has_reader())
        rc = sc_replace_file(SC_WEB_TABLE, 0644, text->data, text->len, err);
    if (rc == 0 && unlink(UNFINISHED) < 0 && errno != ENOENT)
        rc = sc_error_sys(err, errno, "remove " UNFINISHED);
    return rc;
}

static int write_table(struct sc_error *err)
{
    SC_BUF struct sc_buf text = {.limit = SC_WEB_TABLE_MAX};
    int rc = add_head(&text, err);
    if (rc == 0)
        rc = add_parts(&text, err);
    sc_buf_str(&text, "end\n");
    return rc < 0 ? rc : put_table(&text, err);
}

/* The table was current before the account's part was changed: then all other parts are in it, and need
 * not be read, which would cost each change as much as there are accounts. */
static int change_table(uid_t uid, const struct sc_buf *lines, struct sc_error *err)
{
    SC_BUF struct sc_buf now = SC_BUF_INIT;
    SC_BUF struct sc_buf text = {.limit = SC_WEB_TABLE_MAX};
    int rc = sc_read_trusted_file(SC_WEB_SAVED, 0, SC_WEB_TABLE_MAX, &now, NULL);
    return rc == 0 && sc_web_splice(&now, uid, lines, &text) ? put_table(&text, err)
                                                             : write_table(err);
}

/* False: the table is missing or unfinished, or suexec's place has changed. */
static bool is_current(void)
{
    char begins[PATH_MAX];
    SC_BUF struct sc_buf head = SC_BUF_INIT;
    SC_FD int fd = open(has_reader() ? SC_WEB_TABLE : SC_WEB_SAVED, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || access(UNFINISHED, F_OK) == 0 || !sc_is_absent(errno))
        return false;
    if (add_head(&head, NULL) < 0)
        return false;
    ssize_t n = read(fd, begins, sizeof(begins));
    return !head.failed && n >= (ssize_t)head.len && memcmp(begins, head.data, head.len) == 0 &&
           (strstr(head.data, "\nsuexec ") || (size_t)n < head.len + 7 ||
            memcmp(begins + head.len, "suexec ", 7) != 0);
}

static int mark_unfinished(struct sc_error *err)
{
    SC_FD int fd = open(UNFINISHED, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? sc_error_sys(err, errno, "make " UNFINISHED) : 0;
}

/* *ret_changed: also where it failed half-way. */
static int save_part(const char *path, const struct sc_buf *lines, bool *ret_changed,
                     struct sc_error *err)
{
    SC_BUF struct sc_buf now = SC_BUF_INIT;
    int rc = sc_read_file(path, SC_WEB_TABLE_MAX, &now, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    if (rc == 0 ? lines && now.len == lines->len && memcmp(now.data, lines->data, now.len) == 0
                : !lines)
        return 0;
    rc = lines ? check_part(lines, err) : 0;
    if (rc == 0) {
        *ret_changed = true;
        rc = mark_unfinished(err);
    }
    if (rc == 0 && lines)
        return sc_replace_file(path, 0600, lines->data, lines->len, err);
    return rc == 0 && unlink(path) < 0 ? sc_error_sys(err, errno, "remove %s", path) : rc;
}

int sc_web_table_renew(struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    if (access(SC_WEB_PARTS, F_OK) < 0 && sc_is_absent(errno))
        return 0; /* no site was ever isolated */
    int rc = lock_parts(&lock, err);
    return rc < 0 || is_current() ? rc : write_table(err);
}

int sc_web_part_save(uid_t uid, const struct sc_buf *lines, struct sc_error *err)
{
    char path[64];
    SC_FD int lock = -EBADF;
    part_path(uid, path);
    if (!lines && access(path, F_OK) < 0 && sc_is_absent(errno) && access(UNFINISHED, F_OK) < 0 &&
        sc_is_absent(errno))
        return 0; /* the usual case of an account without isolated sites */
    int rc = lock_parts(&lock, err);
    bool was_current = rc == 0 && is_current(), changed = false;
    if (rc == 0)
        rc = save_part(path, lines, &changed, err);
    if (rc < 0 || (was_current && !changed))
        return rc;
    return was_current ? change_table(uid, lines, err) : write_table(err);
}
