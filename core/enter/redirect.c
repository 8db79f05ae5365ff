/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIGHEST 9

/* ---- reading a command ---- */

static bool ends_word(char c)
{
    return c == 0 || strchr(" \t\n;&|<>()", c);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_./-+,:@%=", c)) || (unsigned char)c >= 0x80;
}

/* The number in front of the '>' at command[i]; -1: none; -2: not one of a single digit. */
static int number_before(const char *command, size_t i)
{
    size_t k = i;
    while (k > 0 && command[k - 1] >= '0' && command[k - 1] <= '9')
        k--;
    if (k == i || (k > 0 && !ends_word(command[k - 1])))
        return -1;
    return i - k == 1 ? command[k] - '0' : -2;
}

/* Where the quote that begins at command[i] ends; the closing one, or the end of the text. */
static size_t quote_end(const char *command, size_t i)
{
    char quote = command[i];
    for (i++; command[i] && command[i] != quote; i++)
        if (quote == '"' && command[i] == '\\' && command[i + 1])
            i++;
    return i;
}

/* The word at command[*i], without quotes, into out. False: it may mean several files, or another
 * one each time. *ret_home: it begins with "~/" or "$HOME/", which is left out. */
static bool read_word(const char *command, size_t *i, char *out, size_t size, bool *ret_home)
{
    static const char *const homes[] = {"~/", "$HOME/", "${HOME}/", "\"$HOME/", "\"${HOME}/"};
    size_t n = 0, k = *i;
    char quote = 0;
    *ret_home = false;
    for (size_t h = 0; h < sizeof(homes) / sizeof(homes[0]) && !*ret_home; h++)
        if (strncmp(command + k, homes[h], strlen(homes[h])) == 0) {
            *ret_home = true;
            quote = homes[h][0] == '"' ? '"' : 0;
            k += strlen(homes[h]);
        }
    for (; quote ? command[k] != 0 : !ends_word(command[k]); k++) {
        char c = command[k];
        if (c == quote && quote) {
            quote = 0;
            continue;
        }
        if (!quote && (c == '"' || c == '\'')) {
            quote = c;
            continue;
        }
        if (!quote && c == '\\' && command[k + 1])
            c = command[++k];
        else if (quote ? quote == '"' && strchr("$`\\!", c) : !is_plain(c))
            return false;
        if (n + 1 >= size)
            return false;
        out[n++] = c;
    }
    out[n] = 0;
    *i = k;
    return !quote && n > 0;
}

/* What follows one of the names of HOME; NULL. */
static const char *below(const char *path, const char *const *home)
{
    for (; *home; home++) {
        size_t n = strlen(*home);
        if (n > 1 && strncmp(path, *home, n) == 0 && path[n] == '/')
            return path + n;
    }
    return NULL;
}

/* Without dots and doubled slashes. False: it has "..", or names no file. */
static bool clean(const char *path, char *out, size_t size)
{
    size_t used = 0;
    if (path[strlen(path) - 1] == '/')
        return false;
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.')
            return false;
        if (n && !(n == 1 && p[0] == '.')) {
            if (used + n + 2 > size)
                return false;
            if (used)
                out[used++] = '/';
            memcpy(out + used, p, n);
            used += n;
        }
        p += n + (p[n] == '/');
    }
    out[used] = 0;
    return used > 0;
}

/* The target at command[*i]. `moved`: the working directory is no longer HOME. */
static bool read_target(const char *command, size_t *i, const char *const *home, bool moved,
                        struct sc_redirect *ret)
{
    char word[PATH_MAX] = "";
    bool in_home = false;
    if (!read_word(command, i, word, sizeof(word), &in_home))
        return false;
    const char *path = in_home ? word : word[0] == '/' ? below(word, home) : moved ? NULL : word;
    return path && word[0] != '~' && clean(path, ret->path, sizeof(ret->path));
}

/* The '>' at command[i]; *at behind it, or behind all of it. */
static bool read_redirect(const char *command, size_t i, size_t *at, const char *const *home,
                          bool moved, struct sc_redirect *ret)
{
    size_t k = i + 1;
    ret->left = number_before(command, i);
    ret->both = i > 0 && command[i - 1] == '&';
    ret->from = ret->both || ret->left >= 0 ? i - 1 : i;
    ret->append = command[k] == '>';
    k += ret->append || command[k] == '|';
    *at = k;
    if (command[k] == '&' || command[k] == '(') { /* ">&1", ">(program)" */
        *at = k + 1;
        return false;
    }
    while (command[k] == ' ' || command[k] == '\t')
        k++;
    if (ret->left == -2 || !read_target(command, &k, home, moved, ret))
        return false;
    ret->to = *at = k;
    return true;
}

static bool changes_directory(const char *command, size_t i)
{
    size_t n = strncmp(command + i, "cd", 2) == 0      ? 2
               : strncmp(command + i, "pushd", 5) == 0 ? 5
                                                       : 0;
    return n && (i == 0 || ends_word(command[i - 1])) && ends_word(command[i + n]);
}

bool sc_redirect_next(const char *command, size_t *at, const char *const *home,
                      struct sc_redirect *ret)
{
    bool moved = false;
    size_t i = 0;
    while (command[i]) { /* from the beginning: quotes */
        char c = command[i];
        moved |= changes_directory(command, i);
        if (c == '<' && command[i + 1] == '<') /* a text for standard input begins */
            return false;
        if (c == '#' && (i == 0 || ends_word(command[i - 1])))
            return false;
        if (c == '\\' && command[i + 1]) {
            i += 2;
        } else if (c == '\'' || c == '"') {
            i = quote_end(command, i);
            i += command[i] != 0;
        } else if (c == '>') {
            size_t next;
            bool is = read_redirect(command, i, &next, home, moved, ret);
            if (is && i >= *at) {
                *at = next;
                return true;
            }
            i = next;
        } else {
            i++;
        }
    }
    return false;
}

bool sc_redirect_shell(const char *shell)
{
    static const char *const known[] = {"sh", "bash", "dash", "ksh", "mksh", "zsh", "ash"};
    const char *slash = strrchr(shell, '/'), *name = slash ? slash + 1 : shell;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    return false;
}

/* ---- opening ---- */

/* What a site owns: its links would lead. And what says who is isolated. */
static bool is_closed(const struct sc_table *t, const char *real, const char *path)
{
    char full[PATH_MAX];
    if (strncmp(path, ".lve", 4) == 0 || strncmp(path, ".cagefs", 7) == 0 ||
        snprintf(full, sizeof(full), "%s/%s", real, path) >= (int)sizeof(full))
        return true;
    struct sc_site_ref site = sc_table_containing(t, full);
    return site.state == SC_SITE_ISOLATED || site.state == SC_SITE_BROKEN;
}

/* With the user's rights, along no link. */
static int open_target(int home, const struct sc_redirect *r)
{
    struct open_how how = {.flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
                                    (unsigned)(r->append ? O_APPEND : O_TRUNC),
                           .mode = 0666,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                      RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV};
    struct stat st;
    int fd = (int)syscall(SYS_openat2, home, r->path, &how, sizeof(how));
    if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* At the highest number that is free. -1: none. */
static int place(int fd, const struct sc_redirects *r)
{
    int number = HIGHEST - (int)r->n;
    if (fd < 0 || fcntl(number, F_GETFD) >= 0 || dup2(fd, number) < 0)
        number = -1;
    if (fd >= 0)
        close(fd);
    return number;
}

struct opening {
    int home;
    char real[PATH_MAX]; /* of it */
    const struct sc_table *t;
    struct sc_redirects *r;
    size_t len; /* of r->command so far */
    char *out;
};

static void add(struct opening *o, const char *text, size_t n)
{
    memcpy(o->out + o->len, text, n);
    o->len += n;
    o->out[o->len] = 0;
}

static void open_one(struct opening *o, const char *command, const struct sc_redirect *r,
                     size_t *copied)
{
    char text[32];
    if (o->r->n == SC_REDIRECTS_MAX || is_closed(o->t, o->real, r->path))
        return;
    int number = place(open_target(o->home, r), o->r);
    if (number < 0)
        return;
    o->r->keep[o->r->n++] = number;
    add(o, command + *copied, r->from - *copied);
    if (r->both)
        snprintf(text, sizeof(text), ">&%d 2>&%d", number, number);
    else if (r->left >= 0)
        snprintf(text, sizeof(text), "%d>&%d", r->left, number);
    else
        snprintf(text, sizeof(text), ">&%d", number);
    add(o, text, strlen(text));
    *copied = r->to;
}

/* Whether the system says that it is the user's home. */
static bool is_passwds(const char *home, uid_t uid)
{
    FILE *f = fopen("/etc/passwd", "re");
    const struct passwd *pw = NULL;
    while (f && (pw = fgetpwent(f)) != NULL && pw->pw_uid != uid)
        ;
    bool same = pw && strcmp(pw->pw_dir, home) == 0;
    if (f)
        fclose(f);
    return same;
}

/* The user's own directory. Links on the way to it are root's where it is what passwd says; else
 * they may be a site's. */
static bool open_home(const char *home, uid_t uid, struct opening *o)
{
    char link[40];
    struct stat st;
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    if (is_passwds(home, uid))
        how.resolve = RESOLVE_NO_MAGICLINKS;
    o->home = (int)syscall(SYS_openat2, AT_FDCWD, home, &how, sizeof(how));
    if (o->home < 0 || fstat(o->home, &st) < 0 || st.st_uid != uid)
        return false;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", o->home);
    ssize_t n = readlink(link, o->real, sizeof(o->real) - 1);
    o->real[n > 0 ? n : 0] = 0;
    return o->real[0] == '/';
}

int sc_redirect_all(const char *command, const char *home, uid_t uid, gid_t gid,
                    const struct sc_table *t, struct sc_redirects *ret)
{
    struct opening o = {.home = -1, .t = t, .r = ret};
    size_t len = strlen(command), at = 0, copied = 0;
    *ret = (struct sc_redirects){.command = malloc(len + SC_REDIRECTS_MAX * 32 + 1)};
    if (!(o.out = ret->command))
        return -ENOMEM;
    o.out[0] = 0;
    (void)setfsgid(gid);
    (void)setfsuid(uid);
    if (open_home(home, uid, &o)) {
        const char *const names[] = {home, o.real, NULL};
        struct sc_redirect r;
        while (sc_redirect_next(command, &at, names, &r))
            open_one(&o, command, &r, &copied);
    }
    (void)setfsuid(0);
    (void)setfsgid(0);
    if (o.home >= 0)
        close(o.home);
    add(&o, command + copied, len - copied);
    return 0;
}
