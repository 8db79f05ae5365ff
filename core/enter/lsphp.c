/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LSAPI entry: the lsphp that mod_lsapi is told to run (/etc/container/php.handler), setuid
 * root. It is started as the site's user, with the listening socket as standard input and the
 * virtual host's DOCUMENT_ROOT in its environment (lsapi_per_user Off), and becomes the real lsphp:
 * inside the site where it is isolated, as if never here elsewhere.
 *
 * By its name: lsphp is the server's own (native.conf, and in a site the version that was chosen
 * for it), lsphp81 the one of /opt/alt/php81 or ea-php81. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/enter/enter.h"
#include "core/enter/hide.h"
#include "core/enter/state.h"

#define NATIVE_CONF "/etc/cl.selector/native.conf"
#define NATIVE      "/usr/local/bin/lsphp"

extern char **environ;

static _Noreturn void refuse(int status, const char *what, const char *why)
{
    dprintf(2, "sitecage lsphp: %s: %s\n", what, why);
    _exit(status);
}

/* Root's file: lines NAME=PATH. */
static void native_lsphp(char out[PATH_MAX])
{
    char line[PATH_MAX + 64];
    memcpy(out, NATIVE, sizeof(NATIVE));
    FILE *f = fopen(NATIVE_CONF, "re");
    if (!f && errno != ENOENT)
        refuse(SC_EXIT_CANNOT_ENTER, NATIVE_CONF, strerror(errno));
    while (f && fgets(line, sizeof(line), f)) {
        char *p = line + strspn(line, " \t");
        if (strncmp(p, "lsphp", 5) != 0)
            continue;
        p += 5 + strspn(p + 5, " \t");
        if (*p++ != '=')
            continue;
        p += strspn(p, " \t");
        p[strcspn(p, " \t\r\n")] = 0;
        if (p[0] == '/' && strlen(p) < PATH_MAX)
            memcpy(out, p, strlen(p) + 1);
    }
    if (f && ferror(f))
        refuse(SC_EXIT_CANNOT_ENTER, NATIVE_CONF, strerror(errno));
    if (f)
        fclose(f);
}

static void real_lsphp(const char *called, char out[PATH_MAX])
{
    const char *slash = called ? strrchr(called, '/') : NULL;
    const char *name = slash ? slash + 1 : called ? called : "";
    const char *version = strncmp(name, "lsphp", 5) == 0 ? name + 5 : "";
    size_t n = strlen(version);
    if (n == 0 || n > 3 || strspn(version, "0123456789") != n) {
        native_lsphp(out);
        return;
    }
    snprintf(out, PATH_MAX, "/opt/alt/php%s/usr/bin/lsphp", version);
    if (access(out, F_OK) < 0 && errno == ENOENT)
        snprintf(out, PATH_MAX, "/opt/cpanel/ea-php%s/root/usr/bin/lsphp", version);
}

/* Where the entry was put in the place of the server's own, without saying where that is now. */
static bool is_me(const char *path)
{
    struct stat me, st;
    if (stat(path, &st) < 0 && errno == ENOENT)
        return false; /* as its exec will say */
    return stat("/proc/self/exe", &me) < 0 || stat(path, &st) < 0 ||
           (me.st_dev == st.st_dev && me.st_ino == st.st_ino);
}

static _Noreturn void become_real(const char *exe, char **argv)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0 ||
        (uid != 0 && (setuid(0) == 0 || seteuid(0) == 0)))
        abort();
    execv(exe, argv);
    refuse(errno == ENOENT ? SC_EXIT_NOT_FOUND : SC_EXIT_CANNOT_ENTER, exe, strerror(errno));
}

/* The deepest of what the working directory and DOCUMENT_ROOT say that is closed; as for suexec, a
 * place counts before what was said. Broken when that cannot be told. */
static struct sc_site_ref decide(const struct sc_table *t, uid_t uid, const char *cwd,
                                 const char *docroot)
{
    char real[PATH_MAX];
    struct sc_site_ref lies = {0};
    if (cwd)
        lies = sc_table_containing(t, cwd);
    struct sc_site_ref site = sc_table_docroot(t, docroot);
    if (lies.state == SC_SITE_ISOLATED || lies.state == SC_SITE_BROKEN)
        return sc_table_sharer(t, &lies, &site);
    if (site.state != SC_SITE_NONE)
        return site;
    (void)setfsuid(uid);
    const char *way = realpath(docroot, real);
    if (!way && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
        site.state = SC_SITE_BROKEN;
    (void)setfsuid(0);
    return way ? sc_table_docroot(t, way) : site;
}

/* The limit of entries is a limit of requests at once, and lsphp's master is none: as many children
 * as there may be entries, each of which answers one request at a time. */
static void limit_children(uint64_t ep)
{
    static const char *const names[] = {"LSAPI_CHILDREN", "PHP_LSAPI_CHILDREN"};
    char number[24];
    snprintf(number, sizeof(number), "%llu", (unsigned long long)ep);
    for (size_t i = 0; ep > 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *wanted = getenv(names[i]);
        if (wanted && strtoull(wanted, NULL, 10) > ep && setenv(names[i], number, 1) < 0)
            abort();
    }
}

static bool is_absent(const char *path)
{
    struct stat st;
    return lstat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Asked without root's rights. In a site nothing is setuid, and what the server keeps is not there; outside of all sites
 * who may not look at the user's table (a service with NoNewPrivileges=yes) cannot say that nothing is isolated. */
static bool may_have_sites(uid_t uid)
{
    char own[64];
    if (is_absent(SC_STATE_DIR))
        return false;
    snprintf(own, sizeof(own), SC_RUN_DIR "/%u", (unsigned)uid);
    return !is_absent(SC_FLAG_FILE) || !is_absent(own);
}

int main(int argc, char **argv)
{
    char exe[PATH_MAX], docroot[PATH_MAX], here[PATH_MAX];
    sc_enter_guard_fds();
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("sitecage lsphp " SC_VERSION "\n");
        return 0;
    }
    real_lsphp(argc > 0 ? argv[0] : NULL, exe);
    if (is_me(exe))
        refuse(SC_EXIT_CANNOT_ENTER, exe, "is this entry: name the real lsphp in " NATIVE_CONF);
    uid_t uid = getuid();
    if (uid == 0) /* root has no sites */
        become_real(exe, argv);
    if (geteuid() != 0) {
        if (may_have_sites(uid))
            refuse(SC_EXIT_CANNOT_ENTER, "LSAPI", sc_why_not_root());
        become_real(exe, argv);
    }

    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(uid, &table, &why);
    if (rc > 0)
        become_real(exe, argv);
    if (rc < 0)
        refuse(-rc, "user's sites", why.text);
    const char *said = getenv("DOCUMENT_ROOT");
    if (!said || said[0] != '/' || strlen(said) >= PATH_MAX)
        refuse(SC_EXIT_CANNOT_ENTER, "DOCUMENT_ROOT is not set",
               "which isolated site is this? (lsapi_per_user On is incompatible with CloudLinux "
               "Isolates: switch it to Off)");
    errno = 0;
    const char *cwd = getcwd(here, sizeof(here)) && here[0] == '/' ? here : NULL;
    if (!cwd && errno != 0 && errno != ENOENT) /* ENOENT: it was removed */
        refuse(SC_EXIT_CANNOT_ENTER, "working directory", strerror(errno));
    struct sc_site_ref site = decide(&table, uid, cwd, said);
    if (site.state == SC_SITE_OPEN || site.state == SC_SITE_NONE) {
        if (sc_enter_hide(&table, &site, uid, &why) < 0)
            refuse(SC_EXIT_CANNOT_ENTER, said, why.text);
        become_real(exe, argv);
    }
    if (site.state == SC_SITE_BROKEN || sc_table_decode(&site, docroot, sizeof(docroot)) < 0)
        refuse(SC_EXIT_CANNOT_ENTER, said, "the document root cannot be isolated now");
    struct sc_site_limits limits;
    if (sc_table_limits(&table, &site, &limits) < 0)
        refuse(SC_EXIT_CANNOT_ENTER, docroot, "the table of sites cannot be read");
    sc_table_close(&table);
    limit_children(limits.ep);
    limits.ep = 0;

    struct sc_enter req = {
        .uid = uid,
        .gid = getgid(),
        .site = site.id,
        .cwd = cwd,
        .docroot = docroot,
        .limits = &limits,
        .exe = exe,
        .argv = argv,
        .envp = environ,
    };
    rc = sc_enter(&req, &why);
    if (rc < 0)
        refuse(-rc, docroot, why.text);
    return rc;
}
