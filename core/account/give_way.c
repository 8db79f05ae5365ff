/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/give_way.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"

#define ASKED "asked"
#define FROM  "from"

/* Beside the account's lock. */
static void path_of(uid_t uid, const char *what, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/lock/%u.%s", (unsigned)uid, what);
}

static void forget(uid_t uid, const char *what)
{
    char path[64];
    path_of(uid, what, path);
    (void)unlink(path);
}

void sc_give_way_ask(uid_t uid)
{
    char path[64];
    path_of(uid, ASKED, path);
    SC_FD int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    (void)fd; /* else the next pass comes a little later */
}

void sc_give_way_begin(uid_t uid)
{
    forget(uid, ASKED);
}

bool sc_give_way_asked(uid_t uid)
{
    char path[64];
    path_of(uid, ASKED, path);
    return access(path, F_OK) == 0;
}

void sc_give_way_stopped(uid_t uid, unsigned site)
{
    char path[64], text[16];
    if (!site) {
        forget(uid, FROM);
        return;
    }
    path_of(uid, FROM, path);
    int n = snprintf(text, sizeof(text), "%u\n", site);
    (void)sc_replace_file(path, 0600, text, (size_t)n, NULL);
}

unsigned sc_give_way_from(uid_t uid)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    path_of(uid, FROM, path);
    return sc_read_file(path, 16, &text, NULL) == 0 ? (unsigned)strtoul(text.data, NULL, 10) : 0;
}

void sc_give_way_forget(uid_t uid)
{
    forget(uid, ASKED);
    forget(uid, FROM);
}
