/*
 * Files that the build made ready: /a/HASH/name, immutable. The program holds each once: as gzip where
 * that is smaller.
 */
#pragma once

#include "web/page.h"

typedef struct {
	const char *name; /* "turnout.css" */
	const char *hash; /* of the content, 16 hex digits */
	const char *path; /* "/a/HASH/turnout.css" */
	const char *type; /* media type */
	const guint8 *bytes;
	gsize length;     /* of @bytes */
	gsize raw_length; /* of the content; where @bytes are gzip it is another than @length */
	gboolean gzip;
} Asset;

extern const Asset assets[]; /* made by web/assets.mjs; ends with { NULL } */
const Asset *asset_find(const char *hash, const char *name);
/* What @asset holds, unpacked if need be; yours. */
GBytes *asset_content(const Asset *asset);
/* The path of @name, for templates ("assets": {"turnout_css": …}). */
const char *asset_path(const char *name);
Reply *asset_page(Request *request); /* of the route /a/:hash/:name */
