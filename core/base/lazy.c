/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/lazy.h"

#include <dlfcn.h>
#include <string.h>

static int failed(const struct sc_lazy *lib, struct sc_error *err)
{
    const char *why = dlerror();
    return sc_error_set(err, SC_E_PLATFORM, "cannot load %s, which must be installed: %s",
                        lib->soname, why ? why : "no reason was given");
}

int sc_lazy_load(const struct sc_lazy *lib, void *ret, struct sc_error *err)
{
    void *handle = dlopen(lib->soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return failed(lib, err);
    for (size_t i = 0; i < lib->n; i++) {
        void *function = dlsym(handle, lib->names[i]);
        if (!function) {
            int rc = failed(lib, err);
            dlclose(handle);
            return rc;
        }
        memcpy((char *)ret + i * sizeof(function), &function, sizeof(function));
    }
    dlclose(handle); /* it stays loaded: RTLD_NODELETE */
    return 0;
}
