/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/ui_user.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/run.h"
#include "core/base/words.h"

#define INI_MAX    65536u
#define COMMAND    1024u
#define ANSWER_MS  10000
#define ANSWER_MAX 65536u

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    char *command = arg;
    if (!row->key || strcmp(row->section, "lvemanager_config") != 0 ||
        strcasecmp(row->key, "ui_user_info") != 0)
        return 0;
    if (strlen(row->value) >= COMMAND)
        return sc_error_set(err, SC_E_TOOBIG, "ui_user_info is longer than %u bytes", COMMAND);
    (void)snprintf(command, COMMAND, "%s", row->value);
    return 0;
}

/* The vendor's command line; SC_E_NOTFOUND: there is none. */
static int read_command(const char *ini, char command[COMMAND], struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    command[0] = 0;
    int rc = sc_read_trusted_file(ini, 0, INI_MAX, &text, err);
    if (rc < 0)
        return rc;
    const struct sc_ini reader = {.file = ini, .row = on_row, .arg = command};
    rc = sc_ini_read(&reader, text.data, text.len, NULL, err);
    if (rc == 0 && !command[0])
        rc = sc_error_set(err, SC_E_NOTFOUND, "%s names no ui_user_info", ini);
    return rc;
}

/* What tokens are made of, and never an option. */
static bool token_ok(const char *token)
{
    static const char ok[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~+/=:-";
    return *token && *token != '-' && token[strspn(token, ok)] == 0;
}

static void put_address(struct sc_page_ui *ui)
{
    char *p = stpcpy(ui->address, "?token="); /* it has room for three bytes of each */
    for (const char *c = ui->token; *c; c++)
        if (strchr("+/=:", *c))
            p += snprintf(p, 4, "%%%02X", (unsigned)*c);
        else
            *p++ = *c;
    *p = 0;
}

bool sc_page_ui_is(const char *answer, size_t len, const char *user, bool admin, char lang[32])
{
    json_auto_t *doc = json_loadb(answer, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *data = json_object_get(doc, "data"), *who = json_is_object(data) ? data : doc;
    const char *name = json_string_value(json_object_get(who, "userName"));
    const char *type = json_string_value(json_object_get(who, "userType"));
    const char *said = json_string_value(json_object_get(who, "lang"));
    if (!name || !type || (admin ? strcmp(type, "admin") != 0 : strcmp(name, user) != 0))
        return false;
    (void)snprintf(lang, 32, "%s", said && strlen(said) < 32 ? said : "");
    return true;
}

static int ask(const char *command, const char *token, struct sc_run_result *ret,
               struct sc_error *err)
{
    SC_WORDS struct sc_words w = SC_WORDS_INIT;
    const char *argv[SC_WORDS_MAX + 2];
    int rc = sc_words_split(command, &w, err);
    if (rc == 0 && (w.n == 0 || w.n > SC_WORDS_MAX || w.v[0][0] != '/'))
        rc = sc_error_set(err, SC_E_INVAL, "ui_user_info: its program is no absolute path");
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < w.n; i++)
        argv[i] = w.v[i];
    argv[w.n] = token;
    argv[w.n + 1] = NULL;
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = ANSWER_MS, .max_out = ANSWER_MAX};
    rc = sc_run(&spec, ret, err);
    return rc < 0 || sc_run_ok(ret) ? rc
                                    : sc_error_set(err, SC_E_DENIED,
                                                   "the panel knows no session "
                                                   "of that token");
}

void sc_page_ui_session(const char *ini, struct sc_page_request *r, struct sc_page_ui *ui,
                        struct sc_error *err)
{
    char command[COMMAND];
    SC_RUN_RESULT struct sc_run_result answer = SC_RUN_RESULT_INIT;
    const struct passwd *me = getpwuid(geteuid());
    if (r->session[0] || r->reseller || r->front != SC_PAGE_CGI || !me ||
        !sc_page_query(r->query, "token", ui->token, sizeof(ui->token)) || !token_ok(ui->token) ||
        read_command(ini, command, err) < 0 || ask(command, ui->token, &answer, err) < 0)
        return;
    if (!sc_page_ui_is(answer.out.data ? answer.out.data : "", answer.out.len, me->pw_name,
                       r->admin, ui->lang)) {
        sc_error_set(err, SC_E_DENIED, "the session is not this account's");
        return;
    }
    put_address(ui);
    r->session[0] = ui->token;
    r->address = ui->address;
    if (!r->lang && ui->lang[0])
        r->lang = ui->lang;
}
