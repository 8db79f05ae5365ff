/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/answer.h"

#include <jansson.h>
#include "core/base/cleanup.h"
#include "core/base/error_code.h"

/* No script, style or frame that is not this page's own, and nobody else's page around it. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

void sc_page_answer_done(struct sc_page_answer *a)
{
    sc_buf_free(&a->body);
}

void sc_page_answer_error(struct sc_page_answer *a, int status, const struct sc_error *err)
{
    const char *code = sc_error_word(err);
    /* a message may name what is no text: then its words are not repeated */
    json_t *doc =
        json_pack("{s:s, s:s, s:s}", "result", "error", "message", err->text, "code", code);
    if (!doc)
        doc = json_pack("{s:s, s:s, s:s}", "result", "error", "message", code, "code", code);
    SC_FREE char *text = doc ? json_dumps(doc, JSON_ENSURE_ASCII) : NULL;
    json_decref(doc);
    sc_buf_free(&a->body);
    a->body = (struct sc_buf)SC_BUF_INIT;
    a->status = status;
    a->type = "application/json";
    a->keep = a->document = false;
    sc_buf_fmt(&a->body, "%s\n", text ? text : "{\"result\":\"error\"}");
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {{200, "OK"},        {400, "Bad Request"},        {403, "Forbidden"},
                 {404, "Not Found"}, {405, "Method Not Allowed"}, {413, "Content Too Large"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].status == status)
            return known[i].text;
    return "Internal Server Error";
}

int sc_page_answer_print(const struct sc_page_answer *a, enum sc_page_front front,
                         struct sc_buf *ret, struct sc_error *err)
{
    if (front == SC_PAGE_RAW)
        sc_buf_fmt(ret, "HTTP/1.1 %d %s\r\nConnection: close\r\n", a->status, reason(a->status));
    else if (front == SC_PAGE_CGI)
        sc_buf_fmt(ret, "Status: %d %s\r\n", a->status, reason(a->status));
    if (front == SC_PAGE_RAW || front == SC_PAGE_CGI) {
        sc_buf_fmt(ret,
                   "Content-Type: %s; charset=utf-8\r\nContent-Length: %zu\r\n"
                   "Cache-Control: %s\r\nX-Content-Type-Options: nosniff\r\n"
                   "Referrer-Policy: no-referrer\r\n",
                   a->type, a->body.len, a->keep ? "private, max-age=600" : "no-store");
        if (a->document)
            sc_buf_str(ret, "Content-Security-Policy: " POLICY "\r\n");
        sc_buf_str(ret, "\r\n");
    }
    sc_buf_add(ret, a->body.data ? a->body.data : "", a->body.len);
    return sc_buf_check(ret, "the answer", err);
}
