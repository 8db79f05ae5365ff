/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view of a site that learns (core/learn). Nothing of the account is closed in it: the home is the
 * live one, read-write where it is on the server, with a mount of its own, on which whatever the site
 * opens is seen. What the site owns is bound over itself, and so not seen there.
 *
 * "learn RECORD UNTIL" among the plan's "sys" lines says it: the name of the file below SC_LEARN_RECORDS
 * that the uses are written to, and until when, in seconds since 1970. */
#ifndef SC_CAGE_LEARNING_H
#define SC_CAGE_LEARNING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/cage/mounts.h"
#include "core/plan/planfile.h"

#define SC_LEARN_KIND "learn"

/* The home's mount. Connecting to a socket leaves no other trace than the socket's time of access. */
#define SC_LEARN_MOUNT (SC_MNT_AS_IS | SC_MNT_ATIME)

/* "UID-" and 16 digits of a digest of the document root, which is below the home: its record is kept when
 * the site has no id any more, and when the home is moved. */
#define SC_LEARN_NAME_SIZE 32
void sc_learn_name(unsigned uid, const char *docroot_rel, char out[SC_LEARN_NAME_SIZE]);

/* The plan's line; NULL: the site does not learn. Borrowed. */
const struct sc_sysline *sc_learning_line(const struct sc_planfile *plan);

/* Adds it. SC_E_NOMEM. */
int sc_learning_add(struct sc_planfile *plan, int64_t until, struct sc_error *err);

/* While a view is built: leaves a mark in its SC_CAGE_DIR. SC_E_SYS. */
int sc_learning_mark(int masksfd, struct sc_error *err);

/* Whether the keeper's view was built to learn and the plan does not say so, or the other way round. */
bool sc_learning_differs(const struct sc_planfile *plan, pid_t keeper);

/* Where the plan says so: has the running view recorded, unless somebody does already. A site that
 * cannot be recorded goes on; the log says why. */
void sc_learning_record(const struct sc_planfile *plan);

#endif
