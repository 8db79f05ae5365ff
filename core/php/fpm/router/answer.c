/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/router/answer.h"

#include <stdio.h>
#include <string.h>

#include "core/enter/fcgi_params.h"

enum {
    END_REQUEST = 3,
    STDOUT = 6
};

size_t sc_router_before_end(struct sc_router_scan *s, const unsigned char *data, size_t len)
{
    size_t at = 0;
    while (!s->ended) {
        size_t n = s->left < len - at ? s->left : len - at;
        at += n;
        s->left -= n;
        if (s->left || len - at < SC_FCGI_HEAD)
            break;
        const unsigned char *h = data + at;
        s->ended = h[1] == END_REQUEST;
        if (!s->ended)
            s->left = SC_FCGI_HEAD + ((size_t)h[4] << 8) + h[5] + h[6];
    }
    return at;
}

static size_t record(unsigned char type, unsigned id, const void *content, size_t len,
                     unsigned char *out)
{
    const unsigned char head[SC_FCGI_HEAD] = {
        1,
        type,
        (unsigned char)(id >> 8),
        (unsigned char)id,
        (unsigned char)(len >> 8),
        (unsigned char)len,
    };
    memcpy(out, head, sizeof(head));
    if (len)
        memcpy(out + sizeof(head), content, len);
    return sizeof(head) + len;
}

size_t sc_router_refusal(unsigned id, const char *status, unsigned char out[SC_ROUTER_ANSWER_MAX])
{
    static const unsigned char complete[8];
    char page[300];
    int len = snprintf(page, sizeof(page),
                       "Status: %.60s\r\nContent-Type: text/html\r\n\r\n<h1>%.60s</h1>\n", status,
                       status);
    size_t n = record(STDOUT, id, page, (size_t)len, out);
    n += record(STDOUT, id, NULL, 0, out + n);
    return n + record(END_REQUEST, id, complete, sizeof(complete), out + n);
}
