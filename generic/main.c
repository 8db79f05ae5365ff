/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-generic: the adapter for panels with integration scripts and for those in folders here
 * (docs/panels), and, under their names, the hook commands (sitecage-hooks(8)). */
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "generic/generic.h"
#include "generic/hook.h"
#include "generic/panels.h"
#include "hooks/adapter/hook.h"

static const char *base(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* The hook command as which this program was called; NULL. */
static const char *called_as(const char *argv0)
{
    const char *command = sc_generic_command(base(argv0));
    if (!command) /* whatever a caller put there: what the kernel was asked to run */
        command = sc_generic_command(base((const char *)getauxval(AT_EXECFN)));
    return command;
}

static int hook_command(const char *command, char **argv, char *const *env)
{
    SC_BUF struct sc_buf usage = SC_BUF_INIT;
    sc_generic_usage(command, &usage);
    if (sc_generic_wants_help(argv + 1)) {
        (void)!write(STDOUT_FILENO, usage.data, usage.len);
        return 0;
    }
    if (getuid() != 0 || geteuid() != 0) {
        fprintf(stderr, "%s needs root\n", command);
        return 1;
    }
    struct sc_events events = {.n = 0};
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_generic_hook(command, argv + 1, &events, &err);
    if (rc != SC_E_INVAL || events.n > 0) {
        argv[0] = (char *)command;
        sc_hook_main(&sc_generic_ops, argv, env);
    }
    if (rc != SC_E_INVAL)
        return 0;
    fprintf(stderr, "%s\n%s", err.text, usage.data ? usage.data : "");
    return 2;
}

int main(int argc, char **argv)
{
    static char *const none[] = {NULL};
    char *const *env = environ ? environ : none;
    const char *command = argc > 0 ? called_as(argv[0]) : NULL;
    if (!command)
        return sc_adapter_main(sc_generic_panel(), argc, argv);
    sc_adapter_prepare();
    return hook_command(command, argv, env);
}
