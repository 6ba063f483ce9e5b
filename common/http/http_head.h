/* The meaning of a request's head, line by line: what http_parser.c reads, judged. Each returns false when the parser
 * has noted a refusal. Lines come without their CR LF; `at` is where the line starts in the request. */
#ifndef PORTTI_HTTP_HTTP_HEAD_H
#define PORTTI_HTTP_HTTP_HEAD_H

#include "common/http/http_parser.h"

MUST_CHECK bool http_head_request_line(struct http_parser *parser, const char *bytes, size_t at, size_t len);
MUST_CHECK bool http_head_field(struct http_parser *parser, const char *bytes, size_t at, size_t len);
/* What can only be judged when all fields are known. */
MUST_CHECK bool http_head_end(struct http_parser *parser, const char *bytes);

#endif
