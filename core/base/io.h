/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing all of it. libc only. */
#ifndef SC_BASE_IO_H
#define SC_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

/* Writes all `len` bytes, over signals and short writes, waiting where `fd` does not block.
 * -1 with errno. */
int sc_write_all(int fd, const void *data, size_t len);

/* Reads until the end, at most `size` bytes, over signals. How many, or -1 with errno: an error is
 * not the end. A full buffer may not be all. */
ssize_t sc_read_all(int fd, void *data, size_t size);

#endif
