/* For cppcheck alone, which does not look into libraries: their loops and our _Generic, as plain as it can follow. */
#define yyjson_arr_foreach(arr, idx, max, val)                                                                         \
    for (idx = 0, max = yyjson_arr_size(arr), val = yyjson_arr_get_first(arr); idx < max; idx++)
#define yyjson_obj_foreach(obj, idx, max, key, val)                                                                    \
    for (idx = 0, max = yyjson_obj_size(obj), key = yyjson_arr_get_first(obj), val = key; idx < max; idx++)
#define V(x) val_same(x)
