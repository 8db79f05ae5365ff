/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault-probe [LIST]: which of the things named in LIST (default ./probe.list, a path a line;
 * "PATH=TEXT": only when it contains TEXT) can be read from here? Prints those. As a CGI program it
 * answers a request. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int lists(const char *path)
{
    DIR *d = opendir(path);
    int n = 0;
    if (!d)
        return 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n > 2;
}

static int reads(const char *path, const char *text)
{
    static char buf[1 << 20];
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, buf, sizeof(buf) - 1);
    close(fd);
    if (n <= 0)
        return 0;
    buf[n] = 0;
    return !text || strstr(buf, text) != NULL;
}

int main(int argc, char **argv)
{
    char line[4096];
    FILE *f = fopen(argc > 1 ? argv[1] : "probe.list", "r");
    if (getenv("GATEWAY_INTERFACE"))
        puts("Content-Type: text/plain\n");
    if (!f) {
        puts("no list");
        return 1;
    }
    while (fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = 0;
        char *text = strchr(line, '=');
        if (text)
            *text++ = 0;
        if (reads(line, text) || (!text && lists(line)))
            puts(line);
    }
    puts("end");
    return 0;
}
