/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <unistd.h>

#include "core/base/log.h"

void sc_log_append(const char *line, size_t len)
{
    int fd =
        open(SC_LOG_PATH, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return;
    ssize_t done = write(fd, line, len); /* one write: lines of several processes do not mix */
    (void)done;
    close(fd);
}
