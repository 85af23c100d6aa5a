/*
 * Tells the service manager how far the server is (Type=notify): a datagram to the socket that $NOTIFY_SOCKET names, as
 * sd_notify(3) describes the protocol. Its library would bring along all of systemd's and is not needed for that.
 */
#pragma once

#include <glib.h>

/* "READY=1" once it serves, "STOPPING=1" when it begins to end. Nothing without such a socket; what doesn't arrive
 * is a line in the log, no failure: the manager knows its own patience. */
void ready_tell(const char *state);
