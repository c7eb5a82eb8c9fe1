/* The demo's scripts and its slow disk, put into the binary at build time from src/sim/demo/. */
#ifndef WEIR_SIM_DEMO_FILES_H
#define WEIR_SIM_DEMO_FILES_H

#include "base/str.h"

str demo_extract_sh(void);
str demo_transform_sh(void);
str demo_load_sh(void);
str demo_use_last_good_sh(void);
str demo_slow_disk_so(void);

#endif
