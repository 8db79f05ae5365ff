/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/cage/view.h"

#define FILES_MAX 1000 /* entries of ~/.cl.selector that are looked at */

static int read_one(const struct sc_php_owner *o, const char *rel, struct sc_php_choice *ret,
                    struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char file[PATH_MAX];
    snprintf(file, sizeof(file), "%s/%s", o->home, rel);
    struct stat st;
    int rc = sc_read_file_beneath(o->homefd, rel, SC_PHP_CHOICE_MAX, &text, &st, err);
    if (rc == SC_E_NOTFOUND)
        return rc;
    if (rc < 0)
        return sc_error_wrap(err, "%s", o->home);
    /* a hard link would bring in another user's words; a choice cannot do harm, but is not his */
    if (st.st_uid != o->uid)
        return sc_error_set(err, SC_E_DENIED, "%s belongs to another user: remove it", file);
    return sc_php_choice_parse(text.data, text.len, file, ret, err);
}

/* Takes what `from` chose over what *to has. */
static int take(struct sc_php_choice *to, const struct sc_php_choice *from, struct sc_error *err)
{
    for (size_t i = 0; i < from->n; i++) {
        if (!from->v[i].chosen)
            continue;
        struct sc_php_choice_version *v = sc_php_choice_at(to, from->v[i].name);
        if (!v)
            return sc_error_set(err, SC_E_TOOBIG, "more than %u versions of PHP are chosen",
                                SC_PHP_VERSIONS_MAX);
        int rc = sc_php_choice_copy(v, &from->v[i], err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static bool is_alt_file(const char *name)
{
    size_t n = strlen(name);
    return strncmp(name, "alt_php", 7) == 0 && n > 11 && n < 18 &&
           strcmp(name + n - 4, ".cfg") == 0;
}

static int read_all(const struct sc_php_owner *o, struct sc_php_choice *c, struct sc_error *err)
{
    int rc = read_one(o, SC_PHP_USER_DIR "/defaults.cfg", c, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    int fd = -EBADF;
    rc = sc_open_beneath(o->homefd, SC_PHP_USER_DIR, O_RDONLY | O_DIRECTORY, 0, &fd, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : sc_error_wrap(err, "%s", o->home);
    SC_DIR DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return sc_error_sys(err, errno, "list %s/" SC_PHP_USER_DIR, o->home);
    }
    unsigned seen = 0;
    for (struct dirent *e; (errno = 0, e = readdir(d)) != NULL && seen < FILES_MAX; seen++) {
        char rel[64];
        if (!is_alt_file(e->d_name))
            continue;
        snprintf(rel, sizeof(rel), SC_PHP_USER_DIR "/%.32s", e->d_name);
        SC_CLEANUP(sc_php_choice_done) struct sc_php_choice one = {0};
        rc = read_one(o, rel, &one, err);
        if (rc == 0)
            rc = take(c, &one, err);
        if (rc < 0 && rc != SC_E_NOTFOUND)
            return rc;
    }
    return errno ? sc_error_sys(err, errno, "list %s/" SC_PHP_USER_DIR, o->home) : 0;
}

int sc_php_user_read(const struct sc_php_owner *o, struct sc_php_choice *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    int rc = sc_asuser_begin(&as, o->uid, o->gid, err);
    if (rc == 0)
        rc = read_all(o, &c, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}

static int put(const struct sc_php_owner *o, const char *dir, mode_t mode, const char *name,
               const struct sc_buf *text, struct sc_error *err)
{
    int rc =
        text->len > SC_PHP_CHOICE_MAX
            ? sc_error_set(err, SC_E_TOOBIG, "more than %u bytes are chosen", SC_PHP_CHOICE_MAX)
            : sc_mkdirs_beneath(o->homefd, dir, mode, NULL, err);
    if (rc == 0)
        rc = sc_replace_file_beneath(o->homefd, dir, name, 0600, text->data, text->len, err);
    return rc < 0 ? sc_error_wrap(err, "%s/%s", o->home, dir) : 0;
}

/* alt_phpXX.cfg of the version; none where nothing is chosen. */
static int put_version(const struct sc_php_owner *o, const struct sc_php_choice *c,
                       const char *name, struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice one = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char key[SC_PHP_NAME_MAX + 1], file[32];
    const struct sc_php_choice_version *from = sc_php_choice_find(c, name);
    sc_php_key(name, key);
    snprintf(file, sizeof(file), "alt_php%s.cfg", key);
    if (from && from->chosen) {
        struct sc_php_choice_version *to = sc_php_choice_at(&one, name);
        int rc =
            to ? sc_php_choice_copy(to, from, err) : sc_error_set(err, SC_E_NOMEM, "out of memory");
        if (rc == 0)
            rc = sc_php_choice_format(&one, false, &text, err);
        return rc < 0 ? rc : put(o, SC_PHP_USER_DIR, 0700, file, &text, err);
    }
    SC_FD int dir = -EBADF;
    int rc = sc_open_beneath(o->homefd, SC_PHP_USER_DIR, O_RDONLY | O_DIRECTORY, 0, &dir, err);
    if (rc < 0)
        return sc_error_wrap(err, "%s", o->home);
    if (unlinkat(dir, file, 0) < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "remove %s/" SC_PHP_USER_DIR "/%s", o->home, file);
    return 0;
}

int sc_php_user_write(const struct sc_php_owner *o, const struct sc_php_choice *c, const char *name,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_php_choice_format(c, false, &text, err);
    if (rc == 0)
        rc = sc_asuser_begin(&as, o->uid, o->gid, err);
    if (rc == 0)
        rc = put(o, SC_PHP_USER_DIR, 0700, "defaults.cfg", &text, err);
    return rc < 0 || !name ? rc : put_version(o, c, name, err);
}

int sc_php_site_read(const struct sc_php_owner *o, const char *token, struct sc_php_choice *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    char rel[128];
    snprintf(rel, sizeof(rel), SC_CAGE_STORAGE "/%.64s/" SC_PHP_SITE_FILE, token);
    int rc = sc_asuser_begin(&as, o->uid, o->gid, err);
    return rc < 0 ? rc : read_one(o, rel, ret, err);
}

int sc_php_site_write(const struct sc_php_owner *o, const char *token,
                      const struct sc_php_choice *c, struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char rel[128], *name;
    snprintf(rel, sizeof(rel), SC_CAGE_STORAGE "/%.64s/" SC_PHP_SITE_FILE, token);
    name = strrchr(rel, '/');
    *name++ = 0;
    int rc = sc_php_choice_format(c, false, &text, err);
    if (rc == 0)
        rc = sc_asuser_begin(&as, o->uid, o->gid, err);
    return rc < 0 ? rc : put(o, rel, 0700, name, &text, err);
}

void sc_php_default_version(const struct sc_php_places *where, char ret[SC_PHP_NAME_MAX + 1])
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    char path[PATH_MAX];
    strcpy(ret, SC_PHP_NATIVE);
    snprintf(path, sizeof(path), "%s" SC_PHP_ETC "/defaults.cfg",
             where && where->root ? where->root : "");
    if (sc_read_trusted_file(path, where ? where->owner : 0, SC_PHP_CHOICE_MAX, &text, NULL) == 0 &&
        sc_php_choice_parse(text.data, text.len, path, &c, NULL) == 0 && c.version[0])
        strcpy(ret, c.version);
}
