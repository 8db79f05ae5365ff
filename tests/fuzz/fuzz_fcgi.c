/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The beginning of a FastCGI connection: any bytes, in any pieces, give the same answer. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/enter/fcgi_params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char params[SC_FCGI_BEGIN_MAX];
    static struct sc_fcgi_said whole, part;
    if (size > SC_FCGI_BEGIN_MAX)
        return 0;
    int rc = sc_fcgi_said(data, size, params, &whole);
    if (rc == 1 && (strlen(whole.docroot) >= PATH_MAX || strlen(whole.script) >= PATH_MAX ||
                    strlen(whole.translated) >= PATH_MAX || whole.id == 0 || whole.id > 65535))
        abort();
    /* a copy of the exact size: reading beyond it is seen */
    for (size_t n = 0; n <= size && size < 4096; n++) {
        unsigned char *copy = malloc(n ? n : 1);
        if (!copy)
            return 0;
        memcpy(copy, data, n);
        int early = sc_fcgi_said(copy, n, params, &part);
        free(copy);
        /* what is decided stays so, whatever follows */
        if (early != 0) {
            if (early != rc || (rc == 1 && strcmp(part.docroot, whole.docroot) != 0))
                abort();
            break;
        }
    }
    return 0;
}
