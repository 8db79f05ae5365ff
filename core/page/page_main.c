/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-page cgi|raw|skin|pipe[-admin|-reseller]: what a panel runs for the page (docs/page.md). It has no rights of its own:
 * what it does, the account can do without it, and on the administrator's page root. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/io.h"
#include "core/page/ui_user.h"
#include "core/page/work.h"

static const char usage[] =
    "usage: sitecage-page cgi|raw|skin|pipe[-admin|-reseller] [DOCUMENT]\n"
    "Answers the page in a hosting panel; panels run it, people do not. See docs/page.md.\n";

static const char *from_env(const char *name)
{
    return getenv(name);
}

static void guard_fds(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            _exit(1);
}

#define INTEGRATION_INI "/opt/cpvendor/etc/integration.ini"
#define BODY_S          60 /* a body that comes in drops holds a process of the account's no longer */

/* Also where the panel's server ignores or blocks it: its programs inherit that. */
static void begin_waiting(void)
{
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(BODY_S);
}

static int answer(struct sc_page_request *r, const char *given)
{
    SC_CLEANUP(sc_page_answer_done) struct sc_page_answer a = {.status = 200};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_page_ui ui;
    sc_page_request_env(from_env, r);
    sc_page_ui_session(INTEGRATION_INI, r, &ui, &err);
    if (err.code && err.code != SC_E_NOTFOUND)
        fprintf(stderr, "sitecage-page: %s\n", err.text);
    err = (struct sc_error)SC_ERROR_INIT;
    begin_waiting();
    int rc = sc_page_request_body(from_env, given, r, &err);
    alarm(0);
    if (rc < 0)
        sc_page_answer_error(&a, rc == SC_E_TOOBIG ? 413 : 400, &err);
    else
        sc_page_respond(r, &a);
    rc = sc_page_answer_print(&a, r->front, &out, &err);
    if (rc < 0) {
        fprintf(stderr, "sitecage-page: %s\n", err.text);
        return 1;
    }
    return sc_write_all(STDOUT_FILENO, out.data, out.len) < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    guard_fds();
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    SC_CLEANUP(sc_page_request_done) struct sc_page_request r = {.query = ""};
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("sitecage-page (Sitecage) " SC_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    if (argc < 2 || !sc_page_front_parse(argv[1], &r)) {
        fputs(usage, stderr);
        return 2;
    }
    /* the last one: where this is a script's interpreter, the script's path is before it */
    return answer(&r, argc > 2 ? argv[argc - 1] : NULL);
}
