/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench-launch PROGRAM [ARGUMENT...]: forks, runs, waits. Installed setuid root it is the floor of
 * anything that enters a site: the same two processes and two execs, and no isolation. */
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    pid_t pid = fork();
    if (pid == 0) {
        uid_t uid = getuid();
        if (setresuid(uid, uid, uid) == 0)
            execv(argv[1], argv + 1);
        _exit(127);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 126;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
