/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/scope.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/paths.h"
#include "core/base/vec.h"
#include "core/cron/lines.h"
#include "core/cron/marks.h"
#include "core/cron/mention.h"
#include "core/cron/outside_text.h"
#include "core/cron/settings.h"

void sc_cron_done(struct sc_cron *c)
{
    sc_buf_free(&c->own);
    sc_buf_free(&c->found);
    sc_buf_free(&c->outside);
    for (size_t i = 0; i < c->n; i++) {
        free(c->v[i].token);
        free(c->v[i].docroot);
        sc_buf_free(&c->v[i].text);
    }
    free(c->v);
    *c = (struct sc_cron){0};
}

struct sc_cron_section *sc_cron_section(struct sc_cron *c, const char *token, const char *docroot)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->v[i].token, token) == 0)
            return &c->v[i];
    if (!docroot)
        return NULL;
    if (!SC_VEC_ROOM(c->v, c->n))
        return NULL;
    struct sc_cron_section s = {.token = strdup(token), .docroot = strdup(docroot), .on = true};
    if (!s.token || !s.docroot) {
        free(s.token);
        free(s.docroot);
        return NULL;
    }
    c->v[c->n] = s;
    return &c->v[c->n++];
}

/* ---- the account's own part ---- */

static int scope_own(struct sc_cron *c, struct sc_cron_names *names, struct sc_cron_in_force *f,
                     struct sc_buf *out, struct sc_error *err)
{
    const char *at = c->own.data, *end = at ? at + c->own.len : at;
    const struct sc_cron_site *in = NULL;
    struct sc_cron_line l;
    int rc = 0;
    c->nobodys = (struct sc_cron_nobodys){0};
    while (rc == 0 && sc_cron_next_line(&at, end, &l)) {
        const struct sc_cron_site *site = in;
        if (l.kind == SC_CRON_ENTRY) {
            rc = sc_cron_mention(names, l.s, l.len, &site, err);
            sc_cron_count(&c->nobodys, site);
            if (rc == 0)
                sc_cron_say_outside(&c->outside, names, site, &l);
        } else if (l.kind == SC_CRON_ENV)
            site = NULL;
        if (in && site != in) {
            sc_buf_str(out, MARK_OUT "\n");
            sc_cron_put_back(out, &f->shell_line, "SHELL", "/bin/sh");
        }
        if (site && site != in) {
            sc_buf_str(out, MARK_IN);
            sc_buf_enc(out, site->docroot, strlen(site->docroot));
            sc_buf_str(out, "\n");
            sc_cron_put_site(out, site->docroot, &f->shell);
        }
        in = site;
        bool ours = sc_cron_is_mark(l.s, l.len) || sc_cron_is_our_env(l.s, l.len);
        if (ours)
            sc_buf_str(out, MARK_TEXT);
        else if (rc == 0 && l.kind == SC_CRON_ENV)
            rc = sc_cron_note_env(f, names, &l, err);
        sc_buf_add(out, l.s, l.len);
        sc_buf_str(out, l.newline ? "\n" : in ? "\n" MARK_NO_NEWLINE "\n" : "");
    }
    if (rc == 0 && in) {
        sc_buf_str(out, MARK_OUT "\n");
        sc_cron_put_back(out, &f->shell_line, "SHELL", "/bin/sh");
    }
    return rc < 0 ? rc : sc_buf_check(out, "a crontab", err);
}

/* ---- sections ---- */

static void section_off(const struct sc_cron_section *s, struct sc_buf *out)
{
    const char *at = s->text.data, *end = at + s->text.len;
    struct sc_cron_line l;
    sc_buf_str(out, MARK_OFF);
    sc_buf_fmt(out, "%s:", s->token);
    sc_buf_enc(out, s->docroot, strlen(s->docroot));
    sc_buf_str(out, "\n" NOTE_OFF "\n");
    while (sc_cron_next_line(&at, end, &l)) {
        sc_buf_str(out, MARK_TEXT);
        sc_buf_add(out, l.s, l.len);
        sc_buf_str(out, "\n");
    }
    sc_buf_str(out, MARK_END "\n");
}

/* Nothing but names is allowed where cron itself obeys. */
static bool mailto_good(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!s[i] ||
            !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+@,-", s[i]))
            return false;
    return len < 256 && (len == 0 || s[0] != '-') && !memmem(s, len, ",-", 2);
}

static void section_env(const struct sc_cron_section *s, const struct sc_cron_line *l, unsigned *n,
                        struct sc_buf *out)
{
    SC_BUF struct sc_buf name = SC_BUF_INIT;
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    (void)sc_cron_env(l->s, l->len, &name, &value);
    sc_buf_str(&name, "");
    sc_buf_str(&value, "");
    out->failed |= name.failed | value.failed;
    if (out->failed)
        return;
    sc_buf_str(out, MARK_TEXT);
    sc_buf_add(out, l->s, l->len);
    sc_buf_str(out, "\n");
    if (strcmp(name.data, "MAILTO") == 0) {
        if (mailto_good(value.data, value.len))
            sc_buf_fmt(out, "MAILTO=\"%s\"\n", value.data);
        return;
    }
    size_t before = out->len;
    sc_buf_fmt(out, ENV_SET "%s_%u=", s->token, ++*n);
    sc_buf_enc(out, name.data, name.len);
    sc_buf_str(out, "=");
    sc_buf_enc(out, value.data, value.len);
    if (out->len - before > SC_CRON_LINE_MAX) {
        out->len = before;
        --*n;
        return;
    }
    sc_buf_str(out, "\n");
}

static void section_on(const struct sc_cron_section *s, const char *user, struct sc_buf *out)
{
    const char *at = s->text.data, *end = at + s->text.len;
    struct sc_cron_line l;
    SC_BUF struct sc_buf shell = SC_BUF_INIT;
    unsigned n = 0;
    sc_buf_str(out, MARK_SITE);
    sc_buf_enc(out, s->docroot, strlen(s->docroot));
    sc_buf_fmt(out, "\n" NOTE_ON "\n" ENV_SECTION "%s:", s->token);
    sc_buf_enc(out, s->docroot, strlen(s->docroot));
    sc_buf_fmt(out, "\nMAILTO=\"%s\"\n", user);
    sc_cron_put_site(out, s->docroot, &shell);
    while (sc_cron_next_line(&at, end, &l)) {
        if (l.kind == SC_CRON_ENTRY && sc_cron_strict_entry(l.s, l.len)) {
            sc_buf_add(out, l.s, l.len);
            sc_buf_str(out, "\n");
        } else if (l.kind == SC_CRON_ENV) {
            section_env(s, &l, &n, out);
        } else {
            sc_buf_str(out, MARK_TEXT);
            sc_buf_add(out, l.s, l.len);
            sc_buf_str(out, "\n");
        }
    }
    sc_buf_str(out, ENV_SECTION "none\n" MARK_END "\n");
}

static int put_sections(const struct sc_cron *c, const char *user, const struct sc_cron_in_force *f,
                        struct sc_buf *out, struct sc_error *err)
{
    bool any = false, on = false;
    for (size_t i = 0; i < c->n; i++)
        any |= c->v[i].text.len != 0;
    if (any && out->len && out->data[out->len - 1] != '\n')
        sc_buf_str(out, "\n" MARK_NO_NEWLINE "\n");
    for (int pass = 0; pass < 2; pass++) /* comments first: nothing is in force there */
        for (size_t i = 0; i < c->n; i++) {
            if (!c->v[i].text.len || c->v[i].on != (pass == 1))
                continue;
            on |= c->v[i].on;
            if (c->v[i].on)
                section_on(&c->v[i], user, out);
            else
                section_off(&c->v[i], out);
        }
    /* for what somebody appends */
    if (on) {
        sc_cron_put_back(out, &f->shell_line, "SHELL", "/bin/sh");
        sc_cron_put_back(out, &f->mailto_line, "MAILTO", user);
    }
    return sc_buf_check(out, "a crontab", err);
}

static const struct sc_cron_site *site_of(const struct sc_cron_account *a,
                                          const struct sc_cron_section *s)
{
    for (size_t i = 0; i < a->n_sites; i++)
        if (a->sites[i].token[0] && strcmp(a->sites[i].token, s->token) == 0)
            return &a->sites[i];
    for (size_t i = 0; i < a->n_sites; i++)
        if (strcmp(a->sites[i].docroot, s->docroot) == 0)
            return &a->sites[i];
    return NULL;
}

static int settle_sections(struct sc_cron *c, const struct sc_cron_account *a, struct sc_error *err)
{
    for (size_t i = 0; i < c->n; i++) {
        struct sc_cron_section *s = &c->v[i];
        const struct sc_cron_site *site = site_of(a, s);
        s->on = site && site->isolated;
        if (!s->on || !site->token[0])
            continue;
        char *token = strdup(site->token), *docroot = strdup(site->docroot);
        if (!token || !docroot) {
            free(token);
            free(docroot);
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
        }
        free(s->token);
        free(s->docroot);
        s->token = token;
        s->docroot = docroot;
        for (size_t k = 0; k < i; k++)
            if (c->v[k].on && strcmp(c->v[k].token, token) == 0 && s->text.len) {
                sc_buf_add(&c->v[k].text, s->text.data, s->text.len);
                s->text.len = 0;
            }
    }
    return 0;
}

int sc_cron_join(struct sc_cron *c, const struct sc_cron_account *a, struct sc_buf *out,
                 struct sc_error *err)
{
    SC_CLEANUP(sc_cron_names_done) struct sc_cron_names names = {0};
    SC_CLEANUP(sc_cron_in_force_done) struct sc_cron_in_force f = {0};
    SC_BUF struct sc_buf text = {.limit = SC_CRON_TEXT_MAX};
    int rc = sc_cron_names_init(&names, a, err);
    if (rc == 0)
        rc = settle_sections(c, a, err);
    if (rc == 0)
        rc = scope_own(c, &names, &f, &text, err);
    if (rc == 0)
        rc = put_sections(c, a->user, &f, &text, err);
    if (rc < 0)
        return rc;
    sc_buf_free(out);
    *out = text;
    text = (struct sc_buf)SC_BUF_INIT;
    return 0;
}

int sc_cron_rejoin(struct sc_cron *c, const char *user, struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_cron_in_force_done) struct sc_cron_in_force f = {0};
    SC_BUF struct sc_buf text = {.limit = SC_CRON_TEXT_MAX};
    const char *at = c->own.data, *end = at ? at + c->own.len : at;
    struct sc_cron_line l;
    int rc = 0;
    while (rc == 0 && sc_cron_next_line(&at, end, &l))
        if (l.kind == SC_CRON_ENV && !sc_cron_is_our_env(l.s, l.len))
            rc = sc_cron_note_env(&f, NULL, &l, err);
    if (rc == 0 && c->found.len)
        sc_buf_add(&text, c->found.data, c->found.len);
    if (rc == 0)
        rc = put_sections(c, user, &f, &text, err);
    if (rc < 0)
        return rc;
    sc_buf_free(out);
    *out = text;
    text = (struct sc_buf)SC_BUF_INIT;
    return 0;
}

int sc_cron_site_check(const char *text, size_t len, struct sc_error *err)
{
    const char *at = text, *end = text + len;
    struct sc_cron_line l;
    unsigned line = 0, entries = 0, settings = 0;
    if (len > SC_CRON_SITE_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the crontab of a site has at most %u bytes",
                            SC_CRON_SITE_MAX);
    while (sc_cron_next_line(&at, end, &l)) {
        line++;
        if (!l.newline)
            return sc_error_set(err, SC_E_INVAL, "line %u: there is no newline at its end", line);
        if (memchr(l.s, 0, l.len))
            return sc_error_set(err, SC_E_INVAL, "line %u: there is a NUL byte in it", line);
        if (l.kind == SC_CRON_ENTRY && !sc_cron_strict_entry(l.s, l.len))
            return sc_error_set(err, SC_E_INVAL,
                                "line %u: not understood, or longer than %u bytes: it should be "
                                "five fields, or @word, and a command",
                                line, SC_CRON_LINE_MAX);
        entries += l.kind == SC_CRON_ENTRY;
        settings += l.kind == SC_CRON_ENV;
        if (entries > SC_CRON_SITE_ENTRIES || settings > SC_CRON_SITE_ENTRIES)
            return sc_error_set(err, SC_E_TOOBIG,
                                "line %u: a site has at most %u entries, and as many settings",
                                line, SC_CRON_SITE_ENTRIES);
        if (l.kind != SC_CRON_ENV)
            continue;
        SC_BUF struct sc_buf name = SC_BUF_INIT;
        SC_BUF struct sc_buf value = SC_BUF_INIT;
        (void)sc_cron_env(l.s, l.len, &name, &value);
        sc_buf_str(&name, "");
        sc_buf_str(&value, "");
        if (name.failed || value.failed)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
        if (!sc_cron_env_name(name.data, name.len))
            return sc_error_set(err, SC_E_INVAL, "line %u: this name cannot be set", line);
        if (strcmp(name.data, "CRON_TZ") == 0)
            return sc_error_set(err, SC_E_INVAL,
                                "line %u: CRON_TZ cannot be set in a site, since cron could not "
                                "set it back for the entries of others",
                                line);
        if (strcmp(name.data, "MAILTO") == 0 && !mailto_good(value.data, value.len))
            return sc_error_set(err, SC_E_INVAL,
                                "line %u: MAILTO takes mail addresses of letters, digits and "
                                "._+-, with commas between them",
                                line);
        SC_BUF struct sc_buf enc = SC_BUF_INIT;
        sc_buf_enc(&enc, value.data, value.len);
        if (enc.failed || enc.len + name.len + 100 > SC_CRON_LINE_MAX)
            return sc_error_set(err, SC_E_TOOBIG, "line %u: this setting is too long", line);
    }
    return 0;
}
