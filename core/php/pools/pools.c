/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/pools/pools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

#define MARK "; sitecage: runs inside its isolated site and comes back when isolation ends: "

/* Behind a mark: the address, for panels that look it up in the pool's file when they write hosts. */
#define SHOWN "; listen = "

static void pool_done(struct sc_fpm_pool *p)
{
    for (size_t i = 0; i < p->n_keys; i++)
        SC_FREE_ALL(p->keys[i].key, p->keys[i].value, p->keys[i].raw);
    SC_FREE_ALL(p->keys, p->name);
}

void sc_fpm_file_done(struct sc_fpm_file *f)
{
    SC_VEC_DONE(f->v, f->n, pool_done);
    *f = (struct sc_fpm_file){0};
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char *trimmed(const char *from, const char *to)
{
    while (from < to && blank(*from))
        from++;
    while (to > from && blank(to[-1]))
        to--;
    return strndup(from, (size_t)(to - from));
}

/* A value without its quotes, or without the comment behind it. NULL: no memory, or (*bad) a quote
 * that this line does not close. */
static char *unquoted(const char *from, const char *to, bool *bad)
{
    while (from < to && blank(*from))
        from++;
    if (from < to && (*from == '"' || *from == '\'')) {
        const char *end = memchr(from + 1, *from, (size_t)(to - from - 1));
        if (!end) {
            *bad = true;
            return NULL;
        }
        return strndup(from + 1, (size_t)(end - from - 1));
    }
    const char *comment = memchr(from, ';', (size_t)(to - from));
    return trimmed(from, comment ? comment : to);
}

struct reader {
    const char *file;
    unsigned line;
    struct sc_fpm_file out;
    struct sc_error *err;
};

static int bad_line(struct reader *r, const char *what)
{
    return sc_error_set(r->err, SC_E_INVAL, "%s, line %u: %s", r->file, r->line, what);
}

static int no_memory(struct reader *r)
{
    return sc_error_set(r->err, SC_E_NOMEM, "out of memory for %s", r->file);
}

static struct sc_fpm_pool *last(struct reader *r)
{
    return r->out.n ? &r->out.v[r->out.n - 1] : NULL;
}

/* Takes `name`. */
static int begin(struct reader *r, char *name, size_t at, bool mark)
{
    if (!name || r->out.n >= SC_FPM_POOLS_MAX || !SC_VEC_ROOM(r->out.v, r->out.n)) {
        free(name);
        return r->out.n >= SC_FPM_POOLS_MAX
                   ? sc_error_set(r->err, SC_E_TOOBIG, "%s has more than %u pools", r->file,
                                  SC_FPM_POOLS_MAX)
                   : no_memory(r);
    }
    r->out.v[r->out.n++] = (struct sc_fpm_pool){.name = name, .from = at, .mark = mark};
    return 0;
}

static int add_key(struct reader *r, struct sc_fpm_pool *p, const char *from, const char *to)
{
    const char *eq = memchr(from, '=', (size_t)(to - from));
    if (p->n_keys >= SC_FPM_KEYS_MAX)
        return sc_error_set(r->err, SC_E_TOOBIG, "%s: a pool has more than %u lines", r->file,
                            SC_FPM_KEYS_MAX);
    if (!SC_VEC_ROOM(p->keys, p->n_keys))
        return no_memory(r);
    bool bad = false;
    struct sc_fpm_key *k = &p->keys[p->n_keys++];
    *k = (struct sc_fpm_key){.key = trimmed(from, eq ? eq : to),
                             .value = eq ? unquoted(eq + 1, to, &bad) : strdup(""),
                             .raw = eq ? trimmed(eq + 1, to) : strdup("")};
    if (bad)
        return bad_line(r, "a quote that is not closed on its line");
    return k->key && k->value && k->raw ? 0 : no_memory(r);
}

static int read_line(struct reader *r, const char *text, const char *from, const char *to)
{
    size_t at = (size_t)(from - text);
    if ((size_t)(to - from) > sizeof(MARK) - 1 && memcmp(from, MARK, sizeof(MARK) - 1) == 0) {
        char *name = trimmed(from + sizeof(MARK) - 1, to);
        if (name && sc_decode_word(name) < 0) {
            free(name);
            return 0; /* a comment of somebody else */
        }
        return begin(r, name, at, true);
    }
    while (from < to && blank(*from))
        from++;
    if (from == to || *from == ';' || *from == '#')
        return 0;
    if (*from == '[') {
        const char *end = memchr(from, ']', (size_t)(to - from));
        return end ? begin(r, trimmed(from + 1, end), at, false) : bad_line(r, "'[' without ']'");
    }
    struct sc_fpm_pool *p = last(r);
    if (p && p->mark)
        return bad_line(r, "a setting behind a pool that was taken out");
    /* what stands before the first pool is php-fpm's [global] */
    return p ? add_key(r, p, from, to) : 0;
}

/* Whether the line shows the address of the mark that it follows. */
static bool is_shown(struct reader *r, const char *text, const char *from, const char *to)
{
    const struct sc_fpm_pool *p = last(r);
    return p && p->mark && p->to == (size_t)(from - text) &&
           (size_t)(to - from) > sizeof(SHOWN) - 1 && memcmp(from, SHOWN, sizeof(SHOWN) - 1) == 0;
}

int sc_fpm_parse(const char *text, size_t len, const char *file, struct sc_fpm_file *ret,
                 struct sc_error *err)
{
    struct reader r = {.file = file, .err = err};
    int rc = 0;
    if (len > SC_FPM_FILE_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %u bytes", file, SC_FPM_FILE_MAX);
    if (memchr(text, 0, len))
        return sc_error_set(err, SC_E_INVAL, "%s has a NUL byte in it", file);
    for (const char *at = text, *end = text + len; rc == 0 && at < end;) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        size_t before = r.out.n;
        bool shown = is_shown(&r, text, at, nl ? nl : end);
        r.line++;
        rc = read_line(&r, text, at, nl ? nl : end);
        if (rc == 0 && r.out.n > before && before > 0 && !r.out.v[before - 1].mark)
            r.out.v[before - 1].to = (size_t)(at - text);
        at = nl ? nl + 1 : end;
        if (rc == 0 && r.out.n && (!last(&r)->mark || r.out.n > before || shown))
            last(&r)->to = (size_t)(at - text);
    }
    /* an idle pool belongs to the mark before it */
    for (size_t i = 1; rc == 0 && i < r.out.n; i++)
        if (r.out.v[i - 1].mark &&
            strncmp(r.out.v[i].name, SC_FPM_IDLE_POOL, sizeof(SC_FPM_IDLE_POOL) - 1) == 0)
            r.out.v[i - 1].to = r.out.v[i].to;
    if (rc < 0)
        sc_fpm_file_done(&r.out);
    else
        *ret = r.out;
    return rc;
}

const struct sc_fpm_pool *sc_fpm_pool_find(const struct sc_fpm_file *f, const char *name)
{
    /* php-fpm joins sections of one name; the first is where the pool begins */
    for (size_t i = 0; i < f->n; i++)
        if (!f->v[i].mark && strcmp(f->v[i].name, name) == 0 && strcasecmp(name, "global") != 0)
            return &f->v[i];
    return NULL;
}

const struct sc_fpm_pool *sc_fpm_mark_find(const struct sc_fpm_file *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].mark && strcmp(f->v[i].name, name) == 0)
            return &f->v[i];
    return NULL;
}

char *sc_fpm_value(const struct sc_fpm_pool *p, const char *key)
{
    const char *value = NULL;
    for (size_t i = 0; i < p->n_keys; i++)
        if (strcmp(p->keys[i].key, key) == 0)
            value = p->keys[i].value;
    if (!value || !*value)
        return NULL;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    for (const char *at = value; *at;) {
        const char *var = strstr(at, "$pool");
        sc_buf_add(&out, at, var ? (size_t)(var - at) : strlen(at));
        if (!var)
            break;
        sc_buf_str(&out, p->name);
        at = var + 5;
    }
    return out.failed || !out.data ? NULL : sc_steal_ptr(&out.data);
}

int sc_fpm_cut(const char *text, size_t len, const char *file, const char *name, const char *idle,
               struct sc_buf *out, struct sc_buf *ret_cut, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    int rc = sc_fpm_parse(text, len, file, &f, err);
    const struct sc_fpm_pool *p = rc == 0 ? sc_fpm_pool_find(&f, name) : NULL;
    if (rc == 0 && !p)
        rc = sc_error_set(err, SC_E_NOTFOUND, "%s has no pool %s", file, name);
    if (rc < 0)
        return rc;
    sc_buf_add(out, text, p->from);
    sc_buf_str(out, MARK);
    sc_buf_enc(out, name, strlen(name));
    sc_buf_str(out, "\n");
    for (size_t i = 0; i < p->n_keys; i++)
        if (strcmp(p->keys[i].key, "listen") == 0 && *p->keys[i].raw)
            sc_buf_fmt(out, SHOWN "%s\n", p->keys[i].raw);
    sc_buf_str(out, idle);
    /* an old mark of it, which a rewritten file may still have */
    size_t at = p->to;
    for (size_t i = 0; i < f.n; i++)
        if (f.v[i].mark && strcmp(f.v[i].name, name) == 0 && f.v[i].from >= at) {
            sc_buf_add(out, text + at, f.v[i].from - at);
            at = f.v[i].to;
        }
    sc_buf_add(out, text + at, len - at);
    if (ret_cut)
        sc_buf_add(ret_cut, text + p->from, p->to - p->from);
    rc = sc_buf_check(out, file, err);
    return rc == 0 && ret_cut ? sc_buf_check(ret_cut, file, err) : rc;
}

int sc_fpm_paste(const char *text, size_t len, const char *file, const char *name, const char *cut,
                 size_t cut_len, struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    int rc = sc_fpm_parse(text, len, file, &f, err);
    const struct sc_fpm_pool *p = rc == 0 ? sc_fpm_mark_find(&f, name) : NULL;
    if (rc == 0 && !p)
        rc = sc_error_set(err, SC_E_NOTFOUND, "%s has no place for the pool %s", file, name);
    if (rc < 0)
        return rc;
    sc_buf_add(out, text, p->from);
    sc_buf_add(out, cut, cut_len);
    if (p->to < len && cut_len && cut[cut_len - 1] != '\n')
        sc_buf_str(out, "\n");
    sc_buf_add(out, text + p->to, len - p->to);
    return sc_buf_check(out, file, err);
}

const char *sc_fpm_refusal(const struct sc_fpm_pool *p)
{
    for (size_t i = 0; i < p->n_keys; i++) {
        const char *key = p->keys[i].key, *value = p->keys[i].value;
        if (strcmp(key, "chroot") == 0 && *value)
            return "has a chroot of its own: remove `chroot` from it, the site's view takes its "
                   "place";
        if (strcmp(key, "include") == 0 && *value)
            return "includes another file: write that file's lines into the pool";
    }
    return NULL;
}

static bool below(const char *path, const char *docroot)
{
    size_t n = docroot ? strlen(docroot) : 0;
    return docroot && strncmp(path, docroot, n) == 0 && (path[n] == '/' || path[n] == 0) &&
           !strstr(path, "/../");
}

/* Whether the site's own master gets this line. */
static bool copied(const struct sc_fpm_key *k, const char *docroot, bool slowlog)
{
    static const char *const dropped[] = {"user",   "group",        "listen",
                                          "prefix", "apparmor_hat", "process.priority",
                                          "chroot", "include",      "pm.status_listen"};
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
        if (strcmp(k->key, dropped[i]) == 0)
            return false;
    if (strncmp(k->key, "listen.", 7) == 0)
        return strcmp(k->key, "listen.allowed_clients") == 0;
    if (strcmp(k->key, "access.log") == 0)
        return below(k->value, docroot);
    if (strcmp(k->key, "chdir") == 0)
        return !docroot || strcmp(k->value, "/") == 0 || below(k->value, docroot);
    if (strcmp(k->key, "slowlog") == 0 || strncmp(k->key, "request_slowlog_", 16) == 0)
        return slowlog;
    return true;
}

void sc_fpm_global(struct sc_buf *out)
{
    /* what it says goes to standard error, which the supervisor reads (--force-stderr); requests in
     * flight have 10 s to finish */
    sc_buf_str(out, "[global]\ndaemonize = no\nerror_log = /dev/null\nlog_level = notice\n"
                    "process_control_timeout = 10s\n");
}

/* "php_value[NAME]" and "php_admin_value[NAME]" */
static bool is_setting(const char *key, const char *name)
{
    size_t n = strlen(name);
    const char *in = strncmp(key, "php_value[", 10) == 0         ? key + 10
                     : strncmp(key, "php_admin_value[", 16) == 0 ? key + 16
                                                                 : NULL;
    return in && strncmp(in, name, n) == 0 && strcmp(in + n, "]") == 0;
}

bool sc_fpm_sets(const struct sc_fpm_pool *p, const char *name)
{
    for (size_t i = 0; i < p->n_keys; i++)
        if (is_setting(p->keys[i].key, name) && *p->keys[i].value)
            return true;
    return false;
}

/* Whether one of the colon-separated directories is `docroot` or above it. */
static bool opens(const char *list, const char *docroot)
{
    while (*list) {
        size_t n = strcspn(list, ":"), len = n;
        while (len && list[len - 1] == '/')
            len--;
        if (n && strncmp(docroot, list, len) == 0 && (docroot[len] == '/' || docroot[len] == 0))
            return true;
        list += n + (list[n] == ':');
    }
    return false;
}

/* A pool that serves several sites names the paths of one of them, or of none. Without the line where
 * the path cannot stand between quotes: the site's view is what holds it. */
static void render_key(const struct sc_fpm_key *k, const char *docroot, struct sc_buf *out)
{
    bool root = is_setting(k->key, "doc_root");
    bool basedir =
        docroot && is_setting(k->key, "open_basedir") && *k->value && !opens(k->value, docroot);
    if (!docroot || (!root && !basedir))
        sc_buf_fmt(out, "%s = %s\n", k->key, k->raw);
    else if (!strpbrk(docroot, "\"\\$\n"))
        sc_buf_fmt(out, "%s = \"%s%s%s\"\n", k->key, docroot,
                   root ? "" : "/:", root ? "" : k->value);
}

void sc_fpm_render(const struct sc_fpm_pool *p, const char *listen, const char *docroot,
                   const char *user, const char *home, struct sc_buf *out)
{
    SC_FREE char *slow = sc_fpm_value(p, "slowlog");
    bool slowlog = slow && below(slow, docroot);
    /* `user` does nothing in a master that is not root, but cPanel's looks it up in each worker, and
     * crashes without */
    sc_buf_fmt(out, "[%s]\nlisten = %s\nuser = %s\nenv[USER] = \"%s\"\nenv[HOME] = \"%s\"\n",
               p->name, listen, user, user, home);
    for (size_t i = 0; i < p->n_keys; i++)
        if (copied(&p->keys[i], docroot, slowlog))
            render_key(&p->keys[i], docroot, out);
}
