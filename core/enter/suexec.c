/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The suexec entry: stands where Apache looks for suexec (setuid root, executable by the web
 * server's group only), and decides whose code is about to run. Code of an isolated site: enter the
 * site and run the real suexec there, with all of its own checks. Anything else: become the real
 * suexec, as if never here.
 *
 * Which site, from what Apache says (docs/security.md, "Which site a request belongs to"):
 *  1. the working directory, which Apache sets to the script's own, when it lies in a document
 * root: code belongs to the site it lies in, whatever the environment says (SSI can set
 * DOCUMENT_ROOT);
 *  2. the script that a handler in a directory of its own is to run (PATH_TRANSLATED after Action);
 *  3. DOCUMENT_ROOT.
 */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include "core/enter/enter.h"
#include "core/enter/paths.h"
#include "core/enter/state.h"

extern char **environ;

static _Noreturn void become_real(char **argv)
{
    execv(SC_SUEXEC_REAL, argv);
    dprintf(2, "sitecage suexec: cannot run %s: %s\n", SC_SUEXEC_REAL, strerror(errno));
    _exit(SC_EXIT_CANNOT_ENTER);
}

static _Noreturn void unavailable(const char *what, const char *why)
{
    dprintf(2, "sitecage: %s: %s\n", what, why);
    dprintf(1,
            "Status: 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\n"
            "Cache-Control: no-store\r\nRetry-After: 60\r\n\r\n"
            "<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head>"
            "<body><h1>Service Unavailable</h1><p>The website is temporarily unable to serve your "
            "request.</p></body></html>\n");
    _exit(0);
}

/* The number that Apache gives, or "~name" of a user directory. 0 when it is neither. */
static uid_t target_uid(const char *word)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(word, &end, 10);
    if (word[0] >= '0' && word[0] <= '9' && *end == 0 && errno == 0 && n < UINT_MAX)
        return (uid_t)n;
    if (word[0] != '~')
        return 0;
    FILE *f = fopen("/etc/passwd", "re");
    if (!f)
        return 0;
    uid_t uid = 0;
    for (struct passwd *pw; (pw = fgetpwent(f)) != NULL;)
        if (strcmp(pw->pw_name, word + 1) == 0) {
            uid = pw->pw_uid;
            break;
        }
    fclose(f);
    return uid;
}

/* Resolves links with the owner's rights: root does not walk where a user could lead it. */
static const char *resolved(uid_t uid, const char *path, char out[PATH_MAX])
{
    (void)setfsuid(uid);
    const char *real = realpath(path, out);
    (void)setfsuid(0);
    return real ? real : path;
}

/* The directory of the script that PATH_TRANSLATED names. */
static const char *script_dir(uid_t uid, char out[PATH_MAX])
{
    const char *script = getenv("PATH_TRANSLATED");
    size_t len = script ? strlen(script) : 0;
    if (len == 0 || len >= PATH_MAX || script[0] != '/')
        return NULL;
    char dir[PATH_MAX];
    memcpy(dir, script, len + 1);
    char *slash = strrchr(dir, '/');
    *slash = 0;
    const char *real = resolved(uid, dir, out);
    if (real != out)
        memcpy(out, dir, strlen(dir) + 1);
    return out;
}

static struct sc_site_ref decide(const struct sc_table *t, uid_t uid, const char *cwd)
{
    char path[PATH_MAX];
    struct sc_site_ref site = sc_table_containing(t, cwd);
    if (site.state == SC_SITE_ISOLATED || site.state == SC_SITE_BROKEN)
        return site;
    if (site.state == SC_SITE_NONE && script_dir(uid, path)) {
        site = sc_table_containing(t, path);
        if (site.state == SC_SITE_ISOLATED || site.state == SC_SITE_BROKEN)
            return site;
    }
    const char *docroot = getenv("DOCUMENT_ROOT");
    if (!docroot || docroot[0] != '/' || strlen(docroot) >= PATH_MAX)
        return (struct sc_site_ref){0};
    site = sc_table_docroot(t, docroot);
    return site.state != SC_SITE_NONE ? site : sc_table_docroot(t, resolved(uid, docroot, path));
}

int main(int argc, char **argv)
{
    sc_enter_guard_fds();
    /* `suexec -V`, or nonsense: the real one knows what to say */
    if (argc < 4 || geteuid() != 0)
        become_real(argv);
    uid_t uid = target_uid(argv[1]);
    if (uid == 0)
        become_real(argv); /* it refuses root and unknown users */

    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(uid, &table, &why);
    if (rc > 0)
        become_real(argv);
    if (rc < 0)
        unavailable("user's sites", why.text);

    char cwd[PATH_MAX], docroot[PATH_MAX], real[PATH_MAX];
    if (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/')
        unavailable("working directory", strerror(errno));
    struct sc_site_ref site = decide(&table, uid, cwd);
    if (site.state == SC_SITE_OPEN || site.state == SC_SITE_NONE)
        become_real(argv);
    if (site.state == SC_SITE_BROKEN || sc_table_decode(&site, docroot, sizeof(docroot)) < 0)
        unavailable(cwd, "the document root cannot be isolated now");
    sc_table_close(&table);
    ssize_t n = readlink(SC_SUEXEC_REAL, real, sizeof(real) - 1);
    if (n <= 0)
        unavailable(SC_SUEXEC_REAL, strerror(errno));
    real[n] = 0;

    struct sc_enter req = {
        .uid = uid,
        .site = site.id,
        .cwd = cwd,
        .docroot = docroot,
        .cwd_must = true,
        .as_root = true,
        .exe = real,
        .argv = argv,
        .envp = environ,
    };
    rc = sc_enter(&req, &why);
    if (rc < 0)
        unavailable(docroot, why.text);
    return rc;
}
