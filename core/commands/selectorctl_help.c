/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/client_help.h"

#include <stddef.h>

static const char versions[] =
    "Which versions of PHP there are, and choosing one:\n"
    "\n"
    "  selectorctl --list\n"
    "  selectorctl --user-current\n"
    "  selectorctl --set-user-current=8.2\n"
    "  selectorctl --set-user-current=8.2 --domain shop.example\n"
    "\n"
    "Without --domain it is the account's choice. A site copies it when it is first\n"
    "isolated, and has its own from then on. \"native\" is the server's own PHP.\n";

static const char extensions[] =
    "Which extensions a version has, and choosing them:\n"
    "\n"
    "  selectorctl --list-user-extensions --version=8.2 --all\n"
    "  selectorctl --enable-user-extensions=redis,imagick --version=8.2\n"
    "  selectorctl --reset-user-extensions --version=8.2 --domain shop.example\n"
    "\n"
    "In the list: + on, - off, ~ built in.\n";

static const char json[] =
    "With --json each answer is one JSON document on standard output, errors, too:\n"
    "\n"
    "  {\"result\": \"error\", \"message\": \"ERROR:...\", \"code\": \"not_isolated\", ...}\n"
    "\n"
    "message is for people, code for programs. Without it, an error is a line on\n"
    "standard error that begins with ERROR. Exit status: 0 done, 1 refused or failed,\n"
    "2 wrong usage.\n";

static const struct sc_help_topic topics[] = {
    {"versions", versions}, {"extensions", extensions}, {"json", json}, {NULL, NULL}};

const struct sc_help sc_selectorctl_help = {
    .usage = "usage: selectorctl [--interpreter php] COMMAND [OPTION...]\n"
             "of the server:\n"
             "  -l, --list                        versions that there are\n"
             "  -S, --summary                     ... which may be chosen, and the default\n"
             "  -C, --current                     the default version\n"
             "  -G, --list-extensions --version V\n"
             "  root: -B, --set-current=V\n"
             "        -N, --disable-alternative=V   -Y, --enable-alternative=V\n"
             "        -E, -D, -R, --enable-|--disable-|--replace-extensions=A,B --version V\n"
             "of a user, or of an isolated domain (--domain DOMAIN); root adds --user USER:\n"
             "  -s, --user-summary   -c, --user-current   -b, --set-user-current=V\n"
             "  -g, --list-user-extensions [--version V] [--all]\n"
             "  -e, -d, -r, --enable-|--disable-|--replace-user-extensions=A,B --version V\n"
             "  -t, --reset-user-extensions --version V\n"
             "options: --json  -p, --print-summary  -V, --show-native-version  --quiet\n"
             "\n"
             "selectorctl help TOPIC: versions, extensions, json. See selectorctl(1).\n",
    .topics = topics,
    .version = "selectorctl (Sitecage) " SC_VERSION "\n"};
