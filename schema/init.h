/* `turnout schema init`: makes the data folder, its keys and the database. */
#pragma once

int init_command(int argc, char **argv);
