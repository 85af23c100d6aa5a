/*
 * A form that brings a file along (multipart/form-data, RFC 7578), read strictly: parts in the order of browsers, no
 * preamble, no nesting. At most MULTIPART_PARTS parts; a part's header is at most MULTIPART_HEADER bytes.
 */
#pragma once

#include "web/fields.h"

#define MULTIPART_PARTS  16
#define MULTIPART_HEADER 1024
#define MULTIPART_FIELD  65536 /* bytes of a field that is no file */

typedef struct {
	const char *bytes; /* lent by the body; NULL: there is no file */
	gsize length;
} MultipartFile;

/* The fields, and in @ret_file the first file (whatever its field is called; its own name is not looked at). NULL
 * when the body is no such form. */
Fields *
multipart_parse(const char *content_type, const char *body, gsize length, MultipartFile *ret_file);
