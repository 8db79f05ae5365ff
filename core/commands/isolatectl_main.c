/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl, cagefsctl-user: ask the proxyexec daemon, which knows who we are, to do it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/clock.h"
#include "core/base/debug.h"
#include "core/base/error_code.h"
#include "core/base/log.h"
#include "core/commands/client_help.h"
#include "core/proxyexec/client.h"
#include "core/proxyexec/paths.h"

#define FLAG_FILE "/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"

extern char **environ;

static int error(const char *message, const char *code)
{
    const char *said = message;
    char line[2 * sizeof(((struct sc_proxy_outcome *)0)->text) + 128]; /* message: as its text */
    char *p = stpcpy(line, "{\"result\": \"error\", \"message\": \"");
    for (; *message; message++) {
        if (*message == '"' || *message == '\\')
            *p++ = '\\';
        *p++ = *message < 0x20 || *message > 0x7e ? '?' : *message;
    }
    p = stpcpy(p, "\", \"code\": \"");
    strcpy(stpcpy(p, code), "\"}\n");
    (void)sc_help_say_error(line, said);
    return 1;
}

/* By the name that it was called by. */
static const struct sc_help *own_help(int argc, char *const *argv)
{
    const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
    name = name ? name + 1 : argc > 0 ? argv[0] : "";
    return strcmp(name, "cagefsctl-user") == 0 ? &sc_cagefsctl_user_help : &sc_isolatectl_help;
}

static int no_topic(const struct sc_help *help, const char *word)
{
    char text[sizeof(((struct sc_proxy_outcome *)0)->text)];
    sc_help_unknown(help, word, text, sizeof(text));
    return error(text, SC_IS_USAGE);
}

int main(int argc, char **argv)
{
    if (!sc_proxy_guard_answer())
        return 1;
    sc_debug_switch(&argc, argv);
    const struct sc_help *help = own_help(argc, argv);
    const char *text = NULL;
    switch (sc_help_asked(help, argv + (argc > 0), &text)) {
    case SC_HELP_TEXT:
        return sc_help_say(text);
    case SC_HELP_UNKNOWN:
        return no_topic(help, text);
    case SC_HELP_NONE:
        break;
    }
    if (argc < 2 && isatty(STDOUT_FILENO)) /* a program that reads JSON gets JSON */
        return sc_help_say(help->usage);
    if (argc < 2)
        return error("a command is needed; see isolatectl help", SC_IS_USAGE);
    if (getuid() == 0 || geteuid() == 0)
        return error("this command cannot be run as root; administrators use cagefsctl",
                     SC_IS_ROOT_REFUSED);
    struct sc_proxy_call call = {.kind = SC_PROXY_BY_ALIAS,
                                 .name = "ISOLATECTL",
                                 .args = argv + (argc > 0),
                                 .n_args = argc > 0 ? (size_t)argc - 1 : 0,
                                 .envp = environ};
    struct sc_proxy_outcome o;
    int64_t began = sc_clock_ms();
    sc_proxy_call(&call, &o);
    sc_log_debug("the service answered after %lld ms, status %d",
                 (long long)(sc_clock_ms() - began), o.status);
    if (o.no_socket && access(SC_PROXY_DIR, R_OK) != 0 && access(FLAG_FILE, F_OK) != 0)
        return error("CloudLinux Isolates is not enabled; ask the administrator of this server",
                     SC_IS_NOT_ENABLED);
    if (o.text[0])
        return error(o.text, SC_IS_NO_SERVICE);
    sc_proxy_end(&o);
}
