/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking an interpreter what it is, once: the answers are kept in a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/base/vec.h"
#include "core/php/catalogue_private.h"

#define CACHE_MAX      (1u << 20)
#define CACHE_MAGIC    "sitecage-php-cache 1"
#define ASK_TIMEOUT_MS 10000
#define ANSWER_MAX     (256u << 10)
#define NOBODY         65534u
#define FIELD_MAX      65535u

/* ---- the file ---- */

static void said_done(struct sc_php_said *s)
{
    SC_FREE_ALL(s->real, s->full, s->scan_dir, s->compiled);
}

void sc_php_asked_done(struct sc_php_asked *a)
{
    SC_VEC_DONE(a->v, a->n, said_done);
    *a = (struct sc_php_asked){0};
}

static struct sc_php_said *add(struct sc_php_asked *a)
{
    if (a->n >= (size_t)SC_PHP_VERSIONS_MAX * SC_PHP_SAPIS * 2)
        return NULL;
    if (!SC_VEC_ROOM(a->v, a->n))
        return NULL;
    a->v[a->n] = (struct sc_php_said){0};
    return &a->v[a->n++];
}

/* "=" before the word, so that an empty one is a word too. */
static char *word(char **save)
{
    char *w = strtok_r(NULL, " ", save);
    return w && w[0] == '=' && sc_decode_word(w + 1) >= 0 ? strdup(w + 1) : NULL;
}

static bool read_line(struct sc_php_asked *a, char *text)
{
    unsigned long long n[4];
    int used = 0;
    char *save = NULL;
    if (sscanf(text, "%llu %llu %llu %llu %n", &n[0], &n[1], &n[2], &n[3], &used) != 4 || !used)
        return false;
    struct sc_php_said *s = add(a);
    if (!s)
        return false;
    *s = (struct sc_php_said){.dev = n[0], .ino = n[1], .size = n[2], .mtime_ns = n[3]};
    char *first = strtok_r(text + used, " ", &save);
    s->real = first && first[0] == '=' && sc_decode_word(first + 1) >= 0 ? strdup(first + 1) : NULL;
    s->full = word(&save);
    s->scan_dir = word(&save);
    s->compiled = word(&save);
    return s->real && s->full && s->scan_dir && s->compiled;
}

void sc_php_asked_read(const char *path, uid_t owner, struct sc_php_asked *ret)
{
    SC_CLEANUP(sc_php_asked_done) struct sc_php_asked a = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    *ret = (struct sc_php_asked){0};
    if (sc_read_trusted_file(path, owner, CACHE_MAX, &text, NULL) < 0 ||
        strlen(text.data) != text.len)
        return;
    char *save = NULL, *line = strtok_r(text.data, "\n", &save);
    if (!line || strcmp(line, CACHE_MAGIC) != 0)
        return;
    while ((line = strtok_r(NULL, "\n", &save)) != NULL)
        if (!read_line(&a, line))
            return;
    SC_MOVE(ret, &a);
}

static void add_word(struct sc_buf *b, const char *w)
{
    sc_buf_str(b, " =");
    sc_buf_enc(b, w, strlen(w));
}

void sc_php_asked_write(const char *path, const struct sc_php_asked *a)
{
    SC_BUF struct sc_buf b = {.limit = CACHE_MAX};
    SC_FREE char *dir = strdup(path);
    char *slash = dir ? strrchr(dir, '/') : NULL;
    if (!a->changed || !slash)
        return;
    *slash = 0;
    /* who writes it at the same time has asked the same */
    SC_FD int lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
        return;
    sc_buf_str(&b, CACHE_MAGIC "\n");
    for (size_t i = 0; i < a->n; i++) {
        const struct sc_php_said *s = &a->v[i];
        if (access(s->real, F_OK) < 0)
            continue;
        sc_buf_fmt(&b, "%llu %llu %llu %llu", (unsigned long long)s->dev,
                   (unsigned long long)s->ino, (unsigned long long)s->size,
                   (unsigned long long)s->mtime_ns);
        add_word(&b, s->real);
        add_word(&b, s->full);
        add_word(&b, s->scan_dir);
        add_word(&b, s->compiled);
        sc_buf_str(&b, "\n");
    }
    if (sc_buf_check(&b, path, NULL) == 0)
        (void)sc_replace_file(path, 0644, b.data, b.len, NULL);
}

/* ---- asking ---- */

static const char question[] =
    "<?php echo \"sitecage\\n\", PHP_VERSION, \"\\n\", PHP_CONFIG_FILE_SCAN_DIR, \"\\n\", "
    "implode(',', get_loaded_extensions()), \"\\n\";\n";

static int run(const char *real, const char *const *args, bool input, struct sc_run_result *r,
               struct sc_error *err)
{
    static const char *const env[] = {"PATH=/usr/bin:/bin", "LANG=C", NULL};
    struct sc_run_ids nobody = {.uid = NOBODY, .gid = NOBODY};
    const char *argv[8] = {real};
    for (size_t i = 0; args[i] && i < 6; i++)
        argv[i + 1] = args[i];
    struct sc_run_spec spec = {.argv = argv,
                               .env = env,
                               .input = input ? question : NULL,
                               .input_len = input ? sizeof(question) - 1 : 0,
                               .timeout_ms = ASK_TIMEOUT_MS,
                               .max_out = ANSWER_MAX,
                               .drop = geteuid() == 0 ? &nobody : NULL};
    return sc_run(&spec, r, err);
}

/* A word that may stand in a table, or on a terminal. */
static bool plain(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s <= 0x20 || (unsigned char)*s > 0x7e)
            return false;
    return true;
}

static int nonsense(const char *real, struct sc_error *err)
{
    return sc_error_set(err, SC_E_INVAL, "%s does not answer as PHP does", real);
}

/* A script on standard input: the question above. */
static int ask_script(const char *real, struct sc_php_said *s, struct sc_error *err)
{
    static const char *const args[] = {"-n", "-q", NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = run(real, args, true, &r, err);
    if (rc < 0)
        return rc;
    char *save = r.out.data, *line[4] = {NULL};
    for (size_t i = 0; i < 4; i++)
        line[i] = save ? strsep(&save, "\n") : NULL;
    if (!sc_run_ok(&r) || !line[3] || strcmp(line[0], "sitecage") != 0 || !plain(line[1]) ||
        !line[1][0] || !plain(line[2]) || strlen(line[3]) > FIELD_MAX)
        return nonsense(real, err);
    s->full = strdup(line[1]);
    s->scan_dir = strdup(line[2]);
    s->compiled = strdup(line[3]);
    return 0;
}

/* The text behind "=> " in a line of phpinfo() that begins with `key`. */
static char *info_value(const char *text, const char *key)
{
    const char *p = strstr(text, key);
    if (!p)
        return NULL;
    p += strlen(key);
    if (strncmp(p, " => ", 4) != 0)
        return NULL;
    p += 4;
    return strndup(p, strcspn(p, "\r\n"));
}

/* The process manager runs no script, and hides the scan directory from -n. */
static int ask_fpm(const char *real, struct sc_php_said *s, struct sc_error *err)
{
    static const char *const args[] = {"-i", NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = run(real, args, false, &r, err);
    if (rc < 0)
        return rc;
    const char *text = sc_run_ok(&r) && r.out.data ? r.out.data : "";
    SC_FREE char *full = info_value(text, "PHP Version");
    SC_FREE char *dir = info_value(text, "Scan this dir for additional .ini files");
    if (!full || !*full || !plain(full))
        return nonsense(real, err);
    s->full = sc_steal_ptr(&full);
    s->scan_dir = strdup(dir && dir[0] == '/' && plain(dir) ? dir : "");
    s->compiled = strdup("");
    return 0;
}

const struct sc_php_said *sc_php_ask(struct sc_php_asked *a, const char *real,
                                     enum sc_php_sapi sapi, struct sc_error *err)
{
    struct stat st;
    if (stat(real, &st) < 0) {
        sc_error_sys(err, errno, "look at %s", real);
        return NULL;
    }
    struct sc_php_said now = {.dev = st.st_dev,
                              .ino = st.st_ino,
                              .size = (uint64_t)st.st_size,
                              .mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
                                          (uint64_t)st.st_mtim.tv_nsec};
    struct sc_php_said *s = NULL;
    for (size_t i = 0; i < a->n && !s; i++)
        if (strcmp(a->v[i].real, real) == 0)
            s = &a->v[i];
    if (s && s->dev == now.dev && s->ino == now.ino && s->size == now.size &&
        s->mtime_ns == now.mtime_ns)
        return s;
    int rc = sapi == SC_PHP_FPM ? ask_fpm(real, &now, err) : ask_script(real, &now, err);
    if (rc < 0)
        return NULL;
    now.real = strdup(real);
    if (!s && now.real)
        s = add(a);
    else if (s)
        said_done(s);
    if (!s || !now.real || !now.full || !now.scan_dir || !now.compiled) {
        said_done(&now);
        if (s)
            *s = a->v[--a->n];
        sc_error_set(err, SC_E_NOMEM, "out of memory for the catalogue of PHP");
        return NULL;
    }
    *s = now;
    a->changed = true;
    return s;
}
