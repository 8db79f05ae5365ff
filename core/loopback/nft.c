/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/loopback/nft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/run.h"

bool sc_nft_is_installed(void)
{
    static const char *dir = SC_RUN_PATH;
    for (const char *at = dir; *at; at += strcspn(at, ":"), at += *at == ':') {
        char path[64];
        snprintf(path, sizeof(path), "%.*s/nft", (int)strcspn(at, ":"), at);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

int sc_nft(const struct sc_buf *script, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    static const char *const argv[] = {"nft", "-f", "-", NULL};
    const struct sc_run_spec spec = {.argv = argv, .input = script->data, .input_len = script->len};
    struct sc_error why = SC_ERROR_INIT;
    char how[512];
    int rc = sc_buf_check(script, "the firewall's rules", err);
    if (rc < 0)
        return rc;
    rc = sc_run(&spec, &r, &why);
    if (rc == SC_E_SYS && why.sys == ENOENT)
        return sc_error_set(err, SC_E_PLATFORM,
                            "the program nft is not installed: install the package nftables");
    if (rc < 0)
        return sc_error_set(err, rc, "%s", why.text);
    if (sc_run_ok(&r))
        return 0;
    sc_run_how(&r, how, sizeof(how));
    return sc_error_set(err, SC_E_PLATFORM,
                        "the kernel's firewall (nf_tables) does not take the rule: nft %s", how);
}
