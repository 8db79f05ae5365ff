/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-plesk-xml: an answer of Plesk's XML API on standard input, rows on standard output. Has
 * no privileges where the adapter has some to take away. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "core/base/file.h"
#include "hooks/api/http.h"
#include "plesk/xml.h"

int main(void)
{
    SC_BUF struct sc_buf in = SC_BUF_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_read_fd(STDIN_FILENO, SC_HTTP_MAX_BYTES, "the answer", &in, &err);
    if (rc == 0)
        rc = sc_plesk_xml(in.data, in.len, &out, &err);
    if (rc < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (size_t done = 0; done < out.len;) {
        ssize_t n = write(STDOUT_FILENO, out.data + done, out.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 1;
        done += (size_t)n;
    }
    return 0;
}
