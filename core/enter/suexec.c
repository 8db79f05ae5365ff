/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suexec entry: stands where Apache looks for suexec (setuid root, executable by the web
 * server's group only), and decides whose code is about to run. Code of an isolated site: enter the
 * site and run the real suexec there, with all of its own checks. Anything else: become the real
 * suexec, as if never here.
 *
 * Which site, from what Apache says (docs/security.md, "Which site a request belongs to"): code
 * belongs to the site that it lies in, whatever the environment says, so the first of these that
 * leads into an isolated site decides:
 *  1. the working directory, which Apache sets to the script's own (SSI can set DOCUMENT_ROOT, not
 * this);
 *  2. the way to the script that the program may run: SCRIPT_FILENAME, PATH_TRANSLATED (after
 * Action);
 *  3. DOCUMENT_ROOT.
 *
 * A FastCGI program (mod_fcgid) is started for many requests, with a socket as standard input, by a
 * wrapper that all sites of an account may share, and nothing in its environment says for which:
 * then 2 and 3 are what its first request says (fcgi.h). mod_fcgid keeps processes apart by the
 * virtual host's name, so what the first says is so for all. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "core/enter/answer.h"
#include "core/enter/enter.h"
#include "core/enter/failures.h"
#include "core/enter/fcgi.h"
#include "core/enter/hide.h"
#include "core/base/paths.h"
#include "core/base/told.h"
#include "core/enter/state.h"

extern char **environ;

static int visitor = 1;                  /* where a CGI response goes */
static char told_word[SC_TOLD_WORD + 1]; /* that mod_sitecage told us; "" where it did not */

/* Nobody behind us learns it. */
static void take_word(void)
{
    const char *told = getenv(SC_TOLD_ENV);
    if (told && strlen(told) == SC_TOLD_WORD && strspn(told, "0123456789abcdef") == SC_TOLD_WORD)
        memcpy(told_word, told, SC_TOLD_WORD);
    (void)unsetenv(SC_TOLD_ENV);
}

/* For mod_sitecage, which takes it out of the answer; FastCGI has no such word. */
static void tell(const char *why)
{
    char text[200];
    snprintf(text, sizeof(text), "%s", why);
    for (char *p = text; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    if (told_word[0] && visitor == 1)
        dprintf(visitor, SC_TOLD_HEADER ": %s %s\r\n", told_word, text);
}

static _Noreturn void become_real(char **argv)
{
    execv(SC_SUEXEC_REAL, argv);
    dprintf(2, "sitecage suexec: cannot run %s: %s\n", SC_SUEXEC_REAL, strerror(errno));
    _exit(SC_EXIT_CANNOT_ENTER);
}

static _Noreturn void answer(const char *status, unsigned retry_after, const char *title,
                             const char *text)
{
    sc_answer(visitor, status, retry_after, title, text);
    if (visitor == 1) { /* CGI: one socket, or two pipes. Of FastCGI, 0 is where others connect */
        sc_answer_read_no_more(0);
        sc_answer_read_no_more(1);
    }
    _exit(0);
}

static _Noreturn void unavailable(const char *what, const char *why)
{
    dprintf(2, "sitecage: %s: %s\n", what, why);
    tell(why);
    answer("503 Service Unavailable", 60, "Service Unavailable",
           "<p>The website is temporarily unable to serve your request.</p>");
}

/* The site is known, but not yet entered. */
static _Noreturn void site_unavailable(uid_t uid, unsigned site, const char *what, const char *why)
{
    char text[SC_FAILURE_TEXT];
    snprintf(text, sizeof(text), "%.150s: %.60s", what, why);
    sc_failures_note(uid, site, SC_FAILED_ENTER, 503, text);
    unavailable(what, why);
}

/* Status, words and the four hours are what CloudLinux' visitors see (LVERetryAfter's default). */
static _Noreturn void over_limit(const char *docroot, const char *why)
{
    dprintf(2, "sitecage: %s: %s\n", docroot, why);
    tell(why);
    answer("508 Resource Limit Is Reached", 240 * 60, "Resource Limit Is Reached",
           "<p>The website is temporarily unable to serve your request as it exceeded resource "
           "limit.</p><p>Please try again later.</p>");
}

/* A user of /etc/passwd: 0 when there is none of that name, -errno when that cannot be told. */
static int find_user(const char *name, uid_t *ret)
{
    FILE *f = fopen("/etc/passwd", "re");
    if (!f)
        return errno == ENOENT ? 0 : -errno;
    int rc = 0;
    struct passwd *pw;
    while ((pw = fgetpwent(f)) != NULL && strcmp(pw->pw_name, name) != 0)
        ;
    if (pw)
        *ret = pw->pw_uid;
    else if (ferror(f) || !feof(f))
        rc = -EIO;
    fclose(f);
    return rc;
}

/* The number that Apache gives, with a ~ before it for a user directory; people may give a name. 0
 * when it is neither a number nor a name of /etc/passwd. */
static uid_t target_uid(const char *word)
{
    if (word[0] == '~')
        word++;
    char *end;
    errno = 0;
    unsigned long n = strtoul(word, &end, 10);
    if (word[0] >= '0' && word[0] <= '9' && *end == 0 && errno == 0 && n < UINT_MAX)
        return (uid_t)n;
    uid_t uid = 0;
    int rc = find_user(word, &uid);
    if (rc < 0)
        unavailable("/etc/passwd cannot be read", strerror(-rc));
    return uid;
}

/* Whether this errno value means that nothing is there: a name that no file can have, too. */
static bool is_absent(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ENAMETOOLONG;
}

/* Resolves links with the owner's rights: root does not walk where a user could lead it. What is
 * not there keeps its name; NULL when that cannot be told. */
static const char *resolved(uid_t uid, const char *path, char out[PATH_MAX])
{
    (void)setfsuid(uid);
    const char *real = realpath(path, out);
    int e = errno;
    (void)setfsuid(0);
    return real ? real : is_absent(e) ? path : NULL;
}

static bool closed(struct sc_site_ref site)
{
    return site.state == SC_SITE_ISOLATED || site.state == SC_SITE_BROKEN;
}

/* The site that `path` leads into, link by link. What an isolated site can change (a link of its
 * own, what ".." is the parent of) may be another thing when the program opens the path: the first
 * such step decides. Plain directories between its document root and one nested in it are no such
 * step: it cannot rename them. What does not exist (words behind the script's name) is followed by
 * its name. */
static struct sc_site_ref site_on_way(const struct sc_table *t, const char *cwd, const char *path)
{
    static const struct sc_site_ref broken = {.state = SC_SITE_BROKEN};
    char at[PATH_MAX], rest[PATH_MAX], more[PATH_MAX], target[PATH_MAX];
    struct sc_site_ref site = {0}; /* of `at` */
    unsigned links = 0;
    if (strlen(path) >= sizeof(rest) || strlen(cwd) >= sizeof(at))
        return broken;
    memcpy(rest, path, strlen(path) + 1);
    at[0] = 0;
    if (path[0] != '/')
        memcpy(at, cwd, strlen(cwd) + 1);
    if (at[0])
        site = sc_table_containing(t, at);
    for (char *p = rest; *p;) {
        size_t n = strcspn(p, "/"), len = strlen(at);
        char *next = p[n] ? p + n + 1 : p + n;
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            char *slash = strrchr(at, '/');
            if (closed(site))
                return site;
            if (slash)
                *slash = 0;
        } else if (n > 0 && !(n == 1 && p[0] == '.')) {
            if (len + 1 + n >= sizeof(at))
                return broken;
            at[len] = '/';
            memcpy(at + len + 1, p, n);
            at[len + 1 + n] = 0;
            ssize_t got = readlink(at, target, sizeof(target));
            if (got < 0 && errno != EINVAL && !is_absent(errno)) /* a link, for all we know */
                return broken;
            if (got > 0 && closed(site))
                return site;
            site = sc_table_containing(t, at);
            if (got > 0 && closed(site)) /* a document root known by this link */
                return site;
            if (got >= (ssize_t)sizeof(target) || (got > 0 && ++links > 40))
                return broken;
            if (got > 0) {
                if (snprintf(more, sizeof(more), "%.*s/%s", (int)got, target, next) >=
                    (int)sizeof(more))
                    return broken;
                at[target[0] == '/' ? 0 : len] = 0;
                memcpy(rest, more, strlen(more) + 1);
                next = rest;
            }
        }
        if (at[0])
            site = sc_table_containing(t, at);
        p = next;
    }
    return site;
}

/* What the request says; NULL or empty where it does not. .htaccess and server-parsed pages can set
 * `translated`. */
struct said {
    const char *script, *translated, *docroot;
};

/* By the ways to scripts; none of them may lead into one. */
static struct sc_site_ref by_scripts(const struct sc_table *t, uid_t uid, const char *cwd,
                                     const struct said *said)
{
    const char *scripts[] = {said->script, said->translated};
    struct sc_site_ref site = {0};
    for (size_t i = 0; !closed(site) && i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        if (!scripts[i] || !scripts[i][0])
            continue;
        (void)setfsuid(uid);
        struct sc_site_ref way = site_on_way(t, cwd, scripts[i]);
        (void)setfsuid(0);
        if (closed(way))
            site = way;
    }
    return site;
}

static struct sc_site_ref by_docroot(const struct sc_table *t, uid_t uid, const char *docroot)
{
    char path[PATH_MAX];
    if (!docroot || docroot[0] != '/' || strlen(docroot) >= PATH_MAX)
        return (struct sc_site_ref){0};
    struct sc_site_ref site = sc_table_docroot(t, docroot);
    if (site.state != SC_SITE_NONE)
        return site;
    const char *real = resolved(uid, docroot, path);
    return real ? sc_table_docroot(t, real) : (struct sc_site_ref){.state = SC_SITE_BROKEN};
}

/* What lies in a directory that sites share is the one's of them that the next evidence names. */
static struct sc_site_ref decide(const struct sc_table *t, uid_t uid, const char *cwd,
                                 const struct said *said)
{
    struct sc_site_ref site = sc_table_containing(t, cwd);
    if (closed(site) && !site.shared)
        return site;
    struct sc_site_ref scripts = by_scripts(t, uid, cwd, said);
    if (closed(scripts) && !scripts.shared && !closed(site))
        return scripts;
    struct sc_site_ref docroot = by_docroot(t, uid, said->docroot);
    struct sc_site_ref next = closed(scripts) ? sc_table_sharer(t, &scripts, &docroot) : docroot;
    return closed(site) ? sc_table_sharer(t, &site, &next) : next;
}

/* .htaccess can set any variable; what steers a dynamic linker or libc never gets to the real
 * suexec, which a kernel may not see as setuid behind us. (glibc does this by itself in a setuid
 * program, musl does not.) */
static void clean_environment(void)
{
    static const char *const bad[] = {
        "LD_",          "GLIBC_TUNABLES=", "GCONV_PATH=",  "MALLOC_", "LOCPATH=", "NLSPATH=",
        "RES_OPTIONS=", "HOSTALIASES=",    "LOCALDOMAIN=", "TMPDIR=", "TZDIR=",   "RESOLV_"};
    char **out = environ;
    for (char **in = environ; *in; in++) {
        bool keep = true;
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
            keep = keep && strncmp(*in, bad[i], strlen(bad[i])) != 0;
        if (keep)
            *out++ = *in;
    }
    *out = NULL;
}

/* Opens the table, or becomes the real suexec where the user has no isolated site. */
static int open_table(uid_t uid, struct sc_table *ret, char **argv, struct sc_enter_why *why)
{
    int rc = sc_state_open(uid, ret, why);
    if (rc > 0)
        become_real(argv);
    return rc;
}

int main(int argc, char **argv)
{
    sc_enter_guard_fds();
    take_word();
    clean_environment();
    /* `suexec -V`, or nonsense: the real one knows what to say */
    if (argc < 4 || geteuid() != 0)
        become_real(argv);
    uid_t uid = target_uid(argv[1]);
    if (uid == 0)
        become_real(argv); /* it refuses root and unknown users */

    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    char cwd[PATH_MAX], docroot[PATH_MAX], real[PATH_MAX];
    int rc = open_table(uid, &table, argv, &why);
    int is_fcgi = sc_fcgi_listens(0);
    if (is_fcgi < 0)
        unavailable("standard input", strerror(-is_fcgi));
    if (rc < 0 && !is_fcgi)
        unavailable("user's sites", why.text);
    if (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/')
        unavailable("working directory", strerror(errno));
    struct said said = {getenv("SCRIPT_FILENAME"), getenv("PATH_TRANSLATED"),
                        getenv("DOCUMENT_ROOT")};
    if (is_fcgi) {
        static struct sc_fcgi_said first;
        /* it may be another one, and readable, when the request comes */
        sc_table_close(&table);
        int fd = sc_fcgi_first(0, &first, &why);
        if (fd < 0)
            unavailable(cwd, why.text);
        visitor = fd;
        if (open_table(uid, &table, argv, &why) < 0)
            unavailable("user's sites", why.text);
        said = (struct said){first.script, first.translated, first.docroot};
        if (first.docroot[0] != '/')
            unavailable(cwd, "the first FastCGI request has no DOCUMENT_ROOT");
    }
    struct sc_site_ref site = decide(&table, uid, cwd, &said);
    if (site.state == SC_SITE_OPEN || site.state == SC_SITE_NONE) {
        /* for whoever asks later which site the process serves (core/php/restart.h) */
        if (is_fcgi && sc_enter_hide(&table, &site, uid, &why) < 0)
            unavailable(cwd, why.text);
        if (is_fcgi && setenv(SC_FCGI_SITE_ENV, said.docroot, 1) < 0)
            unavailable(cwd, strerror(errno));
        become_real(argv);
    }
    if (site.state == SC_SITE_BROKEN || sc_table_decode(&site, docroot, sizeof(docroot)) < 0)
        unavailable(cwd, "the document root cannot be isolated now");
    struct sc_site_limits limits;
    if (sc_table_limits(&table, &site, &limits) < 0)
        site_unavailable(uid, site.id, docroot, "the table of sites cannot be read");
    sc_table_close(&table);
    ssize_t n = readlink(SC_SUEXEC_REAL, real, sizeof(real) - 1);
    if (n <= 0)
        site_unavailable(uid, site.id, SC_SUEXEC_REAL, strerror(errno));
    real[n] = 0;

    struct sc_enter req = {
        .uid = uid,
        .site = site.id,
        .cwd = cwd,
        .docroot = docroot,
        .limits = &limits,
        .cwd_must = true,
        .as_root = true,
        .hold_output = !is_fcgi,
        .exe = real,
        .argv = argv,
        .envp = environ,
    };
    rc = sc_enter(&req, &why);
    if (rc == -SC_EXIT_OVER_LIMIT)
        over_limit(docroot, why.text);
    if (rc < 0)
        unavailable(docroot, why.text);
    return rc;
}
