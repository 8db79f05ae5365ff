/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing the kernel's firewall, by nft(8). */
#ifndef SC_LOOPBACK_NFT_H
#define SC_LOOPBACK_NFT_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* Has nft(8) do what `script` says, all of it or nothing. Needs root. SC_E_PLATFORM: it is not
 * installed, or the kernel cannot do it; the text names the way out. SC_E_TIMEOUT, SC_E_SYS. */
int sc_nft(const struct sc_buf *script, struct sc_error *err);

/* Whether it is installed, where sc_nft() looks for it. */
bool sc_nft_is_installed(void);

#endif
