/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "core/config/domains_config.h"

struct account {
    struct sc_user user;
    int home;
    struct sc_config_user who;
};

static void account_done(struct account *a)
{
    sc_user_done(&a->user);
    sc_close(&a->home);
}

static int account_open(struct account *a, struct sc_error *err)
{
    int rc = sc_user_by_uid(getuid(), &a->user, err);
    if (rc < 0)
        return rc;
    a->home = open(a->user.home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (a->home < 0)
        return sc_error_sys(err, errno, "cannot open %s", a->user.home);
    a->who = (struct sc_config_user){.name = a->user.name,
                                     .uid = a->user.uid,
                                     .gid = a->user.gid,
                                     .home = a->user.home,
                                     .homefd = a->home};
    return 0;
}

/* Where the path is in the entry; n_paths: it is not. */
static size_t find_path(const struct sc_domain_entry *e, const char *rel)
{
    size_t i = 0;
    while (i < e->n_paths && strcmp(e->paths[i].rel, rel) != 0)
        i++;
    return i;
}

/* The path as domains.json would have it: read by the file's own reader, with its rules. */
static int read_path(const char *path, bool rw, const char *home, struct sc_domain_entry *ret,
                     struct sc_error *err)
{
    json_auto_t *doc = json_pack("{s:{s:[s]}}", "paths", rw ? "rw" : "ro", path);
    SC_FREE char *text = doc ? json_dumps(doc, 0) : NULL;
    if (!text)
        return sc_error_set(err, SC_E_INVAL, "this path cannot be written into JSON");
    int rc = sc_domain_entry_from_json(ret, text, home, err);
    if (rc < 0)
        return rc;
    if (ret->n_paths == 1 && ret->paths)
        return 0;
    sc_error_set(err, SC_E_INVAL, "%s is no path below your home", path);
    return SC_E_INVAL;
}

static int change_path(struct sc_domain_entry *e, const struct sc_page_job *j, const char *home,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_domain_entry_clear) struct sc_domain_entry wanted = {0};
    bool rw = j->word && strcmp(j->word, "rw") == 0;
    int rc = read_path(j->path, rw, home, &wanted, err);
    if (rc < 0)
        return rc;
    const char *rel = wanted.paths[0].rel;
    size_t at = find_path(e, rel);
    if (at < e->n_paths) { /* also where it gets another mode: then it is added once more */
        free(e->paths[at].rel);
        memmove(e->paths + at, e->paths + at + 1, (e->n_paths - at - 1) * sizeof(*e->paths));
        e->n_paths--;
    } else if (!j->word) {
        return sc_error_set(err, SC_E_INVAL, "%s has no path %s", e->name, rel);
    }
    return j->word ? sc_domain_entry_add_path(e, rel, rw, err) : 0;
}

int sc_page_settings(const struct sc_page_job *j, struct sc_buf *ret_before, bool *ret_isolated,
                     struct sc_error *err)
{
    SC_CLEANUP(account_done) struct account a = {.home = -EBADF};
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    int rc = account_open(&a, err);
    if (rc == 0)
        rc = sc_domains_config_load(&a.who, &c, err);
    if (rc < 0)
        return rc;
    if (c.loaded)
        sc_buf_str(ret_before, c.loaded);
    struct sc_domain_entry *e = sc_domains_config_find(&c, j->domain);
    if (!e) {
        rc = sc_domains_config_set_isolated(&c, j->domain, false, err);
        e = sc_domains_config_find(&c, j->domain);
    }
    if (rc < 0 || !e)
        return rc < 0 ? rc : sc_error_set(err, SC_E_NOMEM, "out of memory");
    *ret_isolated = e->isolated;
    if (j->kind == SC_PAGE_HOME)
        e->home = j->word ? sc_home_from_name(j->word) : SC_HOME_UNSET;
    else
        rc = change_path(e, j, a.user.home, err);
    if (rc == 0)
        rc = sc_domains_config_save(&a.who, &c, err);
    return rc < 0 ? rc : sc_buf_check(ret_before, "~/.lve/domains.json", err);
}

int sc_page_settings_back(const struct sc_buf *before, struct sc_error *err)
{
    SC_CLEANUP(account_done) struct account a = {.home = -EBADF};
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    int rc = account_open(&a, err);
    if (rc == 0 && before->data)
        rc = sc_domains_config_parse(before->data, before->len, a.user.home, &c, err);
    return rc < 0 ? rc : sc_domains_config_save(&a.who, &c, err);
}
