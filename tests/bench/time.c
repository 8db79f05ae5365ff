/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench-time [-k] [-n ROUNDS] [-u UID:GID:HOME] [-m MOUNTS] NAME LANE COMMAND [ARGUMENT...] [--
 * NAME LANE COMMAND...]...
 *
 * Times commands (fork, exec, wait; as that user, else as root) in turn, A B C A B C ..., so that
 * whatever else the machine does meets all of them alike; each round begins with another one,
 * unless -k keeps the order. Lane 0 is this mount namespace, lane 1 a copy with MOUNTS further
 * private bind mounts. Prints a line each: NAME, number, median and 90th percentile in
 * microseconds, separated by tabs. Ends with 1 when a command could not be run or failed: its time
 * would mean nothing. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define VARIANTS_MAX 16
#define LANES        2
#define WARM_UP      3
#define MOUNTS_DIR   "/run/bench-mounts"

struct variant {
    const char *name;
    int lane;
    char **argv;
    double *us;
};

/* A process that runs commands on demand, in its own mount namespace and with the user's ids. */
struct lane {
    pid_t pid;
    int ask, answer;
};

struct user {
    uid_t uid;
    gid_t gid;
    const char *home;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench-time: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void more_mounts(int n)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        (mkdir(MOUNTS_DIR, 0755) < 0 && errno != EEXIST) ||
        mount("bench", MOUNTS_DIR, "tmpfs", 0, NULL) < 0 ||
        mount(NULL, MOUNTS_DIR, NULL, MS_PRIVATE, NULL) < 0)
        die("a mount namespace of its own");
    for (int i = 0; i < n; i++) {
        char path[64];
        snprintf(path, sizeof(path), MOUNTS_DIR "/%d", i);
        if (mkdir(path, 0755) < 0 || mount(path, path, NULL, MS_BIND, NULL) < 0)
            die("a further mount");
    }
}

/* One command's time in microseconds, or -1. */
static double once(char **argv, char **env)
{
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    pid_t pid = fork();
    if (pid == 0) {
        execve(argv[0], argv, env);
        _exit(127);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &b);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return -1;
    return (double)(b.tv_sec - a.tv_sec) * 1e6 + (double)(b.tv_nsec - a.tv_nsec) / 1e3;
}

static _Noreturn void lane_run(int ask, int answer, const struct user *user,
                               const struct variant *v)
{
    char home_is[300], path_is[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang_is[] = "LANG=C.UTF-8";
    snprintf(home_is, sizeof(home_is), "HOME=%s", user->home);
    char *env[] = {home_is, path_is, lang_is, NULL};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || setgroups(1, &user->gid) < 0 ||
        setresgid(user->gid, user->gid, user->gid) < 0 ||
        setresuid(user->uid, user->uid, user->uid) < 0 || chdir(user->home) < 0)
        die("become the user");
    unsigned char which;
    while (read(ask, &which, 1) == 1) {
        double us = once(v[which].argv, env);
        if (write(answer, &us, sizeof(us)) != (ssize_t)sizeof(us))
            break;
    }
    _exit(0);
}

static struct lane lane_start(int number, int mounts, const struct user *user,
                              const struct variant *v)
{
    int ask[2], answer[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || pipe2(ask, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
        die("pipe");
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        if (number == 1)
            more_mounts(mounts);
        if (dup2(null, 0) < 0 || dup2(null, 1) < 0)
            die("/dev/null");
        close(ask[1]);
        close(answer[0]);
        lane_run(ask[0], answer[1], user, v);
    }
    close(null);
    close(ask[0]);
    close(answer[1]);
    return (struct lane){pid, ask[1], answer[0]};
}

static double measure(const struct lane *lanes, const struct variant *v, size_t which)
{
    unsigned char c = (unsigned char)which;
    double us = -1;
    if (write(lanes[v->lane].ask, &c, 1) != 1 ||
        read(lanes[v->lane].answer, &us, sizeof(us)) != (ssize_t)sizeof(us) || us < 0) {
        fprintf(stderr, "bench-time: %s failed:", v->name);
        for (char **a = v->argv; *a; a++)
            fprintf(stderr, " %s", *a);
        fputc('\n', stderr);
        exit(1);
    }
    return us;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t parse(char **args, struct variant *v)
{
    size_t n = 0;
    while (*args) {
        if (n == VARIANTS_MAX || !args[1] || !args[2] || args[1][1] || args[1][0] < '0' ||
            args[1][0] >= '0' + LANES)
            return 0;
        v[n++] = (struct variant){.name = args[0], .lane = args[1][0] - '0', .argv = args + 2};
        while (*args && strcmp(*args, "--") != 0)
            args++;
        if (*args)
            *args++ = NULL;
    }
    return n;
}

static struct user read_user(char *text)
{
    char *end;
    struct user u = {0};
    u.uid = (uid_t)strtoul(text, &end, 10);
    if (*end == ':')
        u.gid = (gid_t)strtoul(end + 1, &end, 10);
    if (*end != ':')
        exit(2);
    u.home = end + 1;
    return u;
}

int main(int argc, char **argv)
{
    int rounds = 300, mounts = 0, opt;
    bool keep_order = false;
    struct user user = {0, 0, "/"};
    while ((opt = getopt(argc, argv, "+kn:u:m:")) != -1) {
        if (opt == 'n')
            rounds = atoi(optarg);
        else if (opt == 'm')
            mounts = atoi(optarg);
        else if (opt == 'u')
            user = read_user(optarg);
        else if (opt == 'k')
            keep_order = true;
        else
            return 2;
    }
    struct variant v[VARIANTS_MAX] = {{0}};
    size_t n = parse(argv + optind, v);
    if (n == 0 || rounds < 1) {
        fputs("usage: bench-time [-k] [-n ROUNDS] [-u UID:GID:HOME] [-m MOUNTS] NAME LANE "
              "COMMAND... [-- ...]\n",
              stderr);
        return 2;
    }
    struct lane lanes[LANES] = {{0}};
    for (size_t i = 0; i < n; i++) {
        v[i].us = calloc((size_t)rounds, sizeof(*v[i].us));
        if (!v[i].us)
            die("memory");
    }
    for (size_t i = 0; i < n; i++)
        if (!lanes[v[i].lane].pid)
            lanes[v[i].lane] = lane_start(v[i].lane, mounts, &user, v);
    int warm_up = rounds < 100 ? 1 : WARM_UP;
    for (int r = -warm_up; r < rounds; r++)
        for (size_t i = 0; i < n; i++) {
            size_t which = keep_order ? i : (i + (size_t)(r + warm_up)) % n;
            double us = measure(lanes, &v[which], which);
            if (r >= 0)
                v[which].us[r] = us;
        }
    for (size_t i = 0; i < n; i++) {
        qsort(v[i].us, (size_t)rounds, sizeof(*v[i].us), by_value);
        printf("%s\t%d\t%.1f\t%.1f\n", v[i].name, rounds, v[i].us[rounds / 2],
               v[i].us[rounds * 9 / 10]);
        free(v[i].us);
    }
    /* all first: a later lane holds the earlier one's pipe, too */
    for (int i = 0; i < LANES; i++)
        if (lanes[i].pid)
            close(lanes[i].ask);
    for (int i = 0; i < LANES; i++)
        if (lanes[i].pid)
            (void)waitpid(lanes[i].pid, NULL, 0);
    return 0;
}
