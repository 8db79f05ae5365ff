/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uses up one resource, and says how much of it there was to have.
 *   eat cpu SECONDS        CPU time in hundredths of a percent of one core
 *   eat mem MIB            touches that much memory; MiB touched
 *   eat vm MIB             maps that much in pieces of 1 MiB; MiB mapped
 *   eat proc N             starts N processes; how many there were at once
 *   eat write FILE KIB     writes past the cache in pieces of 4 KiB; KiB/s, pieces/s
 *   eat read FILE KIB      reads so */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int cpu(double seconds)
{
    double start = now(CLOCK_MONOTONIC), end = start + seconds;
    double before =
        now(CLOCK_PROCESS_CPUTIME_ID); /* the program's own start is not what is measured */
    while (now(CLOCK_MONOTONIC) < end)
        ;
    double used = now(CLOCK_PROCESS_CPUTIME_ID) - before;
    printf("%.0f\n", used / (now(CLOCK_MONOTONIC) - start) * 10000);
    return 0;
}

static int memory(long mib, int touch)
{
    long got = 0;
    for (; got < mib; got++) {
        void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            break;
        if (touch)
            memset(p, 1, 1 << 20);
    }
    printf("%ld\n", got);
    return got == mib ? 0 : 1;
}

static int processes(long n)
{
    long got = 0;
    pid_t *pids = calloc((size_t)n, sizeof(*pids));
    for (; pids && got < n; got++) {
        pids[got] = fork();
        if (pids[got] < 0)
            break;
        if (pids[got] == 0) {
            pause();
            _exit(0);
        }
    }
    printf("%ld\n", got);
    for (long i = 0; i < got; i++)
        kill(pids[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    return got == n ? 0 : 1;
}

static int transfer(const char *file, long kib, int writing)
{
    void *piece;
    int fd = open(file, (writing ? O_WRONLY | O_CREAT : O_RDONLY) | O_DIRECT, 0600);
    if (fd < 0 || posix_memalign(&piece, 4096, 4096) != 0) {
        perror(file);
        return 2;
    }
    memset(piece, 1, 4096);
    double start = now(CLOCK_MONOTONIC);
    for (long done = 0; done < kib; done += 4)
        if ((writing ? write(fd, piece, 4096) : read(fd, piece, 4096)) != 4096) {
            perror(file);
            return 2;
        }
    double seconds = now(CLOCK_MONOTONIC) - start;
    printf("%.0f %.0f\n", (double)kib / seconds, (double)kib / 4 / seconds);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "cpu") == 0)
        return cpu(atof(argv[2]));
    if (strcmp(what, "mem") == 0 || strcmp(what, "vm") == 0)
        return memory(atol(argv[2]), what[0] == 'm');
    if (strcmp(what, "proc") == 0)
        return processes(atol(argv[2]));
    if (argc > 3 && (strcmp(what, "write") == 0 || strcmp(what, "read") == 0))
        return transfer(argv[2], atol(argv[3]), what[0] == 'w');
    return 2;
}
