/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of Sitecage's log, for the administrator's page. */
#ifndef SC_PAGE_LOG_H
#define SC_PAGE_LOG_H

#include "core/page/answer.h"

#define SC_PAGE_LOG_LINES 200u

/* {"result":"success","lines":[…]}: the last lines of the log file; none
 * where there is no file. Needs root. */
int sc_page_log(struct sc_page_answer *a, struct sc_error *err);

/* The last lines of `text` as that document. Bytes that are no text become '?'. Pure. */
int sc_page_log_lines(const char *text, size_t len, struct sc_buf *ret, struct sc_error *err);

#endif
