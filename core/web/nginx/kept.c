/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/kept.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/vec.h"

#define HEAD     "sitecage-nginx 1\n"
#define KEPT_MAX (16u << 20)

void sc_nginx_kept_done(struct sc_nginx_kept *k)
{
    for (size_t i = 0; i < k->n; i++)
        sc_nginx_place_done(&k->v[i].at);
    free(k->v);
    *k = (struct sc_nginx_kept){0};
}

struct sc_nginx_keep *sc_nginx_kept_find(const struct sc_nginx_kept *k,
                                         const struct sc_nginx_place *at)
{
    for (size_t i = 0; i < k->n; i++)
        if (sc_nginx_place_same(&k->v[i].at, at))
            return &k->v[i];
    return NULL;
}

int sc_nginx_kept_add(struct sc_nginx_kept *k, const struct sc_nginx_place *at, bool made,
                      struct sc_error *err)
{
    if (sc_nginx_kept_find(k, at))
        return 0;
    if (!SC_VEC_ROOM(k->v, k->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    k->v[k->n].made = made;
    int rc = sc_nginx_place_copy(at, &k->v[k->n].at, err);
    k->n += rc == 0;
    return rc;
}

/* ---- the file ---- */

static const struct kind {
    const char *word;
    bool own, made, panel, named;
} kinds[] = {{"own", .own = true},
             {"dir", .own = true, .made = true},
             {"lines", .own = false},
             {"panel", .panel = true},
             {"newpanel", .panel = true, .made = true},
             {"named", .panel = true, .named = true},
             {"newnamed", .panel = true, .made = true, .named = true}};

static const struct kind *kind_of(const struct sc_nginx_keep *e)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].own == e->at.own && kinds[i].panel == (e->at.domain != NULL) &&
            kinds[i].named == e->at.named &&
            (kinds[i].made == e->made || (!e->at.own && !e->at.domain)))
            return &kinds[i];
    return &kinds[0];
}

/* "DOMAIN UID" */
static bool parse_panel(char *rest, struct sc_nginx_place *at)
{
    char *end, *space = rest ? strchr(rest, ' ') : NULL;
    if (!space)
        return false;
    *space = 0;
    unsigned long uid = strtoul(space + 1, &end, 10);
    at->domain = rest;
    at->owner = (uid_t)uid;
    return end > space + 1 && *end == 0 && uid <= UINT32_MAX && sc_decode_word(rest) > 0;
}

static int parse_line(char *line, struct sc_nginx_kept *ret, struct sc_error *err)
{
    char *rest = line, *word = strsep(&rest, " "), *path = rest ? strsep(&rest, " ") : NULL;
    for (size_t i = 0; path && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct sc_nginx_place at = {.path = path, .own = kinds[i].own, .named = kinds[i].named};
        if (strcmp(word, kinds[i].word) != 0)
            continue;
        if ((kinds[i].panel ? !parse_panel(rest, &at) : rest != NULL) || sc_decode_word(path) < 2 ||
            *path != '/')
            break;
        return sc_nginx_kept_add(ret, &at, kinds[i].made, err);
    }
    return sc_error_set(err, SC_E_INVAL, "no line of what is kept for nginx: %.40s", line);
}

int sc_nginx_kept_parse(char *text, struct sc_nginx_kept *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_nginx_kept_done) struct sc_nginx_kept k = {0};
    int rc = 0;
    if (strncmp(text, HEAD, sizeof(HEAD) - 1) != 0)
        return sc_error_set(err, SC_E_INVAL, "what is kept for nginx has no head line");
    for (char *at = text + sizeof(HEAD) - 1, *next; rc == 0 && *at; at = next) {
        char *nl = strchr(at, '\n');
        if (!nl)
            return sc_error_set(err, SC_E_INVAL, "what is kept for nginx ends within a line");
        *nl = 0;
        next = nl + 1;
        rc = parse_line(at, &k, err);
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &k);
    return 0;
}

static void path_of(uid_t uid, const char *more, char out[64])
{
    snprintf(out, 64, SC_NGINX_DIR "/%u%s", (unsigned)uid, more);
}

int sc_nginx_kept_load(uid_t uid, struct sc_nginx_kept *ret, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    path_of(uid, "", path);
    int rc = sc_read_trusted_file(path, 0, KEPT_MAX, &text, err);
    if (rc == SC_E_NOTFOUND) {
        *ret = (struct sc_nginx_kept){0};
        return 0;
    }
    if (rc == 0)
        rc = sc_nginx_kept_parse(text.data, ret, err);
    return rc < 0 ? sc_error_wrap(err, "%s", path) : 0;
}

static int remove_file(const char *path, struct sc_error *err)
{
    return unlink(path) < 0 && !sc_is_absent(errno) ? sc_error_sys(err, errno, "remove %s", path)
                                                    : 0;
}

int sc_nginx_kept_save(uid_t uid, const struct sc_nginx_kept *k, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    path_of(uid, "", path);
    if (k->n == 0)
        return remove_file(path, err);
    sc_buf_str(&text, HEAD);
    for (size_t i = 0; i < k->n; i++) {
        const struct sc_nginx_keep *e = &k->v[i];
        sc_buf_fmt(&text, "%s ", kind_of(e)->word);
        sc_buf_enc(&text, e->at.path, strlen(e->at.path));
        if (e->at.domain) {
            sc_buf_str(&text, " ");
            sc_buf_enc(&text, e->at.domain, strlen(e->at.domain));
            sc_buf_fmt(&text, " %u", (unsigned)e->at.owner);
        }
        sc_buf_str(&text, "\n");
    }
    int rc = sc_buf_check(&text, path, err);
    return rc < 0 ? rc : sc_replace_file(path, 0600, text.data, text.len, err);
}

/* ---- the mark ---- */

bool sc_nginx_is_unread(uid_t uid)
{
    char path[64];
    path_of(uid, ".unread", path);
    return access(path, F_OK) == 0 || !sc_is_absent(errno);
}

int sc_nginx_set_unread(uid_t uid, bool on, struct sc_error *err)
{
    char path[64];
    path_of(uid, ".unread", path);
    if (!on)
        return remove_file(path, err);
    SC_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? sc_error_sys(err, errno, "make %s", path) : 0;
}

int sc_nginx_unread(uid_t **ret, size_t *ret_n, struct sc_error *err)
{
    SC_DIR DIR *dir = opendir(SC_NGINX_DIR);
    SC_FREE uid_t *v = NULL;
    size_t n = 0;
    char *end;
    if (!dir && !sc_is_absent(errno))
        return sc_error_sys(err, errno, "read " SC_NGINX_DIR);
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        unsigned long uid = strtoul(e->d_name, &end, 10);
        if (end == e->d_name || strcmp(end, ".unread") != 0 || uid > UINT32_MAX)
            continue;
        if (!SC_VEC_ROOM(v, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
        v[n++] = (uid_t)uid;
    }
    *ret = sc_steal_ptr(&v);
    *ret_n = n;
    return 0;
}

bool sc_nginx_kept_any(uid_t uid)
{
    char path[64];
    path_of(uid, "", path);
    return sc_nginx_is_unread(uid) || access(path, F_OK) == 0 || !sc_is_absent(errno);
}
