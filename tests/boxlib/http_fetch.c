/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http-fetch URL [ca=FILE] [user=NAME] [password=WORD] [header=LINE]... [body=TEXT] [timeout=MS]
 * [max=BYTES] http-fetch api PATH: as [api] of /etc/sitecage.conf says, with user and secret Shows
 * box tests what hooks/api/http.h answers: the body, or the error's text and its code as status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "hooks/api/http.h"

static const char *value(const char *arg, const char *key)
{
    size_t n = strlen(key);
    return strncmp(arg, key, n) == 0 && arg[n] == '=' ? arg + n + 1 : NULL;
}

int main(int argc, char **argv)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_api_conf_done) struct sc_api_conf api = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT, url = SC_BUF_INIT;
    const char *headers[16] = {0};
    size_t n = 0;
    int rc = 0;
    if (argc < 2)
        return 64;
    struct sc_http_request rq = {.url = argv[1], .headers = headers};
    if (argc == 3 && !strcmp(argv[1], "api")) {
        rc = sc_api_conf_load(&api, &err);
        sc_buf_fmt(&url, "%s%s", api.url ? api.url : "", argv[2]);
        rq.url = url.data;
        rq.user = api.user;
        rq.password = api.secret;
        rq.ca_file = api.ca_file;
    }
    for (int i = 2; i < argc && !url.data; i++) {
        const char *v;
        if ((v = value(argv[i], "ca")))
            rq.ca_file = v;
        else if ((v = value(argv[i], "user")))
            rq.user = v;
        else if ((v = value(argv[i], "password")))
            rq.password = v;
        else if ((v = value(argv[i], "header")) && n < 15)
            headers[n++] = v;
        else if ((v = value(argv[i], "timeout")))
            rq.timeout_ms = atoi(v);
        else if ((v = value(argv[i], "max")))
            rq.max_bytes = (size_t)atol(v);
        else if ((v = value(argv[i], "body"))) {
            rq.body = v;
            rq.body_len = strlen(v);
        } else
            return 64;
    }
    if (rc == 0)
        rc = sc_http_fetch(&rq, &out, &err);
    if (rc == 0)
        fwrite(out.data, 1, out.len, stdout);
    else
        fprintf(stderr, "%s\n", err.text);
    return -rc;
}
