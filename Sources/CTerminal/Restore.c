#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static bool has_saved;
static atomic_int held = -1; /* the terminal whose settings are ours now */

static char farewell[1024];
static atomic_size_t farewell_count;
static atomic_bool fired;

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGQUIT, SIGSYS};
enum { fault_count = sizeof faults / sizeof *faults };
static struct sigaction earlier[fault_count];
static bool guarded;

int ct_terminal_open(const char *path) {
    int terminal = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (terminal < 0) return -1;
    if (!isatty(terminal)) {
        close(terminal);
        errno = ENOTTY;
        return -1;
    }
    return terminal;
}

bool ct_terminal_size(int terminal, int *rows, int *columns) {
    struct winsize extent;
    if (ioctl(terminal, TIOCGWINSZ, &extent) != 0 || extent.ws_row == 0 || extent.ws_col == 0) return false;
    *rows = extent.ws_row;
    *columns = extent.ws_col;
    return true;
}

/* tcsetattr from the background stops the process, unless SIGTTOU is blocked. */
static void set_quietly(int terminal, const struct termios *settings) {
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    tcsetattr(terminal, TCSANOW, settings);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int ct_terminal_begin(int terminal) {
    if (!has_saved) {
        if (tcgetattr(terminal, &saved) != 0) return -1;
        has_saved = true;
    }
    struct termios single = saved;
    single.c_iflag &= (tcflag_t)~(BRKINT | PARMRK | INPCK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    single.c_oflag &= (tcflag_t)~OPOST;
    single.c_lflag &= (tcflag_t)~(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    single.c_cflag &= (tcflag_t)~(CSIZE | PARENB);
    single.c_cflag |= CS8;
    single.c_cc[VMIN] = 1;
    single.c_cc[VTIME] = 0;
    int result;
    do result = tcsetattr(terminal, TCSANOW, &single);
    while (result != 0 && errno == EINTR);
    if (result == 0) atomic_store(&held, terminal);
    return result;
}

void ct_terminal_end(void) {
    int terminal = atomic_exchange(&held, -1);
    if (terminal >= 0) set_quietly(terminal, &saved);
}

void ct_terminal_forget(void) {
    has_saved = false;
}

void ct_terminal_discard(int terminal) {
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    tcflush(terminal, TCOFLUSH);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void write_farewell(int terminal) {
    size_t count = atomic_load(&farewell_count), sent = 0;
    for (int tries = 0; sent < count && tries < 20; tries++) {
        ssize_t written = write(terminal, farewell + sent, count - sent);
        if (written > 0) {
            sent += (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = terminal, .events = POLLOUT};
            /* A terminal that does not read shall find the farewell, and not half a picture, when it reads again. */
            if (poll(&room, 1, 10) == 0 && tries == 10) ct_terminal_discard(terminal);
        } else if (errno != EINTR) {
            return;
        }
    }
}

static void restore(void) {
    int terminal = atomic_exchange(&held, -1);
    if (terminal < 0) return;
    atomic_store(&fired, true);
    write_farewell(terminal);
    set_quietly(terminal, &saved);
    ct_errors_spill(terminal);
}

static bool has_handler(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) || (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static void on_fault(int number, siginfo_t *information, void *context) {
    int before = errno;
    restore();
    for (int i = 0; i < fault_count; i++) {
        if (faults[i] != number || !has_handler(&earlier[i])) continue;
        /* Called here, with the place of the fault: Swift's prints its backtrace, onto the normal screen now. */
        if (earlier[i].sa_flags & SA_SIGINFO) {
            earlier[i].sa_sigaction(number, information, context);
        } else {
            earlier[i].sa_handler(number);
        }
    }
    /* Swift's handler expects the instruction to fault again; one that was sent from outside would not. */
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(number, &standard, NULL);
    raise(number);
    errno = before;
}

static void on_exit_restore(void) {
    restore();
}

void ct_guard_install(const char *bytes, size_t count) {
    static bool registered;
    atomic_store(&farewell_count, 0);
    if (count > sizeof farewell) count = sizeof farewell;
    memcpy(farewell, bytes, count);
    atomic_store(&farewell_count, count);
    if (!registered) registered = atexit(on_exit_restore) == 0;
    if (guarded) return;
    guarded = true;
    for (int i = 0; i < fault_count; i++) {
        sigaction(faults[i], NULL, &earlier[i]);
        if (!(earlier[i].sa_flags & SA_SIGINFO) && earlier[i].sa_handler == SIG_IGN) continue;
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = on_fault;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        sigaction(faults[i], &action, NULL);
    }
}

void ct_guard_remove(void) {
    if (!guarded) return;
    guarded = false;
    for (int i = 0; i < fault_count; i++) sigaction(faults[i], &earlier[i], NULL);
    atomic_store(&farewell_count, 0);
}

bool ct_guard_has_fired(void) {
    return atomic_load(&fired);
}

ssize_t ct_terminal_read(int terminal, uint8_t *bytes, size_t count) {
    ssize_t taken;
    do taken = read(terminal, bytes, count);
    while (taken < 0 && errno == EINTR);
    if (taken > 0) return taken;
    return taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -1;
}

ssize_t ct_terminal_write(int terminal, const uint8_t *bytes, size_t count) {
    if (atomic_load(&fired)) return 0;
    ssize_t written;
    do written = write(terminal, bytes, count);
    while (written < 0 && errno == EINTR);
    if (written >= 0) return written;
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
}
