/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/sqlite.h"

#include "core/base/lazy.h"

#define NAME(name) "sqlite3_" #name,
static const char *const names[] = {SC_SQLITE_FUNCTIONS(NAME)};

int sc_sqlite_load(struct sc_sqlite *ret, struct sc_error *err)
{
    const struct sc_lazy lazy = {
        .soname = "libsqlite3.so.0", .names = names, .n = sizeof(names) / sizeof(names[0])};
    return sc_lazy_load(&lazy, ret, err);
}
