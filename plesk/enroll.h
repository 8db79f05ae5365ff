/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the adapter's hooks into Plesk's event manager: `plesk bin event_handler` (Plesk,
 * "event_handler: Event Handlers"). Plesk does not merge duplicates, so its list is looked at
 * first. All need root; one runs at a time. */
#ifndef SC_PLESK_ENROLL_H
#define SC_PLESK_ENROLL_H

#include "plesk/plesk.h"

/* One handler for each event that this Plesk knows; surplus ones of Sitecage's are deleted, others'
 * are left alone. SC_E_DENIED while Plesk is forbidden to run handlers as root; SC_E_PANEL, also
 * when none of the events is known or a handler that was made does not appear in the list;
 * SC_E_TIMEOUT. */
int sc_plesk_enroll(const struct sc_plesk *p, struct sc_error *err);

/* Deletes all handlers of Sitecage's. */
int sc_plesk_unenroll(const struct sc_plesk *p, struct sc_error *err);

/* As struct sc_adapter_ops' status. */
int sc_plesk_status(const struct sc_plesk *p, struct sc_buf *ret_text, struct sc_error *err);

#endif
