/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/similar.h"
#include "core/commands/selectorctl.h"

enum {
    OPT_DOMAIN = 1000,
    OPT_JSON,
    OPT_QUIET,
    OPT_NOT_HERE,
    OPT_VERB = 2000
};

#define VERB(v) (OPT_VERB + SC_SELECT_##v)
#define NEEDS   required_argument

static const struct option options[] = {
    {"interpreter", NEEDS, NULL, 'i'},
    {"version", NEEDS, NULL, 'v'},
    {"user", NEEDS, NULL, 'u'},
    {"domain", NEEDS, NULL, OPT_DOMAIN},
    {"show-native-version", no_argument, NULL, 'V'},
    {"json", no_argument, NULL, OPT_JSON},
    {"print-summary", no_argument, NULL, 'p'},
    {"all", no_argument, NULL, 'a'},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, VERB(HELP)},
    {"list", no_argument, NULL, VERB(LIST)},
    {"summary", no_argument, NULL, VERB(SUMMARY)},
    {"current", no_argument, NULL, VERB(CURRENT)},
    {"set-current", NEEDS, NULL, VERB(SET_CURRENT)},
    {"disable-alternative", NEEDS, NULL, VERB(DISABLE_ALTERNATIVE)},
    {"enable-alternative", NEEDS, NULL, VERB(ENABLE_ALTERNATIVE)},
    {"enable-extensions", NEEDS, NULL, VERB(ENABLE_EXTENSIONS)},
    {"disable-extensions", NEEDS, NULL, VERB(DISABLE_EXTENSIONS)},
    {"replace-extensions", NEEDS, NULL, VERB(REPLACE_EXTENSIONS)},
    {"list-extensions", no_argument, NULL, VERB(LIST_EXTENSIONS)},
    {"user-summary", no_argument, NULL, VERB(USER_SUMMARY)},
    {"user-current", no_argument, NULL, VERB(USER_CURRENT)},
    {"set-user-current", NEEDS, NULL, VERB(SET_USER_CURRENT)},
    {"enable-user-extensions", NEEDS, NULL, VERB(ENABLE_USER_EXTENSIONS)},
    {"disable-user-extensions", NEEDS, NULL, VERB(DISABLE_USER_EXTENSIONS)},
    {"replace-user-extensions", NEEDS, NULL, VERB(REPLACE_USER_EXTENSIONS)},
    {"reset-user-extensions", no_argument, NULL, VERB(RESET_USER_EXTENSIONS)},
    {"list-user-extensions", no_argument, NULL, VERB(LIST_USER_EXTENSIONS)},
    {"add-options", NEEDS, NULL, OPT_NOT_HERE},
    {"replace-options", NEEDS, NULL, OPT_NOT_HERE},
    {"delete-options", NEEDS, NULL, OPT_NOT_HERE},
    {"print-options", no_argument, NULL, OPT_NOT_HERE},
    {"print-options-safe", no_argument, NULL, OPT_NOT_HERE},
    {"reset-options", no_argument, NULL, OPT_NOT_HERE},
    {NULL, 0, NULL, 0}};

static const struct {
    char letter;
    int option;
} letters[] = {{'l', VERB(LIST)},
               {'S', VERB(SUMMARY)},
               {'C', VERB(CURRENT)},
               {'B', VERB(SET_CURRENT)},
               {'N', VERB(DISABLE_ALTERNATIVE)},
               {'Y', VERB(ENABLE_ALTERNATIVE)},
               {'E', VERB(ENABLE_EXTENSIONS)},
               {'D', VERB(DISABLE_EXTENSIONS)},
               {'R', VERB(REPLACE_EXTENSIONS)},
               {'G', VERB(LIST_EXTENSIONS)},
               {'s', VERB(USER_SUMMARY)},
               {'c', VERB(USER_CURRENT)},
               {'b', VERB(SET_USER_CURRENT)},
               {'e', VERB(ENABLE_USER_EXTENSIONS)},
               {'d', VERB(DISABLE_USER_EXTENSIONS)},
               {'r', VERB(REPLACE_USER_EXTENSIONS)},
               {'t', VERB(RESET_USER_EXTENSIONS)},
               {'g', VERB(LIST_USER_EXTENSIONS)},
               {'h', VERB(HELP)}};

static int once(const char **place, const char *name, struct sc_error *err)
{
    if (*place)
        return sc_error_set(err, SC_E_INVAL, "--%s is given twice", name);
    /* -b=8.1 is CloudLinux' way of writing -b 8.1 */
    *place = optarg[0] == '=' ? optarg + 1 : optarg;
    if (!**place)
        return sc_error_set(err, SC_E_INVAL, "--%s is empty", name);
    if (**place == '-') /* the next option was taken for it */
        return sc_error_set(err, SC_E_INVAL, "--%s needs a value, and %.64s is none", name, *place);
    return 0;
}

/* The long name of getopt's value; NULL: none has it. */
static const char *name_of(int option)
{
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (option == letters[i].letter)
            option = letters[i].option;
    for (const struct option *o = options; o->name; o++)
        if (o->val == option)
            return o->name;
    return NULL;
}

/* `word` is what was read last, `value` getopt's optopt. */
static int unknown_option(const char *word, int value, struct sc_error *err)
{
    const char *known[sizeof(options) / sizeof(options[0])];
    const char *whole = value ? name_of(value) : NULL;
    size_t n = 0;
    if (whole && strncmp(word, "--", 2) == 0 && strchr(word, '='))
        return sc_error_set(err, SC_E_INVAL, "--%s takes no value; see selectorctl --help", whole);
    if (whole)
        return sc_error_set(err, SC_E_INVAL, "--%s needs a value; see selectorctl --help", whole);
    if (value)
        return sc_error_set(err, SC_E_INVAL, "unknown option -%c; see selectorctl --help", value);
    for (; options[n].name; n++)
        known[n] = options[n].name;
    SC_FREE char *name = strdup(word + strspn(word, "-"));
    if (!name)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    name[strcspn(name, "=")] = 0;
    const char *like = sc_similar(name, known, n);
    return sc_error_set(err, SC_E_INVAL,
                        "unknown option --%.60s; %s%s%s"
                        "see selectorctl --help",
                        name, like ? "did you mean --" : "", like ? like : "", like ? "? " : "");
}

static int take(struct sc_select_call *c, int option, const char *word, struct sc_error *err)
{
    const char *interpreter = NULL;
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        if (option == letters[i].letter)
            option = letters[i].option;
    switch (option) {
    case 'i':
        if (once(&interpreter, "interpreter", err) < 0)
            return SC_E_INVAL;
        return strcmp(interpreter, "php") == 0
                   ? 0
                   : sc_error_set(err, SC_E_INVAL, "--interpreter %.32s is not supported; give php",
                                  interpreter);
    case 'v':
        return once(&c->version, "version", err);
    case 'u':
        return once(&c->user, "user", err);
    case OPT_DOMAIN:
        return once(&c->domain, "domain", err);
    case 'V':
        c->native_version = true;
        return 0;
    case OPT_JSON:
        c->json = true;
        return 0;
    case 'p':
        c->print_summary = true;
        return 0;
    case 'a':
        c->all = true;
        return 0;
    case OPT_QUIET:
        c->quiet = true;
        return 0;
    case OPT_NOT_HERE:
        return sc_error_set(err, SC_E_INVAL,
                            "options of PHP are not supported here; set them in a .user.ini file");
    default:
        break;
    }
    if (option < OPT_VERB)
        return unknown_option(word, optopt, err);
    if (c->verb != SC_SELECT_NONE)
        return sc_error_set(err, SC_E_INVAL, "give one command only; see selectorctl --help");
    c->verb = (enum sc_select_verb)(option - OPT_VERB);
    return optarg ? once(&c->value, name_of(option), err) : 0;
}

static bool of_user(const struct sc_select_call *c)
{
    return c->verb >= SC_SELECT_USER_SUMMARY;
}

static int check(const struct sc_select_call *c, struct sc_error *err)
{
    if (c->verb == SC_SELECT_NONE)
        return sc_error_set(err, SC_E_INVAL, "a command is needed; see selectorctl --help");
    if (!of_user(c) && c->verb != SC_SELECT_HELP && (c->domain || c->user))
        return sc_error_set(err, SC_E_INVAL,
                            "--%s goes with the commands for users, as --set-user-current",
                            c->domain ? "domain" : "user");
    if (c->version && !sc_php_name_valid(c->version))
        return sc_error_set(err, SC_E_INVAL, "'%.32s' is not a PHP version; see selectorctl --list",
                            c->version);
    bool version = c->verb == SC_SELECT_SET_CURRENT || c->verb == SC_SELECT_SET_USER_CURRENT ||
                   c->verb == SC_SELECT_ENABLE_ALTERNATIVE ||
                   c->verb == SC_SELECT_DISABLE_ALTERNATIVE;
    if (version && !sc_php_name_valid(c->value))
        return sc_error_set(err, SC_E_INVAL, "'%.32s' is not a PHP version; see selectorctl --list",
                            c->value);
    bool needs = c->verb == SC_SELECT_LIST_EXTENSIONS || c->verb == SC_SELECT_ENABLE_EXTENSIONS ||
                 c->verb == SC_SELECT_DISABLE_EXTENSIONS ||
                 c->verb == SC_SELECT_REPLACE_EXTENSIONS ||
                 c->verb >= SC_SELECT_ENABLE_USER_EXTENSIONS;
    if (needs && !c->version)
        return sc_error_set(err, SC_E_INVAL, "--version is needed");
    return 0;
}

int sc_select_parse(char **args, int n, struct sc_select_call *ret, struct sc_error *err)
{
    struct sc_select_call c = {0};
    SC_FREE char **argv = calloc((size_t)n + 2, sizeof(*argv));
    static char name[] = "selectorctl";
    if (!argv)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    argv[0] = name;
    for (int i = 0; i < n; i++)
        argv[i + 1] = args[i];
    opterr = 0;
    optind = 0;
    int option;
    while ((option = getopt_long(n + 1, argv, "+i:v:u:VpalSCB:N:Y:E:D:R:Gscb:e:d:r:tgh", options,
                                 NULL)) != -1) {
        int rc = take(&c, option, argv[optind - 1], err);
        if (rc < 0) {
            ret->json = c.json; /* how to say it */
            return rc;
        }
    }
    ret->json = c.json;
    if (optind < n + 1)
        return sc_error_set(err, SC_E_INVAL, "unexpected word '%.64s'", argv[optind]);
    int rc = check(&c, err);
    if (rc == 0)
        *ret = c;
    return rc;
}
