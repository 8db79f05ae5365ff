/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/answer.h"

#include <stdio.h>
#include <sys/socket.h>

#define HEAD                                                                                       \
    "Status: %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n"               \
    "Cache-Control: no-store\r\nRetry-After: %u\r\n\r\n%s"
#define PAGE                                                                                       \
    "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1>%s</body></html>\n"
#define UNREAD_MAX (64u << 20) /* more than any socket's buffer */

void sc_answer(int fd, const char *status, unsigned retry_after, const char *title,
               const char *text)
{
    char page[1024];
    int len = snprintf(page, sizeof(page), PAGE, status, title, text);
    if (len < 0 || len >= (int)sizeof(page))
        return;
    dprintf(fd, HEAD, status, len, retry_after, page);
}

void sc_answer_read_no_more(int fd)
{
    static char unread[65536];
    if (shutdown(fd, SHUT_RD) < 0)
        return;
    for (size_t total = 0; total < UNREAD_MAX;) {
        ssize_t n = recv(fd, unread, sizeof(unread), MSG_DONTWAIT);
        if (n <= 0)
            return;
        total += (size_t)n;
    }
}
