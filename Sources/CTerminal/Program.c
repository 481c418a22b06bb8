#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes, const char *terminal) {
    int failure = 0;
    for (int descriptor = 0; descriptor < 3 && !failure; descriptor++) {
        failure = posix_spawn_file_actions_addopen(files, descriptor, terminal, O_RDWR, 0);
    }
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(files, 3);
#endif
#endif
    /* What this process blocks or ignores is its own affair, but for a hang-up that nohup ignores on purpose. */
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGQUIT);
    if (!failure) failure = posix_spawnattr_setsigmask(attributes, &none);
    if (!failure) failure = posix_spawnattr_setsigdefault(attributes, &usual);
    if (!failure) failure = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return failure;
}

int ct_program_start(char *const arguments[], const char *terminal, int *process) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&files);
    if (failure) return failure;
    failure = posix_spawnattr_init(&attributes);
    if (!failure) {
        failure = prepare(&files, &attributes, terminal);
        pid_t started = -1;
        if (!failure) failure = posix_spawnp(&started, arguments[0], &files, &attributes, arguments, environ);
        *process = started;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return failure;
}

int ct_program_wait(int process, int *status) {
    for (;;) {
        int raw = 0;
        pid_t found = waitpid(process, &raw, WUNTRACED);
        if (found < 0) {
            if (errno == EINTR) continue;
            return CT_PROGRAM_LOST;
        }
        if (WIFSTOPPED(raw)) return CT_PROGRAM_STOPPED;
        if (WIFEXITED(raw)) {
            *status = WEXITSTATUS(raw);
            return CT_PROGRAM_EXITED;
        }
        if (WIFSIGNALED(raw)) {
            *status = WTERMSIG(raw);
            return CT_PROGRAM_SIGNALLED;
        }
    }
}
