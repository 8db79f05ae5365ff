/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proxyexec's three inputs; the first byte of a case says which: 'r' a request's body as a caller
 * sends it, 'c' a *.proxy.commands file, 'f' a filter. Parsed, checked for what the parsers
 * promise. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/proxyexec/commands.h"
#include "core/proxyexec/filter.h"
#include "core/proxyexec/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void request(const char *data, size_t size)
{
    struct sc_proxy_request r = {0};
    int rc = sc_proxy_request_parse(data, size, &r);
    must(rc == 0 || rc == -EPROTO, "an error is -EPROTO");
    if (rc < 0) {
        must(!r.body && !r.args && !r.env, "a failure leaves the output alone");
        return;
    }
    must(r.name[0] != 0 && (!r.cwd[0] || r.cwd[0] == '/'), "name and directory are right");
    must(!r.args[r.n_args] && !r.env[r.n_env], "lists end with NULL");
    for (size_t i = 0; i < r.n_env; i++)
        (void)sc_proxy_env_passes(r.env[i]);
    char *message;
    size_t len;
    must(sc_proxy_request_write(&r, &message, &len) == 0, "what was read can be written");
    must(len == SC_PROXY_HEAD + size && memcmp(message + SC_PROXY_HEAD, data, size) == 0,
         "it is the same bytes");
    free(message);
    sc_proxy_request_done(&r);
}

static void commands(const char *data, size_t size)
{
    struct sc_proxy_commands c = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_proxy_commands_parse(data, size, "it", &c, &err) < 0)
        must(err.code < 0 && err.text[0] != 0, "an error has a code and a text");
    else
        for (size_t i = 0; i < c.n; i++) {
            must(sc_proxy_commands_alias(&c, c.v[i].alias) == &c.v[i], "each alias once");
            must(c.v[i].path[0] == '/' && !strstr(c.v[i].path, "/../") && !strchr(c.v[i].path, ' '),
                 "paths are clean");
            must(!c.v[i].wrapper || (!strchr(c.v[i].wrapper, '/') && c.v[i].wrapper[0] != '.'),
                 "wrappers are file names");
        }
    sc_proxy_commands_done(&c);
}

static void filter(const char *data, size_t size)
{
    static char words[4][16] = {"-f", "-vf", "--x=y", "word"};
    char *args[] = {words[0], words[1], words[2], words[3]};
    struct sc_filter f = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_filter_parse(data, size, "it", "/p", &f, &err) < 0) {
        must(err.code < 0 && err.text[0] != 0, "an error has a code and a text");
        must(!f.deny.v && !f.allow.v && !f.restrict_path.v, "a failure leaves the output alone");
        return;
    }
    must(!(f.deny.n && f.has_allow), "deny or allow");
    int rc = sc_filter_check(&f, args, 4, "/nonexistent", "/nonexistent", &err);
    must(rc == 0 || rc == SC_E_DENIED, "a check says yes or no");
    sc_filter_done(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *rest = (const char *)data + 1;
    if (data[0] == 'r')
        request(rest, size - 1);
    else if (data[0] == 'c')
        commands(rest, size - 1);
    else if (data[0] == 'f')
        filter(rest, size - 1);
    return 0;
}
