/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl, cagefsctl-user: ask the proxyexec daemon, which knows who we are, to do it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/clock.h"
#include "core/base/debug.h"
#include "core/base/error_code.h"
#include "core/base/log.h"
#include "core/proxyexec/client.h"
#include "core/proxyexec/paths.h"

#define FLAG_FILE "/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"

extern char **environ;

static const char usage[] =
    "usage: isolatectl site-isolation enable|disable --domain DOMAIN[,DOMAIN...]\n"
    "       isolatectl site-isolation list\n"
    "       isolatectl limits list [--domain DOMAIN]\n"
    "       isolatectl limits set --domain DOMAIN [--cpu N] [--pmem N] [--io N] [--nproc N]\n"
    "                             [--iops N] [--ep N] [--vmem N]\n"
    "       isolatectl limits apply --domain DOMAIN\n"
    "       isolatectl stats [--domain DOMAIN] [--period PERIOD]\n"
    "       isolatectl explain DOMAIN [PATH]\n"
    "       isolatectl overview [--domain DOMAIN]\n"
    "       isolatectl learn DOMAIN [--days N | --stop | --report] [--anyway]\n"
    "Isolates websites of your account from each other, and limits what they use. Answers in\n"
    "JSON. See isolatectl(1).\n";

static int say(const char *text)
{
    return write(1, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : 1;
}

static int error(const char *message, const char *code)
{
    char line[2 * sizeof(((struct sc_proxy_outcome *)0)->text) + 128];
    char *p = stpcpy(line, "{\"result\": \"error\", \"message\": \"");
    for (; *message; message++) {
        if (*message == '"' || *message == '\\')
            *p++ = '\\';
        *p++ = *message < 0x20 || *message > 0x7e ? '?' : *message;
    }
    p = stpcpy(p, "\", \"code\": \"");
    strcpy(stpcpy(p, code), "\"}\n");
    (void)say(line);
    return 1;
}

int main(int argc, char **argv)
{
    if (!sc_proxy_guard_fds())
        return 1;
    sc_debug_switch(&argc, argv);
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return say(usage);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return say("isolatectl (Sitecage) " SC_VERSION "\n");
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
