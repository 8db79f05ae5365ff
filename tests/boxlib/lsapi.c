/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small mod_lsapi. `lsapi serve SOCKET PROGRAM [ARGUMENT...]` listens on the Unix socket and
 * becomes the program, with the listening socket as standard input; `lsapi get SOCKET DOCROOT
 * SCRIPT` asks it for that script and prints the body; status 22 when there is no whole answer.
 * (LSAPI protocol: as in PHP's sapi/litespeed/lsapidef.h.) */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BEGIN_REQUEST = 1,
    RESP_STREAM = 4,
    RESP_END = 5,
    HEADERS = 25
};

struct request {
    char magic[2], type, big_endian;
    int32_t whole; /* length of the packet */
    int32_t http_len, body_len, script_file, script_name, query, method, n_unknown, n_env,
        n_special;
};

struct headers {
    uint16_t len[HEADERS];
    int32_t at[HEADERS];
};

static unsigned char packet[65536];
static size_t used = sizeof(struct request);

static void add(const void *data, size_t len)
{
    if (len > sizeof(packet) - used)
        exit(1);
    if (len)
        memcpy(packet + used, data, len);
    used += len;
}

/* Both with their zero byte. Returns where the value is. */
static int32_t add_env(const char *name, const char *value)
{
    size_t n = strlen(name) + 1, v = strlen(value) + 1;
    unsigned char lengths[] = {(unsigned char)(n >> 8), (unsigned char)n, (unsigned char)(v >> 8),
                               (unsigned char)v};
    add(lengths, sizeof(lengths));
    add(name, n);
    int32_t at = (int32_t)used;
    add(value, v);
    return at;
}

static int unix_socket(const char *path, struct sockaddr_un *addr)
{
    *addr = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        perror("socket");
        exit(1);
    }
    return fd;
}

static int serve(const char *path, char **argv)
{
    struct sockaddr_un addr;
    int fd = unix_socket(path, &addr);
    (void)unlink(path);
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 64) < 0 ||
        dup2(fd, 0) < 0) {
        perror(path);
        return 1;
    }
    if (fd > 2)
        close(fd);
    execv(argv[0], argv);
    perror(argv[0]);
    return 127;
}

static int read_all(int fd, void *data, size_t len)
{
    for (char *p = data; len > 0;) {
        ssize_t n = read(fd, p, len);
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int get(const char *path, const char *docroot, const char *script)
{
    static const char zeros[8], http[] = "Host: box\r\n";
    struct request r = {.magic = {'L', 'S'}, .type = BEGIN_REQUEST, .n_env = 6};
    struct headers h = {0};
    struct sockaddr_un addr;
    const char *name = strrchr(script, '/');
    int fd = unix_socket(path, &addr);
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        perror(path);
        return 22;
    }
    add(zeros, 4); /* the end of the special variables */
    r.script_file = add_env("SCRIPT_FILENAME", script);
    r.script_name = add_env("SCRIPT_NAME", name ? name : script);
    r.query = add_env("QUERY_STRING", "");
    r.method = add_env("REQUEST_METHOD", "GET");
    (void)add_env("DOCUMENT_ROOT", docroot);
    (void)add_env("SERVER_PROTOCOL", "HTTP/1.0");
    add(zeros, 4);
    add(zeros, (8 - used % 8) % 8);
    add(&h, sizeof(h));
    r.http_len = (int32_t)sizeof(http) - 1;
    add(http, sizeof(http) - 1);
    r.whole = (int32_t)used;
    memcpy(packet, &r, sizeof(r));
    if (write(fd, packet, used) != (ssize_t)used)
        return 22;
    for (;;) {
        struct {
            char magic[2], type, big_endian;
            int32_t whole;
        } head;
        if (read_all(fd, &head, sizeof(head)) < 0 || head.magic[0] != 'L' || head.magic[1] != 'S' ||
            head.whole < (int32_t)sizeof(head) || head.whole > (int32_t)sizeof(packet) ||
            read_all(fd, packet, (size_t)head.whole - sizeof(head)) < 0)
            return 22;
        if (head.type == RESP_END)
            return 0;
        if (head.type == RESP_STREAM)
            fwrite(packet, 1, (size_t)head.whole - sizeof(head), stdout);
    }
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], argv + 3);
    if (argc == 5 && strcmp(argv[1], "get") == 0)
        return get(argv[2], argv[3], argv[4]);
    fprintf(stderr, "usage: lsapi serve SOCKET PROGRAM... | get SOCKET DOCROOT SCRIPT\n");
    return 2;
}
