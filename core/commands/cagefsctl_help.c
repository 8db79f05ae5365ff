/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help TOPIC, help COMMAND */
#include <stddef.h>
#include <string.h>

#include "core/commands/cagefsctl.h"

static const struct {
    const char *name, *text;
} topics[] = {
    {"users", "Who may have isolated sites.\n"
              "\n"
              "  cagefsctl --site-isolation-allow-all       all may, but those denied by name\n"
              "  cagefsctl --site-isolation-deny john       he may not, and his isolation ends\n"
              "  cagefsctl --site-isolation-allow john\n"
              "  cagefsctl --site-isolation-toggle-mode     only those allowed by name; back\n"
              "  cagefsctl --site-isolation-lock john       he can add, and not disable\n"
              "  cagefsctl --site-isolation-deny-all        the feature is off\n"},
    {"sites", "Isolating sites. Look first, then do it.\n"
              "\n"
              "  cagefsctl --site-isolation-check               can this server do it?\n"
              "  cagefsctl --site-isolation-plan shop.example   what would the site see?\n"
              "  cagefsctl --site-isolation-enable shop.example blog.example\n"
              "  cagefsctl --site-isolation-list\n"
              "  cagefsctl --site-isolation-disable shop.example\n"
              "\n"
              "A site that uses much of its account: let it learn for a week, and give it\n"
              "what it used.\n"
              "\n"
              "  cagefsctl --site-isolation-learn shop.example\n"
              "  cagefsctl --site-isolation-learn shop.example --report\n"
              "  cagefsctl --site-isolation-enable shop.example --learned\n"
              "\n"
              "Many at once: cagefsctl help many\n"},
    {"many", "Many sites by one command.\n"
             "\n"
             "  cagefsctl --site-isolation-enable --user john\n"
             "  cagefsctl --site-isolation-enable --all --exclude shop.example --dry-run\n"
             "  cagefsctl --site-isolation-enable --file names.txt --keep-going\n"
             "  cagefsctl --site-isolation-disable --user john --user jane\n"
             "\n"
             "All names are checked first. Interrupted, or after a failure: the same command\n"
             "again does the rest.\n"},
    {"trouble", "When a site does not work.\n"
                "\n"
                "  cagefsctl --site-isolation-status --failing\n"
                "  cagefsctl --site-isolation-explain shop.example\n"
                "  cagefsctl --site-isolation-explain shop.example ~/uploads\n"
                "  cagefsctl --site-isolation-check shop.example\n"
                "  cagefsctl --site-isolation-regenerate john    make it again, in place\n"
                "  cagefsctl --remount john                      end its processes, too\n"
                "  tail /var/log/sitecage.log                    who changed what\n"},
    {"json", "With --json each answer is one object on standard output, errors, too:\n"
             "\n"
             "  {\"result\": \"error\", \"message\": \"...\", \"code\": \"unknown_domain\"}\n"
             "\n"
             "message is for people, code for programs: it does not change. Exit status:\n"
             "0 done, 1 refused or failed, 2 wrong usage, 38 limits that this kernel cannot\n"
             "hold.\n"},
};

/* Commands, without what all of them begin with, and the topic that shows them. */
static const char *const about[][2] = {
    {"allow-all", "users"},    {"deny-all", "users"},  {"allow", "users"},
    {"deny", "users"},         {"lock", "users"},      {"unlock", "users"},
    {"toggle-mode", "users"},  {"check", "sites"},     {"plan", "sites"},
    {"enable", "sites"},       {"disable", "sites"},   {"list", "sites"},
    {"learn", "sites"},        {"status", "trouble"},  {"explain", "trouble"},
    {"regenerate", "trouble"}, {"remount", "trouble"}, {"remount-all", "trouble"},
    {"user", "many"},          {"all", "many"},        {"file", "many"},
    {"exclude", "many"},       {"keep-going", "many"}, {"dry-run", "many"}};

static const char *text_of(const char *topic)
{
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        if (strcmp(topics[i].name, topic) == 0)
            return topics[i].text;
    return NULL;
}

static const char *behind(const char *name, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 ? name + n : name;
}

const char *sc_ctl_topic(const char *name)
{
    const char *text = text_of(name);
    const char *command = behind(behind(behind(name, "--"), "site-isolation-"), "isolates-");
    for (size_t i = 0; !text && i < sizeof(about) / sizeof(about[0]); i++)
        if (strcmp(about[i][0], command) == 0)
            text = text_of(about[i][1]);
    return text;
}
