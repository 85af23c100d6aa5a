/*
 * One program per layer, linked with that layer whole and nothing above it: a call upward does
 * not link. Running it shows that the layer's constructors and libraries load.
 */
#include <stdio.h>

int
main(void)
{
	puts("1..1\nok 1 links with the layers under it only");
	return 0;
}
