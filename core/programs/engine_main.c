/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-engine: the programs that root runs and that need all of the engine, in one file; links
 * give it their names. None of them is setuid. What a panel or a request waits for (adapters,
 * sitecage-build, the entries) is a program of its own, which loads less. */
#include <stddef.h>
#include <sys/auxv.h>

#include "core/commands/mains.h"
#include "core/pass/mains.h"
#include "core/programs/names.h"
#include "hooks/monitor/mains.h"

/* Each name has a link: core/programs/CMakeLists.txt. */
static const struct sc_program programs[] = {{"cagefsctl", sc_cagefsctl_main},
                                             {"isolatectl-root", sc_isolatectl_root_main},
                                             {"selectorctl-root", sc_selectorctl_root_main},
                                             {"sitecage-finish", sc_finish_main},
                                             {"sitecage-monitor", sc_monitor_main},
                                             {"sitecage-proxyexecd", sc_proxyexecd_main},
                                             {"sitecage-rebuild", sc_rebuild_main},
                                             {NULL, NULL}};

int main(int argc, char **argv)
{
    const char *asked = (const char *)getauxval(AT_EXECFN);
    return sc_program_called(programs, asked, argc > 0 ? argv[0] : NULL)->main(argc, argv);
}
