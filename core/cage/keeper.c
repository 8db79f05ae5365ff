/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper: pid 1 of a site's pid namespace. It holds the site's namespaces by living, and ends
 * by itself when the site has been empty for a while, or when SIGTERM tells it to: a shutdown waits
 * for that. There is one per running site, thousands on a server, so it has no libc, no heap, four
 * system calls and one page table for its code and its stack; everything that needs thought was
 * done by sitecage-build, which left it: descriptor 3 (the lock that says it lives), SIGCHLD ignored (the kernel reaps orphans), SIGTERM
 * blocked, no capability.
 *
 *     sitecage-keeper IDLE_SECONDS ...     (further words only show up in ps) */
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/signal.h>
#include <linux/time_types.h>

#define LOCK_FD    3
#define EX_NB      6 /* LOCK_EX | LOCK_NB, asm-generic/fcntl.h */
#define UN         8
#define NO_PROCESS (-3) /* -ESRCH */

#define TABLE_SPAN 0x200000 /* what one page table maps, with pages of 4 KiB */

#define TERM_WAITS 20       /* of TERM_NS each, for the site's processes to end by themselves */
#define TERM_NS    50000000 /* they got SIGTERM, too, from who shuts down */

#if defined(__x86_64__)
static long call6(long nr, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}
__asm__(
    ".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call keeper\n hlt\n");
#elif defined(__aarch64__)
static long call6(long nr, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x0,sp\n bl keeper\n brk #1\n");
#else
#error "the keeper's start and system call are written for x86_64 and aarch64"
#endif

_Noreturn void keeper(const long *stack);

static long call(long nr, long a, long b, long c, long d)
{
    return call6(nr, a, b, c, d, 0, 0);
}

static long seconds(const char *text)
{
    long n = 0;
    for (; text && *text >= '0' && *text <= '9' && n < 1000000; text++)
        n = n * 10 + (*text - '0');
    return n > 0 ? n : 600;
}

/* Nobody in the site may end it, so only a signal from outside counts. Of a sender who is not in
 * our pid namespace the kernel says pid 0; what a sender can forge (rt_sigqueueinfo) has another
 * code than SI_USER. */
static int is_from_outside(const siginfo_t *si)
{
    return si->si_code == SI_USER && si->si_pid == 0;
}

/* Sleeps; true when it was woken to end. */
static int told_to_end(long s, long ns)
{
    struct __kernel_timespec ts = {.tv_sec = s, .tv_nsec = ns};
    const unsigned long long set = 1ULL << (SIGTERM - 1);
    siginfo_t si;
    long got = call(__NR_rt_sigtimedwait, (long)&set, (long)&si, (long)&ts, sizeof(set));
    return got == SIGTERM && is_from_outside(&si);
}

/* To all but ourselves. */
static int is_empty(void)
{
    return call(__NR_kill, -1, 0, 0, 0) == NO_PROCESS;
}

/* Somebody who is entering holds the lock shared until his child is in here. */
static int lock_out(void)
{
    return call(__NR_flock, LOCK_FD, EX_NB, 0, 0) >= 0;
}

/* What is left is ended by the kernel with us. Who wants to enter meanwhile waits for the lock. */
static void wait_for_end(void)
{
    int locked = 0;
    for (int i = 0; i < TERM_WAITS; i++) {
        locked = locked || lock_out();
        if (locked && is_empty())
            return;
        (void)told_to_end(0, TERM_NS);
    }
}

/* `stack` is what the kernel leaves at a program's start: argc, argv... */
static void keep(const long *stack)
{
    const long limit = seconds(stack[0] > 1 ? (const char *)stack[2] : 0);
    const long step =
        limit < 30 ? 1 : (limit + 1) / 2; /* thousands of keepers must not wake the machine */
    for (long idle = 0; idle < limit;) {
        if (told_to_end(step, 0)) {
            wait_for_end();
            break;
        }
        if (!lock_out()) {
            idle = 0;
            continue;
        }
        idle = is_empty() ? idle + step : 0;
        if (idle < limit)
            call(__NR_flock, LOCK_FD, UN, 0, 0);
        /* else the lock goes with us: who waits for it finds no keeper */
    }
}

extern const char __ehdr_start[], etext[]; /* the linker's: all that is loaded of this program */

static long loaded_size(void)
{
    return (long)etext - (long)__ehdr_start;
}

/* Goes on in the copy of the code that is there now: where it was before is not needed. */
static _Noreturn void run(const long *stack, const char *was)
{
    if (was)
        call(__NR_munmap, (long)was, loaded_size(), 0, 0);
    keep(stack);
    for (;;)
        call(__NR_exit_group, 0, 0, 0, 0);
}

/* Maps this program once more at `at`. Only where nothing is. */
static int map_at(int fd, long at)
{
    long got = call6(__NR_mmap, at, loaded_size(), PROT_READ | PROT_EXEC,
                     MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
    return got == at;
}

/* A place that shares its page tables with the stack, or 0: far apart, code and stack need six of them, which is
 * 12 KiB more a site. The code knows no address of itself, so it runs anywhere. */
static long near(const long *stack)
{
    const long region = (long)stack & -TABLE_SPAN;
    const int fd = (int)call(__NR_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY, 0);
    long at = 0;
    for (long i = 0; fd >= 0 && !at && i < TABLE_SPAN; i += TABLE_SPAN / 8)
        at = map_at(fd, region + i) ? region + i : 0;
    if (fd >= 0)
        call(__NR_close, fd, 0, 0, 0);
    return at;
}

_Noreturn void keeper(const long *stack)
{
    const long at = near(stack);
    if (at) {
        void (*there)(const long *, const char *) =
            (void (*)(const long *, const char *))(at + ((const char *)run - __ehdr_start));
        there(stack, __ehdr_start);
    }
    run(stack, 0);
}
