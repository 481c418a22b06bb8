#define _GNU_SOURCE
#include "CTerminal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bytes that a sink keeps the memory for. */
static const size_t most_kept = 1 << 16;

FILE *ct_sink_open(void) {
#if defined(__linux__)
    int descriptor = memfd_create("screen", MFD_CLOEXEC);
    if (descriptor >= 0) {
        FILE *sink = fdopen(descriptor, "w+");
        if (sink == NULL) close(descriptor);
        return sink;
    }
#endif
    FILE *sink = tmpfile();
    if (sink != NULL) fcntl(fileno(sink), F_SETFD, FD_CLOEXEC);
    return sink;
}

size_t ct_sink_count(FILE *sink) {
    /* Where the writing stands: what lies behind it is left of an earlier time. */
    off_t end = lseek(fileno(sink), 0, SEEK_CUR);
    return end > 0 ? (size_t)end : 0;
}

size_t ct_sink_take(FILE *sink, uint8_t *bytes, size_t count) {
    int descriptor = fileno(sink);
    size_t taken = 0;
    while (taken < count) {
        ssize_t part = pread(descriptor, bytes + taken, count - taken, (off_t)taken);
        if (part <= 0) break;
        taken += (size_t)part;
    }
    lseek(descriptor, 0, SEEK_SET);
    /* The memory is written over the next time, unless it is much. */
    int result = count > most_kept ? ftruncate(descriptor, 0) : 0;
    (void)result;
    return taken;
}
