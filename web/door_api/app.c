/*
 * The scanning app at /door/: its page, its service worker and the worker that reads the camera. All else
 * that it is made of are assets. These alone may run scripts, and use the camera.
 */
#include <string.h>

#include "web/assets.h"
#include "web/page.h"
#include "web/routes.h"

#define POLICY                                                                                     \
	"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "             \
	"img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "       \
	"media-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

#define COLOUR "#211a29" /* of the bar in style/theme.css */

/* What the app needs to start without a network, beside its page; scanner.js is served under /door/. */
static const char *const parts[] = { "app.js", "turnout.css", "door.css", "door.wasm",
	"zxing_reader.wasm", "door-texts.json", "icon.svg", "icon-192.png" };

static Reply *
allow(Reply *reply)
{
	reply_header(reply, "Content-Security-Policy", POLICY);
	reply_header(reply, "Permissions-Policy",
	        "camera=(self), geolocation=(), microphone=(), payment=(), usb=()");
	return reply;
}

static json_t *
app_words(Request *request)
{
	return json_pack("{s:s}", "page_title", locale_text(request_locale(request), "door_title"));
}

static Reply *
app_page(Request *request)
{
	return allow(reply_page(request, 200, "door", app_words(request)));
}

static Reply *
app_without_slash(Request *request)
{
	return reply_see_other(request, "/door/");
}

static const Asset *
asset_named(const char *name)
{
	const Asset *asset = assets;

	while (asset->name != NULL && strcmp(asset->name, name) != 0)
		asset++;
	return asset->name != NULL ? asset : NULL;
}

/* A script that has to lie under /door/, asked for anew each time. */
static Reply *
script(Request *request, GBytes *bytes)
{
	gsize length = 0;
	gconstpointer data = g_bytes_get_data(bytes, &length);
	guint8 hash[32];

	hash_sha256(data, length, hash);
	g_autofree char *etag = g_strdup_printf("\"%02x%02x%02x%02x%02x%02x\"", hash[0], hash[1],
	        hash[2], hash[3], hash[4], hash[5]);
	Reply *reply = allow(reply_bytes(request, 200, "text/javascript; charset=utf-8", bytes));
	reply_cache(reply, etag, 0);
	return reply;
}

static Reply *
app_scanner(Request *request)
{
	const Asset *asset = asset_named("scanner.js");

	return script(request, asset_content(asset));
}

/* FILES and VERSION stand before the worker's own text: another build is another worker, by which phones
 * see that there is one. */
static Reply *
app_service_worker(Request *request)
{
	const Asset *asset = asset_named("sw.js");
	g_autoptr(GString) files = g_string_new("\"/door/\",\"/door/scanner.js\"");
	g_autoptr(GString) version = g_string_new(asset_path("scanner.js"));
	g_autoptr(GBytes) page = page_bytes(request, "door", app_words(request));
	gsize length = 0;
	const char *html = g_bytes_get_data(page, &length);

	g_string_append_len(version, html, (gssize)length);
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_string_append_printf(files, ",\"%s\"", asset_path(parts[i]));
		g_string_append(version, asset_path(parts[i]));
	}
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, version->str, -1);
	hash[16] = '\0';
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "const FILES=[%s],VERSION=\"%s\";\n", files->str, hash);
	g_autoptr(GBytes) worker = asset_content(asset);
	g_string_append_len(text, g_bytes_get_data(worker, NULL), (gssize)g_bytes_get_size(worker));
	return script(request, g_string_free_to_bytes(text));
}

static json_t *
icon_json(const char *name, const char *sizes)
{
	return json_pack("{s:s, s:s, s:s}", "src", asset_path(name), "sizes", sizes, "type",
	        asset_named(name)->type);
}

static Reply *
app_manifest(Request *request)
{
	const char *title = locale_text(request_locale(request), "door_title");
	json_auto_t *manifest = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[o, o, o]}",
	        "id", "/door/", "name", title, "short_name", title, "start_url", "/door/", "scope",
	        "/door/", "display", "standalone", "background_color", COLOUR, "theme_color",
	        COLOUR, "icons", icon_json("icon.svg", "any"), icon_json("icon-192.png", "192x192"),
	        icon_json("icon-512.png", "512x512"));
	char *text = json_dumps(manifest, JSON_COMPACT);

	return reply_bytes(request, 200, "application/manifest+json",
	        g_bytes_new_with_free_func(text, strlen(text), free, text));
}

const Route door_app_routes[] = {
	{ HTTP_GET, "/door", FOR_ANYONE, app_without_slash },
	{ HTTP_GET, "/door/", FOR_ANYONE, app_page },
	{ HTTP_GET, "/door/manifest.webmanifest", FOR_ANYONE, app_manifest },
	{ HTTP_GET, "/door/scanner.js", FOR_ANYONE, app_scanner },
	{ HTTP_GET, "/door/sw.js", FOR_ANYONE, app_service_worker },
	{ 0 },
};
