/* Prints every route of every table, one a line ("POST /lost-link"): what tests hold their own tables against. */
#include <stdio.h>

#include "web/routes.h"

int
main(void)
{
	for (const Route *const *table = web_tables; *table != NULL; table++)
		for (const Route *route = *table; route->method != HTTP_NONE; route++)
			printf("%s %s\n", route->method == HTTP_GET ? "GET" : "POST", route->path);
	return 0;
}
