/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/debug.h"

#define LINE_MAX_BYTES 2048

/* systemd says in JOURNAL_STREAM which file the journal reads; the program's stderr may have been
 * redirected since. */
static bool is_journal(void)
{
    unsigned long long dev, ino;
    struct stat st;
    const char *said = secure_getenv("JOURNAL_STREAM");
    return said && sscanf(said, "%llu:%llu", &dev, &ino) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
           st.st_dev == dev && st.st_ino == ino;
}

static void to_stderr(enum sc_log_level level, const char *text)
{
    char line[LINE_MAX_BYTES];
    int n = 0;
    if (is_journal())
        n = snprintf(line, sizeof(line), "<%d>%s", (int)level, text);
    else if (level == SC_LOG_DEBUG && sc_debug_shown())
        n = snprintf(line, sizeof(line), "%s: %s", program_invocation_short_name, text);
    if (n <= 0)
        return;
    ssize_t done = write(STDERR_FILENO, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line));
    (void)done;
}

void sc_log_at(enum sc_log_level level, const char *fmt, ...)
{
    if (level == SC_LOG_DEBUG && !sc_debugging())
        return;
    int sys = errno;
    char line[LINE_MAX_BYTES], when[32] = "";
    time_t now = time(NULL);
    struct tm tm;
    if (gmtime_r(&now, &tm))
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    int n = snprintf(line, sizeof(line), "%s %s[%d] ", when, program_invocation_short_name,
                     (int)getpid());
    if (n < 0 || n >= (int)sizeof(line) - 2)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line + n, sizeof(line) - (size_t)n - 2, fmt, ap);
    va_end(ap);
    size_t len = strlen(line);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    line[len] = 0;
    sc_log_append(line, len);
    to_stderr(level, line + n);
    errno = sys;
}
