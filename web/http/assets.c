/*
 * Looking an asset up, and serving it: for ever, since its path changes with its content.
 */
#include "web/assets.h"

#include <string.h>

#include "web/http/private.h"

const Asset *
asset_find(const char *hash, const char *name)
{
	for (const Asset *asset = assets; asset->name != NULL; asset++)
		if (strcmp(asset->name, name) == 0 && strcmp(asset->hash, hash) == 0)
			return asset;
	return NULL;
}

const char *
asset_path(const char *name)
{
	for (const Asset *asset = assets; asset->name != NULL; asset++)
		if (strcmp(asset->name, name) == 0)
			return asset->path;
	return NULL;
}

GBytes *
asset_content(const Asset *asset)
{
	if (!asset->gzip)
		return g_bytes_new_static(asset->bytes, asset->length);
	GBytes *content = gzip_unpack(asset->bytes, asset->length, asset->raw_length);
	if (content == NULL) /* the build packed it */
		g_error("%s can't be unpacked", asset->name);
	return content;
}

Reply *
asset_page(Request *request)
{
	const Asset *asset =
	        asset_find(request_param(request, "hash"), request_param(request, "name"));
	if (asset == NULL)
		return reply_status(request, 404);
	Prepared *kept = request_kept(request, asset->path);
	if (kept != NULL)
		return reply_prepared(request, kept);
	GBytes *bytes = g_bytes_new_static(asset->bytes, asset->length);
	g_autofree char *etag = g_strdup_printf("\"%s\"", asset->hash);
	Prepared *prepared = asset->gzip
	        ? prepared_packed(asset->type, bytes, asset->raw_length, etag, ASSET_SECONDS)
	        : prepared_new(asset->type, NULL, bytes, NULL, etag, ASSET_SECONDS);
	return reply_prepared(request, request_keep(request, asset->path, prepared));
}
