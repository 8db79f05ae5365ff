/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request at the address of a pool that sites share: whatever it says, code that lies in a closed
 * site never goes to the master outside; and an answer ends at the same place in any pieces. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/php/fpm/router/answer.h"
#include "core/php/fpm/router/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char lines[] =
    "sitecage-sites 1\nisolated 60000 /h/a\nopen 0 /h/b\nbroken 60001 /h/b/c\n\nend\n";
static const struct sc_table table = {.data = lines, .len = sizeof(lines) - 1};
static const char *const links[][2] = {
    {"/l", "/h/a"}, {"/h/b/l", "../a"}, {"/h/b/m", "l/x"}, {"/h/b/n", "."}, {"/h/a/o", "../b"}};

static ssize_t read_link(void *arg, const char *path, char *out, size_t size)
{
    (void)arg;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (strcmp(links[i][0], path) == 0) {
            size_t n = strlen(links[i][1]);
            memcpy(out, links[i][1], n < size ? n : size);
            return (ssize_t)n;
        }
    errno = EINVAL;
    return -1;
}

/* Where the kernel gets, by the same links: simple and slow. */
static void walk(const char *path, int depth, char real[2 * PATH_MAX])
{
    while (depth < 60) {
        path += strspn(path, "/");
        size_t n = strcspn(path, "/");
        if (n == 0)
            return;
        char *end = strrchr(real, '/');
        if (n == 2 && memcmp(path, "..", 2) == 0) {
            if (end)
                *end = 0;
        } else if (!(n == 1 && *path == '.')) {
            size_t at = strlen(real);
            real[at] = '/';
            memcpy(real + at + 1, path, n);
            real[at + 1 + n] = 0;
            char to[PATH_MAX];
            ssize_t len = read_link(NULL, real, to, sizeof(to) - 1);
            if (len >= 0) {
                to[len] = 0;
                real[*to == '/' ? 0 : at] = 0;
                walk(to, depth + 1, real);
            }
        }
        path += n;
    }
}

static void decide(const struct sc_fcgi_said *said)
{
    static const struct sc_router_links how = {read_link, NULL};
    static char real[2 * PATH_MAX], text[PATH_MAX];
    struct sc_router_answer a;
    sc_router_decide(&table, said, &how, &a);
    const char *script = sc_router_script(said, text);
    if (a.whose != SC_ROUTER_REST || !script)
        return;
    real[0] = 0;
    walk(script, 0, real);
    if (strlen(real) >= PATH_MAX)
        return;
    enum sc_site_state is = sc_table_containing(&table, *real ? real : "/").state;
    if (is == SC_SITE_ISOLATED || is == SC_SITE_BROKEN)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char params[SC_FCGI_BEGIN_MAX];
    static struct sc_fcgi_said said;
    if (size > 65536)
        return 0;
    if (sc_fcgi_said_last(data, size, params, &said) == 1)
        decide(&said);
    /* two paths, without the records around them */
    memset(&said, 0, sizeof(said));
    size_t half = size / 2 < PATH_MAX ? size / 2 : PATH_MAX - 1;
    memcpy(said.script, data, half);
    memcpy(said.docroot, data + half, half);
    decide(&said);
    /* the same bytes as an answer */
    struct sc_router_scan whole = {0}, parts = {0};
    size_t end = sc_router_before_end(&whole, data, size), at = 0;
    for (size_t have = 1; have <= size; have += 1 + have % 7)
        at += sc_router_before_end(&parts, data + at, have - at);
    at += sc_router_before_end(&parts, data + at, size - at);
    if (at != end || whole.ended != parts.ended || end > size)
        abort();
    return 0;
}
