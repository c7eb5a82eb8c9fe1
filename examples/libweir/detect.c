/* Reads "time_us value" lines and tells what is unusual about them.
 *
 *   cc detect.c $(pkg-config --cflags --libs libweir) -o detect && ./detect < series.txt */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "weir/detect.h"

int main(void)
{
    struct weir_error error;
    weir_detector *d = NULL;
    void *memory = malloc(weir_detector_size());
    if (weir_detector_init(memory, weir_detector_size(), NULL, &d, &error) != WEIR_OK) {
        fprintf(stderr, "detect: %s\n", error.message);
        return 3;
    }
    int64_t time;
    double value;
    int found = 0;
    while (scanf("%" SCNd64 " %lf", &time, &value) == 2) {
        struct weir_alarm alarms[WEIR_ALARMS_ONE];
        size_t count;
        weir_detector_feed(d, &time, &value, 1, NULL, alarms, WEIR_ALARMS_ONE, &count);
        for (size_t i = 0; i < count; i++) {
            char sentence[256];
            weir_alarm_sentence(&alarms[i], NULL, sentence, sizeof sentence);
            printf("%" PRId64 " %s: %s\n", alarms[i].start, alarms[i].over ? "over" : weir_part_name(alarms[i].part),
                   sentence);
            found = 1;
        }
    }
    free(memory);
    return found;
}
