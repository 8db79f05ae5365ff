/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what the judge needs to know. Changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/around.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/vec.h"
#include "core/coverage/coverage.h"
#include "core/config/conf.h"
#include "core/php/fpm/apply.h"
#include "core/coverage/nginx.h"
#include "core/coverage/unseen.h"
#include "core/web/apache/path.h"
#include "core/web/litespeed.h"
#include "core/web/module.h"
#include "core/web/nginx/running.h"
#include "core/web/unit.h"
#include "core/php/pools/running.h"

#define LSPHP_ENTRY  SC_LIBEXECDIR "/lsphp"
#define LSPHP_NATIVE "/usr/local/bin/lsphp"
#define LSPHP_LIST   "/etc/container/php.handler"

#define HTACCESS_MAX (256u << 10)

void sc_cover_server_done(struct sc_cover_server *s)
{
    sc_vhosts_done(&s->hosts);
    sc_fpm_known_done(&s->pools);
    sc_suexec_done(&s->front);
    sc_loopback_done(&s->ports);
    sc_fpm_places_done(&s->sockets);
    sc_web_routes_done(&s->routes);
}

/* Whether mod_lsapi is told to run Sitecage's lsphp, as the server's own or by name. */
static bool lsphp_in_place(void)
{
    char real[PATH_MAX], line[PATH_MAX + 256];
    if (realpath(LSPHP_NATIVE, real) && strcmp(real, LSPHP_ENTRY) == 0)
        return true;
    bool found = false;
    FILE *f = fopen(LSPHP_LIST, "re");
    while (f && !found && fgets(line, sizeof(line), f))
        found = line[0] != '#' && strstr(line, LSPHP_ENTRY) != NULL;
    if (f)
        fclose(f);
    return found;
}

static void look_at_nginx(struct sc_cover_server *s)
{
    char program[PATH_MAX];
    if (!s->hosts.nginx)
        return;
    s->nginx = sc_nginx_program(0, program, sizeof(program));
    if (!s->nginx) {
        pid_t master = sc_nginx_find(); /* where that cannot be said, there may be one */
        s->nginx = master < 0 || sc_nginx_program(master, program, sizeof(program));
    }
    s->nginx_tested = false;
    s->nginx_error[0] = 0;
    s->nginx_timed = false;
}

/* systemctl is asked only where the kernel says that something is filtered. */
static void look_at_unit(pid_t server, struct sc_cover_server *s)
{
    struct sc_unit unit;
    s->unit_error[0] = s->shut_error[0] = 0;
    if (!sc_unit_look(server, &unit))
        return;
    (void)sc_unit_forbids(&unit, &sc_unit_of_apache, s->unit_error, sizeof(s->unit_error));
    if (!unit.filtered)
        return;
    SC_RUN_RESULT struct sc_run_result shown = SC_RUN_RESULT_INIT;
    sc_unit_show(&unit, &shown);
    (void)sc_unit_hinders(&unit, &sc_unit_of_apache, shown.out.data ? shown.out.data : "",
                          s->shut_error, sizeof(s->shut_error));
}

/* What a few links and files say. */
static void look_at_places(struct sc_cover_server *s)
{
    struct sc_error why = SC_ERROR_INIT;
    pid_t apache = 0;
    sc_suexec_done(&s->front);
    s->front_error[0] = 0;
    if (sc_suexec_look(&s->front, &why) < 0)
        snprintf(s->front_error, sizeof(s->front_error), "%s", why.text);
    s->gate = sc_web_module_is_guard(sc_web_module_look(&apache));
    look_at_unit(apache, s);
    s->ports_error[0] = 0;
    if (sc_loopback_holds(&s->ports, s->must_stand, &why) < 0)
        snprintf(s->ports_error, sizeof(s->ports_error), "%s", why.text);
    struct sc_conf conf = SC_CONF_DEFAULT; /* also where it cannot be read: who asks has said so */
    (void)sc_conf_load(SC_CONF_PATH, 0, &conf, NULL);
    s->fpm_sites = conf.fpm_sites;
    s->lsphp = lsphp_in_place();
    s->litespeed = sc_litespeed_find();
    look_at_nginx(s);
}

int sc_cover_server_look(bool must_stand, struct sc_cover_server *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_cover_server_done)
    struct sc_cover_server s = {.must_stand = must_stand, .compared_ms = sc_clock_ms()};
    int rc = sc_vhosts_load("", &s.hosts, err);
    if (rc == 0)
        rc = sc_fpm_known_all(&s.pools, err);
    if (rc == 0)
        rc = sc_loopback_look(&s.pools, &s.hosts, &s.ports, err);
    if (rc == 0)
        rc = sc_fpm_places_look(&s.pools, &s.sockets, err);
    if (rc < 0)
        return rc;
    look_at_places(&s);
    s.looked = true;
    SC_MOVE(ret, &s);
    return 0;
}

bool sc_cover_server_holds(struct sc_cover_server *s)
{
    int64_t now = sc_clock_ms();
    if (!s || !s->looked)
        return false;
    if (s->compared_ms && now - s->compared_ms < SC_COVER_MOMENT_MS)
        return true;
    s->compared_ms = 0;
    if (!sc_vhosts_same(&s->hosts) || !sc_stamps_same(&s->pools.seen))
        return false;
    sc_roots_forget(&s->hosts);
    s->compared_ms = now;
    return true;
}

void sc_cover_server_doubt(struct sc_cover_server *s)
{
    if (s)
        s->compared_ms = 0;
}

int sc_cover_server_again(bool must_stand, struct sc_cover_server *s, struct sc_error *err)
{
    struct sc_cover_server now;
    sc_cover_server_doubt(s);
    if (sc_cover_server_holds(s)) {
        s->must_stand = must_stand;
        look_at_places(s);
        return 0;
    }
    int rc = sc_cover_server_look(must_stand, &now, err);
    if (rc < 0)
        return rc;
    sc_cover_server_done(s);
    *s = now;
    return 0;
}

/* ---- one site ---- */

struct looking {
    struct sc_cover_seen seen;
    bool failed; /* no memory */
};

static void looking_done(struct looking *l)
{
    for (size_t i = 0; i < l->seen.n_uses; i++) {
        free(l->seen.uses[i].listen);
        free(l->seen.uses[i].exe);
        free(l->seen.uses[i].main);
        free(l->seen.uses[i].text);
    }
    free(l->seen.uses);
    for (size_t i = 0; i < l->seen.n_links; i++)
        free(l->seen.links[i].text);
    free(l->seen.links);
    sc_ways_done(&l->seen.own);
    sc_strings_free(l->seen.shown, l->seen.n_shown);
    free(l->seen.unseen);
}

static void saw(void *arg, const struct sc_fpm_use *use, bool around, const char *text)
{
    struct looking *l = arg;
    if (!SC_VEC_ROOM(l->seen.uses, l->seen.n_uses)) {
        l->failed = true;
        return;
    }
    struct sc_cover_use *u = &l->seen.uses[l->seen.n_uses++];
    *u = (struct sc_cover_use){.how = use->how,
                               .around = around,
                               .nginx = use->host && use->host->nginx,
                               .listen = strdup(*use->route ? use->route : use->listen),
                               .text = strdup(text),
                               .way = use->way};
    if (use->pool) {
        u->exe = strdup(use->pool->exe);
        u->main = strdup(use->pool->main);
    }
    l->failed |= !u->listen || !u->text || (use->pool && (!u->exe || !u->main));
}

static int look_at_fpm(struct sc_cover_server *server, const struct sc_cover_site *site,
                       struct looking *l, struct sc_error *err)
{
    const struct sc_web_whose *is = &site->is;
    struct sc_fpm_account a = {.uid = site->uid,
                               .gid = site->gid,
                               .user = site->user,
                               .home = site->home,
                               .homes = is->homes,
                               .n_homes = is->n_homes,
                               .docroots = is->docroots,
                               .n_docroots = is->n_docroots,
                               .max_sites = server->fpm_sites,
                               .stands = server->must_stand,
                               .routed = server->gate,
                               .hosts = &server->hosts,
                               .known = &server->pools,
                               .seen = saw,
                               .arg = l};
    struct sc_fpm_site s = {.id = site->id,
                            .docroot = is->docroot,
                            .texts = is->texts,
                            .n_texts = is->n_texts,
                            .names = is->names,
                            .n_names = is->n_names};
    int rc = sc_fpm_look(&a, &s, err);
    return rc == 0 && l->failed ? sc_error_set(err, SC_E_NOMEM, "out of memory for coverage") : rc;
}

/* The document root's own .htaccess, with the account's rights; below it only the gate can look. */
static int look_at_htaccess(const struct sc_cover_server *server, const struct sc_cover_site *site,
                            struct sc_cover_seen *seen, struct sc_error *err)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char path[PATH_MAX];
    struct sc_error why = SC_ERROR_INIT;
    const char *home = site->is.n_homes ? site->is.homes[0] : "";
    if (!*site->is.docroot || !sc_web_path_within(site->is.docroot, home) ||
        snprintf(path, sizeof(path), "%s/.htaccess", site->is.docroot) >= (int)sizeof(path))
        return 0;
    int rc = sc_asuser_begin(&as, site->uid, site->gid, err);
    if (rc < 0)
        return rc;
    SC_FD int dir = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return sc_error_sys(err, errno, "open %s", home);
    rc = sc_read_file_beneath(dir, sc_web_path_below(path, home), HTACCESS_MAX, &text, NULL, &why);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc < 0 || strlen(text.data) != text.len) {
        snprintf(seen->own_error, sizeof(seen->own_error), "%.400s cannot be read: %.500s", path,
                 rc < 0 ? why.text : "it has a NUL byte in it");
        return 0;
    }
    return sc_vhosts_htaccess(&server->hosts, path, text.data, &seen->own, err);
}

static int look_at_table(struct sc_cover_server *server, const struct sc_cover_site *site,
                         struct sc_cover_seen *seen, struct sc_error *err)
{
    bool has = false;
    if (!server->gate || !site->id || !*site->is.docroot)
        return 0;
    int rc = sc_web_routes_has(&server->routes, site->is.docroot, &has, err);
    seen->left_out = rc < 0 || !has;
    return rc == SC_E_NOMEM ? rc : 0;
}

/* Where the document root is called by another name of the home that only root can change, its view has that
 * name (core/facts/spellings.h), and so all that is called by it. */
static int add_shown(const char *home, const char *text, struct sc_cover_seen *seen,
                     struct sc_error *err)
{
    SC_FREE char *inside = NULL;
    char name[PATH_MAX], clean[PATH_MAX];
    size_t len = 0;
    if (sc_around_home(home, text, &inside, &len) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
    if (!inside || len == 0 || len >= sizeof(name))
        return 0;
    snprintf(name, sizeof(name), "%.*s", (int)len, text);
    if (sc_web_path_clean(name, clean) <= 1)
        return 0;
    char *copy = SC_VEC_ROOM(seen->shown, seen->n_shown) ? strdup(clean) : NULL;
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
    seen->shown[seen->n_shown++] = copy;
    return 0;
}

static int look_at_names(const struct sc_cover_server *server, const struct sc_cover_site *site,
                         struct sc_cover_seen *seen, struct sc_error *err)
{
    const char *home = site->is.n_homes ? site->is.homes[0] : NULL;
    int rc = 0;
    for (size_t i = 0; home && i < server->hosts.n; i++)
        for (size_t k = 0; rc == 0 && k < server->hosts.v[i].n_roots; k++) {
            const struct sc_host_root *r = &server->hosts.v[i].roots[k];
            if (r->real && strcmp(r->real, site->is.docroot) == 0)
                rc = add_shown(home, r->text, seen, err);
        }
    for (size_t i = 0; home && rc == 0 && i < site->is.n_texts; i++)
        rc = add_shown(home, site->is.texts[i], seen, err);
    return rc;
}

int sc_cover_site(struct sc_cover_server *server, const struct sc_cover_site *site,
                  struct sc_cover_verdict *ret, struct sc_error *err)
{
    SC_CLEANUP(looking_done) struct looking l = {0};
    int rc = sc_roots_resolve(&server->hosts, &site->is, err);
    if (rc == 0)
        rc = look_at_fpm(server, site, &l, err);
    if (rc == 0)
        rc = look_at_htaccess(server, site, &l.seen, err);
    if (rc == 0)
        rc = look_at_table(server, site, &l.seen, err);
    if (rc == 0)
        rc = sc_cover_look_at_links(server, site, &l.seen, err);
    if (rc == 0)
        rc = look_at_names(server, site, &l.seen, err);
    if (rc == 0)
        rc = sc_cover_look_at_programs(server, site, &l.seen, err);
    if (rc == 0)
        sc_cover_judge(server, site, &l.seen, ret);
    return rc;
}
