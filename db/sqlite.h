/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of SQLite is used. It is loaded with the first store that is opened: an adapter that only says what the
 * panel has needs none, and loading it is a third of such a program's start (0.4 of 1.1 ms). */
#ifndef SC_DB_SQLITE_H
#define SC_DB_SQLITE_H

#include <sqlite3.h>
#include "core/base/error.h"

/* clang-format off */
#define SC_SQLITE_FUNCTIONS(X) \
    X(bind_blob64) X(bind_int64) X(bind_null) X(bind_text) X(busy_timeout) X(changes) X(clear_bindings) X(close) \
    X(column_blob) X(column_bytes) X(column_int64) X(column_text) X(column_type) X(db_config) X(errmsg) X(exec) \
    X(extended_result_codes) X(finalize) X(get_autocommit) X(open_v2) X(prepare_v2) X(reset) X(sleep) X(sql) \
    X(step) X(system_errno) X(wal_checkpoint_v2)
/* clang-format on */

#define SC_SQLITE_POINTER(name) __typeof__ (&sqlite3_##name)(name);
struct sc_sqlite {
    SC_SQLITE_FUNCTIONS(SC_SQLITE_POINTER)
};

/* SC_E_PLATFORM: it is missing, or too old. */
int sc_sqlite_load(struct sc_sqlite *ret, struct sc_error *err);

#endif
