SELECT size, time, note FROM checkpoint WHERE size >= $1 ORDER BY size
