/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an administrator should know of an account though nothing failed: that something of it was
 * too much to look at, and what was done instead. One line for each thing, in
 * /run/sitecage/notes/UID.WHAT; --site-isolation-status shows them. All need root. */
#ifndef SC_ACCOUNT_NOTES_H
#define SC_ACCOUNT_NOTES_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_NOTES_DIR       "/run/sitecage/notes"
#define SC_NOTE_CRONTAB    "crontab"
#define SC_NOTE_CRON_D     "cron.d"
#define SC_NOTE_CRON_PATHS "crontab-paths"
#define SC_NOTE_WISHES     "wishes"
#define SC_NOTE_HOME       "home"
#define SC_NOTE_STORAGE    "storage"
#define SC_NOTE_LOCK       "lock"
#define SC_NOTE_LEARN      "learn"
#define SC_NOTE_PATHS      "paths"
#define SC_NOTE_TEXT_MAX   1000u

/* `text` NULL: there is nothing to say (any more). Writes only what differs. `what` is one of the
 * words above. SC_E_SYS. */
int sc_note_set(uid_t uid, const char *what, const char *text, struct sc_error *err);

/* Whether the note says this already. False where that cannot be told. */
bool sc_note_says(uid_t uid, const char *what, const char *text);

/* The uids that have a note about this; *ret is the caller's to free(). SC_E_SYS, SC_E_NOMEM. */
int sc_notes_uids(const char *what, uid_t **ret, size_t *ret_n, struct sc_error *err);

/* Appends one of them to *ret, as a line; nothing where there is none. */
void sc_note_read(uid_t uid, const char *what, struct sc_buf *ret);

/* Appends the account's notes to *ret, a line each. Those that cannot be read are left out. */
void sc_notes_read(uid_t uid, struct sc_buf *ret);

#endif
