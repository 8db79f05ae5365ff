/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/stand_in.h"

#include <dlfcn.h>
#include <errno.h>

#include "core/base/there.h"
#include "core/web/apache/stand_in_private.h"

static __thread struct sc_web_context now;
static __thread struct sc_web_connection connection;
static __thread struct sc_web_ahead ahead = SC_WEB_AHEAD_INIT;

static void (*on_refusal)(const char *path, bool missing);
static void (*on_load)(void *arg);
static void *on_load_arg;

struct sc_web_context *sc_web_now(void)
{
    return &now;
}

struct sc_web_connection *sc_web_connection(void)
{
    return &connection;
}

struct sc_web_ahead *sc_web_looks(void)
{
    return &ahead;
}

void sc_web_forget_looks(void)
{
    sc_web_ahead_drop(&ahead);
}

void sc_web_on_load(void (*loaded)(void *arg), void *arg)
{
    on_load = loaded;
    on_load_arg = arg;
}

void sc_web_on_refusal(void (*refused)(const char *path, bool missing))
{
    on_refusal = refused;
}

bool sc_web_for_site(void)
{
    return now.site != NULL;
}

/* `rc`, and errno, as they are. */
int sc_web_told(int rc, const char *path)
{
    int why = errno;
    if (rc < 0 && on_refusal && (why == EACCES || sc_is_absent(why))) {
        on_refusal(path, why != EACCES);
        errno = why;
    }
    return rc;
}

/* Libraries that come later want stand-ins, too. */
static void *my_dlopen(const char *path, int flags)
{
    void *handle = dlopen(path, flags);
    if (handle && on_load)
        on_load(on_load_arg);
    return handle;
}

#define BY(name, f)                                                                                \
    {                                                                                              \
        name, (void (*)(void))(f)                                                                  \
    }

const struct sc_web_stand_in sc_web_stand_ins[] = {
    BY("open", sc_my_open),         BY("open64", sc_my_open),       BY("__open_2", sc_my_open_2),
    BY("__open64_2", sc_my_open_2), BY("openat", sc_my_openat),     BY("openat64", sc_my_openat),
    BY("creat", sc_my_creat),       BY("creat64", sc_my_creat),     BY("fopen", sc_my_fopen),
    BY("fopen64", sc_my_fopen),     BY("opendir", sc_my_opendir),   BY("stat", sc_my_stat),
    BY("stat64", sc_my_stat),       BY("lstat", sc_my_lstat),       BY("lstat64", sc_my_lstat),
    BY("fstatat", sc_my_fstatat),   BY("fstatat64", sc_my_fstatat), BY("__xstat", sc_my_xstat),
    BY("__xstat64", sc_my_xstat),   BY("__lxstat", sc_my_lxstat),   BY("__lxstat64", sc_my_lxstat),
    BY("access", sc_my_access),     BY("readlink", sc_my_readlink), BY("realpath", sc_my_realpath),
    BY("mkdir", sc_my_mkdir),       BY("unlink", sc_my_unlink),     BY("rmdir", sc_my_rmdir),
    BY("remove", sc_my_remove),     BY("rename", sc_my_rename),     BY("link", sc_my_link),
    BY("symlink", sc_my_symlink),   BY("chmod", sc_my_chmod),       BY("chown", sc_my_chown),
    BY("utimes", sc_my_utimes),     BY("mkstemp", sc_my_mkstemp),   BY("mkstemp64", sc_my_mkstemp),
    BY("connect", sc_my_connect),   BY("dlopen", my_dlopen),        BY("fork", sc_my_fork),
    BY("execve", sc_my_execve),     BY("getenv", sc_my_getenv),
};
const size_t sc_web_n_stand_ins = sizeof(sc_web_stand_ins) / sizeof(sc_web_stand_ins[0]);
