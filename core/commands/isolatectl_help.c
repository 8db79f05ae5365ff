/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/client_help.h"

#include <stddef.h>

static const char isolation[] =
    "isolatectl site-isolation enable|disable --domain DOMAIN[,DOMAIN...]\n"
    "isolatectl site-isolation list\n"
    "\n"
    "Programs of an isolated site see nothing of your other sites. All domains of\n"
    "one call are changed, or none is. The answer lists what is isolated then, and\n"
    "in \"notices\" what a site will miss, with the line that gives it.\n"
    "--anyway isolates a site although not all of it would run isolated.\n"
    "\n"
    "  isolatectl site-isolation enable --domain shop.example\n"
    "  isolatectl site-isolation disable --domain shop.example,blog.example\n";

static const char limits[] =
    "isolatectl limits set --domain DOMAIN --LIMIT VALUE...\n"
    "isolatectl limits list [--domain DOMAIN]\n"
    "isolatectl limits apply --domain DOMAIN\n"
    "\n"
    "  --cpu    50% of one core, or hundredths of a percent: 5000\n"
    "  --pmem   memory: 256M, 1G, or bytes\n"
    "  --vmem   virtual memory of each process, the same\n"
    "  --io     input and output a second: 10M, or KB/s: 10240\n"
    "  --iops   operations of input and output a second\n"
    "  --nproc  processes\n"
    "  --ep     requests at the same time\n"
    "\n"
    "0 takes a limit away. What is not given stays as it is. apply puts in force\n"
    "what you wrote into ~/.lve/domains.json.\n"
    "\n"
    "  isolatectl limits set --domain shop.example --cpu 50% --pmem 256M\n";

static const char look[] =
    "isolatectl overview [--domain DOMAIN]     all about your sites, in one answer\n"
    "isolatectl stats [--domain DOMAIN] [--period PERIOD [--step STEP]]\n"
    "                                          what they use\n"
    "isolatectl explain DOMAIN [PATH]          why it fails; who closes a path\n"
    "isolatectl learn DOMAIN [--days N | --stop | --report] [--anyway]\n"
    "                                          what a site uses of your account\n"
    "\n"
    "  isolatectl explain shop.example ~/uploads\n"
    "  isolatectl stats --period 1d\n";

static const char settings[] =
    "isolatectl home DOMAIN private|shared|default\n"
    "isolatectl paths add DOMAIN PATH [ro|rw]\n"
    "isolatectl paths remove DOMAIN PATH\n"
    "\n"
    "What an isolated site sees of your home: a home of its own (private), or yours,\n"
    "read-only (shared). And single paths of your home that it is given, to read\n"
    "(ro) or to write, too (rw); never what belongs to another site. Both are kept\n"
    "in ~/.lve/domains.json, and may be set before the site is isolated.\n"
    "\n"
    "  isolatectl home shop.example private\n"
    "  isolatectl paths add shop.example ~/uploads rw\n";

static const char json[] =
    "Each answer is one JSON document on standard output, errors, too:\n"
    "\n"
    "  {\"result\": \"error\", \"message\": \"...\", \"code\": \"unknown_domain\"}\n"
    "\n"
    "message is for people, code for programs. Exit status: 0 done, 1 refused or\n"
    "failed, 38 a limit that this kernel cannot hold.\n";

static const struct sc_help_topic topics[] = {{"site-isolation", isolation},
                                              {"isolates", isolation},
                                              {"limits", limits},
                                              {"home", settings},
                                              {"paths", settings},
                                              {"overview", look},
                                              {"stats", look},
                                              {"explain", look},
                                              {"learn", look},
                                              {"json", json},
                                              {NULL, NULL}};

static const char earlier[] =
    "usage: cagefsctl-user site-isolation-enable --domain DOMAIN[,DOMAIN...]\n"
    "       cagefsctl-user site-isolation-disable --domain DOMAIN[,DOMAIN...]\n"
    "       cagefsctl-user site-isolation-list\n"
    "       cagefsctl-user help [TOPIC]\n"
    "\n"
    "Isolates websites of your account from each other. Answers in JSON. This is the\n"
    "earlier name of isolatectl, and takes all that isolatectl takes. Topics:\n"
    "site-isolation, limits, home, paths, overview, stats, explain, learn, json.\n";

const struct sc_help sc_cagefsctl_user_help = {
    .usage = earlier, .topics = topics, .version = "cagefsctl-user (Sitecage) " SC_VERSION "\n"};

const struct sc_help sc_isolatectl_help = {
    .usage = "usage: isolatectl site-isolation enable|disable --domain DOMAIN[,DOMAIN...]\n"
             "       isolatectl site-isolation list\n"
             "       isolatectl limits list [--domain DOMAIN]\n"
             "       isolatectl limits set --domain DOMAIN [--cpu N] [--pmem N] [--io N]\n"
             "                             [--nproc N] [--iops N] [--ep N] [--vmem N]\n"
             "       isolatectl limits apply --domain DOMAIN\n"
             "       isolatectl home DOMAIN private|shared|default\n"
             "       isolatectl paths add DOMAIN PATH [ro|rw]\n"
             "       isolatectl paths remove DOMAIN PATH\n"
             "       isolatectl stats [--domain DOMAIN] [--period PERIOD [--step STEP]]\n"
             "       isolatectl explain DOMAIN [PATH]\n"
             "       isolatectl overview [--domain DOMAIN]\n"
             "       isolatectl learn DOMAIN [--days N | --stop | --report] [--anyway]\n"
             "       isolatectl help [TOPIC]\n"
             "\n"
             "Isolates websites of your account from each other, and limits what they use.\n"
             "Answers in JSON. Topics: site-isolation, limits, home, paths, overview, stats,\n"
             "explain, learn, json. See isolatectl(1).\n",
    .topics = topics,
    .version = "isolatectl (Sitecage) " SC_VERSION "\n"};
