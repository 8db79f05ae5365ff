/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/applied.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/there.h"
#include "db/store.h"

#define LINE_MAX 64

/* ---- in the database ---- */

int sc_account_is_pending(struct sc_server *s, uid_t uid, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list list = {0};
    int rc = sc_store_pending_get(s->store, &list, err);
    if (rc < 0)
        return rc;
    *ret = false;
    for (size_t i = 0; i < list.n; i++)
        *ret |= list.rows[i].uid == uid;
    return 0;
}

int sc_account_is_applied(struct sc_server *s, uid_t uid, const char *user, const char *home,
                          bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    bool pending = false;
    int rc = sc_store_user_by_uid(s->store, uid, &row, err);
    bool known = rc == 0;
    if (known)
        rc = sc_account_is_pending(s, uid, &pending, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    *ret = known && !pending && !row.stale && !row.gone && row.applied_time &&
           strcmp(row.name, user) == 0 && strcmp(row.home, home) == 0;
    return 0;
}

/* ---- the user's file ---- */

/* The file's length and a digest of its bytes: its owner alone could make another one that has the
 * same, to keep his own change from being seen. */
static void describe(const char *text, char out[LINE_MAX])
{
    size_t len = strlen(text);
    uint64_t h = sc_digest(SC_DIGEST_BEGIN, text, len);
    snprintf(out, LINE_MAX, "%zu %016" PRIx64 "\n", len, h);
}

static void path_of(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/lock/%u.acted", (unsigned)uid);
}

/* `line` NULL: nothing. */
static bool is_noted(uid_t uid, const char *line)
{
    char path[64];
    SC_BUF struct sc_buf noted = SC_BUF_INIT;
    path_of(uid, path);
    int rc = sc_read_file(path, LINE_MAX, &noted, NULL);
    return line ? rc == 0 && strcmp(noted.data, line) == 0 : rc == SC_E_NOTFOUND;
}

int sc_acted_note(uid_t uid, const struct sc_domains_config *c, struct sc_error *err)
{
    char path[64], line[LINE_MAX];
    path_of(uid, path);
    if (!c || !c->loaded)
        return unlink(path) < 0 && !sc_is_absent(errno)
                   ? sc_error_sys(err, errno, "remove %s", path)
                   : 0;
    describe(c->loaded, line);
    return is_noted(uid, line) ? 0 : sc_replace_file(path, 0600, line, strlen(line), err);
}

bool sc_acted_on(uid_t uid, gid_t gid, const char *user, const char *home)
{
    char line[LINE_MAX];
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    SC_FD int dir = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const struct sc_config_user who = {
        .name = user, .uid = uid, .gid = gid, .home = home, .homefd = dir};
    if (dir < 0 || sc_domains_config_load(&who, &c, NULL) < 0)
        return false;
    if (c.loaded)
        describe(c.loaded, line);
    return is_noted(uid, c.loaded ? line : NULL);
}
