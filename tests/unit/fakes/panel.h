/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A panel in memory (core/server/panel.h). */
#ifndef SC_TESTS_FAKES_PANEL_H
#define SC_TESTS_FAKES_PANEL_H

#include "core/server/panel.h"

extern const struct sc_panel fake_panel;

void panel_reset(void);

/* A domain of `owner` at `docroot`; one that is there already changes. Dropped; under another name;
 * another owner's. */
void panel_put(const char *domain, const char *owner, const char *docroot);
void panel_drop(const char *domain);
/* The directory that the panel keeps for this domain alone; "" for none. */
void panel_dir(const char *domain, const char *site_dir);
void panel_rename(const char *domain, const char *now);
void panel_rename_owner(const char *owner, const char *now);

/* An entry that is passed over; any of `domain`, `owner`, `path` may be NULL. */
void panel_odd(const char *domain, const char *owner, const char *path, bool hides,
               const char *text);

/* From now on every question fails so; 0: it answers again. A panel that hangs is SC_E_TIMEOUT. */
void panel_fail(int code, const char *text);

/* `run` is called in the middle of the next question, once. */
void panel_meanwhile(void (*run)(void));

/* How often it was asked since the last reset of this number. */
extern unsigned panel_asked;

#endif
