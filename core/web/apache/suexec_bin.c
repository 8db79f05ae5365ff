/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/suexec_bin.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"

#define WORDS       " -D SUEXEC_BIN=\"" /* server/main.c, show_compile_settings() */
#define PROGRAM_MAX (256 << 20)         /* bytes */

static bool find(const char *text, size_t len, char out[PATH_MAX])
{
    const char *at = memmem(text, len, WORDS, strlen(WORDS));
    if (!at)
        return false;
    at += strlen(WORDS);
    const char *end = memchr(at, '"', len - (size_t)(at - text));
    if (!end || end - at >= PATH_MAX || at[0] != '/' || memchr(at, 0, (size_t)(end - at)))
        return false;
    memcpy(out, at, (size_t)(end - at));
    out[end - at] = 0;
    return true;
}

bool sc_web_suexec_bin(const char *program, char out[PATH_MAX])
{
    struct stat st;
    SC_FD int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 1 ||
        st.st_size > PROGRAM_MAX)
        return false;
    size_t len = (size_t)st.st_size;
    void *text = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (text == MAP_FAILED)
        return false;
    bool found = find(text, len, out);
    munmap(text, len);
    return found;
}
