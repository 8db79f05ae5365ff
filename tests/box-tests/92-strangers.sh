#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A sample of tests/strangers (its README.md): other accounts are asked while one's sites are enabled and disabled, commands
# are killed, a pool has a typo and php-fpm is replaced. tests/strangers/run does more of it.
bash "$SC_SOURCE/tests/strangers/inside" --rounds 6 --rate 60 --seed "${SC_SEED:-4711}"
