/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/given.h"

#include <ctype.h>
#include <string.h>

#include "core/account/notes.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"

#define TEXT_MAX (SC_NOTE_TEXT_MAX - 120u)

/* The site of a refusal, while it is isolated. */
static const struct sc_plan_site *site_of(const struct sc_plan *plan,
                                          const struct sc_plan_refusal *r)
{
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_plan_site *site = &plan->sites[i];
        if (site->isolated && site->rel && strcmp(site->rel, r->site_rel) == 0)
            return site;
    }
    return NULL;
}

static void add(const char *domain, const struct sc_plan_refusal *r, struct sc_buf *text,
                size_t *more)
{
    SC_BUF struct sc_buf one = SC_BUF_INIT;
    sc_buf_fmt(&one, "%s%s ~/%s (it is %s)", text->len ? ", " : "", domain, r->path, r->reason);
    if (!one.failed && text->len + one.len < TEXT_MAX)
        sc_buf_str(text, one.data);
    else
        (*more)++;
}

/* A line stays one line. */
static void plain(char *text)
{
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
}

int sc_note_given(const struct sc_account *a, const struct sc_facts *f, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    size_t more = f->more_not_there;
    if (f->not_there.len)
        sc_buf_str(&text, f->not_there.data);
    for (size_t i = 0; i < f->plan->n_refusals; i++) {
        const struct sc_plan_refusal *r = &f->plan->refusals[i];
        const struct sc_plan_site *site = r->asked ? site_of(f->plan, r) : NULL;
        if (site)
            add(site->names[0], r, &text, &more);
    }
    if (!text.len && more == 0)
        return sc_note_set(a->uid, SC_NOTE_PATHS, NULL, err);
    if (more)
        sc_buf_fmt(&text, "%s%zu more", text.len ? " and " : "", more);
    SC_BUF struct sc_buf note = SC_BUF_INIT;
    sc_buf_fmt(&note, "paths in ~/.lve/domains.json that have no effect: %s",
               text.data ? text.data : "");
    int rc = sc_buf_check(&note, "a note", err);
    if (rc < 0)
        return rc;
    plain(note.data);
    return sc_note_set(a->uid, SC_NOTE_PATHS, note.data, err);
}
