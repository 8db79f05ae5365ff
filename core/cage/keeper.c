/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper: pid 1 of a site's pid namespace. It holds the site's namespaces by living, and ends
 * by itself when the site has been empty for a while. There is one per running site, thousands on a
 * server, so it has no libc, no heap and four system calls; everything that needs thought was done
 * by sitecage-build, which left it: descriptor 3 (the lock that says it lives), SIGCHLD ignored
 * (the kernel reaps orphans), no capability.
 *
 *     sitecage-keeper IDLE_SECONDS ...     (further words only show up in ps) */
#include <asm/unistd.h>
#include <linux/time_types.h>

#define LOCK_FD    3
#define EX_NB      6 /* LOCK_EX | LOCK_NB, asm-generic/fcntl.h */
#define UN         8
#define NO_PROCESS (-3) /* -ESRCH */

#if defined(__x86_64__)
static long call(long nr, long a, long b, long c)
{
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return ret;
}
__asm__(
    ".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call keeper\n hlt\n");
#elif defined(__aarch64__)
static long call(long nr, long a, long b, long c)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x0,sp\n bl keeper\n brk #1\n");
#else
#error "the keeper's start and system call are written for x86_64 and aarch64"
#endif

_Noreturn void keeper(const long *stack);

static long seconds(const char *text)
{
    long n = 0;
    for (; text && *text >= '0' && *text <= '9' && n < 1000000; text++)
        n = n * 10 + (*text - '0');
    return n > 0 ? n : 600;
}

/* `stack` is what the kernel leaves at a program's start: argc, argv... */
_Noreturn void keeper(const long *stack)
{
    const long limit = seconds(stack[0] > 1 ? (const char *)stack[2] : 0);
    const long step = limit < 30 ? 1 : 15;
    for (long idle = 0; idle < limit;) {
        struct __kernel_timespec ts = {.tv_sec = step};
        call(__NR_nanosleep, (long)&ts, 0, 0);
        /* Somebody who is entering holds the lock shared until his child is in here. */
        if (call(__NR_flock, LOCK_FD, EX_NB, 0) < 0) {
            idle = 0;
            continue;
        }
        /* To all but ourselves; nobody there: ESRCH. */
        idle = call(__NR_kill, -1, 0, 0) == NO_PROCESS ? idle + step : 0;
        if (idle < limit)
            call(__NR_flock, LOCK_FD, UN, 0);
        /* else the lock goes with us: who waits for it finds no keeper */
    }
    for (;;)
        call(__NR_exit_group, 0, 0, 0);
}
