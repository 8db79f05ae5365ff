/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What php.ini, .user.ini and wrappers of PHP have a site use. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/resolve.h"
#include "core/facts/shown.h"
#include "core/facts/uses_private.h"
#include "core/facts/wrapper.h"

#define INI_MAX        (256u << 10)
#define SCAN_MAX       64 /* settings files of one directory … */
#define SCAN_NAMES_MAX 10000
#define SCAN_OPEN      (O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site uses");
}

/* A file of the home, with the user's rights. 1: it cannot be read. */
static int read_home(struct sc_uses_look *l, const char *rel, size_t max, struct sc_buf *text)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, l->a->uid, l->a->gid, l->err);
    if (rc < 0)
        return rc;
    return sc_read_file_beneath(l->a->homefd, rel, max, text, NULL, NULL) < 0;
}

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    struct sc_uses_look *l = arg;
    char value[SC_INI_LINE_MAX];
    (void)err;
    if (!row->key || row->continued)
        return 0;
    size_t n = strlen(row->value);
    bool quoted = n >= 2 && (row->value[0] == '"' || row->value[0] == '\'') &&
                  row->value[n - 1] == row->value[0];
    snprintf(value, sizeof(value), "%.*s", (int)(n - (quoted ? 2 : 0)), row->value + quoted);
    return sc_uses_setting(l, sc_php_setting(row->key), value);
}

/* What PHP itself would not read is nobody's word. */
static int use_text(struct sc_uses_look *l, const char *name, const struct sc_buf *text,
                    enum sc_word word)
{
    struct sc_error why = SC_ERROR_INIT;
    enum sc_word before = l->word;
    l->word = word;
    const struct sc_ini ini = {.file = name, .plain_indent = true, .row = on_row, .arg = l};
    int rc = sc_ini_read(&ini, text->data, text->len, NULL, &why);
    l->word = before;
    return rc == SC_E_NOMEM || rc == SC_E_SYS ? sc_error_set(l->err, rc, "%s", why.text) : 0;
}

static int use_ini(struct sc_uses_look *l, const char *rel, enum sc_word word)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = read_home(l, rel, INI_MAX, &text);
    return rc != 0 ? (rc < 0 ? rc : 0) : use_text(l, rel, &text, word);
}

int sc_uses_user_ini(struct sc_uses_look *l)
{
    SC_FREE char *rel = NULL;
    if (asprintf(&rel, "%s/.user.ini", l->site->rel) < 0)
        return no_memory(l->err);
    return use_ini(l, rel, SC_WORD_SITE);
}

/* Whether a site can write there: then it is its word. */
static bool is_of_a_site(const struct sc_uses_look *l, const char *rel)
{
    char up[SC_DOMAIN_PATH_MAX + 1];
    if (strlen(rel) >= sizeof(up))
        return true;
    strcpy(up, rel);
    for (char *slash = up; slash; slash = strrchr(up, '/')) {
        if (slash != up)
            *slash = 0;
        const struct sc_plan_area *area = sc_plan_area(l->plan, up);
        if (sc_plan_find(l->plan, up) || (area && !area->self))
            return true;
    }
    return false;
}

/* ---- php.ini ---- */

/* Outside of the home root's own file counts as root's word, where root's configuration names it. */
static int use_roots_ini(struct sc_uses_look *l, const char *path)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FREE char *real = NULL;
    int rc = l->word == SC_WORD_SERVER ? sc_shown_roots(l->a, path, &real, l->err) : 0;
    if (rc < 0 || !real)
        return rc < 0 ? rc : 1;
    if (sc_read_trusted_file(real, 0, INI_MAX, &text, NULL) < 0)
        return 1;
    rc = use_text(l, real, &text, SC_WORD_SERVER);
    return rc < 0 ? rc : sc_uses_show(l, path);
}

/* The file, where it is one; 1: it is none. */
static int use_ini_file(struct sc_uses_look *l, const char *path)
{
    SC_FREE char *rel = NULL;
    struct stat st;
    int found = sc_uses_find(l, path, &rel, &st);
    if (found > 0)
        return use_roots_ini(l, path);
    if (found != 0)
        return found == SC_E_NOTFOUND ? 1 : found;
    if (!S_ISREG(st.st_mode) || is_of_a_site(l, rel))
        return 1;
    int rc = use_ini(l, rel, SC_WORD_ACCOUNT);
    struct sc_plan_path as = {.is_file = true, .self = true, .config = true};
    return rc < 0 ? rc : sc_uses_add(l, as, &rel);
}

/* PHPRC and -c name the file or its directory (https://www.php.net/manual/en/configuration.file.php). */
static int use_phprc(struct sc_uses_look *l, const char *path)
{
    static const char *const names[] = {"php.ini", "php-cgi-fcgi.ini"};
    size_t n = strlen(path);
    if (n > 4 && strcmp(path + n - 4, ".ini") == 0) {
        int rc = use_ini_file(l, path);
        return rc < 0 ? rc : 0;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        SC_FREE char *file = NULL;
        if (asprintf(&file, "%s/%s", path, names[i]) < 0)
            return no_memory(l->err);
        int rc = use_ini_file(l, file);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Opens a directory: of the home with the user's rights, else root's. False: nothing is read there. */
static bool open_scan(struct sc_uses_look *l, const char *path, int *ret_fd)
{
    SC_FREE char *rel = NULL, *real = NULL;
    struct stat st;
    int rc = sc_uses_find(l, path, &rel, &st);
    if (rc > 0 && l->word == SC_WORD_SERVER && sc_shown_roots(l->a, path, &real, NULL) == 0 && real)
        *ret_fd = open(real, SCAN_OPEN);
    if (rc != 0 || !S_ISDIR(st.st_mode))
        return *ret_fd >= 0;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    return sc_asuser_begin(&as, l->a->uid, l->a->gid, NULL) == 0 &&
           sc_open_beneath(l->a->homefd, rel, SCAN_OPEN, 0, ret_fd, NULL) == 0;
}

static int use_scanned(struct sc_uses_look *l, const char *dir, const char *name)
{
    SC_FREE char *file = NULL;
    size_t n = strlen(name);
    if (n < 5 || strcmp(name + n - 4, ".ini") != 0)
        return 0;
    if (asprintf(&file, "%s/%s", dir, name) < 0)
        return no_memory(l->err);
    int rc = use_ini_file(l, file);
    return rc < 0 ? rc : 1;
}

/* A directory of further settings files. */
static int use_scan(struct sc_uses_look *l, const char *path)
{
    SC_FD int fd = -EBADF;
    if (path[0] != '/' || !open_scan(l, path, &fd))
        return 0;
    SC_DIR DIR *d = fdopendir(fd);
    const struct dirent *e;
    int rc = 0, files = 0;
    if (!d)
        return 0;
    fd = -EBADF;
    for (int i = 0; rc >= 0 && i < SCAN_NAMES_MAX && files < SCAN_MAX && (e = readdir(d)); i++) {
        rc = use_scanned(l, path, e->d_name);
        files += rc > 0;
    }
    return rc < 0 ? rc : 0;
}

int sc_uses_php_env(struct sc_uses_look *l, const struct sc_vhost *h)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < h->n_php_env; i++) {
        const char *value = strchr(h->php_env[i], '=') + 1;
        SC_FREE char *copy = strdup(value);
        char *save = NULL;
        if (!copy)
            return no_memory(l->err);
        if (strncmp(h->php_env[i], "PHPRC=", 6) == 0) {
            rc = value[0] == '/' ? use_phprc(l, value) : 0;
            continue;
        }
        for (char *one = strtok_r(copy, ":", &save); rc == 0 && one;
             one = strtok_r(NULL, ":", &save))
            rc = use_scan(l, one);
    }
    return rc;
}

/* ---- wrappers ---- */

static int on_word(enum sc_wrapper_word word, const char *value, void *arg, struct sc_error *err)
{
    struct sc_uses_look *l = arg;
    char name[64];
    const char *is = strchr(value, '=');
    (void)err;
    if (word == SC_WRAPPER_INI)
        return use_phprc(l, value);
    if (word == SC_WRAPPER_SCAN)
        return use_scan(l, value);
    if (!is || (size_t)(is - value) >= sizeof(name))
        return 0;
    snprintf(name, sizeof(name), "%.*s", (int)(is - value), value);
    return sc_uses_setting(l, sc_php_setting(name), is + 1);
}

static int use_wrapper(struct sc_uses_look *l, const char *path)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FREE char *rel = NULL, *dir = NULL;
    struct stat st;
    int rc = sc_uses_find(l, path, &rel, &st);
    if (rc != 0)
        return rc < 0 && rc != SC_E_NOTFOUND ? rc : 0;
    if (!S_ISREG(st.st_mode) || is_of_a_site(l, rel))
        return 0;
    rc = read_home(l, rel, SC_WRAPPER_MAX, &text);
    if (rc != 0 || strncmp(text.data, "#!", 2) != 0)
        return rc < 0 ? rc : 0;
    const char *slash = strrchr(rel, '/');
    if (asprintf(&dir, "%s/%.*s", l->a->home, slash ? (int)(slash - rel) : 0, rel) < 0)
        return no_memory(l->err);
    enum sc_word before = l->word;
    l->word = SC_WORD_ACCOUNT;
    rc = sc_wrapper_read(text.data, dir, l->a->home, on_word, l, l->err);
    l->word = before;
    return rc;
}

/* An Action names a wrapper by its address: it is in one of the host's other directories. */
static int use_action(struct sc_uses_look *l, const struct sc_vhost *h, const char *url)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < h->n_roots; i++) {
        SC_FREE char *path = NULL;
        if (!h->roots[i].alias || !sc_path_below(h->roots[i].text, l->a->home_alias))
            continue;
        if (asprintf(&path, "%s/%s", h->roots[i].text, strrchr(url, '/') + 1) < 0)
            return no_memory(l->err);
        rc = use_wrapper(l, path);
    }
    return rc;
}

int sc_uses_wrappers(struct sc_uses_look *l, const struct sc_vhost *h)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < h->ways.n; i++) {
        const char *what = h->ways.v[i].what;
        if (!h->ways.v[i].php || !what || what[0] != '/')
            continue;
        rc = use_wrapper(l, what);
        if (rc == 0)
            rc = use_action(l, h, what);
    }
    return rc;
}
