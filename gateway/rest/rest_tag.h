/*
 * Entity tags (RFC 9110, 8.8.3). A record's is "<version>-<form>": the version stands for the stored row and the form
 * for these bytes of it, so that If-Match, which is about the record, asks for the version only, and If-None-Match,
 * which is about the bytes, for all of it. A list's has no version. Pure.
 */
#ifndef PORTTI_REST_REST_TAG_H
#define PORTTI_REST_REST_TAG_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

/* With its quotes; `version` 0 is none. */
struct str rest_tag(struct arena *arena, uint64_t version, uint64_t form);
/* Is If-None-Match's list "*", or does it name the tag (weakly compared)? */
bool rest_tag_listed(struct str list, struct str tag);
/* Is If-Match's list "*", or does one of its tags have this version? */
bool rest_tag_has_version(struct str list, uint64_t version);

#endif
