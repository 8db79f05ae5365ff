/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shows that the scripts' answers may be others. Where their data come from only they know:
 * they are asked now and then, and when the web server's hosts are written. */
#include "generic/generic.h"
#include "generic/ini.h"
#include "hooks/adapter/web_paths.h"

#define POLL_SECONDS 60

int sc_generic_paths(struct sc_buf *out, struct sc_error *err)
{
    sc_buf_fmt(out, "poll %d\n" SC_INTEGRATION_INI "\n", POLL_SECONDS);
    return sc_web_paths(out, err);
}
