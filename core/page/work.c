/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/work.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/run.h"
#include "core/page/asset.h"
#include "core/page/guard.h"
#include "core/page/verbs.h"
#include "core/page/log.h"
#include "core/page/scope.h"

#define COMMAND_MS (10 * 60 * 1000) /* many sites may take long; the panel's own time is shorter */

static void fail(struct sc_page_answer *a, int rc, const struct sc_error *err)
{
    int status = rc == SC_E_INVAL || rc == SC_E_TOOBIG ? 400 : rc == SC_E_NOTFOUND ? 200 : 500;
    sc_page_answer_error(a, status, err);
}

/* What a command printed is the answer, where it is a document. */
static void pass_on(const char *program, struct sc_run_result *r, struct sc_page_answer *a)
{
    const char *out = r->out.data ? r->out.data : "";
    if (out[strspn(out, " \n")] == '{') {
        a->status = 200;
        a->type = "application/json";
        SC_MOVE(&a->body, &r->out);
        return;
    }
    char how[600];
    struct sc_error err = SC_ERROR_INIT;
    sc_run_how(r, how, sizeof(how));
    sc_error_set(&err, SC_E_SYS, "%s %s", program, how);
    sc_page_answer_error(a, 500, &err);
}

static int run(char *const *argv, struct sc_page_answer *a, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    const struct sc_run_spec spec = {.argv = (const char *const *)argv, .timeout_ms = COMMAND_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc == 0)
        pass_on(argv[0], &r, a);
    return rc;
}

static void work(const json_t *doc, const struct sc_page_request *r, struct sc_page_answer *a)
{
    SC_CLEANUP(sc_page_job_done) struct sc_page_job j = {0};
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_page_job_parse(doc, r->admin, r->accounts, &j, &err);
    if (rc == 0 && r->reseller && (rc = sc_page_scope(doc, r->accounts, &err)) < 0) {
        sc_page_answer_error(a, 200, &err); /* as the commands' own refusals */
        return;
    }
    if (rc == 0 && j.kind == SC_PAGE_RUN)
        rc = run(j.argv, a, &err);
    else if (rc == 0)
        rc = sc_page_log(a, &err);
    if (rc < 0)
        fail(a, rc, &err);
}

/* The administrator's commands are root's, the account's are not. */
static int check_user(bool admin, struct sc_error *err)
{
    bool root = geteuid() == 0;
    if (admin && !root)
        return sc_error_is(err, SC_IS_ROOT_NEEDED,
                           sc_error_set(err, SC_E_DENIED,
                                        "this panel runs the administrator's page without root's "
                                        "rights, so it can show and change nothing: use cagefsctl "
                                        "in root's shell"));
    if (!admin && root)
        return sc_error_is(err, SC_IS_ROOT_REFUSED,
                           sc_error_set(err, SC_E_DENIED,
                                        "root has no websites of its own: open the page as the "
                                        "account, or the administrator's page"));
    return 0;
}

static void post(const struct sc_page_request *r, struct sc_page_answer *a)
{
    struct sc_error err = SC_ERROR_INIT;
    const char *body = r->body.data ? r->body.data : "";
    json_auto_t *doc = json_loadb(body, r->body.len, JSON_REJECT_DUPLICATES, NULL);
    const char *token = json_string_value(json_object_get(doc, "token"));
    int rc = r->front == SC_PAGE_PIPE ? 0 : sc_page_allowed(r, getuid(), token, &err);
    if (rc < 0) {
        sc_page_answer_error(a, 403, &err);
        return;
    }
    if (!json_is_object(doc))
        rc = sc_error_set(&err, SC_E_INVAL, "the request is no JSON document");
    else
        rc = check_user(r->admin, &err);
    if (rc == SC_E_DENIED)
        sc_page_answer_error(a, 200, &err);
    else if (rc < 0)
        fail(a, rc, &err);
    else
        work(doc, r, a);
}

static void get(const struct sc_page_request *r, struct sc_page_answer *a)
{
    char name[64], token[SC_SHA256_HEX];
    if (sc_page_query(r->query, "asset", name, sizeof(name))) {
        sc_page_asset(name, a);
        return;
    }
    bool session = sc_page_token(r, getuid(), token, NULL) == 0;
    sc_page_shell(r, session ? token : NULL, a);
}

void sc_page_respond(const struct sc_page_request *r, struct sc_page_answer *a)
{
    if (r->front == SC_PAGE_PIPE || r->post)
        post(r, a);
    else if (!r->other)
        get(r, a);
    else {
        struct sc_error err = SC_ERROR_INIT;
        sc_error_set(&err, SC_E_INVAL, "this address takes GET and POST");
        sc_page_answer_error(a, 405, &err);
    }
}
