/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the scripts in place that DirectAdmin runs: scripts/custom/HOOK/sitecage.sh. */
#ifndef SC_DIRECTADMIN_ENROLL_H
#define SC_DIRECTADMIN_ENROLL_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "directadmin/paths.h"

#define SC_DA_SCRIPT "sitecage.sh"

/* The script for a hook. The kernel starts the adapter itself, as its interpreter, and hands it the
 * script's path, in which the hook's name is: no shell reads the environment, which a panel's
 * customer can add to. The second line is for a shell that is given the file to read. */
int sc_da_script(const char *hook, struct sc_buf *out, struct sc_error *err);

/* Each needs root. Folders that are missing are made like scripts/custom; one that is a link, or
 * that others than root and diradmin may write, is SC_E_DENIED, because what lies in it runs as
 * root. Others' files are left alone; one of theirs that is called sitecage.sh is SC_E_DENIED.
 * SC_E_PLATFORM: there is no DirectAdmin. */
int sc_da_enroll(const struct sc_da *da, struct sc_error *err);

/* Removes our scripts, and the folders that are empty then. */
int sc_da_unenroll(const struct sc_da *da, struct sc_error *err);

/* See struct sc_adapter_ops' status. */
int sc_da_status(const struct sc_da *da, struct sc_buf *ret_text, struct sc_error *err);

#endif
