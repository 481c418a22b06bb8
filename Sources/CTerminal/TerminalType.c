#include "CTerminal.h"

#include <ncurses.h>
#include <term.h>

static TERMINAL *opened;
static int flag_names, number_names, string_names;

int ct_type_open(const char *type, int terminal) {
    int result = CT_TYPE_UNKNOWN;
    ct_type_close();
    if (setupterm((char *)(size_t)type, terminal, &result) == OK) opened = cur_term;
    if (flag_names == 0) {
        while (boolnames[flag_names] != NULL) flag_names++;
        while (numnames[number_names] != NULL) number_names++;
        while (strnames[string_names] != NULL) string_names++;
    }
    return result;
}

void ct_type_close(void) {
    if (opened == NULL) return;
    del_curterm(opened);
    opened = NULL;
}

const char *ct_type_flag_name(int index) {
    return index < flag_names ? boolnames[index] : NULL;
}

const char *ct_type_number_name(int index) {
    return index < number_names ? numnames[index] : NULL;
}

const char *ct_type_string_name(int index) {
    return index < string_names ? strnames[index] : NULL;
}

int ct_type_flag_named(const char *name) {
    return tigetflag((char *)(size_t)name);
}

int ct_type_number_named(const char *name) {
    return tigetnum((char *)(size_t)name);
}

const char *ct_type_string_named(const char *name) {
    const char *value = tigetstr((char *)(size_t)name);
    return value == (const char *)-1 ? NULL : value;
}
