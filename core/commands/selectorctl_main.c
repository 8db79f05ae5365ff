/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selectorctl: root's side does the work; a user reaches it through the proxyexec daemon, which
 * knows who he is and where. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/debug.h"
#include "core/base/error_code.h"
#include "core/commands/client_help.h"
#include "core/proxyexec/client.h"
#include "core/proxyexec/paths.h"

#define ROOT_SIDE SC_LIBEXECDIR "/selectorctl-root"
#define FLAG_FILE "/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"

extern char **environ;

static int error(bool json, const char *text, const char *code)
{
    char said[sizeof(((struct sc_proxy_outcome *)0)->text) + 8];
    snprintf(said, sizeof(said), "ERROR:%s", text);
    char line[2 * sizeof(((struct sc_proxy_outcome *)0)->text) + 160];
    char *p = stpcpy(line, json ? "{\"result\": \"error\", \"message\": \"ERROR:" : "ERROR:");
    for (; *text; text++) {
        if (json && (*text == '"' || *text == '\\'))
            *p++ = '\\';
        *p++ = *text < 0x20 || *text > 0x7e ? '?' : *text;
    }
    if (json)
        p = stpcpy(stpcpy(p, "\", \"code\": \""), code);
    p = stpcpy(p, json ? "\"}\n" : "\n");
    if (json)
        (void)sc_help_say_error(line, said);
    else if (write(STDERR_FILENO, line, (size_t)(p - line)) < 0)
        return 1;
    return 1;
}

/* Help that nobody asked for is an answer to wrong usage. */
static int say(const char *text, bool wrong)
{
    if (!wrong)
        return sc_help_say(text);
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return 2;
    return 2;
}

int main(int argc, char **argv)
{
    bool json = false;
    if (!sc_proxy_guard_answer())
        return 1;
    sc_debug_long_switch(&argc, argv);
    for (int i = 1; i < argc; i++)
        json |= strcmp(argv[i], "--json") == 0;
    const char *text = NULL;
    enum sc_help_is asked = sc_help_asked(&sc_selectorctl_help, argv + (argc > 0), &text);
    char topics[256];
    if (asked == SC_HELP_UNKNOWN) {
        sc_help_unknown(&sc_selectorctl_help, text, topics, sizeof(topics));
        return error(json, topics, SC_IS_USAGE) + 1;
    }
    if (asked == SC_HELP_TEXT || argc < 2)
        return say(asked == SC_HELP_TEXT ? text : sc_selectorctl_help.usage, argc < 2);
    if (getuid() == 0 && geteuid() == 0) {
        char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                             (char *)(uintptr_t)sc_debug_env(false), NULL};
        execve(ROOT_SIDE, argv, env);
        return error(json, "cannot run " ROOT_SIDE, SC_IS_SYSTEM);
    }
    struct sc_proxy_call call = {.kind = SC_PROXY_BY_ALIAS,
                                 .name = "SELECTORCTL",
                                 .args = argv + (argc > 0),
                                 .n_args = argc > 0 ? (size_t)argc - 1 : 0,
                                 .envp = environ};
    struct sc_proxy_outcome o;
    sc_proxy_call(&call, &o);
    if (o.no_socket && access(SC_PROXY_DIR, R_OK) != 0 && access(FLAG_FILE, F_OK) != 0)
        return error(json,
                     "CloudLinux Isolates is not enabled; ask the administrator of this server",
                     SC_IS_NOT_ENABLED);
    if (o.text[0])
        return error(json, o.text, SC_IS_NO_SERVICE);
    sc_proxy_end(&o);
}
