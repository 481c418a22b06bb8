#ifndef PROMPTCHAIN_CNCURSES_SHIM_H
#define PROMPTCHAIN_CNCURSES_SHIM_H

#ifndef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#endif
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <ncurses.h>

/* Swift cannot see ncurses' macros with casts, its variadic functions or its mutable globals. */

static const attr_t NC_BOLD = A_BOLD;
static const attr_t NC_DIM = A_DIM;
static const attr_t NC_ITALIC = A_ITALIC;
static const attr_t NC_UNDERLINE = A_UNDERLINE;
static const attr_t NC_REVERSE = A_REVERSE;

/* The C library's own idea of a character's width: ncurses lays out cells by it. Hidden by feature macros otherwise. */
extern int wcwidth(wchar_t character);

static inline int nc_character_width(wchar_t character) {
    return wcwidth(character);
}

/* Chooses the character set from the environment; UTF-8 when the environment names another. False when the
   machine has none. Only LC_CTYPE: numbers keep their decimal point. */
static inline bool nc_use_wide_characters(void) {
    static const char *const names[] = {"", "C.UTF-8", "en_US.UTF-8"};
    for (int i = 0; i < 3; i++) {
        if (setlocale(LC_CTYPE, names[i]) != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
    }
    return false;
}

/* Begins to draw for a terminal type, writing to `output`; NULL when the type is unknown. Unlike initscr, newterm
   never ends the process. */
static inline SCREEN *nc_begin(const char *type, FILE *output) {
    SCREEN *screen = newterm(type, output, output);
    if (screen == NULL) return NULL;
    nonl();
    typeahead(-1);
    keypad(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    idlok(stdscr, FALSE);
    curs_set(0);
    return screen;
}

/* Writes what gives the terminal back; the next update takes it again. */
static inline void nc_leave(void) {
    endwin();
}

static inline void nc_end(SCREEN *screen) {
    delscreen(screen);
}

/* The colours that can be used at once; 0 on a terminal without any. alloc_pair must not be called then. */
static inline int nc_begin_colors(void) {
    if (!has_colors() || start_color() == ERR) return 0;
    use_default_colors();
    return COLORS;
}

static inline int nc_pair_limit(void) {
    return COLOR_PAIRS;
}

static inline int nc_pair(int foreground, int background) {
    return alloc_pair(foreground, background);
}

/* Fills one cell; `text` ends in 0. A pair may be greater than a short holds. */
static inline bool nc_fill_cell(cchar_t *cell, const wchar_t *text, attr_t attributes, int pair) {
    return setcchar(cell, text, attributes, 0, &pair) == OK;
}

/* Straight into the virtual screen: a window between would be compared with it once more. */
static inline void nc_put_cells(int y, int x, const cchar_t *cells, int count) {
    mvwadd_wchnstr(newscr, y, x, cells, count);
}

/* Where the cursor stands after the next update. */
static inline void nc_place_cursor(int y, int x, bool visible) {
    leaveok(newscr, !visible);
    if (visible) wmove(newscr, y, x);
    curs_set(visible ? 1 : 0);
}

/* Unlike resizeterm, resize_term queues no key. */
static inline void nc_resize(int rows, int columns) {
    resize_term(rows, columns);
    clearok(curscr, TRUE);
}

/* Makes the next update paint everything anew. */
static inline void nc_forget_screen(void) {
    clearok(curscr, TRUE);
}

static inline void nc_erase(void) {
    werase(newscr);
}

/* Sends what differs from what the terminal shows. */
static inline void nc_update(void) {
    doupdate();
}

static inline int nc_rows(void) {
    return LINES;
}

static inline int nc_columns(void) {
    return COLS;
}

#endif
