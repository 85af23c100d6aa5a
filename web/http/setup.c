/*
 * What the settings say, made ready for http/server.c: addresses, TLS, the listening socket; where it serves.
 */
#include <string.h>

#include "web/log.h"
#include "web/http/private.h"

#define LISTEN_DEFAULT "127.0.0.1:8080"

/* "https://host:port" of an address with or without a path. */
static gboolean
take_public_url(Server *server, const char *url, GError **error)
{
	const gsize scheme = g_str_has_prefix(url, "https://") ? 8
	        : g_str_has_prefix(url, "http://")             ? 7
	                                                       : 0;
	const gsize host = scheme ? strcspn(url + scheme, "/?#") : 0;
	const char *rest = url + scheme + host;
	if (host == 0 || (strcmp(rest, "") != 0 && strcmp(rest, "/") != 0)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "public_url: \"%s\" is not an address like https://tickets.example.org",
		        url);
		return FALSE;
	}
	server->base_url = g_strndup(url, scheme + host);
	server->origin = g_ascii_strdown(server->base_url, -1);
	server->secure = server->tls || scheme == 8;
	return TRUE;
}

static gboolean
read_tls(Server *server, Setup *setup, GError **error)
{
	const char *cert = settings_get(server->settings, SETTING_WEB_TLS_CERT);
	const char *key = settings_get(server->settings, SETTING_WEB_TLS_KEY);
	if (cert == NULL && key == NULL)
		return TRUE;
	if (cert == NULL || key == NULL) {
		g_set_error_literal(error, TURNOUT_ERROR, TURNOUT_ERROR_INPUT,
		        "tls_cert and tls_key belong together: one of them is missing");
		return FALSE;
	}
	g_autoptr(GError) failure = NULL;
	if (!g_file_get_contents(cert, &setup->cert, NULL, &failure) ||
	        !g_file_get_contents(key, &setup->key, NULL, &failure)) {
		g_set_error(error, TURNOUT_ERROR, TURNOUT_ERROR_WORLD, "TLS: %s", failure->message);
		return FALSE;
	}
	server->tls = TRUE;
	return TRUE;
}

void
setup_clear(Setup *setup)
{
	g_free(setup->cert);
	if (setup->key != NULL)
		explicit_bzero(setup->key, strlen(setup->key));
	g_free(setup->key);
}

/* The settings have seen that each is an address. */
static void
take_proxies(Server *server)
{
	const char *listed = settings_get(server->settings, SETTING_WEB_TRUSTED_PROXIES);

	server->proxied = listed != NULL;
	if (listed == NULL)
		return;
	g_auto(GStrv) parts = g_strsplit(listed, ",", -1);
	server->proxies = g_array_new(FALSE, FALSE, sizeof(struct in6_addr));
	for (guint i = 0; parts[i] != NULL; i++) {
		struct in6_addr address;
		if (address_parse(parts[i], &address))
			g_array_append_val(server->proxies, address);
	}
}

gboolean
setup_make(Server *server, Setup *setup, GError **error)
{
	const char *public_url = settings_get(server->settings, SETTING_WEB_PUBLIC_URL);
	const char *address = settings_get(server->settings, SETTING_WEB_LISTEN);
	g_autofree char *host = NULL;
	gboolean loopback = FALSE, wildcard = FALSE;
	if (!read_tls(server, setup, error))
		return FALSE;
	server->secure = server->tls;
	if (public_url != NULL && !take_public_url(server, public_url, error))
		return FALSE;
	setup->listening =
	        listen_open(address ? address : LISTEN_DEFAULT, &host, &loopback, &wildcard, error);
	if (setup->listening < 0)
		return FALSE;
	server->url = g_strdup_printf("%s://%s", server->tls ? "https" : "http", host);
	if (server->base_url == NULL)
		server->base_url = g_strdup(server->url);
	if (wildcard && public_url == NULL)
		log_line(LOG_LEVEL_WARNING,
		        "listening everywhere without public_url: links in "
		        "letters will not work; set it");
	take_proxies(server);
	setup->limit_addresses = !loopback && !server->proxied;
	server_set_headers(server);
	return TRUE;
}

const char *
server_url(const Server *server)
{
	return server->url;
}

const char *
server_base_url(const Server *server)
{
	return server->base_url;
}
