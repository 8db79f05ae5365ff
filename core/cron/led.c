/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/led.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/cron/apply.h"
#include "core/cron/marks.h"

#define CRONTAB_MAX (1u << 20)

bool sc_cron_has_led(const char *user)
{
    char path[PATH_MAX];
    bool has = false;
    for (const char *const *dir = sc_cron_spools(); *dir && !has; dir++) {
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        int n = snprintf(path, sizeof(path), "%s/%s", *dir, user);
        has = n > 0 && (size_t)n < sizeof(path) &&
              sc_read_file(path, CRONTAB_MAX, &text, NULL) == 0 && text.len &&
              memmem(text.data, text.len, MARK_IN, sizeof(MARK_IN) - 1) != NULL;
    }
    return has;
}
