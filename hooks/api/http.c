/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/api/http.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/run.h"
#include "hooks/api/http_internal.h"

#define PROGRAM SC_LIBEXECDIR "/sitecage-http"

/* The program watches its own time; this much later it is killed (a name server that hangs). */
#define GRACE_MS 2000

static int find_nobody(struct sc_run_ids *ret, struct sc_error *err)
{
    struct passwd pw, *found = NULL;
    char buf[4096];
    if (getpwnam_r("nobody", &pw, buf, sizeof(buf), &found) != 0 || !found || pw.pw_uid == 0 ||
        pw.pw_gid == 0)
        return sc_error_set(err, SC_E_PLATFORM,
                            "there is no user nobody, as whom the panel's API is asked: make one "
                            "(useradd --system --no-create-home nobody)");
    *ret = (struct sc_run_ids){.uid = pw.pw_uid, .gid = pw.pw_gid};
    return 0;
}

/* The error that the program's exit status and its line on standard error stand for. */
static int say(const struct sc_run_result *r, const char *origin, struct sc_error *err)
{
    static const int codes[] = {SC_E_SYS,    SC_E_INVAL,   SC_E_DENIED, SC_E_PANEL,
                                SC_E_TOOBIG, SC_E_TIMEOUT, SC_E_NOMEM};
    size_t len = r->err.len;
    while (len && r->err.data[len - 1] == '\n')
        len--;
    for (size_t i = 0; WIFEXITED(r->status) && len && i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (WEXITSTATUS(r->status) == -codes[i])
            return sc_error_set(err, codes[i], "%.*s", (int)len, r->err.data);
    }
    char how[256];
    sc_run_how(r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "cannot ask %s: " PROGRAM " %s", origin, how);
}

int sc_http_fetch_by(const char *program, const struct sc_http_request *rq, struct sc_buf *out,
                     struct sc_error *err)
{
    char origin[SC_HTTP_ORIGIN_MAX];
    int rc = sc_http_check(rq, origin, err);
    if (rc < 0)
        return rc;
    struct sc_run_ids nobody;
    const bool root = geteuid() == 0;
    if (root && (rc = find_nobody(&nobody, err)) < 0)
        return rc;
    char *doc;
    size_t doc_len;
    rc = sc_http_pack(rq, &doc, &doc_len, err);
    if (rc < 0)
        return rc;
    int timeout_ms = rq->timeout_ms > 0 ? rq->timeout_ms : SC_HTTP_TIMEOUT_MS;
    size_t max = rq->max_bytes ? rq->max_bytes : SC_HTTP_MAX_BYTES;
    const struct sc_run_spec spec = {
        .argv = (const char *const[]){program, NULL},
        .home = "/",
        .input = doc,
        .input_len = doc_len,
        .timeout_ms = timeout_ms > INT32_MAX - GRACE_MS ? timeout_ms : timeout_ms + GRACE_MS,
        .max_out = max,
        .drop = root ? &nobody : NULL,
    };
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    rc = sc_run(&spec, &r, err);
    sc_http_wipe_free(doc, doc_len);
    if (rc == SC_E_TIMEOUT)
        return sc_error_set(err, rc,
                            "%s did not answer within %g s: see whether it runs, and check url in "
                            "[api] of /etc/sitecage.conf",
                            origin, (double)timeout_ms / 1000);
    if (rc < 0)
        return rc;
    if (!sc_run_ok(&r))
        return say(&r, origin, err);
    sc_buf_add(&r.out, "", 0); /* data is not NULL, however short the answer */
    if ((rc = sc_buf_check(&r.out, origin, err)) < 0)
        return rc;
    size_t limit = out->limit;
    sc_buf_free(out);
    *out = r.out;
    out->limit = limit;
    r.out = (struct sc_buf)SC_BUF_INIT;
    return 0;
}

int sc_http_fetch(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err)
{
    return sc_http_fetch_by(PROGRAM, rq, out, err);
}
