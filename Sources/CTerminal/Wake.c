#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif

int ct_wake_open(int ends[2]) {
#if defined(__linux__)
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) return -1;
    ends[0] = ends[1] = descriptor;
#else
    if (pipe(ends) != 0) return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
#endif
    return 0;
}

void ct_wake_close(const int ends[2]) {
    close(ends[0]);
    if (ends[1] != ends[0]) close(ends[1]);
}

void ct_wake_ring(int ring_end) {
    int saved = errno;
    uint64_t one = 1;
    ssize_t written = write(ring_end, &one, sizeof one);
    (void)written; /* full means that it already rings */
    errno = saved;
}

void ct_wake_quiet(int wait_end) {
    uint64_t taken[64];
    while (read(wait_end, taken, sizeof taken) == (ssize_t)sizeof taken) {
    }
}

#if defined(__APPLE__)
/* poll(2) does not work on /dev/tty there. */
int ct_wait(int terminal, int wake, bool wants_output, int milliseconds) {
    fd_set input, output;
    FD_ZERO(&input);
    FD_ZERO(&output);
    FD_SET(wake, &input);
    if (terminal >= 0) FD_SET(terminal, &input);
    if (terminal >= 0 && wants_output) FD_SET(terminal, &output);
    struct timeval time = {milliseconds / 1000, (milliseconds % 1000) * 1000};
    int highest = terminal > wake ? terminal : wake;
    if (select(highest + 1, &input, &output, NULL, milliseconds < 0 ? NULL : &time) <= 0) return 0;
    int result = FD_ISSET(wake, &input) ? CT_WOKEN : 0;
    if (terminal >= 0 && FD_ISSET(terminal, &input)) result |= CT_READABLE;
    if (terminal >= 0 && FD_ISSET(terminal, &output)) result |= CT_WRITABLE;
    return result;
}
#else
int ct_wait(int terminal, int wake, bool wants_output, int milliseconds) {
    struct pollfd sources[2] = {
        {.fd = wake, .events = POLLIN},
        {.fd = terminal, .events = (short)(POLLIN | (wants_output ? POLLOUT : 0))},
    };
    if (poll(sources, 2, milliseconds) <= 0) return 0;
    int result = sources[0].revents != 0 ? CT_WOKEN : 0;
    if (sources[1].revents & POLLIN) result |= CT_READABLE;
    if (sources[1].revents & POLLOUT) result |= CT_WRITABLE;
    if (sources[1].revents & (POLLHUP | POLLERR | POLLNVAL)) result |= CT_HUNG_UP;
    return result;
}
#endif
