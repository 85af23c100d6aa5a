/*
 * Runs a fuzz target as an ordinary test:   fuzz_NAME CORPUS CHANGES [SEED]
 *
 * Every file of the folder CORPUS as it is, then CHANGES changed ones, the same for the same SEED. Speaks TAP. An input
 * that ends the program is left beside it, as PROGRAM.crash: it belongs into the corpus.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define LENGTH_MAX 20000 /* bytes of a changed input */
#define STEPS_MAX  6     /* changes to one */

static char crash_path[4096];
static const guint8 *now;
static gsize now_length;

/* The sanitizers end a program by SIGABRT, a condition that does not hold by SIGTRAP. */
static void
keep_input(int signal_no)
{
	const int file = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (file >= 0 && write(file, now, now_length) == (ssize_t)now_length)
		close(file);
	signal(signal_no, SIG_DFL);
	raise(signal_no);
}

static void
try_bytes(const GByteArray *bytes)
{
	g_autofree guint8 *own = g_memdup2(bytes->data, bytes->len);

	now = own;
	now_length = bytes->len;
	LLVMFuzzerTestOneInput(own != NULL ? own : (const guint8 *)"", bytes->len);
}

/* ---- what was kept ---- */

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of GByteArray, in the order of their names. */
static GPtrArray *
read_corpus(const char *folder)
{
	GPtrArray *corpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);

	for (const char *name; open != NULL && (name = g_dir_read_name(open)) != NULL;)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
		char *bytes = NULL;
		gsize length = 0;
		if (!g_file_get_contents(path, &bytes, &length, NULL))
			g_error("%s can't be read", path);
		g_ptr_array_add(corpus, g_byte_array_new_take((guint8 *)bytes, length));
	}
	return corpus;
}

/* ---- changes ---- */

static gsize
below(GRand *random, gsize most)
{
	return most > 1 ? (gsize)g_rand_int(random) % most : 0;
}

static guint8
a_byte(GRand *random)
{
	static const char telling[] =
	        "\0\t\n\r \"%&'+,-./0:;=?@AZ[\\]az{}\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";

	return below(random, 4) == 0 ? (guint8)g_rand_int(random)
	                             : (guint8)telling[below(random, sizeof telling - 1)];
}

static void
put(GByteArray *bytes, gsize at, const guint8 *from, gsize length)
{
	g_autofree guint8 *copy = g_memdup2(from, length); /* it may be a piece of the same */
	const gsize rest = bytes->len - at;

	g_byte_array_set_size(bytes, (guint)(bytes->len + length));
	memmove(bytes->data + at + length, bytes->data + at, rest);
	if (length > 0)
		memcpy(bytes->data + at, copy, length);
}

static void
change(GByteArray *bytes, const GPtrArray *corpus, GRand *random)
{
	const GByteArray *other = corpus->pdata[below(random, corpus->len)];
	const gsize at = below(random, bytes->len + 1u);
	const gsize wanted = below(random, 1u + below(random, 64));
	const gsize length = MIN(wanted, bytes->len - at);
	const gsize from = below(random, other->len + 1u);
	const gsize asked = below(random, 200), piece = MIN(asked, other->len - from);
	const guint8 byte = a_byte(random);

	switch (below(random, 8)) {
	case 0:
		if (at < bytes->len)
			bytes->data[at] ^= (guint8)(1u << below(random, 8));
		break;
	case 1:
	case 2:
		if (at < bytes->len)
			bytes->data[at] = byte;
		break;
	case 3:
		put(bytes, at, &byte, 1);
		break;
	case 4:
		if (length > 0)
			g_byte_array_remove_range(bytes, (guint)at, (guint)length);
		break;
	case 5: /* the same once more */
		put(bytes, at, bytes->data + at, length);
		break;
	case 6: /* a piece of another one */
		put(bytes, at, other->data + from, piece);
		break;
	default:
		g_byte_array_set_size(bytes, (guint)at);
		put(bytes, at, other->data + from, other->len - from);
		break;
	}
}

static void
try_changes(const GPtrArray *corpus, guint64 n, guint32 seed)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);

	for (guint64 i = 0; i < n; i++) {
		const GByteArray *whole = corpus->pdata[below(random, corpus->len)];
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		g_byte_array_append(bytes, whole->data, whole->len);
		for (gsize step = 0, steps = 1 + below(random, STEPS_MAX); step < steps; step++)
			change(bytes, corpus, random);
		if (bytes->len > LENGTH_MAX)
			g_byte_array_set_size(bytes, LENGTH_MAX);
		try_bytes(bytes);
	}
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		g_printerr("usage: %s CORPUS CHANGES [SEED]\n", argv[0]);
		return 2;
	}
	const guint64 n = g_ascii_strtoull(argv[2], NULL, 10);
	const guint32 seed = argc > 3 ? (guint32)g_ascii_strtoull(argv[3], NULL, 10) : 1;
	g_autoptr(GPtrArray) corpus = read_corpus(argv[1]);

	g_snprintf(crash_path, sizeof crash_path, "%s.crash", argv[0]);
	signal(SIGABRT, keep_input);
	signal(SIGTRAP, keep_input);
	if (corpus->len == 0)
		g_error("%s holds nothing", argv[1]);
	g_print("1..2\n");
	for (guint i = 0; i < corpus->len; i++)
		try_bytes(corpus->pdata[i]);
	g_print("ok 1 - what was kept: %u inputs\n", corpus->len);
	try_changes(corpus, n, seed);
	g_print("ok 2 - %" G_GUINT64_FORMAT " changed ones, seed %u\n", n, seed);
	return 0;
}
