/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attack WHAT [ARGUMENT]: one attempt; 0 when it succeeded, else 1 and the error's name on
 * stdout. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY 0x51caface

struct message {
    long type;
    char text[16];
};

static int shm(int flags)
{
    int id = shmget(KEY, 4096, flags);
    if (id < 0)
        return -1;
    char *p = shmat(id, NULL, 0);
    if (p == (void *)-1)
        return -1;
    if (flags & IPC_CREAT)
        strcpy(p, "secret of ipc");
    puts(p);
    return 0;
}

static int message(int flags)
{
    int id = msgget(KEY, flags);
    if (id < 0)
        return -1;
    struct message m = {1, "secret of ipc"};
    return flags & IPC_CREAT ? msgsnd(id, &m, sizeof(m.text), 0)
                             : (int)msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT);
}

static int any_ipc(void)
{
    struct shmid_ds ds;
    errno = ENOENT;
    for (int i = 0; i < 4096; i++)
        if (shmctl(i, SHM_STAT, &ds) >= 0 || shmctl(i, SHM_STAT_ANY, &ds) >= 0)
            return 0;
    errno = ENOENT;
    return -1;
}

static int new_user_namespace(const char *how)
{
    if (how && strcmp(how, "clone3") == 0) {
        struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
        long pid = syscall(SYS_clone3, &args, sizeof(args));
        if (pid == 0)
            _exit(0);
        return pid < 0 ? -1 : 0;
    }
    if (how && strcmp(how, "clone") == 0) {
        long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
        if (pid == 0)
            _exit(0);
        return pid < 0 ? -1 : 0;
    }
    return unshare(CLONE_NEWUSER);
}

static int trace(pid_t pid)
{
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
        return -1;
    waitpid(pid, NULL, 0);
    return ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0 ? -1 : 0;
}

static int key_add(void)
{
    long ring = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1);
    if (ring < 0)
        return -1;
    return syscall(SYS_add_key, "user", "sitecage-test", "secret", 6, KEY_SPEC_USER_KEYRING) < 0
               ? -1
               : 0;
}

static int key_read(void)
{
    char text[16] = "";
    long key =
        syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", "sitecage-test", 0);
    return key < 0 || syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text)) < 0 ? -1 : 0;
}

/* The kernel may refuse TIOCSTI to everybody (dev.tty.legacy_tiocsti): then with EIO. */
static int tiocsti(void)
{
    int tty = open("/dev/tty", O_RDWR);
    if (tty < 0)
        tty = 0;
    return ioctl(tty, TIOCSTI, "x");
}

/* The same with what a 32-bit look at the number does not see. */
static int tiocsti_high(void)
{
    return (int)syscall(SYS_ioctl, 0, 0xdead00000000UL | TIOCSTI, "x");
}

/* A 32-bit system call from a 64-bit program: another table of numbers. */
static int int80(long nr, long a)
{
#ifdef __x86_64__
    long ret;
    __asm__ volatile("int $0x80"
                     : "=a"(ret)
                     : "a"(nr), "b"(a), "c"(0), "d"(0)
                     : "memory", "r8", "r9", "r10", "r11");
    if (ret < 0) {
        errno = (int)-ret;
        return -1;
    }
    return 0;
#else
    (void)nr, (void)a;
    errno = ENOSYS;
    return -1;
#endif
}

static int io_uring(void)
{
    struct io_uring_params p = {0};
    return (int)syscall(SYS_io_uring_setup, 4, &p) < 0 ? -1 : 0;
}

static int perf(void)
{
    struct perf_event_attr a = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof(a), .exclude_kernel = 1, .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0) < 0 ? -1 : 0;
}

static int handle(const char *path)
{
    union {
        struct file_handle h;
        char room[sizeof(struct file_handle) + 128];
    } u = {.h = {.handle_bytes = 128}};
    int mount;
    return name_to_handle_at(AT_FDCWD, path, &u.h, &mount, 0);
}

static int shared_memory(const char *name, int flags)
{
    int fd = shm_open(name, O_RDWR | flags, 0600);
    return fd < 0 ? -1 : 0;
}

static int memory_of(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    return open(path, O_RDONLY) < 0 ? -1 : 0;
}

static int attempt(const char *what, const char *arg)
{
    int n = arg ? atoi(arg) : 0;
    if (!strcmp(what, "shm-make"))
        return shm(IPC_CREAT | 0666);
    if (!strcmp(what, "shm-read"))
        return shm(0);
    if (!strcmp(what, "shm-any"))
        return any_ipc();
    if (!strcmp(what, "sem-make"))
        return semget(KEY, 1, IPC_CREAT | 0666) < 0 ? -1 : 0;
    if (!strcmp(what, "sem-find"))
        return semget(KEY, 1, 0) < 0 ? -1 : 0;
    if (!strcmp(what, "msg-send"))
        return message(IPC_CREAT | 0666);
    if (!strcmp(what, "msg-find"))
        return message(0) < 0 && errno != ENOMSG ? -1 : 0;
    if (!strcmp(what, "mq-make"))
        return mq_open("/sitecage-test", O_RDWR | O_CREAT, 0666, NULL) < 0 ? -1 : 0;
    if (!strcmp(what, "mq-find"))
        return mq_open("/sitecage-test", O_RDONLY) < 0 ? -1 : 0;
    if (!strcmp(what, "posix-shm-make"))
        return shared_memory("/sitecage-test", O_CREAT);
    if (!strcmp(what, "posix-shm-find"))
        return shared_memory("/sitecage-test", 0);
    if (!strcmp(what, "userns"))
        return new_user_namespace(arg);
    if (!strcmp(what, "int80-unshare"))
        return int80(310, CLONE_NEWUSER);
    if (!strcmp(what, "int80-getpid"))
        return int80(20, 0);
    if (!strcmp(what, "ptrace"))
        return trace(n);
    if (!strcmp(what, "mem"))
        return memory_of(n);
    if (!strcmp(what, "kill"))
        return kill(n, 0);
    if (!strcmp(what, "kill-group"))
        return signal(SIGUSR1, SIG_IGN) == SIG_ERR ? -1 : kill(0, SIGUSR1);
    if (!strcmp(what, "key-add"))
        return key_add();
    if (!strcmp(what, "key-read"))
        return key_read();
    if (!strcmp(what, "tiocsti"))
        return tiocsti();
    if (!strcmp(what, "tiocsti-high"))
        return tiocsti_high();
    if (!strcmp(what, "io_uring"))
        return io_uring();
    if (!strcmp(what, "perf"))
        return perf();
    if (!strcmp(what, "handle"))
        return handle(arg);
    if (!strcmp(what, "setns")) {
        int fd = open(arg, O_RDONLY);
        return fd < 0 ? -1 : setns(fd, 0);
    }
    if (!strcmp(what, "mount"))
        return mount("none", arg, "tmpfs", 0, NULL);
    if (!strcmp(what, "bind"))
        return mount("/home", arg, NULL, MS_BIND, NULL);
    if (!strcmp(what, "umount"))
        return umount2(arg, MNT_DETACH);
    if (!strcmp(what, "remount"))
        return mount(NULL, arg, NULL, MS_REMOUNT | MS_BIND, NULL);
    if (!strcmp(what, "chroot"))
        return chroot(arg);
    if (!strcmp(what, "setuid0"))
        return setuid(0);
    if (!strcmp(what, "open-tree"))
        return (int)syscall(SYS_open_tree, AT_FDCWD, arg, 1 /* OPEN_TREE_CLONE */) < 0 ? -1 : 0;
    fprintf(stderr, "attack: no such attempt: %s\n", what);
    exit(127);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (attempt(argv[1], argv[2]) == 0)
        return 0;
    printf("%s\n", strerrorname_np(errno));
    return 1;
}
