-- store_opts.sync_normal: survives a crash of the process, not a power cut.
PRAGMA synchronous = NORMAL;
