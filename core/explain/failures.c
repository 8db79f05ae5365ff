/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain/failures.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_OF_MEMORY "for want of memory: more than its limit pmem allows"

static void copy_printable(const char *from, char *to, size_t size)
{
    size_t n = 0;
    for (; n + 1 < size && from[n]; n++)
        to[n] = from[n] >= ' ' && from[n] <= '~' ? from[n] : '?';
    to[n] = 0;
}

void sc_failing_of(const struct sc_failures *noted, struct sc_failing *ret)
{
    const struct sc_failure *latest = NULL;
    *ret = (struct sc_failing){0};
    if (noted->since <= 0)
        return;
    for (size_t i = 0; i < SC_FAILURES_KEPT; i++)
        if (noted->v[i].n && noted->v[i].kind == SC_FAILED_ENTER &&
            (!latest || noted->v[i].last >= latest->last))
            latest = &noted->v[i];
    ret->since = noted->since / 1000;
    ret->n = noted->in_row;
    copy_printable(latest ? latest->text : "the reason is no longer known", ret->text,
                   sizeof(ret->text));
}

static const char *code_of(uint32_t kind)
{
    static const char *const codes[] = {[SC_FAILED_ENTER] = "enter",
                                        [SC_FAILED_RUN] = "run",
                                        [SC_FAILED_LIMIT] = "limit",
                                        [SC_FAILED_KILLED] = "killed"};
    return kind < sizeof(codes) / sizeof(codes[0]) && codes[kind] ? codes[kind] : "unknown";
}

/* Two processes at once may have begun a place each. */
static struct sc_explained_failure *place_of(struct sc_explained_failures *l, unsigned status,
                                             const char *code, const char *text)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].status == status && strcmp(l->v[i].text, text) == 0)
            return &l->v[i];
    struct sc_explained_failure *one = &l->v[l->n++];
    *one = (struct sc_explained_failure){.status = status, .code = code};
    copy_printable(text, one->text, sizeof(one->text));
    return one;
}

static void add_noted(struct sc_explained_failures *l, const struct sc_failure *f, bool memory)
{
    char text[sizeof(l->v[0].text)], clean[SC_FAILURE_TEXT];
    copy_printable(f->text, clean, sizeof(clean));
    snprintf(text, sizeof(text), "%s%s", clean,
             memory && f->kind == SC_FAILED_KILLED ? " " OUT_OF_MEMORY : "");
    struct sc_explained_failure *one = place_of(l, f->status, code_of(f->kind), text);
    int64_t first = f->first / 1000, last = f->last / 1000;
    one->first = one->n && one->first < first ? one->first : first;
    one->last = one->last > last ? one->last : last;
    one->n += f->n;
}

static void add_refused(struct sc_explained_failures *l, const struct sc_web_refused *r)
{
    char text[sizeof(l->v[0].text)];
    snprintf(text, sizeof(text), "Apache refused requests; the last because: %s", r->reason);
    struct sc_explained_failure *one = place_of(l, r->status, "refused", text);
    one->n += r->n;
    one->last = r->last;
}

static void add_memory(struct sc_explained_failures *l, const struct sc_failure_sources *from)
{
    struct sc_explained_failure *one =
        place_of(l, 0, "memory", "processes ended " OUT_OF_MEMORY ", since the limit was set");
    one->first = from->group_since;
    one->n = from->out_of_memory;
}

static int latest_first(const void *pa, const void *pb)
{
    const struct sc_explained_failure *a = pa, *b = pb;
    return a->last < b->last ? 1 : a->last > b->last ? -1 : strcmp(a->text, b->text);
}

void sc_explain_failures(const struct sc_failure_sources *from, struct sc_explained_failures *ret)
{
    *ret = (struct sc_explained_failures){0};
    for (size_t i = 0; from->noted && i < SC_FAILURES_KEPT; i++)
        if (from->noted->v[i].n)
            add_noted(ret, &from->noted->v[i], from->out_of_memory > 0);
    if (from->refused && from->refused->n)
        add_refused(ret, from->refused);
    if (from->out_of_memory)
        add_memory(ret, from);
    qsort(ret->v, ret->n, sizeof(ret->v[0]), latest_first);
}
