/*
 * Kept connections by their local port, so that one with bytes that nobody asked for is not used again: libcurl would
 * take what a receiver sent behind its last answer for the answer to the next request. Nor one that the receiver has
 * reset: libcurl (7.88) takes it for alive, and an attempt would be counted that reached nobody. For the files of this
 * room.
 */
#ifndef PORTTI_DISPATCHER_SEND_KEPT_H
#define PORTTI_DISPATCHER_SEND_KEPT_H

#include <stdbool.h>

struct kept;

struct kept *kept_new(void);
void kept_free(struct kept *kept);
/* A connection that has just been made. Not owned, and harmless when closed since. */
void kept_remember(struct kept *kept, int fd);
/* Is there something to read, an end or a reset on that kept connection? False when it is not known. */
bool kept_is_spoilt(const struct kept *kept, const char *peer_ip, int peer_port, int local_port);

#endif
