/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define N_FIRST 3u /* words before the arguments */

static size_t groups_size(const struct sc_ask *ask)
{
    return ask->n_groups * sizeof(uint32_t);
}

static size_t measure(char *const *words, uint32_t *ret_n)
{
    size_t len = 0;
    for (*ret_n = 0; words[*ret_n]; ++*ret_n)
        len += strlen(words[*ret_n]) + 1;
    return len;
}

static uint32_t flags_of(const struct sc_enter *req)
{
    return (req->cwd ? (uint32_t)SC_ASK_CWD : 0) | (req->cwd_must ? (uint32_t)SC_ASK_CWD_MUST : 0) |
           (req->as_root ? (uint32_t)SC_ASK_AS_ROOT : 0) |
           (req->hold_output ? (uint32_t)SC_ASK_HOLD_OUTPUT : 0) |
           (req->unwatched ? (uint32_t)SC_ASK_UNWATCHED : 0) |
           (req->limits->ep ? 0 : (uint32_t)SC_ASK_NO_EP);
}

int sc_ask_of(const struct sc_enter *req, size_t n_groups, struct sc_ask *ret)
{
    *ret = (struct sc_ask){.format = SC_ASK_FORMAT,
                           .what = SC_ASK_RUN,
                           .uid = req->uid,
                           .gid = req->gid,
                           .site = req->site,
                           .flags = flags_of(req),
                           .n_groups = (uint32_t)n_groups,
                           .n_keep = (uint32_t)req->n_keep};
    if (req->n_keep > SC_ENTER_KEEP_MAX || n_groups > SC_ASK_GROUPS)
        return -E2BIG;
    for (size_t i = 0; i < req->n_keep; i++)
        ret->keep[i] = req->keep[i];
    size_t len = groups_size(ret) + (req->cwd ? strlen(req->cwd) : 0) + 1 + strlen(req->docroot) +
                 1 + strlen(req->exe) + 1;
    len += measure(req->argv, &ret->n_argv);
    len += measure(req->envp, &ret->n_envp);
    if (len > SC_ASK_BODY_MAX)
        return -E2BIG;
    ret->len = (uint32_t)len;
    return 0;
}

static char *put(char *at, const char *word)
{
    size_t n = strlen(word) + 1;
    memcpy(at, word, n);
    return at + n;
}

void sc_ask_write(const struct sc_ask *ask, const struct sc_enter *req, char *body)
{
    char *at = body + groups_size(ask);
    at = put(at, req->cwd ? req->cwd : "");
    at = put(at, req->docroot);
    at = put(at, req->exe);
    for (uint32_t i = 0; i < ask->n_argv; i++)
        at = put(at, req->argv[i]);
    for (uint32_t i = 0; i < ask->n_envp; i++)
        at = put(at, req->envp[i]);
}

int sc_ask_check(const struct sc_ask *ask)
{
    if (ask->format != SC_ASK_FORMAT || ask->uid == 0 || ask->len > SC_ASK_BODY_MAX)
        return -EPROTO;
    if (ask->what != SC_ASK_RUN)
        return ask->what < SC_ASK_BUILD || ask->what > SC_ASK_RUN ? -EPROTO : 0;
    if (ask->site == 0 || ask->n_keep > SC_ENTER_KEEP_MAX || ask->n_groups > SC_ASK_GROUPS ||
        groups_size(ask) > ask->len || ask->n_argv == 0 || ask->n_argv > ask->len ||
        ask->n_envp > ask->len)
        return -EPROTO;
    for (uint32_t i = 0; i < ask->n_keep; i++)
        if (ask->keep[i] < 3 || ask->keep[i] >= SC_ASK_KEEP_BELOW)
            return -EPROTO;
    return 0;
}

/* The next word, or NULL. */
static char *next(char **at, const char *end)
{
    char *word = *at, *zero = word < end ? memchr(word, 0, (size_t)(end - word)) : NULL;
    if (zero)
        *at = zero + 1;
    return zero ? word : NULL;
}

int sc_ask_words(const struct sc_ask *ask, char *body, struct sc_ask_words *ret)
{
    const char *end = body + ask->len;
    char *at = body + groups_size(ask);
    const char *cwd = next(&at, end), *docroot = next(&at, end), *exe = next(&at, end);
    size_t n = (size_t)ask->n_argv + ask->n_envp;
    char **words = cwd && docroot && exe ? calloc(n + 2, sizeof(*words)) : NULL;
    if (!words)
        return cwd && docroot && exe ? -ENOMEM : -EPROTO;
    bool whole = true;
    for (size_t i = 0; whole && i < n; i++)
        whole = (words[i < ask->n_argv ? i : i + 1] = next(&at, end)) != NULL;
    if (!whole || at != end) {
        free(words);
        return -EPROTO;
    }
    *ret = (struct sc_ask_words){.cwd = ask->flags & SC_ASK_CWD ? cwd : NULL,
                                 .docroot = docroot,
                                 .exe = exe,
                                 .argv = words,
                                 .envp = words + ask->n_argv + 1};
    return 0;
}
