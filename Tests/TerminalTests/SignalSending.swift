import Foundation

/// Sends this process a signal that has been handled when the call returns. The threads that run tests block signals, so
/// that `kill` and `raise` leave it to another thread to handle them, some time later.
func send(_ signal: Int32) {
    var mask = sigset_t()
    var before = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, signal)
    pthread_sigmask(SIG_UNBLOCK, &mask, &before)
    raise(signal)
    pthread_sigmask(SIG_SETMASK, &before, nil)
}
