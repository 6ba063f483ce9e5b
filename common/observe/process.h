/* What the kernel knows of this process, under the names that Prometheus's client libraries use. Inside this room. */
#ifndef PORTTI_OBSERVE_PROCESS_H
#define PORTTI_OBSERVE_PROCESS_H

#include "common/base/strbuf.h"

void process_metrics_print(struct strbuf *out);

#endif
