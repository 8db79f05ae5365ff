/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cron-shell -c COMMAND: setuid root; what cron runs as the SHELL of entries that belong to a site
 * (core/cron). Runs the command by the user's own shell in the site that SITECAGE_SITE says. Who
 * sets that can name any site of his, as with cagefs_enter_site; whose they are is the kernel's
 * word. A site that cannot be entered means that nothing runs. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/enter/enter.h"
#include "core/enter/inside.h"
#include "core/enter/redirect.h"
#include "core/enter/state.h"

#define MAX_SET 100 /* settings of a site's own crontab: core/cron/scope.h */
#define MAX_ENV 2000
#define OURS    "SITECAGE_"

extern char **environ;

static _Noreturn void refuse(int status, const char *what, const char *word)
{
    char text[512];
    snprintf(text, sizeof(text), "cron-shell: %s%s\n", what, word);
    for (char *p = text; p[0] && p[1]; p++)
        if (iscntrl((unsigned char)*p))
            *p = '?';
    if (write(2, text, strlen(text)) < 0)
        _exit(status);
    _exit(status);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes a word of core/base/buf.h; the copy is never freed. NULL when it is none. */
static char *decoded(const char *word)
{
    char *out = word && *word ? malloc(strlen(word) + 1) : NULL, *p = out;
    for (; out && *word; word++) {
        char c = *word;
        if (c == '%') {
            int hi = hex(word[1]), lo = hi < 0 ? -1 : hex(word[2]);
            if (lo < 0 || hi + lo == 0)
                return NULL;
            c = (char)(hi * 16 + lo);
            word += 2;
        }
        *p++ = c;
    }
    if (out)
        *p = 0;
    return out;
}

struct env {
    char *v[MAX_ENV + 1];
    size_t n;
};

static struct env env;

static void put(char *setting)
{
    size_t len = (size_t)(strchr(setting, '=') - setting) + 1;
    size_t i = 0;
    while (i < env.n && strncmp(env.v[i], setting, len) != 0)
        i++;
    if (i == MAX_ENV)
        refuse(SC_EXIT_CANNOT_ENTER, "too many variables", "");
    env.v[i] = setting;
    env.n += i == env.n;
}

static void put_two(const char *name, const char *value)
{
    char *s = NULL;
    if (asprintf(&s, "%s=%s", name, value) < 0)
        refuse(SC_EXIT_CANNOT_ENTER, "out of memory", "");
    put(s);
}

/* The account's own entry: what cron gave, without what is only for us. */
static void account_env(const char *shell)
{
    for (char **e = environ; *e; e++)
        if (strchr(*e, '=') && strncmp(*e, OURS, sizeof(OURS) - 1) != 0)
            put(*e);
    put_two("SHELL", shell);
}

/* A site's own entry: nothing of the account's settings, which cron cannot take back. */
static void site_env(const char *token, size_t len, const char *shell)
{
    static const char *const passed[] = {"LOGNAME", "USER", "LANG", "HOME"};
    for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
        if (getenv(passed[i]))
            put_two(passed[i], getenv(passed[i]));
    put_two("PATH", "/usr/bin:/bin");
    put_two("SHELL", shell);
    for (int i = 1; i <= MAX_SET; i++) {
        char name[128];
        snprintf(name, sizeof(name), OURS "SET_%.*s_%d", len > 64 ? 64 : (int)len, token, i);
        char *setting = decoded(getenv(name));
        if (!setting)
            break;
        if (!strchr(setting, '=') || setting[0] == '=')
            refuse(SC_EXIT_CANNOT_ENTER, "not understood: ", name);
        put(setting);
    }
}

/* A shell that only stands between the account and the server (a panel's jail) is not in a site,
 * and is not needed there. */
static const char *known(const char *shell)
{
    static const char *const places[] = {"/bin/",      "/usr/bin/",       "/sbin/",
                                         "/usr/sbin/", "/usr/local/bin/", "/opt/alt/"};
    for (size_t i = 0; shell && i < sizeof(places) / sizeof(places[0]); i++)
        if (strncmp(shell, places[i], strlen(places[i])) == 0 && !strstr(shell, "/../"))
            return shell;
    return shell && access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
}

/* The account's entry, not one that was made in a site. */
static bool is_own(const char *section)
{
    return !section || strcmp(section, "none") == 0;
}

static const char *value(const char *name, const char *otherwise)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < env.n; i++)
        if (strncmp(env.v[i], name, len) == 0 && env.v[i][len] == '=')
            return env.v[i] + len + 1;
    return otherwise;
}

int main(int argc, char **argv)
{
    sc_enter_guard_fds();
    uid_t uid = getuid();
    if (argc != 3 || strcmp(argv[1], "-c") != 0)
        refuse(2, "this is run by cron, for the entries of isolated sites", "");
    if (uid == 0)
        refuse(SC_EXIT_CANNOT_ENTER, "root has no sites", "");
    if (geteuid() != 0)
        refuse(SC_EXIT_CANNOT_ENTER, sc_why_not_root(), "");
    const char *docroot = decoded(getenv("SITECAGE_SITE"));
    const char *shell = decoded(getenv("SITECAGE_SHELL"));
    const char *section = getenv("SITECAGE_SECTION");
    if (docroot && strcmp(docroot, SC_CRON_NO_SITE) == 0)
        refuse(SC_EXIT_CANNOT_ENTER,
               "not run: it cannot be said which site this entry is about, or a site may have left "
               "code where it works; write its paths without variables, see sitecage-cron(7)",
               "");
    if (!docroot || docroot[0] != '/')
        refuse(SC_EXIT_CANNOT_ENTER, "SITECAGE_SITE does not say which site", "");
    shell = known(shell);
    if (!is_own(section))
        site_env(section, strcspn(section, ":"), shell);
    else
        account_env(shell);

    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(uid, &table, &why);
    if (rc < 0)
        refuse(-rc, why.text, "");
    struct sc_site_ref site = {0};
    if (rc == 0)
        site = sc_table_docroot(&table, docroot);
    char real[PATH_MAX];
    struct sc_site_limits limits;
    if (site.state != SC_SITE_ISOLATED)
        refuse(SC_EXIT_CANNOT_ENTER, "not run, since this site is not isolated: ", docroot);
    if (sc_table_decode(&site, real, sizeof(real)) < 0 ||
        sc_table_limits(&table, &site, &limits) < 0)
        refuse(SC_EXIT_CANNOT_ENTER, "the table of sites cannot be read: ", docroot);
    shell = value("SHELL", "/bin/sh");
    struct sc_redirects redirects = {.command = argv[2]};
    if (is_own(section) && sc_redirect_shell(shell) &&
        sc_redirect_all(argv[2], value("HOME", real), uid, getgid(), &table, &redirects) < 0)
        refuse(SC_EXIT_CANNOT_ENTER, "out of memory", "");
    char inside[1024];
    sc_inside_words(&table, site.id, argv[2], inside, sizeof(inside));
    if (inside[0])
        put_two(SC_INSIDE_VAR, inside);
    sc_table_close(&table);

    char *args[] = {(char *)(uintptr_t)shell, argv[1], redirects.command, NULL};
    struct sc_enter req = {
        .uid = uid,
        .gid = getgid(),
        .site = site.id,
        .cwd = value("HOME", real),
        .docroot = real,
        .limits = &limits,
        .keep = redirects.keep,
        .n_keep = redirects.n,
        .exe = shell,
        .argv = args,
        .envp = env.v,
    };
    rc = sc_enter(&req, &why);
    if (rc < 0)
        refuse(-rc, why.text, "");
    return rc;
}
