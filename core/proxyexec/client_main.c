/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-proxyexec: stands in a cage for the programs that run outside of it. Called by its own
 * name it takes the alias as its first argument; at the place of another program it tells the
 * daemon that place, whatever it was called by. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/proxyexec/client.h"
#include "core/proxyexec/paths.h"

#define OWN_NAME "sitecage-proxyexec"

extern char **environ;

static _Noreturn void refuse(int status, const char *text)
{
    char line[SC_PROXY_TEXT_MAX + 128];
    int n = snprintf(line, sizeof(line), "proxyexec: %s\n", text);
    if (write(2, line, (size_t)n) < 0)
        _exit(status);
    _exit(status);
}

int main(int argc, char **argv)
{
    if (!sc_proxy_guard_fds())
        return SC_PROXY_EXIT_NO_SERVICE;
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n <= 0)
        refuse(SC_PROXY_EXIT_NO_SERVICE, "/proc is not there");
    self[n] = 0;
    struct sc_proxy_call call = {.kind = SC_PROXY_BY_PATH, .name = self, .envp = environ};
    int skip = argc > 0;
    const char *name = strrchr(self, '/');
    if (name && strcmp(name + 1, OWN_NAME) == 0) {
        if (argc < 2 || argv[1][0] == '-')
            refuse(2, "usage: " OWN_NAME " ALIAS [ARGUMENT...]");
        call.kind = SC_PROXY_BY_ALIAS;
        call.name = argv[1];
        skip = 2;
    }
    if (getuid() == 0)
        refuse(SC_PROXY_EXIT_REFUSED, "Cannot be run as root");
    call.args = argv + skip;
    call.n_args = (size_t)(argc - skip);
    struct sc_proxy_outcome o;
    sc_proxy_call(&call, &o);
    if (o.text[0])
        refuse(o.status, o.text);
    sc_proxy_end(&o);
}
