/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-build UID SITE: started by an entry (core/enter) that found no keeper. Root's; takes
 * nothing from its caller but two numbers, and says in one short line why it failed.
 *
 * sitecage-build --try <PLAN: builds one view for a trial (core/cage/trial.h) and ends it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/debug.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/cage/keeper_start.h"
#include "core/cage/trial.h"
#include "core/config/conf.h"

static unsigned number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || n == 0 || n > UINT_MAX) {
        fprintf(stderr, "usage: sitecage-build UID SITE\n");
        exit(2);
    }
    return (unsigned)n;
}

static int try_one(void)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    int rc = sc_read_fd(0, SC_PLANFILE_MAX_BYTES, "the plan", &text, &err);
    if (rc == 0)
        rc = sc_planfile_parse(text.data, text.len, &plan, &err);
    if (rc == 0)
        rc = sc_cage_trial(&plan, &err);
    if (rc < 0)
        fprintf(stderr, "%.500s\n", err.text);
    return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    sc_debug_switch(&argc, argv);
    bool try = argc == 2 && strcmp(argv[1], "--try") == 0;
    if ((argc != 3 && !try) || getuid() != 0) {
        fprintf(stderr,
                "sitecage-build is started by Sitecage itself, as root: sitecage-build UID SITE\n");
        return 2;
    }
    /* A file system of the user's that never answers must not hold the site's lock for ever. */
    alarm(30);
    if (try)
        return try_one();
    unsigned uid = number(argv[1]), site = number(argv[2]);
    struct sc_error err = SC_ERROR_INIT;
    struct sc_conf conf;
    SC_FD int lock = -EBADF;
    int rc = sc_conf_load(SC_CONF_PATH, 0, &conf, &err);
    if (rc == 0)
        sc_debug_configured(conf.debug);
    int64_t began = sc_clock_ms();
    if (rc == 0)
        rc = sc_cage_lock(uid, site, false, 25000, &lock, &err);
    if (rc == 0)
        rc = sc_keeper_start(uid, site, (int)conf.keeper_idle, &err);
    if (rc < 0) {
        fprintf(stderr, "%.500s\n", err.text);
        sc_log("uid=%u site=%u cannot be built: %s", uid, site, err.text);
    } else {
        sc_log_debug("uid=%u site=%u is built: %lld ms", uid, site,
                     (long long)(sc_clock_ms() - began));
    }
    return rc < 0 ? 1 : 0;
}
