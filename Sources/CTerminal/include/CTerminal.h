#ifndef PROMPTCHAIN_CTERMINAL_H
#define PROMPTCHAIN_CTERMINAL_H

/* Signal flags, the wait call and the restore of the terminal: what needs state in C. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The wake descriptor: any thread and any signal handler may ring it. */

/* Opens it: ends[0] is waited for, ends[1] is rung (the same descriptor where eventfd exists). 0, or -1 with errno. */
int ct_wake_open(int ends[2]);
void ct_wake_close(const int ends[2]);
void ct_wake_ring(int ring_end);
void ct_wake_quiet(int wait_end);

/* Waiting. */

enum { CT_READABLE = 1, CT_WRITABLE = 2, CT_WOKEN = 4, CT_HUNG_UP = 8 };

/* Waits for input, for room to write when `wants_output`, or for a ring; -1 milliseconds wait for ever, a terminal
   of -1 is left out. A combination of the bits above; 0 when the time is over or a signal came. */
int ct_wait(int terminal, int wake, bool wants_output, int milliseconds);

/* Signals, as flags that are taken by the loop. */

enum {
    CT_RESIZED = 1,
    CT_STOP_ASKED = 2,
    CT_CONTINUED = 4,
    CT_INTERRUPTED = 8,
    CT_TERMINATED = 16,
    CT_HANGUP = 32,
};

/* SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM and SIGHUP set a flag and ring. Signals that the process ignores stay
   ignored. */
void ct_signals_install(int ring_end);
void ct_signals_remove(void);
/* SIGINT, SIGTERM and SIGHUP are ignored once they are no longer noted: the process is ending. */
void ct_signals_ignore_afterwards(void);
/* The flags that were set since the last call. */
unsigned ct_signals_take(void);
/* Forgets one flag. */
void ct_signals_drop(unsigned flag);
/* Stops this process as Ctrl-Z does, with the other processes of its job when `whole_job`; returns when it goes on. */
void ct_stop_process(bool whole_job);

/* The terminal. */

/* Opens a terminal for reading and writing without ever blocking; -1 with errno (ENOTTY when it is none). */
int ct_terminal_open(const char *path);
/* Its extent; false when it does not say. */
bool ct_terminal_size(int terminal, int *rows, int *columns);
/* Saves the line settings once, and switches to single keys without echo, signals or output processing. */
int ct_terminal_begin(int terminal);
/* Gives the line settings back; `ct_terminal_begin` takes them again. */
void ct_terminal_end(void);
/* Forgets the saved line settings, so that the next `ct_terminal_begin` saves those of another terminal. */
void ct_terminal_forget(void);
/* From now on a crash or exit() writes `bytes` to the terminal and gives its line settings back, before whoever
   handled the fault earlier is called. */
void ct_guard_install(const char *bytes, size_t count);
void ct_guard_remove(void);
/* Whether a crash has taken the terminal: nothing more may be written to it. */
bool ct_guard_has_fired(void);

/* Reads what is there: the count, 0 when there is nothing now, -1 when the terminal is gone. */
ssize_t ct_terminal_read(int terminal, uint8_t *bytes, size_t count);
/* Writes what fits: the count, 0 when there is no room now, -1 when the terminal is gone. */
ssize_t ct_terminal_write(int terminal, const uint8_t *bytes, size_t count);

/* Throws away what was written and has not reached the terminal. */
void ct_terminal_discard(int terminal);

/* Another program that has the terminal for a while. */

/* Starts a program, found in PATH, with the terminal at a path as its standard input, output and error, and as a part
   of this process's job. 0, or an error number. */
int ct_program_start(char *const arguments[], const char *terminal, int *process);
enum { CT_PROGRAM_EXITED, CT_PROGRAM_SIGNALLED, CT_PROGRAM_STOPPED, CT_PROGRAM_LOST };
/* Waits until it ends or is stopped; `status` is its exit status, or the signal that ended it. */
int ct_program_wait(int process, int *status);

/* Standard error while the terminal shows something else. */

/* Keeps what is written to standard error in memory, when that is a terminal; false when it is none. */
bool ct_errors_begin(void);
/* Lets standard error go where it went before, and gives the end of what was kept. */
size_t ct_errors_end(uint8_t *bytes, size_t count);
/* The same after a crash: what was kept is written to the terminal. Safe in a signal handler. */
void ct_errors_spill(int terminal);

/* A file in memory that ncurses draws into: how much to write to the terminal, and when, stays our decision. */
FILE *ct_sink_open(void);
/* The bytes in the sink. */
size_t ct_sink_count(FILE *sink);
/* Moves them out; the sink is empty afterwards. The count that was moved. */
size_t ct_sink_take(FILE *sink, uint8_t *bytes, size_t count);

/* The terminal type's description. */

enum { CT_TYPE_FOUND = 1, CT_TYPE_UNKNOWN = 0, CT_TYPE_NO_DATABASE = -1 };

/* Makes a type's description the current one for the calls below. */
int ct_type_open(const char *type, int terminal);
void ct_type_close(void);
/* The name by index, NULL after the last. */
const char *ct_type_flag_name(int index);
const char *ct_type_number_name(int index);
const char *ct_type_string_name(int index);
/* The value by name, as tigetflag, tigetnum and tigetstr give it, NULL for a string that is absent or cancelled. */
int ct_type_flag_named(const char *name);
int ct_type_number_named(const char *name);
const char *ct_type_string_named(const char *name);

#endif
