/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/explain_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/cage/keeper_start.h"
#include "core/config/paths_command.h"
#include "core/engine/internal.h"
#include "core/explain/path.h"
#include "core/facts/gather.h"
#include "core/look/judge.h"
#include "core/look/notes.h"
#include "core/pass/planfiles.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

/* What is known of the account and of the one site. */
struct known {
    struct sc_account a;
    struct sc_facts f;
    struct sc_planfile view;
    struct sc_explain_site is;
};

static void known_done(struct known *k)
{
    sc_planfile_done(&k->view);
    sc_facts_done(&k->f);
    sc_account_done(&k->a);
}

/* ---- the site ---- */

/* As it would be. */
static int plan_view(struct sc_server *s, struct known *k, struct sc_error *err)
{
    SC_CLEANUP(sc_planner_done) struct sc_planner planner = {0};
    int rc = sc_planner_init(s, &k->a, NULL, &planner, err);
    planner.shown = &k->f.shown;
    return rc < 0 ? rc
                  : sc_planner_make(&planner, &k->a, k->f.plan,
                                    (size_t)(k->is.site - k->f.plan->sites), SC_SITE_ID_FIRST,
                                    "00000000000000000000000000000000", NULL, &k->view, err);
}

static int make_facts(struct sc_server *s, const struct sc_status_row *r, struct known *k,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    const char *name = r->domain;
    const struct sc_wish wish = {.enable = &name, .n_enable = 1};
    int rc = sc_facts_gather(s, &k->a, SC_FACTS_LAST_GOOD, &heard, &k->f, err);
    if (rc == 0 && !r->isolated)
        rc = sc_pass_check(s, &k->a, &k->f, &wish, err);
    return rc;
}

static int know(struct sc_server *s, uid_t uid, const struct sc_status_row *r, struct known *k,
                struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_account_look(uid, &k->a, err);
    if (rc == 0)
        rc = make_facts(s, r, k, err);
    if (rc < 0)
        return rc;
    k->is = (struct sc_explain_site){k->f.plan, sc_plan_site_of(k->f.plan, r->domain), &k->view};
    if (!k->is.site)
        return sc_no_domain(err, r->domain);
    if (!k->is.site->rel) /* there is nothing to make a view of */
        return sc_error_set(err, SC_E_INVAL, "%s: its document root is missing", r->domain);
    rc = r->isolated ? sc_keeper_plan(uid, r->id, &k->view, &why) : SC_E_NOTFOUND;
    if (rc == SC_E_NOTFOUND) /* nothing is made since the boot */
        return plan_view(s, k, err);
    return rc < 0 ? sc_error_set(err, rc,
                                 "what %s sees is not known: %.300s; its plan is made again by: "
                                 "cagefsctl --site-isolation-regenerate %s",
                                 r->domain, why.text, r->user)
                  : 0;
}

/* ---- looking ---- */

/* Called with the user's rights. */
static void look(const char *source, struct sc_explain_looked *ret, void *arg)
{
    struct stat st;
    (void)arg;
    *ret = (struct sc_explain_looked){0};
    if (lstat(source, &st) < 0)
        return;
    if (S_ISLNK(st.st_mode)) {
        ssize_t n = readlink(source, ret->target, sizeof(ret->target) - 1);
        ret->there = n > 0 ? SC_EXPLAIN_LINK : SC_EXPLAIN_NOTHING;
        ret->target[n > 0 ? n : 0] = 0;
        return;
    }
    ret->there = S_ISDIR(st.st_mode) ? SC_EXPLAIN_DIR : SC_EXPLAIN_FILE;
    ret->read = faccessat(AT_FDCWD, source, R_OK, AT_EACCESS) == 0;
    ret->write = faccessat(AT_FDCWD, source, W_OK, AT_EACCESS) == 0 || errno == EROFS;
}

static int walk(const struct known *k, const char *path, struct sc_explained_path *ret,
                struct sc_error *err)
{
    const struct sc_explain_eyes eyes = {.look = look};
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, k->a.uid, k->a.gid, err);
    if (rc == 0 && sc_explain_path(&k->is, &eyes, path, ret) < 0)
        rc = sc_error_set(err, SC_E_INVAL, "%.200s: too long, or too many links", path);
    return rc;
}

static int absolute(const struct known *k, const char *docroot, const char *path, char **ret,
                    struct sc_error *err)
{
    int n = path[0] == '/' ? asprintf(ret, "%s", path)
            : strcmp(path, "~") == 0 || strncmp(path, "~/", 2) == 0
                ? asprintf(ret, "%s%s", k->a.home, path + 1)
                : asprintf(ret, "%s/%s", docroot, path);
    return n < 0 ? no_memory(err) : 0;
}

/* ---- words ---- */

/* Without the grant. */
static void say(const struct sc_explained_path *p, struct sc_buf *out)
{
    static const char *const words[] = {
        [SC_RULE_DOCROOT] = "it lies in the site's document root",
        [SC_RULE_APP] = "it lies in the site's application",
        [SC_RULE_GRANTED] =
            "the site was given it, or PHP's or the web server's configuration names it "
            "for the site",
        [SC_RULE_OWN] =
            "what stands there is the site's own, and nothing that the account has there",
        [SC_RULE_OTHER_DOCROOT] = "it lies in the document root of ",
        [SC_RULE_OTHER_APP] = "it lies in the application of ",
        [SC_RULE_OTHER_PATH] = "it was given to ",
        [SC_RULE_UNKNOWN] = "somewhere there lies a document root that cannot be looked at",
        [SC_RULE_SECRET] =
            "it is hidden from every site: the built-in list of secrets or a file in "
            "/etc/cagefs/empty.dirs names it",
        [SC_RULE_HOME] = "the site sees the account's home, and may write in what it owns alone "
                         "(home = shared)",
        [SC_RULE_PRIVATE_HOME] =
            "the site has a home of its own, and of the account's what it owns "
            "alone (home = private)",
        [SC_RULE_SYSTEM] = "it is the server's, which sites may read",
        [SC_RULE_SYSTEM_OTHER] = "something else than the server's own stands there for sites",
        [SC_RULE_SYSTEM_CLOSED] = "it is the server's, and no site's business",
        [SC_RULE_SYSTEM_ABSENT] = "sites do not have this part of the server"};
    sc_buf_str(out, words[p->is.rule]);
    if (p->is.whose)
        sc_buf_str(out, p->is.whose->names[0]);
    else if (p->is.rule >= SC_RULE_OTHER_DOCROOT && p->is.rule <= SC_RULE_OTHER_PATH)
        sc_buf_str(out, "another site");
    if (p->is.rule <= SC_RULE_APP && p->is.read && !p->is.write)
        sc_buf_str(out,
                   "; nginx goes by a link there, so the site names nothing in that directory, "
                   "and what comes there from outside is its to write within two seconds");
    if (p->by_mode)
        sc_buf_str(out, "; the rest is forbidden by its owner, group and mode");
    else if (p->is.read && p->there == SC_EXPLAIN_NOTHING)
        sc_buf_str(out, "; for the site it does not exist");
}

static int say_lines(const struct known *k, const char *domain, const char *docroot,
                     const char *rel, bool rw, struct sc_path_answer *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf line = SC_BUF_INIT;
    SC_BUF struct sc_buf mine = SC_BUF_INIT;
    sc_look_line_of_admin(docroot, rel, rw, &line);
    int rc = sc_buf_check(&line, "a line", err);
    ret->grant = rc == 0 ? strdup(line.data) : NULL;
    sc_buf_str(&mine, "\"paths\": {");
    if (sc_look_line_of_user(rel, rw, &mine)) {
        sc_buf_str(&mine, "}");
        ret->mine = mine.failed ? NULL : strdup(mine.data);
    }
    ret->command = sc_paths_command(domain, k->a.home, rel, rw);
    return rc == 0 && !ret->grant ? no_memory(err) : rc;
}

/* What each site has for itself: the home, and what programs expect in one. */
static bool is_everyones(const char *rel)
{
    for (size_t i = 0; sc_home_tops[i]; i++)
        if (sc_rel_rest(sc_home_tops[i], rel))
            return true;
    return !*rel;
}

/* What is open, or is not closed by a rule. */
static bool needs_no_line(const struct known *k, const struct sc_explained_path *p)
{
    const char *rel = sc_path_below(p->place, k->a.home);
    switch (p->is.rule) {
    case SC_RULE_DOCROOT:
    case SC_RULE_APP:
        return true;
    case SC_RULE_GRANTED:
        return p->write || p->by_mode;
    case SC_RULE_OWN:
        return p->read && (!rel || is_everyones(rel));
    default:
        return p->by_mode;
    }
}

/* What a place in the home would need to be opened. Of a release of many the directory that has all of them is
 * spoken of: the next one is another. */
static int add_grant(const struct known *k, const struct sc_explained_path *p, const char *domain,
                     const char *docroot, struct sc_path_answer *ret, struct sc_error *err)
{
    const char *rel = sc_path_below(p->place, k->a.home);
    bool rw = p->is.rule == SC_RULE_HOME || p->is.rule == SC_RULE_GRANTED;
    char all[SC_REL_MAX + 1];
    if (needs_no_line(k, p))
        return 0;
    if (rel && !rw && sc_look_place(rel, rel, true, all) && !sc_explain_no_grant(&k->is, all, rw))
        rel = all;
    const char *no = !rel ? "only what lies in the account's home can be given to a site"
                          : sc_explain_no_grant(&k->is, rel, rw);
    if (no)
        return (ret->no_grant = strdup(no)) ? 0 : no_memory(err);
    return say_lines(k, domain, docroot, rel, rw, ret, err);
}

static int tell(const struct known *k, const struct sc_explained_path *p,
                const struct sc_status_row *r, struct sc_path_answer *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf reason = SC_BUF_INIT;
    say(p, &reason);
    int rc = sc_buf_check(&reason, "an explanation", err);
    if (rc < 0)
        return rc;
    ret->rule = sc_explain_rule_name(p->is.rule);
    ret->read = p->read;
    ret->write = p->write;
    ret->there = p->there != SC_EXPLAIN_NOTHING;
    ret->reason = strdup(reason.data);
    ret->place = strdup(p->place);
    return ret->reason && ret->place ? add_grant(k, p, r->domain, r->docroot, ret, err)
                                     : no_memory(err);
}

int sc_engine_explain_path(struct sc_server *s, uid_t uid, const struct sc_status_row *r,
                           const char *path, struct sc_path_answer *ret, struct sc_error *err)
{
    SC_CLEANUP(known_done) struct known k = {.a = SC_ACCOUNT_INIT};
    SC_FREE struct sc_explained_path *p = calloc(1, sizeof(*p));
    int rc = p ? know(s, uid, r, &k, err) : no_memory(err);
    if (rc == 0)
        rc = absolute(&k, r->docroot, path, &ret->asked, err);
    if (rc == 0)
        rc = walk(&k, ret->asked, p, err);
    return rc < 0 ? rc : tell(&k, p, r, ret, err);
}
