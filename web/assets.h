/*
 * Files that the build made ready: /a/HASH/name, immutable, gzip beside raw.
 */
#pragma once

#include "web/page.h"

typedef struct {
	const char *name; /* "turnout.css" */
	const char *hash; /* of the content, 16 hex digits */
	const char *path; /* "/a/HASH/turnout.css" */
	const char *type; /* media type */
	const guint8 *raw, *gzip;
	gsize raw_length, gzip_length;
} Asset;

extern const Asset assets[]; /* made by web/assets.mjs; ends with { NULL } */
const Asset *asset_find(const char *hash, const char *name);
/* The path of @name, for templates ("assets": {"turnout_css": …}). */
const char *asset_path(const char *name);
Reply *asset_page(Request *request); /* of the route /a/:hash/:name */
