/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /var/log/sitecage.log: one line per change and per event, for the administrator
 * (docs/formats.md). Written by commands and daemons when something was done or could not be; never
 * with a password in it, never by a setuid program. */
#ifndef SC_BASE_LOG_H
#define SC_BASE_LOG_H

#define SC_LOG_PATH "/var/log/sitecage.log"

/* Appends "TIME NAME[PID] TEXT". Control bytes become '?'. Failing to log is no error: the change
 * was made. */
void sc_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
