/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/suexec_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/there.h"
#include "core/web/diversion.h"

#define SUFFIX ".sitecage"

static void named(const char *place, const char *suffix, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s%s", place, suffix);
}

void sc_suexec_aside_name(const char *place, char *out)
{
    named(place, SUFFIX, out);
}

bool sc_suexec_aside_place(const char *aside, char *place)
{
    size_t n = strlen(aside), end = strlen(SUFFIX);
    if (n <= end || n >= PATH_MAX || strcmp(aside + n - end, SUFFIX) != 0)
        return false;
    memcpy(place, aside, n - end);
    place[n - end] = 0;
    return true;
}

bool sc_suexec_aside_stands(const char *place)
{
    char to[sizeof(SC_SUEXEC_ENTRY) + 1];
    ssize_t n = readlink(place, to, sizeof(to));
    return n == (ssize_t)strlen(SC_SUEXEC_ENTRY) && memcmp(to, SC_SUEXEC_ENTRY, (size_t)n) == 0;
}

static int remove_name(const char *path, struct sc_error *err)
{
    return unlink(path) == 0 || sc_is_absent(errno) ? 0
                                                    : sc_error_sys(err, errno, "remove %s", path);
}

/* By a name of its own first: a rename over the old one leaves no moment without. */
static int take_name(const char *begun, const char *name, struct sc_error *err)
{
    if (rename(begun, name) < 0)
        return sc_error_sys(err, errno, "make %s", name);
    return remove_name(begun, err); /* two names of one file are not renamed */
}

int sc_suexec_aside_move(const char *place, struct sc_error *err)
{
    char aside[PATH_MAX], begun[PATH_MAX];
    named(place, SUFFIX, aside);
    named(place, SUFFIX ".new", begun);
    if (sc_suexec_aside_stands(place))
        return access(aside, X_OK) == 0
                   ? 0
                   : sc_error_set(err, SC_E_NOTFOUND,
                                  "%s, the real suexec, is missing: install Apache's suexec again",
                                  aside);
    int rc = remove_name(begun, err);
    if (rc < 0)
        return rc;
    if (link(place, begun) < 0)
        return sc_error_sys(err, errno, "make %s", begun);
    return take_name(begun, aside, err);
}

int sc_suexec_aside_stand(const char *place, struct sc_error *err)
{
    char aside[PATH_MAX], begun[PATH_MAX];
    named(place, SUFFIX, aside);
    named(place, SUFFIX ".link", begun);
    if (!sc_suexec_aside_stands(place)) {
        int rc = remove_name(begun, err);
        if (rc < 0)
            return rc;
        if (symlink(SC_SUEXEC_ENTRY, begun) < 0)
            return sc_error_sys(err, errno, "make %s", begun);
        rc = take_name(begun, place, err);
        if (rc < 0)
            return rc;
        sc_log("the entry in front of suexec stands at %s; the real one is %s", place, aside);
    }
    return sc_divert(place, aside, err);
}

int sc_suexec_aside_back(const char *place, struct sc_error *err)
{
    char aside[PATH_MAX];
    named(place, SUFFIX, aside);
    int rc = sc_undivert(place, aside, err);
    if (rc < 0)
        return rc;
    if (!sc_suexec_aside_stands(place))
        return remove_name(aside, err); /* a newer one is there, or suexec was uninstalled */
    if (rename(aside, place) == 0)
        return 0;
    return sc_is_absent(errno) ? remove_name(place, err)
                               : sc_error_sys(err, errno, "move %s back", aside);
}
