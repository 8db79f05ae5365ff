/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan as it is kept: lines of words, docs/formats.md. */
#include "core/loopback/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "sitecage-loopback 1"
#define END  "end"

void sc_loopback_format(const struct sc_loopback *l, struct sc_buf *out)
{
    sc_buf_fmt(out, HEAD "\ntable %llu %u\n", (unsigned long long)l->made.handle, l->made.rules);
    if (l->failed)
        sc_buf_str(out, "failed\n");
    for (size_t i = 0; i < l->n_web; i++)
        sc_buf_fmt(out, "web %u\n", (unsigned)l->web[i]);
    for (size_t i = 0; i < l->n_accounts; i++)
        sc_buf_fmt(out, "account %u\n", (unsigned)l->accounts[i]);
    for (size_t i = 0; i < l->n_ports; i++)
        if (l->ports[i].owner == SC_LOOPBACK_ANYBODY)
            sc_buf_fmt(out, "port %u -\n", l->ports[i].port);
        else
            sc_buf_fmt(out, "port %u %u\n", l->ports[i].port, (unsigned)l->ports[i].owner);
    sc_buf_str(out, END "\n");
}

static int damaged(struct sc_error *err)
{
    return sc_error_set(err, SC_E_INVAL, "the list of PHP-FPM's ports is damaged");
}

/* A number of digits alone, not above `max`. */
static bool number(const char *word, unsigned long long max, unsigned long long *ret)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(word, &end, 10);
    if (*word < '0' || *word > '9' || *end || errno || v > max)
        return false;
    *ret = v;
    return true;
}

/* "KEY WORD" or "KEY WORD WORD"; a missing word is "". */
static int parse_line(struct sc_loopback *l, const char *key, const char *a, const char *b,
                      struct sc_error *err)
{
    unsigned long long x = 0, y = SC_LOOPBACK_ANYBODY;
    bool pair = strcmp(key, "table") == 0 || strcmp(key, "port") == 0;
    if (!number(a, UINT64_MAX, &x) || pair != (*b != 0) ||
        (pair && strcmp(b, "-") != 0 && !number(b, UINT32_MAX - 1, &y)))
        return damaged(err);
    if (strcmp(key, "table") == 0) {
        l->made = (struct sc_loopback_made){x, (unsigned)y};
        return 0;
    }
    if (x >= UINT32_MAX)
        return damaged(err);
    if (strcmp(key, "web") == 0)
        return sc_loopback_add_web(l, (uid_t)x, err);
    if (strcmp(key, "account") == 0)
        return sc_loopback_add_account(l, (uid_t)x, err);
    return strcmp(key, "port") == 0 ? sc_loopback_add_port(l, (unsigned)x, (uid_t)y, err)
                                    : damaged(err);
}

static int parse_lines(char *text, struct sc_loopback *l, struct sc_error *err)
{
    char *save = NULL, *words = NULL, none[] = "";
    char *line = strtok_r(text, "\n", &save);
    if (!line || strcmp(line, HEAD) != 0)
        return damaged(err);
    while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
        if (strcmp(line, END) == 0)
            return *save ? damaged(err) : 0;
        if (strcmp(line, "failed") == 0) {
            l->failed = true;
            continue;
        }
        char *key = strtok_r(line, " ", &words), *a = strtok_r(NULL, " ", &words);
        char *b = strtok_r(NULL, " ", &words);
        int rc = key && a ? parse_line(l, key, a, b ? b : none, err) : damaged(err);
        if (rc < 0)
            return rc;
    }
    return damaged(err);
}

int sc_loopback_parse(char *text, struct sc_loopback *ret, struct sc_error *err)
{
    struct sc_loopback l = {0};
    int rc = parse_lines(text, &l, err);
    if (rc == 0)
        *ret = l;
    else
        sc_loopback_done(&l);
    return rc;
}
