#define _GNU_SOURCE
#include "CTerminal.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static const struct {
    int number;
    unsigned flag;
} watched[] = {
    {SIGWINCH, CT_RESIZED}, {SIGTSTP, CT_STOP_ASKED},  {SIGCONT, CT_CONTINUED},
    {SIGINT, CT_INTERRUPTED}, {SIGTERM, CT_TERMINATED}, {SIGHUP, CT_HANGUP},
};
enum { watched_count = sizeof watched / sizeof *watched };

static atomic_uint raised;
static atomic_int ring_end = -1;
static struct sigaction earlier[watched_count];
static bool installed;

static void note(int number) {
    for (int i = 0; i < watched_count; i++) {
        if (watched[i].number == number) atomic_fetch_or(&raised, watched[i].flag);
    }
    int descriptor = atomic_load(&ring_end);
    if (descriptor >= 0) ct_wake_ring(descriptor);
}

static void handle(int number, struct sigaction *before) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, before);
}

void ct_signals_install(int descriptor) {
    if (installed) return;
    installed = true;
    atomic_store(&raised, 0);
    atomic_store(&ring_end, descriptor);
    for (int i = 0; i < watched_count; i++) {
        sigaction(watched[i].number, NULL, &earlier[i]);
        /* nohup and a shell without job control ignore some of them on purpose. */
        bool ignored = !(earlier[i].sa_flags & SA_SIGINFO) && earlier[i].sa_handler == SIG_IGN;
        if (!ignored) handle(watched[i].number, NULL);
    }
}

void ct_signals_remove(void) {
    if (!installed) return;
    installed = false;
    for (int i = 0; i < watched_count; i++) sigaction(watched[i].number, &earlier[i], NULL);
    atomic_store(&ring_end, -1);
}

void ct_signals_ignore_afterwards(void) {
    if (!installed) return;
    for (int i = 0; i < watched_count; i++) {
        if (!(watched[i].flag & (CT_INTERRUPTED | CT_TERMINATED | CT_HANGUP))) continue;
        memset(&earlier[i], 0, sizeof earlier[i]);
        earlier[i].sa_handler = SIG_IGN;
        sigemptyset(&earlier[i].sa_mask);
    }
}

unsigned ct_signals_take(void) {
    return atomic_exchange(&raised, 0);
}

void ct_signals_drop(unsigned flag) {
    atomic_fetch_and(&raised, ~flag);
}

void ct_stop_process(bool whole_job) {
    struct sigaction before, ignore, standard;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    standard = ignore;
    standard.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &ignore, &before);
    /* The others first, while this process does not listen: a signal to the job may reach this process on another
       thread, some time later. What a thread sends to itself stops it here. */
    if (whole_job) kill(0, SIGTSTP);
    sigaction(SIGTSTP, &standard, NULL);
    pthread_kill(pthread_self(), SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
}
