/* What holds between the parts of a definition, once each was read. Private to the definition. */
#pragma once

#include "schema/definition/reader.h"

/* Tells what does not hold. Parts may be faulty already: what was not given is not judged. */
void definition_check_rules(DefinitionReader *reader);
