/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/plesk.h"

const struct sc_plesk sc_plesk_here = {.root = "",
                                       .adapter = SC_LIBEXECDIR "/sitecage-plesk",
                                       .xml_exe = SC_LIBEXECDIR "/sitecage-plesk-xml",
                                       .run_dir = "/run/sitecage",
                                       .api_conf = sc_api_conf_load,
                                       .fetch = sc_http_fetch};
