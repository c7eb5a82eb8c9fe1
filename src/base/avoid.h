/* Included in front of every file of ours: functions that overflow or keep hidden state do not compile. */
#ifndef WEIR_BASE_AVOID_H
#define WEIR_BASE_AVOID_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets atoi atol atof system popen tmpnam

#endif
