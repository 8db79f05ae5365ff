/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which member answers. An adapter is started for each question: it would ask one that is away first, each time. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "core/base/paths.h"
#include "generic/etcd/client.h"

#define NOTED     SC_RUN_DIR "/etcd.member" /* https://NAME:PORT */
#define NOTED_MAX 4096

void sc_etcd_recall(struct sc_etcd *e)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (sc_read_trusted_file(NOTED, 0, NOTED_MAX, &text, NULL) < 0 || !text.data)
        return;
    for (size_t i = 0; i < e->n; i++)
        if (strcmp(e->members[i], text.data) == 0)
            e->first = i;
}

static bool is_noted(const char *member)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    return sc_read_trusted_file(NOTED, 0, NOTED_MAX, &text, NULL) == 0 && text.data &&
           strcmp(text.data, member) == 0;
}

void sc_etcd_remember(const struct sc_etcd *e)
{
    const char *member = e->members[e->first];
    if (is_noted(member))
        return;
    SC_FD int fd = open(NOTED ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || sc_write_all(fd, member, strlen(member)) < 0 || rename(NOTED ".new", NOTED) < 0)
        (void)unlink(NOTED ".new");
}
