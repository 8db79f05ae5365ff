/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small table per user that tells the hot path which document root is which site
 * (SC_RUN_DIR/<uid>/sites, written by core/runtime, described in docs/formats.md). Reading it takes
 * one open and one mmap; look-ups compare percent-encoded words without decoding anything. libc
 * only. */
#ifndef SC_ENTER_TABLE_H
#define SC_ENTER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Which table it is: each change of an account's sites makes a new file. */
struct sc_table_id {
    ino_t ino;
    struct timespec mtime;
};

struct sc_table {
    const char *data; /* mapped; NULL when there is none */
    size_t len;
    struct sc_table_id id;
};

enum sc_site_state {
    SC_SITE_NONE = 0, /* no document root of this account */
    SC_SITE_OPEN,     /* a document root that is not isolated */
    SC_SITE_ISOLATED, /* enter it */
    SC_SITE_BROKEN    /* to be isolated, and cannot be: nothing of it may run */
};

struct sc_site_ref {
    enum sc_site_state state;
    unsigned id;         /* site id, 0 when open */
    const char *docroot; /* encoded, in the table; not NUL-terminated */
    size_t docroot_len;
    /* It was found by a directory that several isolated sites share: encoded; else NULL. */
    const char *shared;
    size_t shared_len;
};

/* Maps the table of `uid`. Returns 0; -ENOENT when there is none; another negative errno when it
 * cannot be read or is not whole. Needs root. */
int sc_table_open(uid_t uid, struct sc_table *ret);

/* The same in two steps, for a process that may not open it: a descriptor, O_CLOEXEC, or a negative
 * errno; and mapping it, which needs no rights. The descriptor stays the caller's. */
int sc_table_fd(uid_t uid);
int sc_table_map(int fd, struct sc_table *ret);

void sc_table_close(struct sc_table *t);

/* The document root that is exactly `path`, as the panel writes it or canonical; trailing and
 * doubled slashes do not matter. */
struct sc_site_ref sc_table_docroot(const struct sc_table *t, const char *path);

/* The site with the deepest document root or other directory of its own (isolated or not) that
 * `path` is or lies below. */
struct sc_site_ref sc_table_containing(const struct sc_table *t, const char *path);

/* `found` by where something lies; or `said`, where that is another isolated site that shares the
 * directory by which `found` was found. */
struct sc_site_ref sc_table_sharer(const struct sc_table *t, const struct sc_site_ref *found,
                                   const struct sc_site_ref *said);

/* The site of a domain name (lower case; its ASCII form, or in the letters that it stands for). */
struct sc_site_ref sc_table_name(const struct sc_table *t, const char *name);

/* The site with this id. */
struct sc_site_ref sc_table_site(const struct sc_table *t, unsigned id);

/* Whether the table of `uid` is still that one; false when it cannot be looked at. Needs root. */
bool sc_table_is(uid_t uid, const struct sc_table_id *id);

/* Walks what belongs to closed sites (isolated or broken) and lies below `above`'s document root;
 * below any place when that is SC_SITE_NONE. ret->docroot is the document root, or another directory
 * of the site. *at is NULL at first; both are for the next call as they are. False at the end. */
bool sc_table_closed_below(const struct sc_table *t, const struct sc_site_ref *above,
                           const char **at, struct sc_site_ref *ret);

#define SC_SITE_GROUPS_MAX 8
#define SC_SITE_GROUP_PATH 256

/* What the table says of a site's resource limits; 0 or none is unlimited. */
struct sc_site_limits {
    struct sc_table_id from; /* the table that says so */
    uint64_t ep, vmem, nproc;
    /* the groups limit nothing: where they cannot be joined, the site runs without them */
    bool counts;
    unsigned n_groups;
    char group[SC_SITE_GROUPS_MAX][SC_SITE_GROUP_PATH]; /* control group directories */
    char current[SC_SITE_GROUP_PATH]; /* with nproc: the file that says how many there are */
};

/* Fills *ret (as far as it is used) with the limits of a site that was looked up. 0; -EBADMSG when
 * they cannot be understood: then nothing may run. */
int sc_table_limits(const struct sc_table *t, const struct sc_site_ref *ref,
                    struct sc_site_limits *ret);

/* Decodes ref's document root into `out`. 0, or -ENAMETOOLONG / -EINVAL. */
int sc_table_decode(const struct sc_site_ref *ref, char *out, size_t size);

#endif
