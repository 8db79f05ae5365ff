/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/suexec_choice.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/there.h"
#include "core/web/alternatives.h"
#include "core/web/suexec_arm.h"

#define PRIORITY "1000"
/* What the administrator had chosen by hand before, to be chosen again: one line, the path. */
#define CHOSEN_BEFORE SC_STATE_DIR "/suexec.chosen"

static bool link_of(const char *path, char out[PATH_MAX])
{
    ssize_t n = readlink(path, out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = 0;
    return n > 0;
}

bool sc_suexec_choice_stands(void)
{
    char link[PATH_MAX];
    return link_of(SC_SUEXEC_ALTERNATIVE, link) && strcmp(link, SC_SUEXEC_ENTRY) == 0;
}

bool sc_suexec_choice_none(void)
{
    char link[PATH_MAX];
    return !link_of(SC_SUEXEC_ALTERNATIVE, link) && sc_is_absent(errno);
}

/* The real suexec among the alternatives: what is in use unless that is us, else the one with the
 * highest priority. */
static const struct sc_alternative *real_one(const struct sc_alternatives *a)
{
    const struct sc_alternative *best = NULL;
    for (size_t i = 0; i < a->n; i++) {
        const struct sc_alternative *c = &a->v[i];
        if (sc_suexec_is_ours(c->path))
            continue;
        if (a->value && strcmp(a->value, c->path) == 0)
            return c;
        if (!best || c->priority > best->priority)
            best = c;
    }
    return best;
}

static const struct sc_alternative *with_path(const struct sc_alternatives *a, const char *path)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->v[i].path, path) == 0)
            return &a->v[i];
    return NULL;
}

/* What the entry stands in front of already, if that is still one of the alternatives. */
static const struct sc_alternative *current_real(const struct sc_alternatives *a)
{
    char path[PATH_MAX];
    if (!link_of(SC_SUEXEC_REAL, path) || !a->value || !sc_suexec_is_ours(a->value))
        return NULL;
    return with_path(a, path);
}

/* Where the entry is the choice, and in front of a program, two links tell all. */
static bool is_chosen(char *real)
{
    return sc_suexec_choice_stands() && link_of(SC_SUEXEC_REAL, real) && access(real, X_OK) == 0;
}

int sc_suexec_choice_look(char *real, bool *in_front, struct sc_error *err)
{
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    *in_front = is_chosen(real);
    if (*in_front)
        return SC_THERE;
    int rc = sc_alternatives_query("suexec", &a, err);
    if (rc < 0)
        return rc;
    const struct sc_alternative *kept = current_real(&a);
    const struct sc_alternative *found = kept ? kept : real_one(&a);
    if (!found)
        return SC_ABSENT;
    snprintf(real, PATH_MAX, "%s", found->path);
    *in_front = kept && strcmp(a.value, SC_SUEXEC_ENTRY) == 0;
    return SC_THERE;
}

int sc_suexec_choice_is_ours(bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    int rc = sc_alternatives_query("suexec", &a, err);
    *ret = rc == 0 && a.value && sc_suexec_is_ours(a.value);
    return rc;
}

/* The installed file, which once was the choice, is taken from the alternatives when the copy is
 * among them: update-alternatives then goes on to it, with nothing in between. */
int sc_suexec_choice_stand(const char *real, struct sc_error *err)
{
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    int rc = sc_alternatives_query("suexec", &a, err);
    if (rc < 0)
        return rc;
    const struct sc_alternative *like = with_path(&a, real);
    if (!like)
        return sc_error_set(err, SC_E_BUSY, "%s is no alternative for suexec any more", real);
    if (a.manual && a.value && !sc_suexec_is_ours(a.value))
        rc = sc_replace_file(CHOSEN_BEFORE, 0600, a.value, strlen(a.value), err);
    if (rc == 0 && !with_path(&a, SC_SUEXEC_ENTRY))
        rc = sc_alternatives_install("suexec", &a, like, SC_SUEXEC_ENTRY, PRIORITY, err);
    if (rc == 0 && with_path(&a, SC_SUEXEC_INSTALLED))
        rc = sc_alternatives_call("--remove", "suexec", SC_SUEXEC_INSTALLED, err);
    if (rc == 0 && !(a.manual && a.value && strcmp(a.value, SC_SUEXEC_ENTRY) == 0))
        rc = sc_alternatives_call("--set", "suexec", SC_SUEXEC_ENTRY, err);
    return rc;
}

/* It may be uninstalled: then the best one stays. */
static void choose_again(void)
{
    SC_BUF struct sc_buf chosen = SC_BUF_INIT;
    if (sc_read_file(CHOSEN_BEFORE, PATH_MAX, &chosen, NULL) == 0 && chosen.data[0] == '/')
        (void)sc_alternatives_call("--set", "suexec", chosen.data, NULL);
    (void)unlink(CHOSEN_BEFORE);
}

int sc_suexec_choice_back(struct sc_error *err)
{
    static const char *const ours[] = {SC_SUEXEC_INSTALLED, SC_SUEXEC_ENTRY};
    SC_CLEANUP(sc_alternatives_done) struct sc_alternatives a = {0};
    int rc = sc_alternatives_query("suexec", &a, err);
    for (size_t i = 0; rc == 0 && i < sizeof(ours) / sizeof(ours[0]); i++)
        if (with_path(&a, ours[i]))
            rc = sc_alternatives_call("--remove", "suexec", ours[i], err);
    if (rc == 0 && a.value && sc_suexec_is_ours(a.value) && !with_path(&a, a.value))
        rc = sc_alternatives_auto("suexec", err); /* a file that is missing is not listed */
    if (rc == 0)
        choose_again();
    return rc;
}
