/*
 * What a definition is made of, as tables of fields. Private to the definition's files.
 */
#pragma once

#include "schema/definition/reader.h"

#define TITLE_MAX       200
#define PASSAGE_MAX     4000
#define URL_MAX         500
#define CAPACITY_MAX    1000000
#define LIST_MAX        1000
#define DELEGATIONS_MAX 20000
#define DAYS_MAX        90

#define MEMBER(type, member) G_STRUCT_OFFSET(type, member)

/* definition/parts.c */
extern const DefinitionPart region_part, session_part, option_part, delegation_part;
/* definition/asked.c */
extern const DefinitionPart question_part, link_part, partner_part;

/* The name of a list that we bring along, or a list. */
void read_regions(DefinitionReader *, const DefinitionField *, json_t *, gpointer);
/* An object (detail: its fields) whose members lie in the struct around it. */
void read_nested(DefinitionReader *, const DefinitionField *, json_t *, gpointer);
