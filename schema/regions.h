/*
 * The lists of regions that we bring along (data/california-regions.csv,
 * data/california-region-names.json).
 */
#pragma once

#include "schema/event.h"

#define REGIONS_CALIFORNIA_2020 "california-2020"

/* Adds to @regions (of EventRegion) the list called @name, numbered from 1. FALSE when there is
 * none of that name. */
gboolean regions_add(GPtrArray *regions, const char *name);
