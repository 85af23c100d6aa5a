/* `turnout schema …`. Returns the exit status. */
#pragma once

int schema_command(int argc, char **argv);
