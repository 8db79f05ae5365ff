/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hook commands' arguments, and whether the commands are in place. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "generic/generic.h"
#include "generic/hook.h"

#define MAX_ARGS 12

/* `line` is split at spaces; '_' in it is a space. */
static int call(const char *command, const char *line, struct sc_events *e, struct sc_error *err)
{
    char words[512], *args[MAX_ARGS + 1] = {0}, *save = NULL;
    snprintf(words, sizeof(words), "%s", line);
    size_t n = 0;
    for (char *w = strtok_r(words, " ", &save); w && n < MAX_ARGS; w = strtok_r(NULL, " ", &save)) {
        for (char *c = strchr(w, '_'); c; c = strchr(c, '_'))
            *c = ' ';
        args[n++] = w;
    }
    *e = (struct sc_events){.n = 0};
    return sc_generic_hook(command, args, e, err);
}

static void texts(const struct sc_events *e, char *text, size_t size)
{
    text[0] = 0;
    for (size_t i = 0; i < e->n; i++) {
        char one[600];
        sc_event_text(&e->v[i], one, sizeof(one));
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", i ? "; " : "", one);
    }
}

static void good(const char *command, const char *line, const char *events)
{
    struct sc_events e;
    struct sc_error err = SC_ERROR_INIT;
    char text[2000];
    if (call(command, line, &e, &err) != 0)
        fail_msg("%s %s: %s", command, line, err.text);
    texts(&e, text, sizeof(text));
    assert_string_equal(text, events);
}

static void wrong(const char *command, const char *line, const char *error, const char *events)
{
    struct sc_events e;
    struct sc_error err = SC_ERROR_INIT;
    char text[2000];
    assert_int_equal(call(command, line, &e, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, error);
    texts(&e, text, sizeof(text));
    assert_string_equal(text, events);
}

#define PRE    "pre_modify_user.py"
#define USER   "post_modify_user.py"
#define DOMAIN "post_modify_domain.py"
#define ADMIN  "post_modify_admin.py"
#define PACK   "post_modify_package.py"

static void the_specifications_calls_are_understood(void **state)
{
    (void)state;
    good(USER, "create --username john --owner root", "user-created john");
    good(USER, "create -u john -o root", "user-created john");
    good(USER, "create --username=john --owner=root", "user-created john");
    good(USER, "create -ujohn", "user-created john");
    good(USER, "-u john create", "user-created john");
    good(USER, "modify -u john --new-username jim", "user-renamed john jim");
    good(USER, "modify -u john --new-username=jim --new-owner=res", "user-renamed john jim");
    good(USER, "modify -u john --new-owner res", "user-changed john");
    good(USER, "modify -u john", "user-changed john");
    good(USER, "delete -u john", "user-deleted john");
    good(USER, "restore --username john", "user-changed john");
    good(PRE, "delete -u john", "user-deleted john");
    good(DOMAIN, "modify -u john --domain old.de --new-domain new.de",
         "domain-renamed john old.de new.de");
    good(DOMAIN, "modify --username=john --domain=OLD.de --new-domain=new.de --include-subdomains",
         "domain-renamed john old.de new.de with-subdomains");
    good(DOMAIN, "create -u john --domain a.de", "domain-created john a.de");
    good(DOMAIN, "delete -u john --domain=a.de", "domain-deleted john a.de");
    good(DOMAIN, "docroot -u john --domain a.de", "docroot-changed john a.de");
    good(DOMAIN, "docroot -u john", "docroot-changed john");
    good(DOMAIN, "create -u john --domain b\xc3\xbc.de", "domain-created john xn--b-eha.de");
    /* Nothing to do. */
    good(ADMIN, "create --name boss", "");
    good(ADMIN, "create --username boss", "");
    good(ADMIN, "create -u boss", "");
    good(ADMIN, "delete -n boss", "");
    good(PACK, "rename --name p_1 --new-name p2", "");
}

static void impossible_values_are_smaller_hints(void **state)
{
    (void)state;
    good(DOMAIN, "create -u john --domain a_b", "user-changed john");
    good(DOMAIN, "create -u john --domain=", "user-changed john");
    good(DOMAIN, "create -u ../john --domain a.de", "domain-created - a.de");
    good(DOMAIN, "create -u john\n --domain a.de\n", "resync-all");
    good(DOMAIN, "modify -u john --domain a.de --new-domain ../x", "user-changed john");
    good(DOMAIN, "delete -u john --domain --domain", "user-changed john");
    good(USER, "delete -u .ssh", "resync-all");
    good(USER, "modify -u john --new-username a/b", "user-changed john");
    good(USER, "delete -u john -u jim", "user-deleted jim"); /* as in Python: the last one */
}

static void wrong_usage_is_told_and_the_user_looked_at(void **state)
{
    (void)state;
    wrong(USER, "", USER ": what was done is missing", "");
    wrong(USER, "destroy", USER ": unknown command 'destroy'", "");
    wrong(USER, "destroy -u john", USER ": unknown command 'destroy'", "user-changed john");
    wrong(USER, "delete", USER ": missing option '--username'", "");
    wrong(USER, "delete john", USER ": unknown argument 'john'", "");
    wrong(USER, "delete -u", USER ": a value is missing behind '-u'", "");
    wrong(USER, "delete --username", USER ": a value is missing behind '--username'", "");
    wrong(USER, "delete -u john --force", USER ": unknown option '--force'", "user-changed john");
    wrong(USER, "delete --force -u john", USER ": unknown option '--force'", "user-changed john");
    wrong(USER, "delete -u john -x", USER ": unknown option '-x'", "user-changed john");
    wrong(USER, "delete -u john --domain a.de", USER ": unknown option '--domain'",
          "user-changed john");
    wrong(USER, "delete -u ../x --force", USER ": unknown option '--force'", "");
    wrong(USER, "modify -u john --new-username jim --force", USER ": unknown option '--force'",
          "user-changed john; user-changed jim");
    wrong(PRE, "create -u john", PRE ": unknown command 'create'", "user-changed john");
    wrong(DOMAIN, "modify -u john --domain a.de", DOMAIN ": missing option '--new-domain'",
          "user-changed john");
    wrong(DOMAIN, "modify --domain a.de --new-domain b.de", DOMAIN ": missing option '--username'",
          "");
    wrong(DOMAIN, "create -u john", DOMAIN ": missing option '--domain'", "user-changed john");
    wrong(DOMAIN, "create -u john --domain a.de --include-subdomains",
          DOMAIN ": unknown option '--include-subdomains'", "user-changed john");
    wrong(DOMAIN, "modify -u john --domain a.de --new-domain b.de --include-subdomains=1",
          DOMAIN ": unknown option '--include-subdomains=1'", "user-changed john");
    wrong(ADMIN, "create", ADMIN ": missing option '--name'", "");
    wrong(ADMIN, "rename -n boss", ADMIN ": unknown command 'rename'", "");
    wrong(PACK, "rename -n p", PACK ": missing option '--new-name'", "");
}

static void commands_are_known_by_name(void **state)
{
    (void)state;
    assert_string_equal(sc_generic_command("post_modify_user.py"), USER);
    assert_string_equal(sc_generic_command("post_modify_user"), USER);
    assert_string_equal(sc_generic_command("pre_modify_user"), PRE);
    assert_null(sc_generic_command("post_modify_user.pyc"));
    assert_null(sc_generic_command("sitecage-generic"));
    assert_null(sc_generic_command(""));
    assert_null(sc_generic_command(NULL));
    SC_BUF struct sc_buf usage = SC_BUF_INIT;
    sc_generic_usage(USER, &usage);
    assert_string_equal(
        usage.data,
        "usage: post_modify_user.py create -u USER [-o OWNER]\n"
        "       post_modify_user.py modify -u USER [--new-username USER] [--new-owner OWNER]\n"
        "       post_modify_user.py delete -u USER\n"
        "       post_modify_user.py restore -u USER\n");
    char *help[] = {(char *)"create", (char *)"--help", NULL}, *none[] = {(char *)"create", NULL};
    assert_true(sc_generic_wants_help(help));
    assert_false(sc_generic_wants_help(none));
}

/* As "sitecage-generic hook EVENT …" gives it. */
static void an_unknown_event_is_an_error(void **state)
{
    (void)state;
    struct sc_events e = {.n = 0};
    struct sc_error err = SC_ERROR_INIT;
    char *args[] = {(char *)"delete", (char *)"-u", (char *)"john", NULL}, *env[] = {NULL};
    struct sc_hook_input in = {.event = "post_modify_user", .args = args, .env = env};
    assert_int_equal(sc_generic_ops.hook(&in, &e, &err), 0);
    assert_int_equal(e.v[0].kind, SC_EVENT_USER_DELETED);
    in.event = "post_modify_moon";
    assert_int_equal(sc_generic_ops.hook(&in, &e, &err), SC_E_INVAL);
    in.event = NULL;
    assert_int_equal(sc_generic_ops.hook(&in, &e, &err), SC_E_INVAL);
    /* Wrong usage that names a user is a hint, else an error. */
    in.event = "pre_modify_user";
    args[0] = (char *)"destroy";
    e.n = 0;
    assert_int_equal(sc_generic_ops.hook(&in, &e, &err), 0);
    assert_int_equal(e.n, 1);
    args[1] = NULL;
    e.n = 0;
    assert_int_equal(sc_generic_ops.hook(&in, &e, &err), SC_E_INVAL);
    assert_int_equal(e.n, 0);
}

static void missing_commands_are_told(void **state)
{
    (void)state;
    char dir[] = "/tmp/sc_hooks_XXXXXX", exe[64], path[128], text[512];
    assert_non_null(mkdtemp(dir));
    snprintf(exe, sizeof(exe), "%s/exe", dir);
    struct sc_error err = SC_ERROR_INIT;
    snprintf(text, sizeof(text), "cannot look at %s: No such file or directory", exe);
    assert_int_equal(sc_generic_check_commands(dir, exe, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, text);
    SC_FILE FILE *f = fopen(exe, "we");
    assert_non_null(f);
    assert_int_equal(chmod(exe, 0755), 0);
    for (size_t i = 0; sc_generic_commands[i]; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, sc_generic_commands[i]);
        snprintf(text, sizeof(text),
                 "%s is missing: the panel's changes are seen by the timer alone until it is put "
                 "right (ln -sfn %s %s)",
                 path, exe, path);
        assert_int_equal(sc_generic_check_commands(dir, exe, &err), SC_E_NOTFOUND);
        assert_error(&err, SC_E_NOTFOUND, text);
        assert_int_equal(symlink("exe", path), 0);
    }
    assert_int_equal(sc_generic_check_commands(dir, exe, &err), 0);
    assert_int_equal(unlink(path), 0);
    SC_FILE FILE *other = fopen(path, "we");
    assert_non_null(other);
    assert_int_equal(sc_generic_check_commands(dir, exe, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "post_modify_package.py is not Sitecage's: ");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("exe", path), 0);
    assert_int_equal(chmod(exe, 0644), 0);
    assert_int_equal(sc_generic_check_commands(dir, exe, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "pre_modify_user.py cannot be executed: ");
    char rm[64];
    snprintf(rm, sizeof(rm), "rm -rf %s", dir);
    assert_int_equal(system(rm), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_specifications_calls_are_understood),
        cmocka_unit_test(impossible_values_are_smaller_hints),
        cmocka_unit_test(wrong_usage_is_told_and_the_user_looked_at),
        cmocka_unit_test(commands_are_known_by_name),
        cmocka_unit_test(an_unknown_event_is_an_error),
        cmocka_unit_test(missing_commands_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
