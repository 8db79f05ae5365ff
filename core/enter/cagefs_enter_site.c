/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cagefs_enter_site SITE COMMAND [ARGUMENT...]: setuid root; runs a command inside one of the
 * caller's sites. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/enter/enter.h"
#include "core/enter/inside.h"
#include "core/enter/state.h"

#define ME         "cagefs_enter_site: "
#define EXIT_USAGE 2
#define USAGE                                                                                      \
    "usage: cagefs_enter_site SITE COMMAND [ARGUMENT...]\n"                                        \
    "Runs COMMAND inside an isolated site of yours. SITE is a domain name or a\n"                  \
    "document root.\n\n"                                                                           \
    "  cagefs_enter_site shop.example php -v\n"                                                    \
    "  cagefs_enter_site ~/public_html ls -la\n"

extern char **environ;

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        return;
}

/* What was asked for: a caller who cannot hear it is told. */
static int answer(const char *text)
{
    size_t n = strlen(text);
    if (write(1, text, n) == (ssize_t)n)
        return 0;
    say(2, ME "standard output could not be written\n");
    return 1;
}

static _Noreturn void refuse(int status, const char *fmt_text, const char *word)
{
    char text[512];
    snprintf(text, sizeof(text), ME "%s%s\n", fmt_text, word);
    for (char *p = text; p[0] && p[1]; p++)
        if (iscntrl((unsigned char)*p))
            *p = '?';
    say(2, text);
    _exit(status);
}

/* In the site already: the command runs where it is. */
static _Noreturn void run_here(char **argv)
{
    execvp(argv[0], argv);
    refuse(errno == ENOENT ? 127 : SC_EXIT_CANNOT_ENTER, "cannot run ", argv[0]);
}

/* Who gave an address, or "www." in front of a site's name: "; did you mean NAME?" in `out`. */
static void guess(const struct sc_table *t, const char *site, char *out, size_t size)
{
    const char *scheme = strstr(site, "://");
    char name[256];
    site = scheme ? scheme + 3 : site;
    site += strncasecmp(site, "www.", 4) == 0 ? 4 : 0;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(site, "/:?#"), site);
    if (t->data && sc_inside_look_up(t, name).state == SC_SITE_ISOLATED)
        snprintf(out, size, "; did you mean %s?", name);
}

static _Noreturn void refuse_unknown(const struct sc_table *t, const char *site)
{
    char text[512], like[300] = "";
    guess(t, site, like, sizeof(like));
    snprintf(text, sizeof(text), "%.150s%s", site, like);
    refuse(SC_EXIT_CANNOT_ENTER, "no isolated site of yours: ", text);
}

/* Each as it may be written. */
static bool asks(int argc, char **argv, const char *option, const char *letter)
{
    return argc == 2 && (strcmp(argv[1], option) == 0 || strcmp(argv[1], option + 2) == 0 ||
                         strcmp(argv[1], letter) == 0);
}

int main(int argc, char **argv)
{
    sc_enter_guard_fds();
    if (asks(argc, argv, "--version", "-V"))
        return answer("cagefs_enter_site (Sitecage) " SC_VERSION "\n");
    if (asks(argc, argv, "--help", "-h"))
        return answer(USAGE);
    if (argc > 1 && argv[1][0] == '-')
        refuse(EXIT_USAGE, "unknown option; for the usage see cagefs_enter_site --help: ", argv[1]);
    if (argc < 3 || argv[1][0] == 0) {
        say(2, USAGE);
        return EXIT_USAGE;
    }
    uid_t uid = getuid();
    if (uid == 0)
        refuse(1, "this command cannot be run as root; use su to become the site's user first", "");
    if (geteuid() != 0 && sc_inside_is(argv[1]))
        run_here(argv + 2);
    if (geteuid() != 0)
        refuse(SC_EXIT_CANNOT_ENTER, sc_why_not_root(), "");

    struct sc_table table = {0};
    struct sc_enter_why why = {{0}};
    int rc = sc_state_open(uid, &table, &why);
    if (rc < 0)
        refuse(-rc, why.text, "");
    struct sc_site_ref site = {0};
    if (rc == 0)
        site = sc_inside_look_up(&table, argv[1]);
    char docroot[PATH_MAX];
    if (site.state == SC_SITE_NONE)
        refuse_unknown(&table, argv[1]);
    if (site.state == SC_SITE_OPEN)
        refuse(SC_EXIT_CANNOT_ENTER, "CloudLinux Isolates is not enabled for this site: ", argv[1]);
    if (site.state == SC_SITE_BROKEN || sc_table_decode(&site, docroot, sizeof(docroot)) < 0)
        refuse(SC_EXIT_CANNOT_ENTER,
               "this site's document root cannot be isolated now (is it there?): ", argv[1]);
    struct sc_site_limits limits;
    if (sc_table_limits(&table, &site, &limits) < 0)
        refuse(SC_EXIT_CANNOT_ENTER, "the table of sites cannot be read: its limits of ", argv[1]);
    sc_table_close(&table);

    char cwd[PATH_MAX];
    struct sc_enter req = {
        .uid = uid,
        .gid = getgid(),
        .site = site.id,
        .cwd = getcwd(cwd, sizeof(cwd)) && cwd[0] == '/' ? cwd : NULL,
        .docroot = docroot,
        .limits = &limits,
        .exe = argv[2],
        .argv = argv + 2,
        .envp = environ,
    };
    rc = sc_enter(&req, &why);
    if (rc < 0)
        refuse(-rc, why.text, "");
    return rc;
}
