/* The end of the program when it cannot go on: out of memory, or a promise broken between parts. libweir brings a
 * stop.c of its own, which leaves the choice to the host. */
#ifndef WEIR_BASE_STOP_H
#define WEIR_BASE_STOP_H

_Noreturn void stop(const char *why);

#endif
