/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/plan_words.h"

#include <string.h>

#include "core/base/cleanup.h"
#include "core/plan/planfile.h"

static void add_path(struct sc_buf *out, const char *path)
{
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        sc_buf_add(out, c < 0x20 || c == 0x7f ? "?" : path, 1);
    }
}

static bool writes(const struct sc_plan_entry *e)
{
    return e->kind == SC_ENTRY_DOCROOT || e->kind == SC_ENTRY_RW;
}

static bool reads(const struct sc_plan_entry *e)
{
    return e->kind == SC_ENTRY_RO;
}

static bool has_own(const struct sc_plan_entry *e)
{
    return e->kind == SC_ENTRY_OWN;
}

static bool is_closed(const struct sc_plan_entry *e)
{
    return sc_entry_closes(e->kind);
}

/* Places in the home, below a title; nothing where there are none. */
static void list(const struct sc_planfile *p, const char *title,
                 bool (*is)(const struct sc_plan_entry *e), struct sc_buf *out)
{
    bool any = false;
    for (size_t i = 0; i < p->entries.n; i++) {
        const struct sc_plan_entry *e = &p->entries.v[i];
        if (!is(e))
            continue;
        sc_buf_fmt(out, "%s%s  ~%s", any ? "" : "\n", any ? "" : title, *e->rel ? "/" : "");
        any = true;
        add_path(out, e->rel);
        sc_buf_str(out, e->kind == SC_ENTRY_DOCROOT ? "  (its document root)\n" : "\n");
    }
}

/* Those of the system's lines that are its own. */
static void list_private(const struct sc_planfile *p, struct sc_buf *out)
{
    for (size_t i = 0; i < p->n_sys; i++) {
        const struct sc_sysline *s = &p->sys[i];
        if (strcmp(s->kind, "private") != 0 && strcmp(s->kind, "shm") != 0)
            continue;
        sc_buf_str(out, "  ");
        add_path(out, s->a);
        sc_buf_str(out, "\n");
    }
}

/* The head's lines, as they are. Where the plan begins. */
static const char *add_head(const char *text, struct sc_buf *out)
{
    while (strncmp(text, "# ", 2) == 0) {
        size_t n = strcspn(text, "\n");
        sc_buf_add(out, text + 2, n - 2);
        sc_buf_str(out, "\n");
        text += n + (text[n] == '\n');
    }
    return text;
}

int sc_plan_words(const char *text, struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_planfile_done) struct sc_planfile p = {0};
    text = add_head(text, out);
    int rc = sc_planfile_parse(text, strlen(text), &p, err);
    if (rc < 0)
        return rc;
    bool private = p.entries.n && p.entries.v[0].kind == SC_ENTRY_OWN && !*p.entries.v[0].rel;
    list(&p, "It writes, in its account:\n", writes, out);
    list(&p, "It reads, and does not write:\n", reads, out);
    list(&p, "It has its own, kept in its storage:\n", has_own, out);
    list_private(&p, out);
    list(&p, "Closed to it:\n", is_closed, out);
    sc_buf_str(out, private ? "\nNothing else of the account's home is there.\n"
                            : "\nThe rest of the account's home is there, read-only.\n");
    sc_buf_str(out,
               "Of the system: programs and libraries, and services such as databases and mail.\n"
               "The plan itself: --raw\n");
    return 0;
}
