/* The weir program: the real world (clock, chance, files, network) and the table of commands. */
#include <assert.h>

#include "edge/cli/commands.h"
#include "edge/http_client.h"
#include "sim/demo.h"

enum { TABLE_MAX = 256 };

int main(int argc, char **argv)
{
    const struct command *table[TABLE_MAX] = { &command_demo };
    for (size_t i = 0; commands[i]; i++) {
        assert(i + 2 < TABLE_MAX);
        table[i + 1] = commands[i];
    }
    struct env env = env_os();
    http_client_install(&env, NULL);
    return cli_main(argc, argv, table, &env);
}
