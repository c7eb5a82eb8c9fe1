/* A git repository as a folder that follows it: the newest state of one branch, without its past. By the git program,
 * as a child with limits of time and memory and a fixed command line: no shell, no hooks, no filters, no settings of
 * the user or the machine, no question asked. What a hostile repository can do is be refused, or be text. */
#ifndef WEIR_EDGE_DOCUMENTS_GIT_H
#define WEIR_EDGE_DOCUMENTS_GIT_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"

enum { GIT_SECONDS = 60 };

/* Addresses that are taken: https, http, ssh, file, user@host:path, and an absolute path. */
bool git_address_ok(str url);
/* "https://user:password@host/...", or a token in the user's place: it would be seen. */
bool git_address_has_secret(str url);
bool git_branch_ok(str branch);
struct git_place {
    str url, branch; /* branch "" = the one the repository points at */
    str user, token; /* for http and https (RFC 7617), token "" = none; by the environment of the child, which only
                      * weir's own user and root can read: neither a list of processes nor a file has it. The server
                      * is then not followed elsewhere, or the token would go there, too */
};
/* Clone into `dir` when it is not there, else bring it up to date.
 * Errors: ERR_NOT_FOUND (no git program), ERR_IO (with git's own words), ERR_TIMEOUT, ERR_INPUT (address, branch). */
MUST_USE err git_follow(struct env *env, const struct git_place *place, str dir);

#endif
