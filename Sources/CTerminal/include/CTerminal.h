#ifndef PROMPTCHAIN_CTERMINAL_H
#define PROMPTCHAIN_CTERMINAL_H

/* Signal flags, the wait call and the restore of the terminal: what needs state in C. */

#endif
