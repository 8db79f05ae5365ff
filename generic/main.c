/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-generic: the adapter for panels with integration scripts (docs/panels/generic.md). */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>
#include "core/config/conf.h"
#include "core/inventory/envelope.h"
#include "generic/answer.h"
#include "generic/ini.h"

static int print(const struct sc_buf *b)
{
    for (size_t done = 0; done < b->len;) {
        ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fprintf(stderr, "sitecage-generic: cannot write the answer: %m\n");
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

/* Whoever is not root is told only what is his. The kernel says who it is. */
static int know_caller(struct sc_generic_conf *conf, struct sc_error *err)
{
    uid_t uid = getuid();
    /* Not made to be set-id: what such a bit, or a caller like sudo, left over is given up. */
    gid_t gid = getgid();
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return sc_error_sys(err, errno, "cannot give up privileges");
    if (uid == 0)
        return 0;
    errno = 0;
    const struct passwd *pw = getpwuid(uid);
    if (!pw)
        return sc_error_set(err, SC_E_DENIED, "uid %u is not a known user", (unsigned)uid);
    conf->caller = pw->pw_name; /* valid until the next getpw*(), of which there is none */
    conf->home = pw->pw_dir;
    conf->caller_uid = uid;
    return 0;
}

/* panel_timeout of /etc/sitecage.conf. A file that is wrong is its reader's to complain about:
 * cagefsctl does. */
static int timeout_ms(void)
{
    struct sc_conf conf;
    if (sc_conf_load(SC_CONF_PATH, 0, &conf, NULL) < 0)
        return SC_GENERIC_TIMEOUT_MS;
    return (int)conf.panel_timeout * 1000;
}

int main(int argc, char **argv)
{
    if (argc < 2 || !sc_generic_knows(argv[1])) {
        fputs("usage: sitecage-generic domains [--owner USER] [--name DOMAIN]\n"
              "       sitecage-generic users [--owner USER] [--username USER] [--unix-id ID]\n"
              "                              [--package-name NAME --package-owner USER] "
              "[--fields FIELD,...]\n"
              "       sitecage-generic panel_info\n",
              stderr);
        return 2;
    }
    struct sc_generic_conf conf = {.ini = SC_INTEGRATION_INI,
                                   .timeout_ms = timeout_ms(),
                                   .max_bytes = SC_GENERIC_MAX_BYTES,
                                   .home = "/root"};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    int status = 1;
    if (know_caller(&conf, &err) < 0)
        sc_envelope_error(&err, &out);
    else
        status = sc_generic_answer(&conf, argc - 1, argv + 1, &out);
    return print(&out) < 0 ? 1 : status;
}
