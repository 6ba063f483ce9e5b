/*
 * Filters over values that are at hand, such as those of an event, as PostgreSQL evaluates them over a row: in three
 * values, where comparing with NULL is unknown. Text is ordered byte by byte, which is what the collation "C" does.
 */
#ifndef PORTTI_PLAN_FILTER_MATCH_H
#define PORTTI_PLAN_FILTER_MATCH_H

#include "gateway/plan/filter.h"

/* May filter_matches be asked? ERR_INVALID names the condition that needs more than the record: relations, full-text
 * search, patterns over JSON. NULL may. */
MUST_CHECK bool filter_is_local(const struct filter *filter, struct err *err);
/* `values` are by the object's columns. NULL holds for every record. */
bool filter_matches(const struct filter *filter, const struct value *values);

#endif
