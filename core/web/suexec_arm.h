/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suexec entry that Apache runs: a copy of the installed one, setuid root. The installed file
 * stays closed (0700), and no package owns the copy: an upgrade, which gives installed files their
 * owner and mode again, cannot take the setuid bit from what Apache runs. It lies on the file
 * system of the other setuid programs: /var may be mounted nosuid. */
#ifndef SC_WEB_SUEXEC_ARM_H
#define SC_WEB_SUEXEC_ARM_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/paths.h"

/* The copy, or the installed file, which was what Apache ran before there was a copy. */
bool sc_suexec_is_ours(const char *path);

/* Makes the copy what it should be, in one step and only where it is not: the bytes of the
 * installed entry, owner root, the group of the real suexec, and executable by whom the real one is
 * executable by. Killed at any point it leaves the old copy or the new one. Needs root.
 * SC_E_PLATFORM: the file system is mounted nosuid. SC_E_BUSY: the installed entry is being
 * written. */
int sc_suexec_arm(const char *real, struct sc_error *err);

/* Whether the copy is what it should be; anything that cannot be looked at counts as no. The two
 * files are compared once, and again when one of them was changed (core/base/stamp.h), where the
 * caller, who is about to change things anyway, lets that be noted in /run. */
bool sc_suexec_is_armed(const char *real, bool note);

/* Whether these bytes are a whole ELF program: false for the beginning of one, which an installer
 * is just writing. */
bool sc_suexec_is_whole(const char *data, size_t len);

/* Gives the installed file the owner and mode that it has by itself: before there was a copy, it
 * was made setuid. */
int sc_suexec_close_installed(struct sc_error *err);

/* Removes the copy. Nothing may lead to it any more. */
int sc_suexec_disarm(struct sc_error *err);

#endif
