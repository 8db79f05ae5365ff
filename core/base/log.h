/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /var/log/sitecage.log: one line per change and per event, for the administrator
 * (docs/formats.md), and more while debugging. Where stderr is the journal, each line goes there
 * too, with its level. Written by commands and daemons when something was done or could not be;
 * never with a password in it, never by a setuid program. libc only. */
#ifndef SC_BASE_LOG_H
#define SC_BASE_LOG_H

#include <stddef.h>

#define SC_LOG_PATH "/var/log/sitecage.log"

enum sc_log_level { /* as syslog(3) numbers them */
    SC_LOG_ERROR = 3,
    SC_LOG_INFO = 6,
    SC_LOG_DEBUG = 7
};

/* Appends "TIME NAME[PID] TEXT". Control bytes become '?'. Failing to log is no error: the change
 * was made. The debug level is dropped unless the program debugs (core/base/debug.h). */
void sc_log_at(enum sc_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define sc_log(...)       sc_log_at(SC_LOG_INFO, __VA_ARGS__)
#define sc_log_debug(...) sc_log_at(SC_LOG_DEBUG, __VA_ARGS__)

/* What sc_log_at() writes to SC_LOG_PATH, in one piece. A test without the file has its own. */
void sc_log_append(const char *line, size_t len);

#endif
