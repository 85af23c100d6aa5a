/* Where a person comes from and what they sign up for; for people/intake.c alone. */
#pragma once

#include "schema/people/intake_field.h"

/* Where the people of one form belong. */
typedef struct {
	guint16 region_no, delegation_no;
} Home;

/* Reads delegation, county, region, zip and districts. */
void intake_take_home(IntakeReader *reader, Person *person, Home *ret_home);

/* Reads option, sessions and stop of the reader's person into @place; what isn't given is as @first
 * has it (NULL for the first person). */
void intake_take_option(IntakeReader *reader, const Place *first, Place *place);
