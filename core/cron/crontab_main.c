/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-crontab: what the proxyexec daemon runs as root for `crontab` inside a site. Not setuid:
 * PROXYEXEC_UID and PROXYEXEC_SITE are the daemon's word, and only root can say them. Sees and
 * changes nothing but what was made in that site. */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/served.h"
#include "core/cron/apply.h"
#include "core/cron/lines.h"
#include "core/base/paths.h"
#include "core/plan/planfile.h"

struct caller {
    struct sc_cron_owner owner;
    unsigned site;
};

static unsigned number(const char *s, char end)
{
    char *rest = NULL;
    errno = 0;
    unsigned long n = s && *s >= '1' && *s <= '9' ? strtoul(s, &rest, 10) : 0;
    return n && n < UINT_MAX && !errno && *rest == end ? (unsigned)n : 0;
}

static int read_caller(struct caller *ret)
{
    const char *site = getenv("PROXYEXEC_SITE");
    unsigned uid = number(getenv("PROXYEXEC_UID"), 0);
    const struct passwd *pw = uid ? getpwuid((uid_t)uid) : NULL;
    *ret = (struct caller){.site = number(site, ':')};
    if (geteuid() != 0 || !pw || !ret->site)
        return -1;
    ret->owner = (struct sc_cron_owner){.uid = pw->pw_uid,
                                        .gid = pw->pw_gid,
                                        .user = strdup(pw->pw_name),
                                        .home = strdup(pw->pw_dir),
                                        .homefd = -1};
    return ret->owner.user && ret->owner.home ? 0 : -1;
}

/* With the lock held: a site that is no more has no plan, and gets no section. */
static int read_plan(const struct caller *who, struct sc_planfile *ret, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.plan", (unsigned)who->owner.uid, who->site);
    int rc = sc_read_trusted_file(path, 0, SC_PLANFILE_MAX_BYTES, &text, err);
    if (rc == SC_E_NOTFOUND)
        return sc_error_set(err, rc, "this site is not isolated any more");
    return rc < 0 ? rc : sc_planfile_parse(text.data, text.len, ret, err);
}

/* The number of the line of `mine` that is the nth of `whole`, if it is an entry; else 0. */
static unsigned own_line(const struct sc_buf *whole, unsigned long n, const struct sc_buf *mine)
{
    struct sc_cron_line l = {0}, m;
    const char *at = whole->data, *end = at + whole->len;
    for (unsigned long i = 0; i < n; i++)
        if (!sc_cron_next_line(&at, end, &l))
            return 0;
    if (l.kind != SC_CRON_ENTRY)
        return 0;
    at = mine->data;
    for (unsigned k = 1; sc_cron_next_line(&at, mine->data + mine->len, &m); k++)
        if (m.len == l.len && memcmp(m.s, l.s, l.len) == 0)
            return k;
    return 0;
}

/* crontab(1) complains of a line of the whole, Debian's of the one before it: says it of the site's
 * own. Of other lines it says nothing. */
static void complain(const char *said, const struct sc_buf *whole, const struct sc_buf *mine)
{
    const char *at = strstr(said, "\":");
    char *words = NULL;
    unsigned long n = at ? strtoul(at + 2, &words, 10) : 0;
    unsigned line = own_line(whole, n, mine);
    if (!line)
        line = own_line(whole, n + 1, mine);
    if (n && line)
        fprintf(stderr, "near line %u%.*s\n", line, (int)strcspn(words, "\n"), words);
    fprintf(stderr, "errors in crontab, can't install.\n");
}

static int none(const struct caller *who)
{
    fprintf(stderr, "no crontab for %s in this site\n", who->owner.user);
    return 1;
}

static int error(const struct sc_error *err)
{
    fprintf(stderr, "crontab: %s\n", err->text);
    return 1;
}

static int work(const struct caller *who, char what, const struct sc_buf *input)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_FD int lock = -EBADF;
    SC_BUF struct sc_buf old = {.limit = SC_CRON_TEXT_MAX};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf said = SC_BUF_INIT;
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_FREE char *docroot = NULL;
    int rc = sc_cron_lock(who->owner.uid, &lock, &err);
    if (rc == 0)
        rc = read_plan(who, &plan, &err);
    if (rc == 0 && asprintf(&docroot, "%s/%s", plan.home, plan.docroot) < 0) {
        docroot = NULL;
        rc = sc_error_set(&err, SC_E_NOMEM, "out of memory");
    }
    if (rc == 0)
        rc = sc_cron_read(&who->owner, true, &old, &err);
    if (rc == 0)
        rc = sc_cron_split(old.data, old.len, &c, &err);
    if (rc < 0)
        return error(&err);
    struct sc_cron_section *s = sc_cron_section(&c, plan.token, what == 'l' ? NULL : docroot);
    if (what != '-' && (!s || s->text.len == 0))
        return none(who);
    if (what == 'l')
        return fwrite(s->text.data, 1, s->text.len, stdout) == s->text.len && fflush(stdout) == 0
                   ? 0
                   : 1;
    if (!s)
        return 1;
    s->on = true;
    s->text.len = 0;
    if (what == '-' && input->len)
        sc_buf_add(&s->text, input->data, input->len);
    rc = sc_buf_check(&s->text, "a crontab", &err);
    if (rc == 0)
        rc = sc_cron_rejoin(&c, who->owner.user, &text, &err);
    if (rc < 0)
        return error(&err);
    rc = text.len || old.len ? sc_cron_write(&who->owner, true, &text, &said, &err) : 0;
    if (rc < 0 && said.len)
        complain(said.data, &text, input);
    return rc < 0 ? (said.len ? 1 : error(&err)) : 0;
}

int main(int argc, char **argv)
{
    struct caller who;
    SC_BUF struct sc_buf input = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (read_caller(&who) < 0) {
        fprintf(stderr, "sitecage-crontab is run by Sitecage itself, for crontab in a site\n");
        return 2;
    }
    if (sc_served_begin(true, NULL) < 0)
        return 1;
    const char *what = argc == 2 ? argv[1] : "";
    if (strcmp(what, "-l") != 0 && strcmp(what, "-r") != 0 && strcmp(what, "-") != 0) {
        fprintf(stderr,
                "crontab: in a site there are: crontab FILE, crontab -, and -l, -r, -i, -e\n");
        return 1;
    }
    sc_buf_str(&input, "");
    if (what[1] == 0) {
        int rc = sc_read_fd(0, SC_CRON_SITE_MAX, "the new crontab", &input, &err);
        if (rc == 0)
            rc = sc_cron_site_check(input.data, input.len, &err);
        if (rc < 0)
            return error(&err);
    }
    return work(&who, what[1] ? what[1] : '-', &input);
}
