/* The .sql files as the build embeds them (tools/embed.py). Private to the store and its tests. */
#ifndef WEIR_STORE_SQL_TEXT_H
#define WEIR_STORE_SQL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "sql_ids.h"

struct sql_text {
    const char *name;
    bool shared; /* also prepares on PostgreSQL */
    const char *text;
};
extern const struct sql_text sql_texts[SQL_COUNT];

struct sql_migration {
    int number; /* 1.. without gaps */
    const char *name, *sqlite, *postgres;
};
extern const struct sql_migration sql_migrations[];
extern const size_t sql_migration_count;

extern const char sql_script_connect[], sql_script_connect_writer[], sql_script_connect_reader[],
    sql_script_connect_normal[];
/* Of the database of keys (persons.c). */
extern const char sql_script_persons[], sql_script_person_of[], sql_script_person_key[], sql_script_person_add[],
    sql_script_person_erase[], sql_script_person_forget[], sql_script_person_secret[], sql_script_person_count[];
/* Of files in a backup (backup.c). */
extern const char sql_script_backup_files[], sql_script_backup_file_add[], sql_script_backup_file_each[],
    sql_script_backup_file_any[], sql_script_backup_foreign[], sql_script_backup_files_end[];

#endif
