/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/users_file.h"

#include <string.h>
#include "core/base/file.h"

static void set(char *field, size_t size, const char *value)
{
    size_t n = strlen(value);
    if (n < size)
        memcpy(field, value, n + 1);
}

void sc_cpanel_user_parse(char *text, struct sc_cpanel_user *ret)
{
    *ret = (struct sc_cpanel_user){0};
    char *rest = NULL;
    for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value++ = 0;
        if (strcmp(line, "DNS") == 0)
            set(ret->domain, sizeof(ret->domain), value);
        else if (strcmp(line, "OWNER") == 0)
            set(ret->owner, sizeof(ret->owner), value);
        else if (strcmp(line, "PLAN") == 0)
            set(ret->plan, sizeof(ret->plan), value);
        else if (strcmp(line, "CONTACTEMAIL") == 0)
            set(ret->email, sizeof(ret->email), value);
        else if (strcmp(line, "LOCALE") == 0)
            set(ret->locale, sizeof(ret->locale), value);
    }
}

int sc_cpanel_user_read(const struct sc_cpanel *cp, const char *user, struct sc_cpanel_user *ret,
                        struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERS "/%s", user);
    if (rc == 0)
        rc = sc_read_file(path, SC_CPANEL_USERS_FILE_MAX, &b, err);
    if (rc < 0)
        return rc;
    sc_cpanel_user_parse(b.data, ret);
    return 0;
}
