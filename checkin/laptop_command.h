/*
 * `turnout checkin pair | sync | file`: the laptop as a paired device, beside scanning. Each returns an exit status. The
 * options are those of laptop.h.
 */
#pragma once

#include "checkin/laptop.h"

/* The wall clock, ms. */
gint64 laptop_now_ms(void);

int laptop_command_pair(const LaptopOptions *options, const char *code, const char *name);
/* Pushes what waits and pulls the lists, of all its sessions or the one that is named. Status 3 when something could not be
 * done, 1 when the server refuses the device. */
int laptop_command_sync(const LaptopOptions *options);
/* Writes its scans to @output (nullable: the standard output), which must not be there. */
int laptop_command_file(const LaptopOptions *options, const char *output);

/* What is to be said when scanning ends: scans that wait, scans set aside. To stderr. */
void laptop_command_farewell(Laptop *laptop);
/* The line of counts below the big answer; owned by the caller. */
char *laptop_command_status(const Laptop *laptop);
