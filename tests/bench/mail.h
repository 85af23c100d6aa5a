/*
 * Registration beside mail servers that are down, hang, are slow, refuse, die, or take all: each against the same
 * program with no mail server at all, in the same run.
 */
#pragma once

#include "tests/bench/figures.h"
#include "tests/bench/served.h"

typedef struct {
	const char *program, *definition;
	int cpu; /* the program's; -1: any */
	double seconds;
	int rounds;
} MailPlan;
/* Each server begins with empty records, since one that has many people in it costs more. */
gboolean mail_measure(const MailPlan *plan, Figures *figures, GError **error);
