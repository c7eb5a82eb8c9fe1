/* `weir demo`: the main job in front of the user. */
#ifndef WEIR_SIM_DEMO_H
#define WEIR_SIM_DEMO_H

#include "edge/cli/cli.h"

extern const struct command command_demo;

#endif
