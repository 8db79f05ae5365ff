/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that nginx reads and writes itself: nobody's cage is around it. */
#include "core/coverage/judging.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/web/apache/path.h"

static bool by_links(struct judging *j)
{
    for (size_t i = 0; i < j->seen->n_links; i++) {
        const struct sc_cover_links *l = &j->seen->links[i];
        const struct sc_vhost *h = l->host;
        if (l->unread)
            return sc_judge_no(j, SC_COVERAGE_NOT,
                               "nginx has not read %s since it was changed: reload nginx",
                               h->shut_by);
        if (l->soon && (!j->server->must_stand || j->site->id == 0))
            continue;
        return sc_judge_no(
            j, SC_COVERAGE_NOT,
            "nginx serves files %s (%s:%u) and follows links in it, to other sites, too: %s",
            l->around ? "of the site with those of a directory around it" : "of the site", h->file,
            h->line,
            l->soon ? "run cagefsctl --site-isolation-regenerate; the log says why the line "
                      "is not there"
                    : l->text);
    }
    return false;
}

/* What a location serves any visitor can ask for, or the site's own PHP by X-Accel-Redirect. */
static bool by_others_root(struct judging *j)
{
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        if (!h->nginx || sc_host_stands(h, &j->site->is) != SC_HOST_SITE)
            continue;
        const struct sc_host_root *r = sc_host_others_root(h, &j->site->is);
        if (r)
            return sc_judge_no(
                j, SC_COVERAGE_NOT,
                "the server block at %s:%u serves %s, where other sites' files are, to the "
                "site's visitors and to X-Accel-Redirect: give that a server block of its own",
                h->file, h->line, r->text);
    }
    return false;
}

/* Below a directory, or with variables perhaps so. */
static bool is_below(const char *path, bool varies, const char *dir)
{
    return sc_web_path_within(path, dir) || (varies && sc_web_path_within(dir, path));
}

/* What the site can put a link in place of. */
static bool is_in_site(const struct judging *j, const char *path)
{
    const struct sc_web_whose *is = &j->site->is;
    char text[PATH_MAX], clean[PATH_MAX];
    size_t plain = strcspn(path, "$");
    bool varies = path[plain] != 0;
    if (plain == 0)
        return strncmp(path, "$document_root", 14) == 0 || strncmp(path, "$realpath_root", 14) == 0;
    snprintf(text, sizeof(text), "%.*s", (int)plain, path);
    if (sc_web_path_clean(text, clean) == 0)
        return false;
    for (size_t i = 0; i < is->n_texts; i++)
        if (is_below(clean, varies, is->texts[i]))
            return true;
    return is_below(clean, varies, is->docroot);
}

/* WebDAV copies what a link leads to, or writes there; so do stored answers. */
static bool by_slip(struct judging *j, const struct sc_vhost *h)
{
    for (size_t i = 0; i < h->n_slips; i++) {
        const struct sc_host_slip *s = &h->slips[i];
        if (s->path && is_in_site(j, s->path))
            return sc_judge_no(j, SC_COVERAGE_NOT,
                               "nginx uses %s (%s at %s:%u) also where the site makes it a link "
                               "to another site's: keep it outside of the document root",
                               s->path, s->what, s->file, s->line);
        if (!s->path)
            return sc_judge_no(j, SC_COVERAGE_NOT,
                               "%s at %s:%u follows the site's links to other sites, whatever "
                               "disable_symlinks says: take it out of what serves the site",
                               s->what, s->file, s->line);
    }
    return false;
}

static bool by_slips(struct judging *j)
{
    for (size_t i = 0; i < hosts(j)->n; i++) {
        const struct sc_vhost *h = &hosts(j)->v[i];
        if (h->n_slips && runs_it(j, h) && by_slip(j, h))
            return true;
    }
    return false;
}

bool sc_judge_by_nginx_files(struct judging *j)
{
    return by_others_root(j) || by_links(j) || by_slips(j);
}
