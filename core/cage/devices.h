/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site's /dev. */
#ifndef SC_CAGE_DEVICES_H
#define SC_CAGE_DEVICES_H

#include "core/base/error.h"

/* Makes the nodes and links that every program expects, and a devpts of its own, in the empty
 * directory `dev`. As root, in the site's mount namespace. */
int sc_devices_make(int dev, struct sc_error *err);

#endif
