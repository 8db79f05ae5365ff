/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running web server says about itself: a text in the form of its configuration, with
 * macros, conditions and included files resolved. docs/apache-module.md has the format. */
#ifndef SC_WEB_APACHE_REPORT_H
#define SC_WEB_APACHE_REPORT_H

#include "core/base/paths.h"

#define SC_WEB_REPORT      SC_STATE_DIR "/web/report" /* root's alone; stays when /run is emptied */
#define SC_WEB_REPORT_MAX  (128u << 20)
#define SC_WEB_REPORT_HEAD "# sitecage-report 1"

#endif
