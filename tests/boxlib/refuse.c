/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command for which, and for all that it starts, the kernel refuses some system calls:
 *   refuse CALL=ERRNO[,CALL=ERRNO...] COMMAND [ARGUMENT...]    refuse mount=ENOENT cagefsctl */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } known[] = {{"EPERM", EPERM},   {"ENOENT", ENOENT}, {"EIO", EIO},       {"ENOMEM", ENOMEM},
                 {"EACCES", EACCES}, {"EMFILE", EMFILE}, {"ENOSPC", ENOSPC}, {"ENOSYS", ENOSYS}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].number;
    fprintf(stderr, "refuse: %s is no errno that it knows\n", name);
    exit(125);
}

static int add(scmp_filter_ctx filter, char *word)
{
    char *value = strchr(word, '=');
    if (!value)
        return -1;
    *value++ = 0;
    int call = seccomp_syscall_resolve_name(word);
    return call == __NR_SCMP_ERROR
               ? -1
               : seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)number(value)), call, 0);
}

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 3 || !filter) {
        fprintf(stderr, "usage: refuse CALL=ERRNO[,CALL=ERRNO...] COMMAND [ARGUMENT...]\n");
        return 125;
    }
    /* setuid programs keep what they are: root needs no no_new_privs for a filter */
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
    for (char *word = strtok(argv[1], ","); word; word = strtok(NULL, ","))
        if (add(filter, word) < 0) {
            fprintf(stderr, "refuse: %s: no such call\n", word);
            return 125;
        }
    if (seccomp_load(filter) < 0) {
        fprintf(stderr, "refuse: the filter cannot be loaded\n");
        return 125;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
