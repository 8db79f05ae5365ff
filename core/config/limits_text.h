/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits as people write and read them: 50%, 256M, 10M/s. Pure. */
#ifndef SC_CONFIG_LIMITS_TEXT_H
#define SC_CONFIG_LIMITS_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/config/domains_config.h"

/* A whole number in the limit's own unit; or with a unit behind it: cpu "N%" (of one core, two decimals at most); pmem and vmem
 * K, M, G, T (times 1024, with or without "B" or "iB"); io the same a second ("10M", "10M/s"). False: it is none, or above
 * SC_LIMIT_VALUE_MAX. */
bool sc_limit_parse(enum sc_limit limit, const char *text, uint64_t *ret);

/* Whether a value in the limit's own unit is so small that another unit was meant; says so in *why. */
bool sc_limit_doubtful(enum sc_limit limit, uint64_t value, struct sc_buf *why);

/* Appends those that are set: "cpu 25%, pmem 256M, nproc 30"; "none". */
void sc_limits_words(const struct sc_limits *limits, struct sc_buf *out);

#endif
