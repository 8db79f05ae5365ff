/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/system_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/cron/lines.h"
#include "core/cron/marks.h"
#include "core/cron/mention.h"
#include "core/cron/scope.h"
#include "core/cron/settings.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool sc_cron_system_concerns(const char *text, size_t len, const char *user)
{
    return memmem(text, len, user, strlen(user)) || memmem(text, len, MARK, sizeof(MARK) - 1);
}

static size_t skip(const char *s, size_t len, size_t i, bool blanks)
{
    while (i < len && is_blank(s[i]) == blanks)
        i++;
    return i;
}

bool sc_cron_system_entry(const char *line, size_t len, const char **ret_user, size_t *ret_user_len,
                          const char **ret_command)
{
    size_t i = skip(line, len, 0, true);
    int fields = i < len && line[i] == '@' ? 1 : 5;
    for (int f = 0; f < fields; f++)
        i = skip(line, len, skip(line, len, i, false), true);
    size_t end = skip(line, len, i, false), command = skip(line, len, end, true);
    if (end == i || command == len)
        return false;
    *ret_user = line + i;
    *ret_user_len = end - i;
    *ret_command = line + command;
    return true;
}

struct joining {
    const struct sc_cron_account *a;
    struct sc_cron_names names;
    struct sc_cron_in_force f;
    struct sc_buf *out;
    struct sc_cron_system_count count;
    char *was;          /* the site that the lines being read are marked for; NULL */
    char *in;           /* the same of what is being written */
    struct sc_buf back; /* a line that is ours if it comes next */
    bool has_back;
};

static void joining_done(struct joining *j)
{
    sc_cron_names_done(&j->names);
    sc_cron_in_force_done(&j->f);
    sc_buf_free(&j->back);
    free(j->was);
    free(j->in);
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
}

/* The decoded rest of a mark; NULL in *ret: it is no word of ours. */
static int word_of(const struct sc_cron_line *l, size_t skip_len, char **ret, struct sc_error *err)
{
    char *word = strndup(l->s + skip_len, l->len - skip_len);
    if (!word)
        return no_memory(err);
    if (sc_decode_word(word) < 0) {
        free(word);
        word = NULL;
    }
    free(*ret);
    *ret = word;
    return 0;
}

static bool begins(const struct sc_cron_line *l, const char *with)
{
    size_t n = strlen(with);
    return l->len >= n && memcmp(l->s, with, n) == 0;
}

static bool ends_line(const struct sc_buf *b)
{
    return b->len && b->data[b->len - 1] == '\n';
}

/* A comment of ours: what it says of the lines behind it. */
static int read_mark(struct joining *j, const struct sc_cron_line *l, struct sc_error *err)
{
    if (begins(l, MARK_IN))
        return word_of(l, sizeof(MARK_IN) - 1, &j->was, err);
    if (begins(l, MARK_OUT)) {
        free(j->was);
        j->was = NULL;
    } else if (begins(l, MARK_BACK)) {
        SC_FREE char *word = NULL;
        int rc = word_of(l, sizeof(MARK_BACK) - 1, &word, err);
        if (rc < 0)
            return rc;
        sc_buf_free(&j->back);
        sc_buf_str(&j->back, word ? word : "");
        j->has_back = word != NULL;
    } else if (begins(l, MARK_NO_NEWLINE) && j->in) {
        sc_buf_str(j->out, MARK_NO_NEWLINE "\n");
    } else if (begins(l, MARK_NO_NEWLINE) && ends_line(j->out)) {
        j->out->data[--j->out->len] = 0;
    }
    return 0;
}

/* Whether the line is of ours; what it says is noted. */
static int is_ours(struct joining *j, const struct sc_cron_line *l, bool *ret, struct sc_error *err)
{
    bool was_back = j->has_back;
    j->has_back = false;
    *ret = was_back && j->back.len == l->len && memcmp(j->back.data, l->s, l->len) == 0;
    if (*ret)
        return 0;
    *ret = sc_cron_is_mark(l->s, l->len) ||
           (l->kind == SC_CRON_ENV && sc_cron_is_our_env(l->s, l->len));
    return *ret ? read_mark(j, l, err) : 0;
}

/* The site of an entry, by its document root; NULL. */
static int site_of(struct joining *j, const struct sc_cron_line *l, const char **ret,
                   struct sc_error *err)
{
    const char *user, *command;
    size_t user_len;
    const struct sc_cron_site *site = NULL;
    *ret = NULL;
    if (!sc_cron_system_entry(l->s, l->len, &user, &user_len, &command))
        return 0;
    if (strlen(j->a->user) != user_len || memcmp(user, j->a->user, user_len) != 0) {
        *ret = j->was;
        return 0;
    }
    SC_BUF struct sc_buf own = SC_BUF_INIT; /* as it would stand in the account's crontab */
    sc_buf_str(&own, "* * * * * ");
    sc_buf_add(&own, command, (size_t)(l->s + l->len - command));
    if (own.failed)
        return no_memory(err);
    int rc = sc_cron_mention(&j->names, own.data, own.len, &site, err);
    if (rc < 0 || !site)
        return rc;
    j->count.in_sites++;
    sc_cron_count(&j->count.nobodys, site);
    *ret = site->docroot;
    return 0;
}

static void leave(struct joining *j)
{
    if (!j->in)
        return;
    sc_buf_str(j->out, MARK_OUT "\n");
    sc_cron_put_back(j->out, &j->f.shell_line, "SHELL", "/bin/sh");
    free(j->in);
    j->in = NULL;
}

/* What follows is `site`'s (NULL: nobody's). */
static int go_to(struct joining *j, const char *site, struct sc_error *err)
{
    if (j->in && site && strcmp(j->in, site) == 0)
        return 0;
    leave(j);
    if (!site)
        return 0;
    if (!(j->in = strdup(site)))
        return no_memory(err);
    sc_buf_str(j->out, MARK_IN);
    sc_buf_enc(j->out, site, strlen(site));
    sc_buf_str(j->out, "\n");
    sc_cron_put_site(j->out, site, &j->f.shell);
    return 0;
}

static int take(struct joining *j, const struct sc_cron_line *l, struct sc_error *err)
{
    bool ours = false;
    int rc = is_ours(j, l, &ours, err);
    const char *site = j->in; /* comments and empty lines stay where they are */
    if (rc < 0 || ours)
        return rc;
    if (j->out->len && !ends_line(j->out)) /* something was appended to a last line without one */
        sc_buf_str(j->out, "\n");
    if (l->kind == SC_CRON_ENTRY)
        rc = site_of(j, l, &site, err);
    else if (l->kind == SC_CRON_ENV)
        site = NULL;
    if (rc == 0)
        rc = go_to(j, site, err);
    if (rc == 0 && l->kind == SC_CRON_ENV)
        rc = sc_cron_note_env(&j->f, &j->names, l, err);
    sc_buf_add(j->out, l->s, l->len);
    sc_buf_str(j->out, l->newline ? "\n" : j->in ? "\n" MARK_NO_NEWLINE "\n" : "");
    return rc;
}

int sc_cron_system_join(const char *text, size_t len, const struct sc_cron_account *a,
                        struct sc_buf *out, struct sc_cron_system_count *ret, struct sc_error *err)
{
    SC_CLEANUP(joining_done) struct joining j = {.a = a, .out = out};
    struct sc_cron_line l;
    const char *at = text, *end = text + len;
    int rc = sc_cron_names_init(&j.names, a, err);
    while (rc == 0 && sc_cron_next_line(&at, end, &l))
        rc = take(&j, &l, err);
    if (rc < 0)
        return rc;
    leave(&j);
    *ret = j.count;
    return sc_buf_check(out, "a crontab", err);
}
