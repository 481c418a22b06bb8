#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int original = -1; /* where standard error went before */
static FILE *kept;

bool ct_errors_begin(void) {
    if (atomic_load(&original) >= 0 || !isatty(STDERR_FILENO)) return false;
    kept = ct_sink_open();
    if (kept == NULL) return false;
    int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (before < 0 || dup2(fileno(kept), STDERR_FILENO) < 0) {
        if (before >= 0) close(before);
        fclose(kept);
        kept = NULL;
        return false;
    }
    atomic_store(&original, before);
    return true;
}

/* Safe in a signal handler. */
static bool give_back(void) {
    int before = atomic_exchange(&original, -1);
    if (before < 0) return false;
    dup2(before, STDERR_FILENO);
    close(before);
    return true;
}

size_t ct_errors_end(uint8_t *bytes, size_t count) {
    if (!give_back()) return 0;
    /* Other programs may have written there, each at a place of its own. */
    off_t last = lseek(fileno(kept), 0, SEEK_END);
    size_t end = last > 0 ? (size_t)last : 0, taken = 0;
    /* The end says most. */
    off_t start = end > count ? (off_t)(end - count) : 0;
    while (taken < count) {
        ssize_t part = pread(fileno(kept), bytes + taken, count - taken, start + (off_t)taken);
        if (part <= 0) break;
        taken += (size_t)part;
    }
    fclose(kept);
    kept = NULL;
    return taken;
}

void ct_errors_spill(int terminal) {
    if (!give_back()) return;
    char bytes[1024];
    off_t place = 0;
    ssize_t count;
    int tries = 0;
    while ((count = pread(fileno(kept), bytes, sizeof bytes, place)) > 0 && tries < 20) {
        ssize_t written = write(terminal, bytes, (size_t)count);
        if (written > 0) {
            place += written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = terminal, .events = POLLOUT};
            poll(&room, 1, 10);
            tries++;
        } else if (errno != EINTR) {
            return;
        }
    }
}
