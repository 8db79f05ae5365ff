/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths that people write into configuration. */
#ifndef SC_CONFIG_PATHNAME_H
#define SC_CONFIG_PATHNAME_H

/* Takes doubled slashes, "." components and a trailing slash out of `path`, in place; a leading
 * slash stays. 0, or -1 when a component is "..". The result may be empty ("." or "" before). */
int sc_path_normalise(char *path);

#endif
