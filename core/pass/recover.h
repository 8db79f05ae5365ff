/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finishing what killed commands left. All need root. */
#ifndef SC_PASS_RECOVER_H
#define SC_PASS_RECOVER_H

#include "core/server/handle.h"

#define SC_RECOVER_MS 1800 /* how long a command waits for it */

/* Has a process of its own (SC_FINISH_EXE --left) do it, where there is anything to do, and waits a
 * moment: what it is not done with then, it goes on with. No command waits for another account's
 * panel, home or crontab. */
void sc_pass_recover(struct sc_server *s);

/* Does it in this process: a deny that was interrupted, accounts with a mark, views that end. Waits
 * for no lock: who holds it is at it. */
void sc_pass_recover_here(struct sc_server *s);

/* The deny alone, unless its command is at it. */
void sc_pass_recover_deny(struct sc_server *s);

#endif
