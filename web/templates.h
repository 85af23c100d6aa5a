/*
 * The pages' templates, web/templates/NAME.mustache, as reports/templates.mjs makes them at build
 * time; ends with { NULL }. Asked by template_find(web_templates, "event").
 */
#pragma once

#include "reports/template.h"

extern const Template web_templates[];
