/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-monitor [--daemon | --foreground | --once | --wanted] [-v] [--interval SECONDS]
 * Follows what panels and homes do to isolated sites. sitecage-monitor(8). */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/daemon.h"
#include "core/base/debug.h"
#include "hooks/monitor/jobs.h"
#include "hooks/monitor/mains.h"
#include "hooks/monitor/monitor.h"
#include "hooks/monitor/worker.h"

#define INTERVAL_MIN 1
#define INTERVAL_MAX 86400

struct options {
    bool daemon, once, wanted;
    long interval;
    const char *chore, *argument;
    long descriptors; /* that a chore was given */
};

static int run(int ready, void *arg)
{
    const struct options *o = arg;
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_monitor_run(o->interval * 1000, ready, &err);
    if (rc == SC_E_BUSY && ready >= 0) {
        (void)!write(ready, "", 1);
        return 0; /* somebody else was faster */
    }
    if (rc < 0)
        fprintf(stderr, "sitecage-monitor: %s\n", err.text);
    return rc < 0 ? 1 : 0;
}

static int at_once(int (*what)(struct sc_error *err))
{
    struct sc_error err = SC_ERROR_INIT;
    int rc = what(&err);
    if (rc < 0)
        fprintf(stderr, "sitecage-monitor: %s\n", err.text);
    return rc < 0 ? 1 : 0;
}

static int usage(void)
{
    fputs("usage: sitecage-monitor [--daemon | --foreground | --once | --wanted] [-v] "
          "[--interval SECONDS]   (as root)\n",
          stderr);
    return 2;
}

static int parse(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {{"daemon", no_argument, NULL, 'd'},
                                            {"foreground", no_argument, NULL, 'f'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"wanted", no_argument, NULL, 'w'},
                                            {"debug", no_argument, NULL, 'v'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"interval", required_argument, NULL, 'i'},
                                            {"chore", required_argument, NULL, 'c'},
                                            {"descriptors", required_argument, NULL, 'n'},
                                            {NULL, 0, NULL, 0}};
    bool foreground = false;
    char *end;
    for (int c; (c = getopt_long(argc, argv, "v", options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            o->daemon = true;
            break;
        case 'f':
            foreground = true;
            break;
        case 'o':
            o->once = true;
            break;
        case 'w':
            o->wanted = true;
            break;
        case 'v':
            (void)setenv(SC_DEBUG_ENV, "1", 1);
            break;
        case 'i':
            o->interval = strtol(optarg, &end, 10);
            if (!*optarg || *end || o->interval < INTERVAL_MIN || o->interval > INTERVAL_MAX)
                return -1;
            break;
        case 'c':
            o->chore = optarg;
            break;
        case 'n':
            o->descriptors = strtol(optarg, &end, 10);
            if (o->descriptors < 0 || o->descriptors > SC_WORKER_FDS_MAX)
                return -1;
            break;
        default:
            return -1;
        }
    }
    if (o->chore && optind < argc)
        o->argument = argv[optind++];
    return optind < argc || (int)o->daemon + o->once + o->wanted + foreground > 1 ? -1 : 0;
}

int sc_monitor_main(int argc, char **argv)
{
    struct options o = {.interval = SC_SURVEY_INTERVAL_MS / 1000};
    if (geteuid() != 0 || parse(argc, argv, &o) < 0)
        return usage();
    if (sc_daemon_clean_from(SC_WORKER_FIRST_FD + (unsigned)o.descriptors) < 0)
        return 1;
    if (o.chore)
        return sc_job_do(o.chore, o.argument, (unsigned)o.descriptors);
    if (o.once || o.wanted)
        return at_once(o.once ? sc_monitor_once : sc_monitor_start_wanted);
    return o.daemon ? sc_daemon_background(run, &o) : run(-1, &o);
}
