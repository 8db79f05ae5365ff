/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/job.h"

#include <stdlib.h>

void sc_page_job_done(struct sc_page_job *j)
{
    for (size_t i = 0; i < j->argc; i++)
        free(j->argv[i]);
    free(j->argv);
    *j = (struct sc_page_job){0};
}
