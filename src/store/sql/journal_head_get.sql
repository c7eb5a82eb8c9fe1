SELECT size, time, hash, frontier FROM journal_head WHERE id = 1
