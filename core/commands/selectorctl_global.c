/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/cl.selector/defaults.cfg, and how a list of extensions is changed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/similar.h"
#include "core/commands/selectorctl.h"

#define DEFAULTS SC_PHP_ETC "/defaults.cfg"

static int no_extension(const struct sc_php *php, const char *name, struct sc_error *err)
{
    SC_FREE const char **known = calloc(php->n_modules + 1, sizeof(*known));
    for (size_t i = 0; known && i < php->n_modules; i++)
        known[i] = php->modules[i].name;
    const char *like = known ? sc_similar(name, known, php->n_modules) : NULL;
    return sc_error_set(err, SC_E_NOTFOUND, "PHP %s has no extension %s; %s%s%s", php->name, name,
                        like ? "did you mean " : "see selectorctl --list-extensions --version ",
                        like ? like : php->name, like ? "?" : "");
}

/* May this extension be put into the list, or taken from it? 1: it may not, and is passed over. */
static int check_name(const struct sc_php *php, const char *name, bool off, bool quiet,
                      struct sc_error *err)
{
    const struct sc_php_module *m = sc_php_module_find(php, name);
    if (m && !(m->fixed && off))
        return m->fixed; /* on anyway */
    if (quiet)
        return 1;
    if (!m)
        return no_extension(php, name, err);
    return sc_error_set(err, SC_E_INVAL,
                        "the extension %s of PHP %s is compiled in or loaded by php.ini: it cannot "
                        "be switched off",
                        name, php->name);
}

int sc_select_change_names(const struct sc_php *php, enum sc_select_verb verb, const char *value,
                           bool quiet, struct sc_php_names *names, struct sc_error *err)
{
    bool off = verb == SC_SELECT_DISABLE_EXTENSIONS || verb == SC_SELECT_DISABLE_USER_EXTENSIONS;
    bool all = verb == SC_SELECT_REPLACE_EXTENSIONS || verb == SC_SELECT_REPLACE_USER_EXTENSIONS;
    SC_CLEANUP(sc_php_names_done) struct sc_php_names given = {0};
    int rc = sc_php_names_parse(value, "the list of extensions", &given, err);
    for (size_t i = 0; rc >= 0 && i < given.n; i++)
        rc = check_name(php, given.v[i], off, quiet, err);
    if (rc < 0)
        return rc;
    if (all) {
        sc_php_names_done(names);
        *names = (struct sc_php_names){0};
    }
    for (size_t i = 0; i < given.n; i++) {
        if (check_name(php, given.v[i], off, true, NULL) != 0)
            continue;
        if (off)
            sc_php_names_remove(names, given.v[i]);
        else if ((rc = sc_php_names_add(names, given.v[i], err)) < 0)
            return rc;
    }
    return 0;
}

int sc_select_change(const struct sc_select_call *call, const struct sc_php *php,
                     struct sc_php_choice_version *v, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && !v->chosen && i < php->n_modules; i++)
        if (php->modules[i].on && !php->modules[i].fixed)
            rc = sc_php_names_add(&v->modules, php->modules[i].name, err);
    if (rc == 0)
        rc = sc_select_change_names(php, call->verb, call->value, call->quiet, &v->modules, err);
    if (rc == 0)
        v->chosen = true;
    return rc;
}

static int change_version(const struct sc_select_call *call, struct sc_php_catalogue *c,
                          struct sc_php_choice *d, struct sc_error *err)
{
    const char *name = call->value;
    struct sc_php *php = sc_php_find(c, name);
    bool native = strcmp(name, SC_PHP_NATIVE) == 0;
    if (!php && !native)
        return sc_error_set(err, SC_E_NOTFOUND, "PHP %s is not installed; see selectorctl --list",
                            name);
    if (call->verb == SC_SELECT_SET_CURRENT) {
        if (php && php->disabled)
            return sc_error_set(err, SC_E_INVAL,
                                "PHP %s is disabled; enable it with: selectorctl "
                                "--enable-alternative=%s",
                                name, name);
        strcpy(d->version, name);
        return 0;
    }
    if (native)
        return sc_error_set(err, SC_E_INVAL, "the native PHP cannot be disabled");
    struct sc_php_choice_version *v = sc_php_choice_at(d, name);
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    bool off = call->verb == SC_SELECT_DISABLE_ALTERNATIVE;
    if (off && strcmp(c->current, name) == 0)
        return sc_error_set(err, SC_E_INVAL,
                            "PHP %s is the default; choose another first: selectorctl "
                            "--set-current=VERSION",
                            name);
    v->disabled = off;
    return 0;
}

static int change_extensions(const struct sc_select_call *call, struct sc_php_catalogue *c,
                             struct sc_php_choice *d, struct sc_error *err)
{
    struct sc_php *php = sc_php_find(c, call->version);
    if (!php || php == &c->native)
        return sc_error_set(err, SC_E_NOTFOUND, "PHP %s is not installed; see selectorctl --list",
                            call->version);
    struct sc_php_choice_version *v = sc_php_choice_at(d, php->name);
    int rc = v ? sc_php_modules(NULL, php, err) : sc_error_set(err, SC_E_NOMEM, "out of memory");
    return rc < 0 ? rc : sc_select_change(call, php, v, err);
}

int sc_select_global(const struct sc_select_call *call, struct sc_php_catalogue *c,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice d = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int rc = sc_mkdir_p(SC_PHP_ETC, 0755, err);
    if (rc < 0)
        return rc;
    SC_FD int lock = open(SC_PHP_ETC, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return sc_error_sys(err, errno, "lock " SC_PHP_ETC);
    rc = sc_read_trusted_file(DEFAULTS, 0, SC_PHP_CHOICE_MAX, &text, err);
    if (rc == 0)
        rc = sc_php_choice_parse(text.data, text.len, DEFAULTS, &d, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    bool extensions = call->verb >= SC_SELECT_ENABLE_EXTENSIONS;
    if (!d.version[0])
        strcpy(d.version, SC_PHP_NATIVE);
    rc = extensions ? change_extensions(call, c, &d, err) : change_version(call, c, &d, err);
    if (rc == 0)
        rc = sc_php_choice_format(&d, true, &out, err);
    return rc < 0 ? rc : sc_replace_file(DEFAULTS, 0644, out.data, out.len, err);
}
