/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the YAML of cPanel's userdata: one mapping of scalars, lists and mappings of scalars. */
#ifndef SC_CPANEL_YAML_H
#define SC_CPANEL_YAML_H

#include <stddef.h>
#include "core/base/error.h"

#define SC_CPANEL_YAML_DEPTH_MAX 32

/* `key` of the outer mapping has `value`; `sub` is the key in a mapping below it, else NULL. All
 * are text without NUL. A negative code ends the reading. */
typedef int sc_cpanel_yaml_item(const char *key, const char *sub, const char *value, void *arg);

/* Calls `item` for each scalar of the first document in its outer mapping, in a list in that, and
 * in a mapping in that. What is deeper, an alias (which is not followed), and a scalar with a NUL
 * are passed over. An empty document is fine. SC_E_INVAL when it is not YAML, not a mapping, or
 * deeper than SC_CPANEL_YAML_DEPTH_MAX; `what` names it and the line is given. */
int sc_cpanel_yaml_read(const char *data, size_t len, const char *what, sc_cpanel_yaml_item *item,
                        void *arg, struct sc_error *err);

#endif
