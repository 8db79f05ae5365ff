/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/asset.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "core/base/beneath.h"
#include "core/base/cleanup.h"

#define ASSET_MAX (1u << 20)

const char *sc_page_asset_type(const char *name)
{
    static const struct {
        const char *end, *type;
    } kinds[] = {{".js", "text/javascript"}, {".css", "text/css"}, {".json", "application/json"}};
    if (strncmp(name, "lang/", 5) == 0)
        name += 5;
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
    for (size_t i = 0; n > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(name + n, kinds[i].end) == 0)
            return kinds[i].type;
    return NULL;
}

void sc_page_asset(const char *name, struct sc_page_answer *a)
{
    const char *type = sc_page_asset_type(name);
    struct sc_error err = SC_ERROR_INIT;
    SC_FD int dir = type ? open(SC_PAGE_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC) : -EBADF;
    int rc = type && dir < 0 ? sc_error_sys(&err, errno, "cannot open " SC_PAGE_DIR) : 0;
    if (rc == 0 && type)
        rc = sc_read_file_beneath(dir, name, ASSET_MAX, &a->body, NULL, &err);
    if (!type)
        rc = sc_error_set(&err, SC_E_NOTFOUND, "the page has no such file");
    if (rc < 0) {
        sc_page_answer_error(a, rc == SC_E_NOTFOUND ? 404 : 500, &err);
        return;
    }
    a->status = 200;
    a->type = type;
    a->keep = true;
}

/* As the value of an attribute. */
static void add_attribute(struct sc_buf *out, const char *name, const char *value)
{
    sc_buf_fmt(out, " %s=\"", name);
    for (; *value; value++) {
        if (strchr("&<>\"'", *value) || (unsigned char)*value < 0x20)
            sc_buf_fmt(out, "&#%u;", (unsigned)(unsigned char)*value);
        else
            sc_buf_add(out, value, 1);
    }
    sc_buf_str(out, "\"");
}

/* Where this program answers: in the panel's own page, the file next to it; else this address. */
static const char *endpoint(const struct sc_page_request *r)
{
    return r->front == SC_PAGE_SKIN ? "page.raw" : "";
}

static void add_asset(struct sc_buf *out, const struct sc_page_request *r, const char *attribute,
                      const char *name)
{
    SC_BUF struct sc_buf url = SC_BUF_INIT;
    sc_buf_fmt(&url, "%s?asset=%s&v=" SC_VERSION, endpoint(r), name);
    add_attribute(out, attribute, url.data ? url.data : "");
}

static void add_element(struct sc_buf *out, const struct sc_page_request *r, const char *token)
{
    sc_buf_str(out, "<sitecage-page");
    add_attribute(out, "data-endpoint", r->address ? r->address : endpoint(r));
    add_attribute(out, "data-version", SC_VERSION);
    if (token)
        add_attribute(out, "data-token", token);
    if (r->lang)
        add_attribute(out, "data-lang", r->lang);
    if (r->admin)
        add_attribute(out, "data-admin", "yes");
    if (r->reseller)
        add_attribute(out, "data-reseller", "yes");
    if (r->front != SC_PAGE_CGI)
        add_attribute(out, "data-form", "yes"); /* requests are fields of a form */
    sc_buf_str(out, "></sitecage-page>\n<script type=\"module\"");
    add_asset(out, r, "src", "page.js");
    sc_buf_str(out, "></script>\n<noscript>This page needs JavaScript.</noscript>\n");
}

void sc_page_shell(const struct sc_page_request *r, const char *token, struct sc_page_answer *a)
{
    bool whole = r->front != SC_PAGE_SKIN;
    if (whole) {
        sc_buf_str(&a->body,
                   "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width\">\n"
                   "<title>Website isolation</title>\n<link rel=\"stylesheet\"");
        add_asset(&a->body, r, "href", "shell.css");
        sc_buf_str(&a->body, ">\n</head>\n<body>\n");
    }
    add_element(&a->body, r, token);
    if (whole)
        sc_buf_str(&a->body, "</body>\n</html>\n");
    a->status = 200;
    a->type = "text/html";
    a->document = true;
}
