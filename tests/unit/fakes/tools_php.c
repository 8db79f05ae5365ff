/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/tools_private.h"
#include "tests/unit/fixture.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

/* ---- core/php, core/php/fpm ---- */

static int php_make(struct sc_php_lazy *l, const struct sc_php_choice *c, uid_t uid, unsigned id,
                    struct sc_error *err)
{
    (void)l;
    return tools_begin(err, "php.make", " %u %u %s", (unsigned)uid, id, c->version);
}

static int restart_site(const struct sc_php_catalogue *c, uid_t uid, unsigned id,
                        struct sc_error *err)
{
    (void)c;
    int rc = tools_begin(err, "php.restart_site", " %u %u", (unsigned)uid, id);
    tools_the_site(uid, id)->restarts += rc == 0;
    return rc;
}

static int restart_outside(uid_t uid, struct sc_error *err)
{
    int rc = tools_begin(err, "php.restart_outside", " %u", (unsigned)uid);
    tools_the_account(uid)->outside += rc == 0;
    return rc;
}

static int fpm_apply(const struct sc_fpm_account *a, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = tools_begin(err, "fpm.apply", " %u", (unsigned)a->uid);
    if (rc < 0)
        return rc;
    if (a->later)
        *a->later = a->routed;
    for (size_t i = 0; i < a->n_sites; i++)
        sc_buf_fmt(&text, a->sites[i].outside ? "%s%s:out" : "%s%s:%u", text.len ? " " : "",
                   a->sites[i].docroot, a->sites[i].id);
    free(tools_the_account(a->uid)->fpm);
    tools_the_account(a->uid)->fpm = text.len ? strdup(text.data) : NULL;
    return 0;
}

static int fpm_site_php(unsigned id, const char *php, const char *changes, struct sc_error *err)
{
    (void)changes;
    return tools_begin(err, "fpm.site_php", " %u %s", id, php ? php : "native");
}

static void fpm_again(unsigned id)
{
    (void)tools_begin(NULL, "fpm.again", " %u", id);
}

static int fpm_tell(uid_t uid, const char *user, bool routed, const struct sc_fpm_known_list *known,
                    struct sc_fpm_told *ret, struct sc_error *err)
{
    (void)known;
    (void)routed;
    int rc = tools_begin(err, "fpm.tell", " %u %s", (unsigned)uid, user);
    if (rc < 0 || !tools_fpm_own)
        return rc;
    ret->own = calloc(1, sizeof(*ret->own));
    ret->pools = calloc(1, sizeof(*ret->pools));
    assert_true(ret->own && ret->pools);
    ret->own[ret->n_own++] =
        (struct sc_fpm_own){.id = tools_fpm_own, .address = strdup("/run/php/own.sock")};
    ret->pools[ret->n_pools++] = strdup("127.0.0.1:9000");
    return 0;
}

static int web_save(uid_t uid, const struct sc_buf *lines, struct sc_error *err)
{
    int rc = tools_begin(err, "web.save", " %u", (unsigned)uid);
    if (rc < 0)
        return rc;
    free(sc_steal_ptr(&tools_the_account(uid)->web));
    if (lines)
        tools_the_account(uid)->web = strdup(lines->data);
    return 0;
}

const struct sc_php_tools tools_php = {
    .make = php_make, .restart_site = restart_site, .restart_outside = restart_outside};

static bool fpm_any(uid_t uid)
{
    (void)uid;
    return tools_fpm_any;
}

const struct sc_fpm_tools tools_fpm = {.apply = fpm_apply,
                                       .site_php = fpm_site_php,
                                       .again = fpm_again,
                                       .any = fpm_any,
                                       .tell = fpm_tell};

static bool web_guards(void)
{
    return tools_web_guards;
}

static int web_nginx(struct sc_store *store, uid_t uid, struct sc_cover_server *known, bool later,
                     int wait_ms, struct sc_error *err)
{
    (void)store, (void)known, (void)later, (void)wait_ms;
    return tools_begin(err, "web.nginx", " %u", (unsigned)uid);
}

static int web_nginx_read(struct sc_error *err)
{
    return tools_begin(err, "web.nginx_read", "%s", "");
}

static int web_nginx_forget(uid_t uid, bool later, int wait_ms, struct sc_error *err)
{
    (void)later, (void)wait_ms;
    return tools_begin(err, "web.nginx_forget", " %u", (unsigned)uid);
}

const struct sc_web_tools tools_web = {.save = web_save,
                                       .guards = web_guards,
                                       .nginx = web_nginx,
                                       .nginx_forget = web_nginx_forget,
                                       .nginx_read = web_nginx_read};
