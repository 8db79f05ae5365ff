/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/jobs_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/follow/follow.h"
#include "core/server/server.h"
#include "core/web/module.h"
#include "hooks/monitor/home.h"
#include "hooks/monitor/look.h"
#include "hooks/monitor/worker.h"

void sc_job_print(const char *word, const char *text)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_enc(&b, text, strlen(text));
    printf("%s %s\n", word, b.data ? b.data : "");
}

static void tell(int wd, const char *name, bool site, void *arg)
{
    char word[32];
    bool file = name && *name == '/';
    const char *key = file ? "file" : site ? "own" : "watch";
    (void)arg;
    if (!name) { /* of the home itself; that of a site is the site's */
        printf("%s %d *\n", site ? key : "top", wd);
        return;
    }
    name += file;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    snprintf(word, sizeof(word), "%s %d", key, wd);
    sc_buf_str(&b, "=");
    sc_buf_enc(&b, name, strlen(name));
    printf("%s %s\n", word, b.data ? b.data : "=");
}

static void note_home(uid_t uid, const char *text)
{
    struct sc_error why = SC_ERROR_INIT;
    if (sc_note_set(uid, SC_NOTE_HOME, text, &why) < 0)
        sc_log("uid=%u: %s", (unsigned)uid, why.text);
}

/* Without an instance nothing is watched: the daemon has too many watches already. */
static int watch_home(const struct sc_watched_account *a, unsigned n_sets, struct sc_error *err)
{
    char word[32];
    bool whole = false;
    snprintf(word, sizeof(word), "home %u", (unsigned)a->uid);
    sc_job_print(word, a->user);
    int rc = 0;
    if (n_sets)
        rc = sc_home_watch(SC_WORKER_FIRST_FD + (int)sc_home_set(a->uid, n_sets), a, tell, NULL,
                           &whole, err);
    if (rc == 0)
        printf("whole %d\n", whole);
    if (rc == 0)
        note_home(a->uid, whole
                              ? NULL
                              : "its home cannot be watched as a whole: changes in it are noticed "
                                "by the daemon's timer alone, after some minutes");
    (void)fflush(
        stdout); /* in one piece, and soon: what happens there meanwhile is looked at again */
    return rc;
}

static int watch_uid(struct sc_server *s, uid_t uid, unsigned n_sets, struct sc_error *err)
{
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    int rc = sc_follow_watched(s, uid, &w, err);
    if (rc < 0)
        return rc;
    if (w.n == 0)
        printf("nohome %u\n", (unsigned)uid);
    if (w.n == 0)
        note_home(uid, NULL);
    for (size_t i = 0; rc == 0 && i < w.n; i++) {
        w.v[i].htaccess = sc_web_module_has_apache() && !sc_web_module_guards();
        rc = watch_home(&w.v[i], n_sets, err);
    }
    return rc;
}

static int look_at(struct sc_server *s, const char *user, bool events_alone, unsigned n_sets,
                   struct sc_error *err)
{
    struct sc_look look;
    s->gives_way = true;
    sc_monitor_look(s, user, events_alone, &look);
    if (s->gave_way)
        puts("more");
    if (look.resync)
        puts("resync");
    if (look.locked)
        sc_job_print("locked", look.why.text);
    if (look.late)
        puts("late");
    if (look.changed)
        puts("changed");
    int rc = look.why.code;
    if (rc < 0)
        *err = look.why;
    /* whatever became of the look, a home that is watched is looked at again; the next one is in a hurry */
    const uid_t uids[] = {look.after, look.before != look.after ? look.before : (uid_t)-1};
    for (size_t i = 0; i < 2 && !look.locked && !s->gave_way; i++) {
        int watched = uids[i] != (uid_t)-1 ? watch_uid(s, uids[i], n_sets, rc < 0 ? NULL : err) : 0;
        rc = rc < 0 ? rc : watched;
    }
    if (rc == 0)
        puts("ok");
    return rc;
}

int sc_job_account(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err)
{
    return look_at(s, user, false, n_sets, err);
}

/* What the database does not know yet has nothing to be watched. */
int sc_job_first(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    if (*user && sc_store_user_by_name(s->store, user, &row, NULL) == 0)
        (void)watch_uid(s, row.uid, n_sets, NULL);
    return look_at(s, user, false, n_sets, err);
}

int sc_job_events(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err)
{
    return look_at(s, user, true, n_sets, err);
}

int sc_job_watch(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int rc = *user == '#' ? 0 : sc_store_user_by_name(s->store, user, &row, err);
    uid_t uid = *user == '#' ? (uid_t)strtoul(user + 1, NULL, 10) : row.uid;
    if (rc == 0)
        rc = watch_uid(s, uid, n_sets, err);
    if (rc == 0 || rc == SC_E_NOTFOUND)
        puts("ok");
    return rc == SC_E_NOTFOUND ? 0 : rc;
}
