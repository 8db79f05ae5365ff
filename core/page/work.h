/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers one request of the page. */
#ifndef SC_PAGE_WORK_H
#define SC_PAGE_WORK_H

#include "core/page/answer.h"

/* As the calling process's user: the account on its own page, root on the administrator's. */
void sc_page_respond(const struct sc_page_request *r, struct sc_page_answer *a);

#endif
