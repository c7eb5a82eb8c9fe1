#include "edge/policy_file.h"

#include "base/yaml.h"
#include "core/policy/policy.h"
#include "edge/files.h"

err policy_file_complete(str text, str name, str default_zone, struct arena *a, str *out)
{
    str *names = NULL;
    size_t count = 0;
    if (STR_IS(default_zone, "UTC")) default_zone = STR_NONE;
    err e = policy_zones(text, name, default_zone, a, &names, &count);
    struct zone_data *zones = ARENA_ARRAY(a, struct zone_data, count + 1);
    for (size_t i = 0; !e.code && i < count; i++) {
        zones[i].name = names[i];
        e = err_wrap(zone_read(names[i], a, &zones[i].bytes), STR_FMT, STR_ARG(name));
    }
    if (!e.code) *out = policy_add_zones(text, default_zone, zones, count, a);
    return e;
}

err policy_file_read(str path, str default_zone, struct arena *a, str *out)
{
    str text = STR_NONE;
    err e = file_read(path, YAML_TEXT_MAX / 2, a, &text); /* the other half is room for zone data */
    return e.code ? e : policy_file_complete(text, path, default_zone, a, out);
}
