/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/secrets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/resolve.h"

#define HOME_ENTRIES_MAX 20000
#define LIST_BYTES_MAX   (64u << 10)

/* Names in the home itself. A panel's own directories come from files in SC_SECRETS_DIR, which its
 * package installs. */
static const char *const built_in[] = {
    ".ssh",
    ".gnupg",
    ".pki",
    ".my.cnf",
    ".mylogin.cnf",
    ".pgpass",
    ".netrc",
    ".git-credentials",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".npmrc",
    ".config/gcloud",
    ".config/rclone",
    ".config/gh",
    ".config/composer/auth.json",
    ".composer/auth.json",
    ".bash_history",
    ".zsh_history",
    ".history",
    ".mysql_history",
    ".psql_history",
    ".php_history",
    ".python_history",
    ".lesshst",
    ".viminfo",
    ".rediscli_history",
    ".forward",
    ".procmailrc",
    ".spamassassin",
    ".fetchmailrc",
    ".muttrc",
    ".msmtprc",
    ".vault-token",
    ".password-store",
    "mail",
    "Mail",
    "Maildir",
    "mbox",
    "logs",
    "access-logs",
    "backup",
    "backups",
    "backup-*",
    "cpmove-*",
    "*.tar.gz.gpg",
    "user_backups",
    "softaculous_backups",
    "wordpress-backups",
    ".trash",
    "ssl",
    "etc",
};

/* The product's own: made by the very change that plans for them, so never asked whether they are
 * there yet. */
static const char *const own[] = {".cagefs", ".lve"};

struct names {
    char **v;
    size_t n;
};

static void names_done(struct names *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
}

void sc_secrets_done(struct sc_secrets *s)
{
    for (size_t i = 0; i < s->n; i++)
        free((char *)(uintptr_t)s->v[i].rel);
    free(s->v);
    *s = (struct sc_secrets){0};
}

static int add_name(struct names *l, const char *name, struct sc_error *err)
{
    char **v = realloc(l->v, (l->n + 1) * sizeof(*v));
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
    l->v = v;
    l->v[l->n] = strdup(name);
    if (!l->v[l->n])
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
    l->n++;
    return 0;
}

static int add_lines(const struct sc_account *a, struct names *l, char *text, struct sc_error *err)
{
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        while (*line == ' ' || *line == '\t')
            line++;
        size_t n = strlen(line);
        while (n && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r' ||
                     line[n - 1] == '/'))
            line[--n] = 0;
        if (!n || line[0] == '#' || strstr(line, ".."))
            continue;
        const char *rel = line;
        if (line[0] == '/') { /* of this home, or not our business */
            rel = sc_path_below(line, a->home);
            if (!rel)
                rel = sc_path_below(line, a->home_alias);
        }
        if (rel && rel[0]) {
            int rc = add_name(l, rel, err);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int admin_names(const struct sc_account *a, struct names *l, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(SC_SECRETS_DIR);
    if (!d)
        return errno == ENOENT ? 0 : sc_error_sys(err, errno, "open " SC_SECRETS_DIR);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        SC_FREE char *path = NULL;
        if (asprintf(&path, SC_SECRETS_DIR "/%s", e->d_name) < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        int rc = sc_read_trusted_file(path, 0, LIST_BYTES_MAX, &text, err);
        if (rc == 0)
            rc = add_lines(a, l, text.data, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int add_secret(struct sc_secrets *s, const char *rel, bool dir, struct sc_error *err)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i].rel, rel) == 0)
            return 0;
    struct sc_plan_secret *v = realloc(s->v, (s->n + 1) * sizeof(*v));
    char *copy = strdup(rel);
    if (v)
        s->v = v;
    if (!v || !copy) {
        free(copy);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
    }
    s->v[s->n++] = (struct sc_plan_secret){.rel = copy, .is_dir = dir};
    return 0;
}

/* Adds `rel` if it exists: links too, because what they lead to may be in the home. */
static int add_if_there(const struct sc_account *a, struct sc_secrets *s, const char *rel,
                        struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    if (sc_open_beneath(a->homefd, rel, O_PATH | O_NOFOLLOW, 0, &fd, NULL) < 0 ||
        fstat(fd, &st) < 0)
        return 0;
    SC_FREE char *real = NULL;
    if (S_ISLNK(st.st_mode)) {
        /* a link is no place to mount on: close what it leads to */
        SC_FREE char *path = NULL;
        if (asprintf(&path, "%s/%s", a->home, rel) < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
        SC_FD int end = -EBADF;
        if (sc_resolve_beneath(a->home, a->home_alias, a->homefd, path, false, &real, &end, NULL) <
                0 ||
            !real[0] || fstat(end, &st) < 0)
            return 0;
        rel = real;
    }
    return add_secret(s, rel, S_ISDIR(st.st_mode), err);
}

/* Expands a pattern in its last part against the directory that it is in. */
static int add_matches(const struct sc_account *a, struct sc_secrets *s, const char *pattern,
                       struct sc_error *err)
{
    if (!strpbrk(pattern, "*?["))
        return add_if_there(a, s, pattern, err);
    const char *slash = strrchr(pattern, '/');
    SC_FREE char *dir = slash ? strndup(pattern, (size_t)(slash - pattern)) : strdup(".");
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
    SC_FD int fd = -EBADF;
    if (strpbrk(dir, "*?[") ||
        sc_open_beneath(a->homefd, dir, O_RDONLY | O_DIRECTORY, 0, &fd, NULL) < 0)
        return 0;
    SC_DIR DIR *d = fdopendir(fd);
    if (!d)
        return 0;
    fd = -EBADF;
    unsigned seen = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL && seen < HOME_ENTRIES_MAX; seen++) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            fnmatch(slash ? slash + 1 : pattern, e->d_name, FNM_PERIOD) != 0)
            continue;
        SC_FREE char *rel = NULL;
        if (asprintf(&rel, "%s%s%s", slash ? dir : "", slash ? "/" : "", e->d_name) < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of secrets");
        int rc = add_if_there(a, s, rel, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int sc_secrets_find(const struct sc_account *a, struct sc_secrets *ret, struct sc_error *err)
{
    SC_CLEANUP(names_done) struct names list = {0};
    int rc = admin_names(a, &list, err);
    for (size_t i = 0; rc == 0 && i < sizeof(built_in) / sizeof(built_in[0]); i++)
        rc = add_name(&list, built_in[i], err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_secrets_done) struct sc_secrets s = {0};
    for (size_t i = 0; rc == 0 && i < sizeof(own) / sizeof(own[0]); i++)
        rc = add_secret(&s, own[i], true, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    rc = sc_asuser_begin(&as, a->uid, a->gid, err);
    for (size_t i = 0; rc == 0 && i < list.n; i++)
        rc = add_matches(a, &s, list.v[i], err);
    if (rc < 0)
        return rc;
    *ret = s;
    s = (struct sc_secrets){0};
    return 0;
}
