/* Whole lines to standard error, from any thread, without ever waiting long for whoever reads it. Inside this room. */
#ifndef PORTTI_OBSERVE_LOG_WRITE_H
#define PORTTI_OBSERVE_LOG_WRITE_H

#include "common/base/str.h"

/* Finds out what standard error is. Without it, it is taken for a pipe. */
void log_write_init(void);
/* `lines` ends in a newline. Lines that find no room are dropped and counted; the count is written when there is room
 * again. */
void log_write(struct str lines);

#endif
